/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/tracee.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doors/supervisor/proc.h"
#include "doors/supervisor/supervisor.h"

#define ERRNO_LIMIT 4096

bool tracee_lost;

/* ---- registers ---- */

#if defined(__x86_64__)
/* At a signal the kernel can still be told to make the call anew. */
#define RESTARTS_AT_SIGNAL true

#define CALL_SIZE 2 /* bytes of each of the instructions that make a call */

/* 32-bit numbers. */
#define COMPAT_CLOSE 6
#define COMPAT_PPOLL 309

static int get_registers(const struct tracee *tracee, tracee_registers *registers)
{
	return ptrace(PTRACE_GETREGS, tracee->thread, 0, registers) < 0 ? -ESRCH : 0;
}

static int put_registers(const struct tracee *tracee, const tracee_registers *registers)
{
	return ptrace(PTRACE_SETREGS, tracee->thread, 0, registers) < 0 ? -ESRCH : 0;
}

static uint64_t result_of(const tracee_registers *registers)
{
	return registers->rax;
}

static void set_result(tracee_registers *registers, long result)
{
	registers->rax = (unsigned long)result;
}

static void set_args(tracee_registers *registers, bool compat, const uint64_t args[6])
{
	if (compat) {
		registers->rbx = args[0];
		registers->rcx = args[1];
		registers->rdx = args[2];
		registers->rsi = args[3];
		registers->rdi = args[4];
		registers->rbp = args[5];
		return;
	}
	registers->rdi = args[0];
	registers->rsi = args[1];
	registers->rdx = args[2];
	registers->r10 = args[3];
	registers->r8 = args[4];
	registers->r9 = args[5];
}

/* At an entry: which call it is. */
static int set_number(const struct tracee *tracee, tracee_registers *registers, long number)
{
	(void)tracee;
	registers->orig_rax = (unsigned long)number;
	return 0;
}

/* At an exit: back to the instruction, to make this call. */
static void go_back(tracee_registers *registers, long number)
{
	registers->rip -= CALL_SIZE;
	registers->rax = (unsigned long)number;
	registers->orig_rax = (unsigned long)-1L; /* no call that the kernel would make anew */
}
#else
#define RESTARTS_AT_SIGNAL false

#define CALL_SIZE    4
#define COMPAT_CLOSE (-1L) /* there are no such programs */
#define COMPAT_PPOLL (-1L)

static int registers_request(const struct tracee *tracee, int request, int set, void *data,
			     size_t size)
{
	struct iovec iov = {data, size};

	return ptrace(request, tracee->thread, set, &iov) < 0 ? -ESRCH : 0;
}

static int get_registers(const struct tracee *tracee, tracee_registers *registers)
{
	return registers_request(tracee, PTRACE_GETREGSET, NT_PRSTATUS, registers,
				 sizeof(*registers));
}

static int put_registers(const struct tracee *tracee, const tracee_registers *registers)
{
	return registers_request(tracee, PTRACE_SETREGSET, NT_PRSTATUS, (void *)registers,
				 sizeof(*registers));
}

static uint64_t result_of(const tracee_registers *registers)
{
	return registers->regs[0];
}

static void set_result(tracee_registers *registers, long result)
{
	registers->regs[0] = (unsigned long)result;
}

static void set_args(tracee_registers *registers, bool compat, const uint64_t args[6])
{
	(void)compat;
	for (unsigned i = 0; i < 6; i++)
		registers->regs[i] = args[i];
}

static int set_number(const struct tracee *tracee, tracee_registers *registers, long number)
{
	int value = (int)number;

	(void)registers;
	return registers_request(tracee, PTRACE_SETREGSET, NT_ARM_SYSTEM_CALL, &value,
				 sizeof(value));
}

static void go_back(tracee_registers *registers, long number)
{
	registers->pc -= CALL_SIZE;
	registers->regs[8] = (unsigned long)number;
}
#endif

/* ---- running ---- */

void tracee_go(const struct tracee *tracee, int signal_number)
{
	/* Who is gone is told of by waitpid. */
	(void)ptrace(PTRACE_SYSCALL, tracee->thread, 0, (unsigned long)signal_number);
}

/* Waits for the thread's next stop at a call: 0 or -ESRCH. */
static int await_stop(struct tracee *tracee)
{
	for (;;) {
		int status;

		if (waitpid(tracee->thread, &status, __WALL) < 0) {
			if (errno == EINTR)
				continue;
			return -ESRCH;
		}
		if (!WIFSTOPPED(status)) {
			tracee->ended = true;
			tracee_lost = true;
			tracee->status = status;
			return -ESRCH;
		}
		if (WSTOPSIG(status) == TRACEE_CALL_STOP)
			return 0;
		/* Signals are kept back, but for the one that nobody can keep back. */
		if (WSTOPSIG(status) != SIGTRAP)
			tracee->stop = WSTOPSIG(status);
		tracee_go(tracee, 0);
	}
}

/* Between calls of ours no handler of the program is to run. */
static void keep_signals_back(struct tracee *tracee)
{
	const uint64_t all = UINT64_MAX;

	if (tracee->masked)
		return;
	if (ptrace(PTRACE_GETSIGMASK, tracee->thread, sizeof(tracee->mask), &tracee->mask) < 0)
		return;
	if (ptrace(PTRACE_SETSIGMASK, tracee->thread, sizeof(all), &all) == 0)
		tracee->masked = true;
}

static void let_signals_come(struct tracee *tracee)
{
	if (tracee->masked)
		(void)ptrace(PTRACE_SETSIGMASK, tracee->thread, sizeof(tracee->mask),
			     &tracee->mask);
	tracee->masked = false;
	if (tracee->stop)
		(void)syscall(SYS_tkill, tracee->thread, tracee->stop);
	tracee->stop = 0;
}

/* From the exit of one call to the entry of another. */
static int enter_again(struct tracee *tracee, long number, const uint64_t args[6])
{
	tracee_registers registers = tracee->registers;

	keep_signals_back(tracee);
	go_back(&registers, number);
	if (args)
		set_args(&registers, tracee->compat, args);
	if (put_registers(tracee, &registers) < 0)
		return -ESRCH;
	tracee_go(tracee, 0);
	return await_stop(tracee);
}

/* At the entry: has another call made in its place. */
static int replace(struct tracee *tracee, long number, const uint64_t args[6])
{
	tracee_registers registers;

	if (!tracee->noted && get_registers(tracee, &tracee->registers) < 0)
		return -ESRCH;
	tracee->noted = true;
	registers = tracee->registers;
	set_args(&registers, tracee->compat, args);
	if (set_number(tracee, &registers, number) < 0)
		return -ESRCH;
	return put_registers(tracee, &registers);
}

/* Ends a sleep: from then on the thread waits at a stop. */
static int wake(struct tracee *tracee)
{
	if (ptrace(PTRACE_INTERRUPT, tracee->thread, 0, 0) < 0 || await_stop(tracee) < 0)
		return -ESRCH;
	tracee->state = TRACEE_EXITED;
	return 0;
}

static bool compat_error(uint64_t result)
{
	return (uint32_t)result > (uint32_t)-ERRNO_LIMIT;
}

long tracee_call(struct tracee *tracee, long number, const uint64_t args[6])
{
	tracee_registers registers;
	uint64_t result;
	int entered;

	if (tracee->ended)
		return -ESRCH;
	if (tracee->state == TRACEE_TURNED)
		return -EAGAIN; /* between two stops; who calls can do without */
	if (tracee->state == TRACEE_SLEEPS && wake(tracee) < 0)
		return -ESRCH;
	if (tracee->state == TRACEE_EXITED)
		entered = enter_again(tracee, number, args);
	else
		entered = replace(tracee, number, args);
	if (entered < 0)
		return entered;
	tracee_go(tracee, 0);
	if (await_stop(tracee) < 0 || get_registers(tracee, &registers) < 0)
		return -ESRCH;
	tracee->state = TRACEE_EXITED;
	result = result_of(&registers);
	if (!tracee->compat)
		return (long)result;
	return compat_error(result) ? (int32_t)result : (long)(uint32_t)result;
}

/* ppoll() of nothing, without end. */
static const uint64_t for_ever[6];

static long number_of_sleep(const struct tracee *tracee)
{
	return tracee->compat ? COMPAT_PPOLL : SYS_ppoll;
}

/* From an exit back to sleep. */
static void turn(struct tracee *tracee)
{
	tracee_registers registers = tracee->registers;

	go_back(&registers, number_of_sleep(tracee));
	set_args(&registers, tracee->compat, for_ever);
	(void)put_registers(tracee, &registers);
	tracee->state = TRACEE_TURNED;
	tracee_go(tracee, 0);
}

void tracee_calls_done(struct tracee *tracee)
{
	tracee_registers registers = tracee->registers;

	if (tracee->state != TRACEE_EXITED || tracee->ended)
		return;
	if (tracee->asleep) {
		let_signals_come(tracee);
		turn(tracee);
		return;
	}
	/* Should the supervisor be killed now, the program sees this. */
	set_result(&registers, -EIO);
	(void)put_registers(tracee, &registers);
	let_signals_come(tracee);
}

/* ---- the call that is served ---- */

void tracee_begin(struct tracee *tracee, uint64_t call)
{
	tracee->state = TRACEE_ENTERED;
	tracee->call = call;
	tracee->answered = false;
	tracee->noted = false;
	tracee->asleep = false;
}

/* Puts the result in place, at a stop behind the instruction. */
static void put_result(struct tracee *tracee, long result, long number)
{
	tracee_registers registers = tracee->registers;

	/* The number matters where the kernel makes the call anew. */
	set_result(&registers, result);
	(void)set_number(tracee, &registers, number);
	(void)put_registers(tracee, &registers);
	let_signals_come(tracee);
	tracee->state = TRACEE_RUNS;
}

void tracee_finish(struct tracee *tracee)
{
	put_result(tracee, tracee->result, tracee->number);
	/* The kernel looks at these where there is a signal: another thread may have taken it. */
	if (tracee->result == SUPERVISOR_RESTART || tracee->result == SUPERVISOR_ANEW)
		(void)ptrace(PTRACE_INTERRUPT, tracee->thread, 0, 0);
	tracee_go(tracee, 0);
}

/*
 * The call is replaced by one that does nothing, that every filter allows, and that gives an error
 * by itself: should the supervisor be killed before the exit, this is what the program sees.
 */
static void skip(struct tracee *tracee)
{
	static const uint64_t nothing[6] = {UINT32_MAX};

	tracee->state = TRACEE_ANSWERED;
	if (replace(tracee, tracee->compat ? COMPAT_CLOSE : SYS_close, nothing) == 0)
		tracee_go(tracee, 0);
}

void tracee_answer(struct tracee *tracee, long result)
{
	tracee->result = result;
	tracee->answered = true;
	tracee->call = 0;
	if (tracee->state == TRACEE_EXITED)
		tracee_finish(tracee);
	else if (tracee->state == TRACEE_ENTERED)
		skip(tracee);
	else if (tracee->state == TRACEE_SLEEPS)
		(void)ptrace(PTRACE_INTERRUPT, tracee->thread, 0, 0);
}

void tracee_proceed(struct tracee *tracee)
{
	tracee->call = 0;
	if (tracee->state == TRACEE_EXITED) {
		if (enter_again(tracee, tracee->number, NULL) < 0)
			return;
		let_signals_come(tracee);
	}
	tracee->state = TRACEE_IN_CALL;
	tracee_go(tracee, 0);
}

/* ---- sleep ---- */

void tracee_sleep(struct tracee *tracee)
{
	tracee->asleep = true;
	if (tracee->state == TRACEE_EXITED)
		turn(tracee);
	if (tracee->state != TRACEE_ENTERED)
		return;
	tracee->state = TRACEE_SLEEPS;
	if (replace(tracee, number_of_sleep(tracee), for_ever) == 0)
		tracee_go(tracee, 0);
}

void tracee_disturbed(struct tracee *tracee, void (*interrupt)(const struct tracee *))
{
	if (tracee->state == TRACEE_TURNED && !tracee->answered) {
		tracee->state = TRACEE_SLEEPS;
		tracee_go(tracee, 0);
		return;
	}
	if (tracee->state == TRACEE_TURNED) {
		skip(tracee);
		return;
	}
	tracee->state = TRACEE_EXITED;
	if (tracee->answered)
		tracee_finish(tracee);
	else if (proc_signal_for(tracee->thread) != PROC_SIGNAL_NONE)
		interrupt(tracee);
	else
		turn(tracee);
}

void tracee_disturbed_by(struct tracee *tracee, int signal_number,
			 void (*interrupt)(const struct tracee *))
{
	bool counts = proc_signal_counts(tracee->thread, signal_number);

	if (counts && !tracee->answered)
		interrupt(tracee);
	if (counts && !tracee->answered)
		tracee_answer(tracee, -EINTR); /* no handler is to run on the way back to sleep */
	if (tracee->answered && tracee->result == SUPERVISOR_RESTART && !RESTARTS_AT_SIGNAL)
		tracee->result = -EINTR;
	if (tracee->answered)
		put_result(tracee, tracee->result, tracee->number);
	tracee_go(tracee, signal_number);
}
