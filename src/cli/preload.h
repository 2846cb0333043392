/* SPDX-License-Identifier: MIT */
/* Where the preload library is, and which programs it can reach. */
#ifndef UALG_CLI_PRELOAD_H
#define UALG_CLI_PRELOAD_H

#include <limits.h>
#include <stddef.h>

/*
 * Finds libualg-preload.so: $UALG_PRELOAD_LIBRARY, else in the build tree that this executable
 * stands in, else where it was installed.  0 with the absolute path in out; -ENOENT with, in out,
 * the place that was looked at last.
 */
int preload_find(char out[PATH_MAX]);

/* What stands between a program and a preloaded library. */
enum preload_obstacle {
	PRELOAD_REACHED,      /* nothing */
	PRELOAD_UNKNOWN,      /* the file cannot be looked at: exec will tell */
	PRELOAD_STATIC,       /* has no dynamic loader */
	PRELOAD_PRIVILEGED,   /* gains privileges: the loader ignores LD_PRELOAD (AT_SECURE) */
	PRELOAD_OTHER_ELF,    /* for another machine or word size than the library */
	PRELOAD_OTHER_LOADER, /* another libc's loader, which cannot load the library */
};

/*
 * Looks at what execvp(program) would run; of a script, at its interpreter.  detail, of room
 * bytes, receives the path or the words that a message needs.
 */
enum preload_obstacle preload_reach(const char *program, const char *library, char *detail,
				    size_t room);

#endif
