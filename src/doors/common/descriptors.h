/* SPDX-License-Identifier: MIT */
/* How many descriptors a process has, which the kernel bounds by its soft RLIMIT_NOFILE. */
#ifndef UALG_DOORS_COMMON_DESCRIPTORS_H
#define UALG_DOORS_COMMON_DESCRIPTORS_H

#include <sys/resource.h>

/* Of the calling process; 0: it cannot be told. */
rlim_t door_descriptors_own(void);

/* Of another one, whose folder of /proc it is: "/proc/PID/fd". */
rlim_t door_descriptors_of(const char *folder);

#endif
