/* SPDX-License-Identifier: MIT */
#include "doors/preload/fault.h"

#include <errno.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/lock.h"
#include "doors/common/message.h"
#include "doors/common/system.h"
#include "doors/preload/handover.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"

/* Three stores where the compiler has it; libc's function also scrambles what it saves. */
#if defined(__x86_64__) || (defined(__aarch64__) && !defined(__clang__))
typedef void *recovery_point[5];
#define RECOVERY_SET(point)  __builtin_setjmp(point)
#define RECOVERY_JUMP(point) __builtin_longjmp(point, 1)
#else
typedef jmp_buf recovery_point;
#define RECOVERY_SET(point)  _setjmp(point)
#define RECOVERY_JUMP(point) _longjmp(point, 1)
#endif

#define PAGE_MASK ((uintptr_t)4095)

/*
 * A guard, in the stack frame of preload_guard.  A program's handler that interrupts the work may
 * leave it by siglongjmp, and the guard stays behind in a frame that is no more: it is told from
 * one in force by where it lies, and by the marks at its ends, which later calls write over.
 */
struct recovery {
	volatile uintptr_t first; /* its own address while it is in force */
	recovery_point point;
	const struct iovec *iov;
	size_t count;
	struct recovery *outer;
	volatile uintptr_t last; /* as first, inverted */
};

#define WORK_STACK (256u * 1024) /* bytes of the stack that guarded work may use */

/* With AddressSanitizer too, guards have to lie on the stack, and dead frames are looked at. */
#define ON_THE_STACK __attribute__((noinline, no_sanitize("address")))

static _Thread_local struct recovery *volatile current;

static inline void recovery_begin(struct recovery *recovery)
{
	recovery->first = (uintptr_t)recovery;
	recovery->last = ~(uintptr_t)recovery;
	current = recovery;
	atomic_signal_fence(memory_order_seq_cst);
}

static inline void recovery_end(struct recovery *recovery)
{
	atomic_signal_fence(memory_order_seq_cst);
	current = recovery->outer;
	recovery->first = 0;
	recovery->last = 0;
}

/* Whether a guard holds for work whose stack has got to this address. */
ON_THE_STACK static bool recovery_holds(const struct recovery *recovery, uintptr_t stack)
{
	uintptr_t top = (uintptr_t)recovery;

	return stack < top && top - stack < WORK_STACK && recovery->first == top &&
	       recovery->last == ~top;
}

ON_THE_STACK int preload_guard(const struct iovec *iov, size_t count, int (*work)(void *),
			       void *argument)
{
	struct recovery here;
	int result;

	/* The fault of such an address does not tell the address. */
	for (size_t i = 0; i < count; i++)
		if (!door_range_valid(iov[i].iov_base, iov[i].iov_len))
			return -EFAULT;
	here.iov = iov;
	here.count = count;
	here.outer = current;
	if (RECOVERY_SET(here.point)) {
		recovery_end(current);
		return -EFAULT;
	}
	recovery_begin(&here);
	result = work(argument);
	recovery_end(&here);
	return result;
}

struct copy {
	void *to;
	const void *from;
	size_t size;
};

CALLERS_POINTERS static int copy_work(void *argument)
{
	const struct copy *copy = argument;

	memcpy(copy->to, copy->from, copy->size);
	return 0;
}

int preload_copy_in(void *to, const void *from, size_t size)
{
	const struct iovec range = {.iov_base = (void *)(uintptr_t)from, .iov_len = size};
	struct copy copy = {.to = to, .from = from, .size = size};

	return preload_guard(&range, 1, copy_work, &copy);
}

int preload_copy_memory(struct door_memory *memory, void *to, const void *from, size_t size)
{
	(void)memory;
	return preload_copy_in(to, from, size);
}

int preload_copy_address(void *to, const void *address, unsigned size)
{
	struct door_memory memory = {.copy = preload_copy_memory};

	return door_message_address(&memory, address, (int)size, to);
}

int preload_copy_out(void *to, const void *from, size_t size)
{
	const struct iovec range = {.iov_base = to, .iov_len = size};
	struct copy copy = {.to = to, .from = from, .size = size};

	return preload_guard(&range, 1, copy_work, &copy);
}

/* Writes a byte of each page as it is: a buffer's content is nobody's while a call fills it. */
CALLERS_POINTERS static int touch(void *argument)
{
	const struct iovec *piece = argument;
	uintptr_t next = (uintptr_t)piece->iov_base, end = next + piece->iov_len;

	while (next < end) {
		volatile uint8_t *byte = (volatile uint8_t *)next;

		*byte = *byte;
		next = (next | PAGE_MASK) + 1;
	}
	return 0;
}

int preload_probe(const struct iovec *piece)
{
	return preload_guard(piece, 1, touch, (void *)(uintptr_t)piece);
}

/* Where a faulting thread goes on, on its own stack, once the signal is dealt with. */
__attribute__((noreturn)) static void escape(void)
{
	RECOVERY_JUMP(current->point);
}

/*
 * Makes the return from the signal handler go to escape: so the kernel restores mask and signal
 * stack as after any handler.
 */
static void escape_on_return(ucontext_t *context)
{
#if defined(__x86_64__)
	greg_t *registers = context->uc_mcontext.gregs;

	/* Below the red zone, and as a call leaves it; string instructions count up again. */
	registers[REG_RSP] = (greg_t)((((uintptr_t)registers[REG_RSP] - 128) & ~(uintptr_t)15) - 8);
	registers[REG_RIP] = (greg_t)(uintptr_t)escape;
	registers[REG_EFL] &= ~(greg_t)0x400;
#elif defined(__aarch64__)
	context->uc_mcontext.sp &= ~(uintptr_t)15;
	context->uc_mcontext.pc = (uintptr_t)escape;
	context->uc_mcontext.pstate &= ~(uint64_t)0xc00; /* BTYPE: no branch was under way */
#else
#error "say here how a signal handler changes where its thread goes on"
#endif
}

static uintptr_t stack_of(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#else
	return (uintptr_t)context->uc_mcontext.sp;
#endif
}

ON_THE_STACK static bool fault_is_guarded(const siginfo_t *info, const ucontext_t *context)
{
	const struct recovery *recovery = current;
	uintptr_t address = (uintptr_t)info->si_addr;

	if (!recovery || info->si_code <= 0 || !recovery_holds(recovery, stack_of(context)))
		return false;
	for (size_t i = 0; i < recovery->count; i++) {
		uintptr_t start = (uintptr_t)recovery->iov[i].iov_base;
		uintptr_t end = start + recovery->iov[i].iov_len;

		if (start == end)
			continue;
		/* An address above the canonical half is not told: see preload_guard. */
		if (info->si_code == SI_KERNEL && address == 0 && end > ((uintptr_t)1 << 47))
			return true;
		if (address >= (start & ~PAGE_MASK) && address < ((end + PAGE_MASK) & ~PAGE_MASK))
			return true;
	}
	return false;
}

/*
 * The program's own actions.  The handler must read them at any moment, so they are words under a
 * version that is odd while they change; whoever changes them has signals blocked.
 */
#define ACTION_WORDS ((sizeof(struct sigaction) + sizeof(long) - 1) / sizeof(long))

struct kept_action {
	_Atomic uint32_t version;
	_Atomic long words[ACTION_WORDS];
};

static const int kept_signals[] = {SIGSEGV, SIGBUS};
#define KEPT_COUNT (sizeof(kept_signals) / sizeof(kept_signals[0]))

static struct kept_action kept[KEPT_COUNT];
static struct lock kept_lock;
static _Atomic bool installed;

static struct kept_action *kept_find(int number)
{
	for (size_t i = 0; i < KEPT_COUNT; i++)
		if (kept_signals[i] == number)
			return &kept[i];
	return NULL;
}

static void kept_read(struct kept_action *from, struct sigaction *action)
{
	long words[ACTION_WORDS];
	uint32_t version;

	do {
		version = atomic_load_explicit(&from->version, memory_order_acquire);
		for (size_t i = 0; i < ACTION_WORDS; i++)
			words[i] = atomic_load_explicit(&from->words[i], memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
	} while ((version & 1) ||
		 version != atomic_load_explicit(&from->version, memory_order_relaxed));
	memcpy(action, words, sizeof(*action));
}

static void kept_write(struct kept_action *to, const struct sigaction *action)
{
	long words[ACTION_WORDS] = {0};
	uint32_t version = atomic_load_explicit(&to->version, memory_order_relaxed);

	memcpy(words, action, sizeof(*action));
	atomic_store_explicit(&to->version, version + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < ACTION_WORDS; i++)
		atomic_store_explicit(&to->words[i], words[i], memory_order_relaxed);
	atomic_store_explicit(&to->version, version + 2, memory_order_release);
}

static void call_program(const struct sigaction *action, int number, siginfo_t *info, void *context)
{
	/* The kernel passes all three whatever SA_SIGINFO says, and old programs count on it. */
	action->sa_sigaction(number, info, context);
}

static void default_action(int number, const siginfo_t *info)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	(void)REAL(sigaction)(number, &action, NULL);
	/* A fault happens again on return; a signal that was sent must be sent again. */
	if (info->si_code <= 0)
		(void)DOOR_CALL_3(SYS_tgkill, DOOR_CALL_1(SYS_getpid, 0),
				  DOOR_CALL_1(SYS_gettid, 0), number);
}

static void forward(int number, siginfo_t *info, void *context)
{
	struct kept_action *slot = kept_find(number);
	struct sigaction action;

	kept_read(slot, &action);
	if (action.sa_handler == SIG_IGN && info->si_code <= 0)
		return;
	if (action.sa_handler == SIG_IGN || action.sa_handler == SIG_DFL) {
		default_action(number, info);
		return;
	}
	if (action.sa_flags & (int)SA_RESETHAND) {
		struct sigaction reset = action;

		reset.sa_handler = SIG_DFL;
		preload_fault_action(number, &reset, NULL);
	}
	call_program(&action, number, info, context);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	if (fault_is_guarded(info, context))
		escape_on_return(context);
	else if (!preload_handover_asked(info, context))
		forward(number, info, context);
}

/* Our handler in the kernel, with the mask and the flags that the program's asks for. */
static void mirror(int number, const struct sigaction *program)
{
	struct sigaction action = *program;

	action.sa_sigaction = on_fault;
	if (program->sa_handler == SIG_DFL || program->sa_handler == SIG_IGN) {
		sigemptyset(&action.sa_mask);
		action.sa_flags = SA_ONSTACK;
	}
	action.sa_flags &= ~(int)SA_RESETHAND;
	action.sa_flags |= SA_SIGINFO;
	(void)REAL(sigaction)(number, &action, NULL);
}

void preload_fault_install(void)
{
	if (atomic_load(&installed))
		return;
	for (size_t i = 0; i < KEPT_COUNT; i++) {
		struct sigaction program;

		if (REAL(sigaction)(kept_signals[i], NULL, &program) != 0)
			return;
		kept_write(&kept[i], &program);
	}
	atomic_store(&installed, true);
	for (size_t i = 0; i < KEPT_COUNT; i++) {
		struct sigaction program;

		kept_read(&kept[i], &program);
		mirror(kept_signals[i], &program);
	}
}

bool preload_fault_keeps(int number)
{
	return atomic_load_explicit(&installed, memory_order_acquire) && kept_find(number);
}

void preload_fault_action(int number, const struct sigaction *action, struct sigaction *old)
{
	struct kept_action *slot = kept_find(number);
	struct sigaction wanted, before;
	uint64_t all = UINT64_MAX, mask = 0;
	bool owns = preload_owns();

	if (action)
		wanted = *action; /* a bad pointer faults here, before the lock */
	(void)DOOR_CALL_4(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof(all));
	(void)lock_acquire(&kept_lock);
	kept_read(slot, &before);
	if (action && owns) {
		kept_write(slot, &wanted);
		mirror(number, &wanted);
	} else if (action) { /* a vfork's child: what is kept is its parent's */
		(void)REAL(sigaction)(number, &wanted, NULL);
	}
	lock_release(&kept_lock);
	(void)DOOR_CALL_4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	if (old)
		*old = before;
}

void preload_fault_fork_child(void)
{
	lock_reset(&kept_lock);
}
