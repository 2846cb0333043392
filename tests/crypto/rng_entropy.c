/* SPDX-License-Identifier: MIT */
/*
 * The entropy source and fork safety: what happens where the kernel refuses, and that no two
 * processes draw the same bytes, whichever call made them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/registry.h"
#include "crypto/rng/entropy.h"

#define DRAW       16u
#define MANY_FORKS 1000u

static struct tfm *new_seeded(const char *name)
{
	const struct alg *alg;
	struct tfm *tfm;

	assert_int_equal(registry_find(ALG_TYPE_RNG, name, &alg), 0);
	assert_int_equal(tfm_new(alg, &tfm), 0);
	assert_int_equal(alg->rng.seed(tfm, NULL, 0), 0);
	return tfm;
}

static int draw(struct tfm *tfm, uint8_t *out)
{
	return tfm->alg->rng.generate(tfm, NULL, 0, out, DRAW);
}

/* A raw clone, which runs no handler and tells libc nothing. */
static pid_t raw_clone(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

/* Runs work in a child, which must return 0 to make it end well. */
static void in_child(pid_t (*make_child)(void), int (*work)(void *), void *argument)
{
	int status;
	pid_t child = make_child();

	assert_true(child >= 0);
	if (child == 0)
		_exit(work(argument));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* What processes draw, in memory that they share. */
struct draws {
	struct tfm *tfm;
	uint8_t (*out)[DRAW];
	size_t count;
	pid_t (*make_child)(void);
	unsigned depth;
};

static void *share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

static int compare_draws(const void *a, const void *b)
{
	return memcmp(a, b, DRAW);
}

static void assert_all_distinct(uint8_t (*out)[DRAW], size_t count)
{
	static const uint8_t zeros[DRAW];

	qsort(out, count, DRAW, compare_draws);
	assert_memory_not_equal(out[0], zeros, DRAW); /* all of them were drawn */
	for (size_t i = 1; i < count; i++)
		assert_memory_not_equal(out[i - 1], out[i], DRAW);
}

static int draw_in_child(void *argument)
{
	struct draws *draws = argument;

	return draw(draws->tfm, draws->out[draws->count]) != 0;
}

/* A parent draws before, between and after its children, which all start from its state. */
static void check_children(const char *name, pid_t (*make_child)(void), size_t children)
{
	size_t size = (2 * children + 1) * DRAW;
	struct draws draws = {.tfm = new_seeded(name), .out = share(size)};

	for (size_t i = 0; i < children; i++) {
		in_child(make_child, draw_in_child, &draws);
		draws.count++;
		if (i % 10 == 0)
			assert_int_equal(draw(draws.tfm, draws.out[draws.count++]), 0);
	}
	assert_int_equal(draw(draws.tfm, draws.out[draws.count++]), 0);
	assert_all_distinct(draws.out, draws.count);
	tfm_free(draws.tfm);
	assert_int_equal(munmap(draws.out, size), 0);
}

static const char *const drbgs[] = {"drbg_nopr_sha256", "drbg_nopr_hmac_sha512",
				    "drbg_nopr_ctr_aes256", "drbg_pr_sha256"};

#define DRBG_COUNT (sizeof(drbgs) / sizeof(drbgs[0]))

static void test_fork(void **state)
{
	(void)state;
	for (size_t i = 0; i < DRBG_COUNT; i++)
		check_children(drbgs[i], fork, 3);
}

static void test_fork_without_handlers(void **state)
{
	(void)state;
	for (size_t i = 0; i < DRBG_COUNT; i++)
		check_children(drbgs[i], raw_clone, 3);
}

static void test_many_forks(void **state)
{
	(void)state;
	check_children("stdrng", raw_clone, MANY_FORKS);
}

/* Each generation makes the next before it draws itself. */
static int draw_after_child(void *argument)
{
	struct draws *draws = argument;
	size_t mine = draws->count++;

	if (draws->depth-- > 0)
		in_child(draws->make_child, draw_after_child, draws);
	return draw(draws->tfm, draws->out[mine]) != 0;
}

static void test_generations(void **state)
{
	struct draws draws = {.tfm = new_seeded("stdrng"),
			      .out = share(8 * DRAW),
			      .make_child = raw_clone,
			      .depth = 7};

	(void)state;
	assert_int_equal(draw_after_child(&draws), 0);
	assert_all_distinct(draws.out, 8);
	tfm_free(draws.tfm);
	assert_int_equal(munmap(draws.out, 8 * DRAW), 0);
}

/* A test's entropy makes a generator deterministic, in the child as in the parent. */
static void test_fixed_entropy_stays(void **state)
{
	static const uint8_t entropy[48] = {1};
	struct draws draws = {.out = share(2 * DRAW)};

	(void)state;
	draws.tfm = new_seeded("drbg_nopr_sha256");
	assert_int_equal(draws.tfm->alg->rng.set_entropy(draws.tfm, entropy, sizeof(entropy)), 0);
	assert_int_equal(draws.tfm->alg->rng.seed(draws.tfm, NULL, 0), 0);
	in_child(fork, draw_in_child, &draws);
	assert_int_equal(draw(draws.tfm, draws.out[1]), 0);
	assert_memory_equal(draws.out[0], draws.out[1], DRAW);
	tfm_free(draws.tfm);
	assert_int_equal(munmap(draws.out, 2 * DRAW), 0);
}

/*
 * A signal handler that forks while a request is under way: here the request faults as it writes
 * its first byte, and the handler forks before it gives the page.
 */
static uint8_t *faulting_page;
static volatile pid_t handler_child;

static void fork_and_unprotect(int signal)
{
	(void)signal;
	handler_child = raw_clone();
	if (mprotect(faulting_page, 4096, PROT_READ | PROT_WRITE) != 0)
		_exit(2);
}

static void check_fork_within_request(const char *name)
{
	struct sigaction action = {.sa_handler = fork_and_unprotect};
	struct sigaction old;
	struct tfm *tfm = new_seeded(name);
	uint8_t(*out)[DRAW] = share(2 * DRAW);
	int result;
	int status;

	faulting_page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(faulting_page, MAP_FAILED);
	handler_child = -1;
	assert_int_equal(sigaction(SIGSEGV, &action, &old), 0);
	result = draw(tfm, faulting_page);
	memcpy(out[handler_child == 0], faulting_page, DRAW);
	if (handler_child == 0)
		_exit(result != 0);
	assert_int_equal(sigaction(SIGSEGV, &old, NULL), 0);
	assert_int_equal(result, 0);
	assert_true(handler_child > 0);
	assert_int_equal(waitpid(handler_child, &status, 0), handler_child);
	assert_int_equal(status, 0);
	assert_all_distinct(out, 2);
	assert_int_equal(munmap(faulting_page, 4096), 0);
	assert_int_equal(munmap(out, 2 * DRAW), 0);
	tfm_free(tfm);
}

static void test_fork_within_request(void **state)
{
	(void)state;
	for (size_t i = 0; i < DRBG_COUNT; i++)
		check_fork_within_request(drbgs[i]);
}

/* Makes a system call fail in this process; argument3: only where its third argument is that. */
static void refuse(unsigned call, int error, bool check_argument3, uint32_t argument3)
{
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, (uint8_t)(check_argument3 ? 3 : 1)),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument3, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_filter always[] = {
	    filter[0],
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
	    filter[4],
	    filter[5],
	};
	struct sock_fprog program = {.len = check_argument3 ? 6 : 4,
				     .filter = check_argument3 ? filter : always};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		_exit(3);
}

/* Without getrandom the device serves. */
static int fill_from_device(void *argument)
{
	uint8_t bytes[2][4096];
	static const uint8_t zeros[64];

	(void)argument;
	refuse(SYS_getrandom, ENOSYS, false, 0);
	errno = EDOM;
	if (entropy_fill(bytes[0], sizeof(bytes[0])) != 0 ||
	    entropy_fill(bytes[1], sizeof(bytes[1])) != 0 || errno != EDOM)
		return 1;
	if (memcmp(bytes[0], bytes[1], sizeof(bytes[0])) == 0)
		return 1;
	return memcmp(bytes[1] + sizeof(bytes[1]) - 64, zeros, 64) == 0;
}

/* Without either there is an error and no output. */
static int fail_without_device(void *argument)
{
	uint8_t bytes[DRAW];

	(void)argument;
	refuse(SYS_getrandom, ENOSYS, false, 0);
	refuse(SYS_openat, EACCES, false, 0);
	errno = EDOM;
	return entropy_fill(bytes, sizeof(bytes)) != -EIO || errno != EDOM;
}

/* Any other error of getrandom is final, and a seeded generator that needs entropy fails. */
static int fail_when_refused(void *argument)
{
	static const uint8_t zeros[DRAW];
	struct tfm **tfms = argument;
	const struct alg *alg;
	struct tfm *fresh;
	uint8_t out[DRAW];

	if (registry_find(ALG_TYPE_RNG, "stdrng", &alg) != 0 || tfm_new(alg, &fresh) != 0)
		return 1;
	refuse(SYS_getrandom, EPERM, false, 0);
	if (entropy_fill(out, sizeof(out)) != -EIO)
		return 2;
	if (fresh->alg->rng.seed(fresh, NULL, 0) != -EIO || draw(fresh, out) != -EINVAL)
		return 3;
	for (size_t i = 0; tfms[i]; i++) { /* seeded by the parent: copies, so they must reseed */
		memset(out, 0xa5, sizeof(out));
		if (draw(tfms[i], out) != -EIO || memcmp(out, zeros, sizeof(out)) != 0)
			return 4;
	}
	return 0;
}

static void test_refused_by_the_kernel(void **state)
{
	struct tfm *tfms[DRBG_COUNT + 1] = {NULL};

	(void)state;
	for (size_t i = 0; i < DRBG_COUNT; i++)
		tfms[i] = new_seeded(drbgs[i]);
	in_child(fork, fill_from_device, NULL);
	in_child(fork, fail_without_device, NULL);
	in_child(fork, fail_when_refused, tfms);
	for (size_t i = 0; i < DRBG_COUNT; i++)
		tfm_free(tfms[i]);
}

/* A thread that is to be cancelled ends at the next cancellation point: not in here. */
static void *fill_while_cancelled(void *argument)
{
	uint8_t bytes[DRAW];

	pthread_cancel(pthread_self());
	*(int *)argument = entropy_fill(bytes, sizeof(bytes));
	return argument;
}

static void test_no_cancellation_point(void **state)
{
	pthread_t thread;
	int result = 1;
	void *returned;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, fill_while_cancelled, &result), 0);
	assert_int_equal(pthread_join(thread, &returned), 0);
	assert_int_equal(result, 0);
	assert_ptr_equal(returned, &result);
}

static void test_generation(void **state)
{
	(void)state;
	errno = EDOM;
	assert_int_not_equal(entropy_generation(), 0);
	assert_int_equal(entropy_generation(), entropy_generation());
	assert_int_equal(errno, EDOM);
}

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_generation),
	    cmocka_unit_test(test_fork),
	    cmocka_unit_test(test_fork_without_handlers),
	    cmocka_unit_test(test_many_forks),
	    cmocka_unit_test(test_generations),
	    cmocka_unit_test(test_fixed_entropy_stays),
	    cmocka_unit_test(test_fork_within_request),
	    cmocka_unit_test(test_refused_by_the_kernel),
	    cmocka_unit_test(test_no_cancellation_point),
	};

	(void)arguments;
	/* With an argument: all of it where the kernel cannot empty pages at fork. */
	if (count > 1)
		refuse(SYS_madvise, EINVAL, true, MADV_WIPEONFORK);
	return cmocka_run_group_tests_name("rng_entropy", tests, NULL, NULL);
}
