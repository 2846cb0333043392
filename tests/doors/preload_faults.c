/* SPDX-License-Identifier: MIT */
/*
 * Bad pointers give EFAULT, and all other faults go where they would have gone: to the program's
 * handler, whenever it was installed, or to the default action.
 */
#include "preload_common.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>

static const size_t page = 4096;

static uint8_t *map(int protection)
{
	uint8_t *memory = mmap(NULL, page, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

/* One mapped page with nothing behind it. */
static uint8_t *map_edge(void)
{
	uint8_t *memory =
	    mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_int_equal(munmap(memory + page, page), 0);
	return memory;
}

static void *volatile bad_pointers[] = {
    NULL,
    (void *)8,
#if !ADDRESS_SANITIZER
    (void *)0x7fffffffe000,
    (void *)0x800000000000,
    (void *)0x8000000000000000,
    (void *)-1,
    (void *)-4096,
#endif
};

static void data_pointers(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	volatile size_t everything = SIZE_MAX; /* the compiler is not to know it */
	int op = hash_op();

	(void)state;
	for (size_t i = 0; i < sizeof(bad_pointers) / sizeof(bad_pointers[0]); i++) {
		assert_int_equal(send(op, bad_pointers[i], 16, 0), -1);
		assert_int_equal(errno, EFAULT);
		assert_int_equal(write(op, bad_pointers[i], 16), -1);
		assert_int_equal(errno, EFAULT);
		assert_int_equal(recv(op, bad_pointers[i], 16, 0), -1);
		assert_int_equal(errno, EFAULT);
		assert_true(hashes_abc(op));
	}
	if (!ADDRESS_SANITIZER) {
		assert_int_equal(read(op, digest, everything), -1);
		assert_int_equal(errno, EFAULT);
		assert_int_equal(write(op, digest, everything), -1);
		assert_int_equal(errno, EFAULT);
		assert_true(hashes_abc(op));
	}
	close(op);
}

static void read_only_and_half(void **state)
{
	uint8_t *constant = map(PROT_READ), *none = map(PROT_NONE), *edge = map_edge();
	int op = hash_op();
	struct iovec vector[2] = {{edge, 3}, {edge + page - 16, 32}};

	(void)state;
	assert_int_equal(recv(op, constant, 32, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(send(op, none, 32, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(send(op, edge + page - 16, 32, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(recv(op, edge + page - 16, 32, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(writev(op, vector, 2), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(readv(op, (struct iovec *)(edge + page - 16), 2), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(send(op, constant, 32, 0), 32);
	assert_int_equal(send(op, edge + page - 16, 16, 0), 16);
	assert_true(hashes_abc(op));
	close(op);
	munmap(constant, page);
	munmap(none, page);
	munmap(edge, page);
}

static void cipher_pointers(void **state)
{
	static const uint8_t zeros[64];
	const struct afalg_control control = {.encrypt = true, .iv = zeros, .iv_size = 16};
	uint8_t *edge = map_edge(), out[64];
	int op = cipher_op();

	(void)state;
	assert_int_equal(afalg_send(op, &control, zeros, 64, 0), 64);
	assert_int_equal(recv(op, edge + page - 32, 64, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(recv(op, (void *)8, 64, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(recv(op, out, 64, 0), 64); /* the queue was kept (C-12) */
	assert_int_equal(send(op, edge + page - 8, 16, 0), -1);
	assert_int_equal(errno, EFAULT);
	close(op);
	munmap(edge, page);
}

static void argument_pointers(void **state)
{
	uint8_t *constant = map(PROT_READ);
	int op = hash_op(), parent = afalg_bind("hash", "hmac(sha256)"), value;
	struct msghdr header = {.msg_control = (void *)8, .msg_controllen = 32};
	socklen_t size = sizeof(value);

	(void)state;
	assert_int_equal(sendmsg(op, (void *)8, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(recvmsg(op, (void *)constant, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(sendmsg(op, &header, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(bind(parent, (void *)8, 88), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(setsockopt(parent, SOL_ALG, ALG_SET_KEY, (void *)8, 16), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(getsockopt(parent, SOL_SOCKET, SO_TYPE, (void *)8, &size), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(getsockopt(parent, SOL_SOCKET, SO_TYPE, &value, (void *)8), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(connect(parent, (void *)8, 16), -1);
	assert_int_equal(errno, EFAULT);
	close(op);
	close(parent);
	munmap(constant, page);
}

/* ---- the program's own faults; each story in a child, where no test framework has a handler ----
 */

static sigjmp_buf back;
static volatile sig_atomic_t handled;
static void *volatile handled_address;

static void jump_back(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	handled++;
	handled_address = info->si_addr;
	siglongjmp(back, 1);
}

static void default_actions(void)
{
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
}

static int *volatile nowhere = (int *)16;

/* One fault of the program itself: 0 if its handler saw it. */
static int fault_once(void)
{
	int before = handled;

	if (sigsetjmp(back, 1) == 0)
		*nowhere = 1;
	return handled == before + 1 && handled_address == nowhere ? 0 : 1;
}

/* One fault whose handler jumps back, whatever else it does. */
__attribute__((noinline)) static void fault_and_jump_back(void)
{
	if (sigsetjmp(back, 1) == 0)
		*nowhere = 1;
}

static int handler_story(int op)
{
	for (int i = 0; i < 3; i++) {
		if (fault_once())
			return 10;
		if (send(op, (void *)8, 16, 0) != -1 || errno != EFAULT)
			return 11;
		if (handled != i + 1 || !hashes_abc(op))
			return 12;
	}
	return 0;
}

static int handler_installed_before(void)
{
	struct sigaction action = {.sa_sigaction = jump_back, .sa_flags = SA_SIGINFO};

	default_actions();
	if (sigaction(SIGSEGV, &action, NULL) != 0)
		return 1;
	return handler_story(hash_op());
}

static int handler_installed_after(void)
{
	struct sigaction action = {.sa_sigaction = jump_back, .sa_flags = SA_SIGINFO}, seen;
	int op, result;

	default_actions();
	op = hash_op();
	sigaddset(&action.sa_mask, SIGUSR1);
	if (sigaction(SIGSEGV, &action, &seen) != 0 || seen.sa_handler != SIG_DFL)
		return 1;
	result = handler_story(op);
	if (result)
		return result;
	/* The program sees the action that it set, by every way. */
	if (sigaction(SIGSEGV, NULL, &seen) != 0 || seen.sa_sigaction != jump_back ||
	    !(seen.sa_flags & SA_SIGINFO) || !sigismember(&seen.sa_mask, SIGUSR1))
		return 2;
	if ((void *)signal(SIGSEGV, SIG_IGN) != (void *)jump_back)
		return 3;
	if (signal(SIGSEGV, SIG_DFL) != SIG_IGN)
		return 4;
	return send(op, (void *)8, 16, 0) == -1 && errno == EFAULT ? 0 : 5;
}

static volatile sig_atomic_t mask_was_right;

static void look_at_mask(int number)
{
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	mask_was_right = sigismember(&mask, SIGUSR1) && sigismember(&mask, number);
	signal(number, SIG_DFL);
	siglongjmp(back, 1);
}

static int mask_and_old_style(void)
{
	struct sigaction action = {.sa_handler = look_at_mask};
	sigset_t mask;
	int op;

	default_actions();
	op = hash_op();
	sigaddset(&action.sa_mask, SIGUSR1);
	sigaction(SIGSEGV, &action, NULL);
	fault_and_jump_back();
	if (!mask_was_right || !hashes_abc(op))
		return 1;
	/* A guarded fault leaves the mask as it was. */
	if (send(op, (void *)8, 16, 0) != -1)
		return 2;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	return sigismember(&mask, SIGSEGV) || sigismember(&mask, SIGUSR1);
}

static int default_kills(void)
{
	default_actions();
	if (!hashes_abc(hash_op()))
		return 1;
	*nowhere = 1;
	return 2;
}

static int default_kills_when_sent(void)
{
	default_actions();
	if (!hashes_abc(hash_op()))
		return 1;
	raise(SIGBUS);
	return 2;
}

/* A fault cannot be ignored, a signal that was sent can. */
static int ignored(void)
{
	default_actions();
	signal(SIGSEGV, SIG_IGN);
	if (!hashes_abc(hash_op()))
		return 1;
	raise(SIGSEGV);
	*nowhere = 1;
	return 2;
}

static int reset_hand(void)
{
	struct sigaction action = {.sa_sigaction = jump_back,
				   .sa_flags = SA_SIGINFO | (int)SA_RESETHAND | SA_NODEFER};

	default_actions();
	if (!hashes_abc(hash_op()))
		return 1;
	sigaction(SIGSEGV, &action, NULL);
	if (fault_once())
		return 2;
	*nowhere = 1;
	return 3;
}

/* On an alternate stack that the kernel disarms while a handler runs there. */
static int alternate_stack(void)
{
	static char memory[65536];
	stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory), .ss_flags = (int)(1u << 31)};
	stack_t seen;
	int op;

	default_actions();
	op = hash_op();
	if (sigaltstack(&stack, NULL) != 0)
		return 1;
	for (int i = 0; i < 3; i++) {
		if (send(op, (void *)8, 16, 0) != -1 || errno != EFAULT || !hashes_abc(op))
			return 2;
		if (sigaltstack(NULL, &seen) != 0 || seen.ss_sp != memory)
			return 3;
	}
	return 0;
}

static int other_op;
static volatile sig_atomic_t nested;

/* A handler on top of a fault that uses another alg socket, with a bad pointer of its own. */
static void use_in_handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	nested = send(other_op, (void *)8, 16, 0) == -1 && errno == EFAULT && hashes_abc(other_op);
	siglongjmp(back, 1);
}

static int handler_uses_sockets(void)
{
	struct sigaction action = {.sa_sigaction = use_in_handler,
				   .sa_flags = SA_SIGINFO | SA_NODEFER};
	int op;

	default_actions();
	op = hash_op();
	other_op = hash_op();
	sigaction(SIGSEGV, &action, NULL);
	fault_and_jump_back();
	return nested && send(op, (void *)8, 16, 0) == -1 && hashes_abc(op) ? 0 : 1;
}

/* The kernel's structure, by syscall(). */
static int by_system_call(void)
{
	struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		uint64_t mask;
	} action = {SIG_IGN, 0, NULL, 0}, old;
	int op;

	default_actions();
	op = hash_op();
	if (syscall(SYS_rt_sigaction, SIGBUS, &action, &old, 8) != 0 || old.handler != SIG_DFL)
		return 1;
	if (signal(SIGBUS, SIG_DFL) != SIG_IGN)
		return 2;
	return hashes_abc(op) ? 0 : 3;
}

__attribute__((noinline)) static void default_in_vfork(void)
{
	pid_t child = vfork();

	if (child == 0) {
		(void)signal(SIGSEGV, SIG_DFL);
		_exit(0);
	}
	(void)waitpid(child, NULL, 0);
}

/* What a vfork's child sets, which shares this memory, is its own. */
static int action_in_vfork(void)
{
	struct sigaction action = {.sa_sigaction = jump_back, .sa_flags = SA_SIGINFO}, seen;
	int op;

	default_actions();
	op = hash_op();
	sigaction(SIGSEGV, &action, NULL);
	default_in_vfork();
	if (sigaction(SIGSEGV, NULL, &seen) != 0 || seen.sa_sigaction != jump_back)
		return 1;
	return handler_story(op) ? 2 : 0;
}

/* ---- a call that a handler has left by siglongjmp ---- */

#define LONG_WORK (512u << 20) /* bytes: more than is hashed before the timer */

static sigjmp_buf way_out;

static void leave(int number)
{
	(void)number;
	siglongjmp(way_out, 1);
}

/* Begins to hash, and is taken out of it.  False: not in time. */
static bool leave_a_send(int op, const uint8_t *memory)
{
	const struct itimerval soon = {.it_value = {.tv_usec = 20000}};

	if (sigsetjmp(way_out, 1) != 0)
		return true;
	setitimer(ITIMER_REAL, &soon, NULL);
	send(op, memory, LONG_WORK, 0);
	return false;
}

/* A fault below frames that have written over what the call left on the stack. */
__attribute__((noinline)) static int fault_deep(uint8_t *memory)
{
	volatile uint8_t frame[16384];

	memset((void *)frame, 0x5a, sizeof(frame));
	nowhere = (int *)(void *)memory;
	return fault_once() + (frame[0] != 0x5a);
}

static int left_by_jump(void)
{
	struct sigaction fault = {.sa_sigaction = jump_back, .sa_flags = SA_SIGINFO};
	int op = hash_op(), other = hash_op();
	uint8_t *memory = mmap(NULL, LONG_WORK, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	default_actions();
	signal(SIGALRM, leave);
	sigaction(SIGSEGV, &fault, NULL);
	if (memory == MAP_FAILED || !leave_a_send(op, memory))
		return 1;
	munmap(memory, LONG_WORK);
	/* The faults are the program's own, though at addresses of that call. */
	nowhere = (int *)(void *)memory;
	if (fault_once())
		return 2;
	if (fault_deep(memory + 4096))
		return 3;
	if (!hashes_abc(other) || send(other, memory, 16, 0) != -1 || errno != EFAULT)
		return 4;
	nowhere = (int *)(void *)memory;
	return fault_once() ? 5 : 0;
}

#define STORY(name)                                                                                \
	static void story_##name(void **state)                                                     \
	{                                                                                          \
		(void)state;                                                                       \
		assert_exits_well(in_child(name));                                                 \
	}

#define DEATH(name, number)                                                                        \
	static void story_##name(void **state)                                                     \
	{                                                                                          \
		int status = in_child(name);                                                       \
                                                                                                   \
		(void)state;                                                                       \
		assert_true(WIFSIGNALED(status));                                                  \
		assert_int_equal(WTERMSIG(status), number);                                        \
	}

STORY(handler_installed_before)
STORY(handler_installed_after)
STORY(mask_and_old_style)
STORY(alternate_stack)
STORY(handler_uses_sockets)
STORY(by_system_call)
STORY(action_in_vfork)
STORY(left_by_jump)
DEATH(default_kills, SIGSEGV)
DEATH(default_kills_when_sent, SIGBUS)
DEATH(ignored, SIGSEGV)
DEATH(reset_hand, SIGSEGV)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    /* Before any alg socket of this process, so that children install their own first. */
	    cmocka_unit_test(story_handler_installed_before),
	    cmocka_unit_test(story_handler_installed_after),
	    cmocka_unit_test(story_mask_and_old_style),
	    cmocka_unit_test(story_alternate_stack),
	    cmocka_unit_test(story_handler_uses_sockets),
	    cmocka_unit_test(story_by_system_call),
	    cmocka_unit_test(story_action_in_vfork),
	    cmocka_unit_test(story_left_by_jump),
	    cmocka_unit_test(story_default_kills),
	    cmocka_unit_test(story_default_kills_when_sent),
	    cmocka_unit_test(story_ignored),
	    cmocka_unit_test(story_reset_hand),
	    cmocka_unit_test(data_pointers),
	    cmocka_unit_test(read_only_and_half),
	    cmocka_unit_test(cipher_pointers),
	    cmocka_unit_test(argument_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
