/* SPDX-License-Identifier: MIT */
/*
 * The calls that set a signal's action: the program sets and sees its own for SIGSEGV and SIGBUS,
 * while ours stays in the kernel (fault.h).
 */
#include <errno.h>
#include <pthread.h>

#include "doors/preload/fault.h"
#include "doors/preload/real.h"

PRELOAD_EXPORT int sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
	if (!preload_fault_keeps(number))
		return REAL(sigaction)(number, action, old);
	preload_fault_action(number, action, old);
	return 0;
}

int __sigaction(int number, const struct sigaction *action, struct sigaction *old)
    PRELOAD_ALIAS(sigaction);

static sighandler_t set_handler(int number, sighandler_t handler, int flags, bool mask_itself)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags}, old;

	if (handler == SIG_ERR) {
		errno = EINVAL;
		return SIG_ERR;
	}
	sigemptyset(&action.sa_mask);
	if (mask_itself)
		sigaddset(&action.sa_mask, number);
	preload_fault_action(number, &action, &old);
	return old.sa_handler;
}

PRELOAD_EXPORT sighandler_t signal(int number, sighandler_t handler)
{
	if (!preload_fault_keeps(number))
		return REAL(signal)(number, handler);
	return set_handler(number, handler, SA_RESTART, true);
}

sighandler_t bsd_signal(int number, sighandler_t handler) PRELOAD_ALIAS(signal);
sighandler_t ssignal(int number, sighandler_t handler) PRELOAD_ALIAS(signal);

PRELOAD_EXPORT sighandler_t sysv_signal(int number, sighandler_t handler)
{
	if (!preload_fault_keeps(number))
		return REAL(sysv_signal)(number, handler);
	return set_handler(number, handler, (int)SA_RESETHAND | SA_NODEFER, false);
}

sighandler_t __sysv_signal(int number, sighandler_t handler) PRELOAD_ALIAS(sysv_signal);

PRELOAD_EXPORT sighandler_t sigset(int number, sighandler_t disposition)
{
	sighandler_t before;
	sigset_t signals, mask;

	if (!preload_fault_keeps(number))
		return REAL(sigset)(number, disposition);
	sigemptyset(&signals);
	sigaddset(&signals, number);
	if (disposition == SIG_HOLD) {
		struct sigaction old;

		(void)pthread_sigmask(SIG_BLOCK, &signals, &mask);
		preload_fault_action(number, NULL, &old);
		before = old.sa_handler;
	} else {
		before = set_handler(number, disposition, 0, false);
		if (before == SIG_ERR)
			return SIG_ERR;
		(void)pthread_sigmask(SIG_UNBLOCK, &signals, &mask);
	}
	return sigismember(&mask, number) ? SIG_HOLD : before;
}

PRELOAD_EXPORT int sigignore(int number)
{
	if (!preload_fault_keeps(number))
		return REAL(sigignore)(number);
	return set_handler(number, SIG_IGN, 0, false) == SIG_ERR ? -1 : 0;
}

PRELOAD_EXPORT int siginterrupt(int number, int interrupt)
{
	struct sigaction action;

	if (!preload_fault_keeps(number))
		return REAL(siginterrupt)(number, interrupt);
	preload_fault_action(number, NULL, &action);
	if (interrupt)
		action.sa_flags &= ~SA_RESTART;
	else
		action.sa_flags |= SA_RESTART;
	preload_fault_action(number, &action, NULL);
	return 0;
}
