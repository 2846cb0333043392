/* SPDX-License-Identifier: MIT */
#include "doors/common/deadline.h"

#include <errno.h>
#include <limits.h>

static const long second = 1000000000;

struct timespec door_deadline_left(const struct timespec *deadline)
{
	struct timespec now, left = {0, 0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec > deadline->tv_sec ||
	    (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec))
		return left;
	left.tv_sec = deadline->tv_sec - now.tv_sec;
	left.tv_nsec = deadline->tv_nsec - now.tv_nsec;
	if (left.tv_nsec < 0) {
		left.tv_nsec += second;
		left.tv_sec--;
	}
	return left;
}

int door_deadline_set(const struct timespec *time, struct timespec *deadline)
{
	if (time->tv_sec < 0 || time->tv_nsec < 0 || time->tv_nsec >= second)
		return -EINVAL;
	(void)clock_gettime(CLOCK_MONOTONIC, deadline);
	if (__builtin_add_overflow(deadline->tv_sec, time->tv_sec, &deadline->tv_sec))
		deadline->tv_sec = LONG_MAX - 1;
	deadline->tv_nsec += time->tv_nsec;
	if (deadline->tv_nsec >= second) {
		deadline->tv_nsec -= second;
		deadline->tv_sec++;
	}
	return 0;
}
