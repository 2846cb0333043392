/* SPDX-License-Identifier: MIT */
/*
 * Calls that execute a program: it inherits descriptors, and where there is a supervisor their
 * sockets with them.  Those in a vfork's child give the parent's sockets away, whose memory it has.
 * And those that make a process for which no fork handler runs.
 */
#include <sched.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

#include "doors/preload/clone.h"
#include "doors/preload/handover.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"
#include "doors/preload/recording.h"

/* The program that is left tells what it did, and what it leaves behind finds its owner. */
static void leave(void)
{
	preload_record_flush();
	preload_handover_inherited();
}

/*
 * It did not come to that.  The supervisor sees only that a program is to be executed, and takes
 * the door for gone: so it greets again.  A vfork's child has another process, and no need of it.
 */
static int stay(int result)
{
	if (preload_is_supervised() && preload_owns())
		preload_handover_begin();
	return result;
}

PRELOAD_EXPORT int execve(const char *path, char *const argv[], char *const environment[])
{
	leave();
	return stay(REAL(execve)(path, argv, environment));
}

PRELOAD_EXPORT int execv(const char *path, char *const argv[])
{
	leave();
	return stay(REAL(execv)(path, argv));
}

PRELOAD_EXPORT int execvp(const char *file, char *const argv[])
{
	leave();
	return stay(REAL(execvp)(file, argv));
}

PRELOAD_EXPORT int execvpe(const char *file, char *const argv[], char *const environment[])
{
	leave();
	return stay(REAL(execvpe)(file, argv, environment));
}

PRELOAD_EXPORT int fexecve(int number, char *const argv[], char *const environment[])
{
	leave();
	return stay(REAL(fexecve)(number, argv, environment));
}

PRELOAD_EXPORT int execveat(int directory, const char *path, char *const argv[],
			    char *const environment[], int flags)
{
	leave();
	return stay(REAL(execveat)(directory, path, argv, environment, flags));
}

PRELOAD_EXPORT int posix_spawn(pid_t *pid, const char *path,
			       const posix_spawn_file_actions_t *actions,
			       const posix_spawnattr_t *attributes, char *const argv[],
			       char *const environment[])
{
	/* The file actions may hand on what is to be closed otherwise. */
	preload_handover_all();
	return REAL(posix_spawn)(pid, path, actions, attributes, argv, environment);
}

PRELOAD_EXPORT int posix_spawnp(pid_t *pid, const char *file,
				const posix_spawn_file_actions_t *actions,
				const posix_spawnattr_t *attributes, char *const argv[],
				char *const environment[])
{
	preload_handover_all();
	return REAL(posix_spawnp)(pid, file, actions, attributes, argv, environment);
}

PRELOAD_EXPORT int system(const char *command)
{
	preload_handover_inherited();
	return REAL(system)(command);
}

PRELOAD_EXPORT FILE *popen(const char *command, const char *mode)
{
	preload_handover_inherited();
	return REAL(popen)(command, mode);
}

PRELOAD_EXPORT int clone(int (*begin)(void *), void *stack, int flags, void *argument, ...)
{
	void *x[3];

	PRELOAD_CLONE_REST(argument, x);
	if (!(flags & CLONE_VM))
		preload_handover_all();
	return REAL(clone)(begin, stack, flags, argument, x[0], x[1], x[2]);
}

/* May be called in signal handlers: a socket that the handler has interrupted stays. */
PRELOAD_EXPORT pid_t _Fork(void)
{
	preload_handover_all();
	return REAL(_Fork)();
}
