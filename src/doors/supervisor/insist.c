/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/insist.h"

#include <errno.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doors/supervisor/process.h"

/* <sys/ptrace.h> and <linux/ptrace.h> do not go together. */
static long request(int what, pid_t thread, unsigned long address, void *data)
{
	return syscall(SYS_ptrace, what, thread, address, data);
}

/* Waits for a stop and takes it.  An end is left for who takes all children's. */
static bool await_stop(pid_t thread, int *status)
{
	siginfo_t info = {0};

	while (waitid(P_PID, (id_t)thread, &info, WSTOPPED | WEXITED | WNOWAIT | __WALL) < 0)
		if (errno != EINTR)
			return false;
	return (info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED) &&
	       waitpid(thread, status, __WALL) == thread && WIFSTOPPED(*status);
}

static void unblock(pid_t thread, int signal_number)
{
	uint64_t mask;

	if (request(PTRACE_GETSIGMASK, thread, sizeof(mask), &mask) < 0)
		return;
	mask &= ~(UINT64_C(1) << (signal_number - 1));
	(void)request(PTRACE_SETSIGMASK, thread, sizeof(mask), &mask);
}

bool insist_on_signal(const struct supervisor_call *call, int signal_number)
{
	int status, stopped_by;

	/* By ptrace the way is the tracer already, and has stops of its own. */
	if (call->way->sleep || request(PTRACE_SEIZE, call->thread, 0, NULL) < 0)
		return false;
	(void)syscall(SYS_tgkill, call->process->pid, call->thread, signal_number);
	/* It stops on its way out of the call, before it looks for signals. */
	(void)request(PTRACE_INTERRUPT, call->thread, 0, NULL);
	call->way->answer(call, SUPERVISOR_ANEW);
	if (!await_stop(call->thread, &status))
		return true;
	unblock(call->thread, signal_number);
	stopped_by = status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status);
	(void)request(PTRACE_DETACH, call->thread, 0, (void *)(intptr_t)stopped_by);
	return true;
}
