/* SPDX-License-Identifier: MIT */
/* The time of recvmmsg, which is looked at after each message and ends no sleeping call. */
#ifndef UALG_DOORS_COMMON_DEADLINE_H
#define UALG_DOORS_COMMON_DEADLINE_H

#include <time.h>

/* The moment that lies `time` ahead: 0 and *deadline; -EINVAL: no time that is one. */
int door_deadline_set(const struct timespec *time, struct timespec *deadline);

/* What is left until then, or zero. */
struct timespec door_deadline_left(const struct timespec *deadline);

#endif
