/* SPDX-License-Identifier: MIT */
/* Computations by several threads: each done once, whatever becomes of the threads. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "crypto/parallel.h"
#include "support/folder.h"

#define MOST    200u
#define SECOND  1000000000
#define ATTEMPT 50u /* what another program's load can spoil is tried again */
#define ROUNDS  40u

/* ---- threads, counted, and refused where a test wants it ---- */

static unsigned threads_made, threads_allowed = UINT32_MAX;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
		   void *argument)
{
	static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	if (threads_made >= threads_allowed)
		return EAGAIN;
	threads_made++;
	return real(thread, attributes, body, argument);
}

/* And the time is over for which no thread is made after one that other programs kept waiting. */
static int reset(void **state)
{
	(void)state;
	(void)usleep(150000);
	threads_made = 0;
	threads_allowed = UINT32_MAX;
	return 0;
}

static unsigned tasks(void)
{
	int count = folder_names("/proc/self/task");

	check(count > 0, "/proc/self/task");
	return (unsigned)count;
}

static int processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}

static bool one_processor(void)
{
	if (processors() < 2)
		print_message("# there is one processor only\n");
	return processors() < 2;
}

/* ---- jobs ---- */

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

struct jobs {
	int64_t time; /* what each takes, ns */
	size_t count;
	_Atomic unsigned done[MOST];
	_Atomic unsigned tickets;
	unsigned ticket[MOST]; /* in which order they began */
	pid_t thread[MOST];
	_Atomic bool unblocked; /* a helper can be interrupted */
	_Atomic bool met;       /* two threads were at work at once */
	_Atomic pid_t waiting;
};

static struct jobs jobs;

static void job(void *context, size_t index)
{
	struct jobs *all = context;
	int64_t start = now();

	all->ticket[index] = atomic_fetch_add(&all->tickets, 1);
	all->thread[index] = gettid();
	atomic_fetch_add(&all->done[index], 1);
	while (now() - start < all->time)
		;
}

static void run(size_t count, int64_t time)
{
	int before = processors();

	memset(&jobs, 0, sizeof(jobs));
	jobs.time = time;
	jobs.count = count;
	parallel_run(job, &jobs, count);
	for (size_t i = 0; i < MOST; i++)
		check(jobs.done[i] == (i < count), "%zu of %zu: %u times", i, count, jobs.done[i]);
	check(processors() == before, "%d processors, %d before", processors(), before);
}

static void check_order(void)
{
	for (size_t i = 0; i < jobs.count; i++) {
		check(jobs.ticket[i] == i, "%zu began as %u", i, jobs.ticket[i]);
		check(jobs.thread[i] == gettid(), "%zu", i);
	}
}

/* ---- the tests ---- */

static void each_is_done_once(void **state)
{
	static const int64_t times[] = {0, 30000, 400000};

	(void)state;
	for (size_t t = 0; t < sizeof(times) / sizeof(times[0]); t++)
		for (size_t count = 0; count <= 20; count++)
			run(count, times[t]);
	run(MOST, 100000);
}

static void short_ones_make_no_thread(void **state)
{
	unsigned attempt = 0;

	(void)state;
	do {
		threads_made = 0;
		run(100, 0);
	} while (threads_made > 0 && ++attempt < ATTEMPT);
	check(threads_made == 0, "%u threads", threads_made);
	check_order();
}

/* The first one is done when a second one could be made, so that one or two need none. */
static void few_make_no_thread(void **state)
{
	(void)state;
	for (size_t count = 0; count <= 2; count++)
		run(count, 2000000);
	check(threads_made == 0, "%u threads", threads_made);
	check_order();
}

static void one_processor_makes_no_thread(void **state)
{
	cpu_set_t all, one;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	run(8, 1000000);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	check(threads_made == 0, "%u threads", threads_made);
	check_order();
}

static void without_threads_the_caller_does_it(void **state)
{
	(void)state;
	threads_allowed = 0;
	run(8, 1000000);
	check_order();
	threads_allowed = 1; /* of more, where there are processors */
	run(8, 1000000);
}

/* Each but the first waits some time for another thread's. */
static void meet(void *context, size_t index)
{
	struct jobs *all = context;
	int64_t start = now();
	sigset_t blocked;
	pid_t first = 0;

	atomic_fetch_add(&all->done[index], 1);
	while (index == 0 && now() - start < all->time)
		;
	if (index == 0)
		return;
	(void)pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	if (!sigismember(&blocked, SIGALRM) || !sigismember(&blocked, SIGTERM))
		atomic_store(&all->unblocked, true);
	if (!atomic_compare_exchange_strong(&all->waiting, &first, gettid()) && first != gettid())
		atomic_store(&all->met, true);
	while (!atomic_load(&all->met) && now() - start < SECOND / 100)
		;
}

static void threads_help_and_are_gone(void **state)
{
	unsigned before = tasks(), rounds = 0, met = 0;
	sigset_t mask;

	(void)state;
	if (one_processor())
		return;
	while (met < ROUNDS && rounds++ < 10 * ROUNDS) {
		memset(&jobs, 0, sizeof(jobs));
		jobs.time = 1000000;
		parallel_run(meet, &jobs, 16);
		check(!jobs.unblocked, "signals are not blocked");
		check(tasks() == before, "%u tasks, %u before", tasks(), before);
		met += jobs.met;
	}
	check(met == ROUNDS && threads_made >= ROUNDS, "%u threads helped", met);
	assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
	check(!sigismember(&mask, SIGALRM), "signals stay blocked");
}

/* Threads that wait for a processor which others use. */
static void busy_processors_change_nothing(void **state)
{
	pid_t busy[8];

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		busy[i] = fork();
		check(busy[i] >= 0, "fork");
		if (busy[i] == 0)
			(void)alarm(10);
		while (busy[i] == 0)
			;
	}
	for (unsigned i = 0; i < 30; i++)
		run(16, 50000);
	for (size_t i = 0; i < 8; i++) {
		(void)kill(busy[i], SIGKILL);
		assert_int_equal(waitpid(busy[i], NULL, 0), busy[i]);
	}
	check(threads_made > 0 || processors() < 2, "there was no thread");
}

static sigjmp_buf way_out;

static void leave(int number)
{
	(void)number;
	siglongjmp(way_out, 1);
}

/* A handler that jumps leaves no thread behind, which would work on what is no more. */
static void a_jump_leaves_no_thread(void **state)
{
	const struct itimerval soon = {.it_value = {.tv_usec = 3000}}, never = {0};
	unsigned before = tasks();
	unsigned left = 0;

	(void)state;
	if (one_processor())
		return;
	(void)signal(SIGALRM, leave);
	for (unsigned i = 0; i < 20; i++) {
		memset(&jobs, 0, sizeof(jobs));
		jobs.time = 1000000;
		if (sigsetjmp(way_out, 1) == 0) {
			(void)setitimer(ITIMER_REAL, &soon, NULL);
			parallel_run(job, &jobs, 16);
			(void)setitimer(ITIMER_REAL, &never, NULL);
		} else {
			left++;
		}
		check(tasks() == before, "%u tasks, %u before", tasks(), before);
	}
	(void)signal(SIGALRM, SIG_DFL);
	check(left > 0, "no handler ran");
}

/* ---- what it is for ---- */

#define MESSAGES 16u
#define AAD_MOST 20u
#define TEXT     32768u
#define TAG      16u
#define WRONG    11u

typedef uint8_t messages[MESSAGES][AAD_MOST + TEXT + TAG]; /* AAD, text, tag */

struct sealing {
	struct tfm *tfm;
	size_t aad_size;
	bool encrypt;
	const uint8_t *in;
	uint8_t *out;
	int result;
};

static void seal(void *context, size_t index)
{
	struct sealing *sealing = (struct sealing *)context + index;
	struct tfm *tfm = sealing->tfm;
	size_t aad_size = sealing->aad_size;
	uint8_t iv[ALG_MAX_IV] = {3, (uint8_t)index};
	const struct aead_request request = {
	    .iv = iv,
	    .aad = sealing->in,
	    .aad_size = aad_size,
	    .aad_out = sealing->out,
	    .in = sealing->in + aad_size,
	    .out = sealing->out + aad_size,
	    .size = TEXT,
	    .tag = sealing->out + aad_size + TEXT,
	};

	if (sealing->out != sealing->in)
		memcpy(sealing->out, sealing->in, aad_size);
	sealing->result = sealing->encrypt ? tfm->alg->aead.encrypt(tfm, &request)
					   : tfm->alg->aead.decrypt(tfm, &request);
}

static void start(struct sealing *sealings, bool encrypt, messages in, messages out)
{
	for (size_t i = 0; i < MESSAGES; i++) {
		sealings[i].encrypt = encrypt;
		sealings[i].in = in[i];
		sealings[i].out = out[i];
	}
}

struct aead {
	const char *name;
	size_t key_size;
	size_t aad_size;
	size_t generated; /* bytes of the text that are an IV's place */
};

static void open_all(struct sealing *sealings, const struct aead *aead, const uint8_t *key)
{
	for (size_t i = 0; i < MESSAGES; i++) {
		sealings[i].tfm = check_tfm(ALG_TYPE_AEAD, aead->name, key, aead->key_size);
		sealings[i].tfm->authsize = TAG;
		sealings[i].aad_size = aead->aad_size;
	}
}

/* One after the other, with input and output apart, and by several threads in place. */
static void check_encryption(struct sealing *sealings, const char *name, messages text,
			     messages sealed)
{
	static messages alone;

	start(sealings, true, text, alone);
	for (size_t i = 0; i < MESSAGES; i++)
		seal(sealings, i);
	memcpy(sealed, text, sizeof(messages));
	start(sealings, true, sealed, sealed);
	parallel_run(seal, sealings, MESSAGES);
	for (size_t i = 0; i < MESSAGES; i++) {
		size_t size = sealings[i].aad_size + TEXT + TAG;

		check(sealings[i].result == 0, "%s: %zu: %d", name, i, sealings[i].result);
		check(memcmp(alone[i], sealed[i], size) == 0, "%s: %zu", name, i);
	}
}

static void check_decryption(struct sealing *sealings, const struct aead *aead, messages text,
			     messages sealed)
{
	size_t from = aead->aad_size + aead->generated;

	sealed[WRONG][aead->aad_size + TEXT] ^= 1;
	start(sealings, false, sealed, sealed);
	parallel_run(seal, sealings, MESSAGES);
	for (size_t i = 0; i < MESSAGES; i++) {
		const uint8_t *got = sealed[i] + from;
		size_t size = TEXT - aead->generated;

		check(sealings[i].result == (i == WRONG ? -EBADMSG : 0), "%s: %zu: %d", aead->name,
		      i, sealings[i].result);
		check(i == WRONG ? check_is_filled(got, 0, size)
				 : memcmp(got, text[i] + from, size) == 0,
		      "%s: %zu back", aead->name, i);
	}
}

static const struct aead aeads[] =
    {
	{"gcm(aes)", 16, 20, 0},
	{"ccm(aes)", 16, 13, 0},
	{"ccm(camellia)", 32, 20, 0},
	{"gcm(serpent)", 16, 0, 0},
	{"rfc4106(gcm(aes))", 20, 20, 0},
	{"rfc4309(ccm(aes))", 19, 16, 0},
	{"rfc4543(gcm(aes))", 36, 20, 0},
	{"rfc7539(chacha20,poly1305)", 32, 20, 0},
	{"rfc7539esp(chacha20,poly1305)", 36, 9, 0},
	{"seqiv(rfc4106(gcm(aes)))", 20, 12, 8},
},
			 composed[] = {
			     {"authenc(hmac(sha256),cbc(aes))", 48, 20, 0},
			     {"authenc(cmac(aes),ctr(aes))", 40, 7, 0},
			     {"authencesn(hmac(sha1),ctr(aes))", 40, 20, 0},
			     {"krb5enc(hmac(sha256),cbc(aes))", 48, 20, 0},
			     {"essiv(authenc(hmac(sha256),cbc(aes)),sha256)", 56, 16, 0},
			     {"echainiv(authenc(hmac(sha256),cbc(aes)))", 40, 5, 16},
};

static void check_aead(const struct aead *aead, const uint8_t *key)
{
	static messages text, sealed;
	struct sealing sealings[MESSAGES];

	check_random_bytes((uint8_t *)text, sizeof(text));
	open_all(sealings, aead, key);
	check_encryption(sealings, aead->name, text, sealed);
	check_decryption(sealings, aead, text, sealed);
	for (size_t i = 0; i < MESSAGES; i++)
		tfm_free(sealings[i].tfm);
}

static void aeads_are_those_of_one_thread(void **state)
{
	static const uint16_t header[2] = {8, 1};
	uint8_t key[64];

	(void)state;
	check_random_bytes(key, sizeof(key));
	for (size_t i = 0; i < sizeof(aeads) / sizeof(aeads[0]); i++)
		check_aead(&aeads[i], key);
	memcpy(key, header, sizeof(header));
	memset(key + 4, 0, 4);
	key[7] = 16; /* bytes of the cipher's key (K-10) */
	for (size_t i = 0; i < sizeof(composed) / sizeof(composed[0]); i++)
		check_aead(&composed[i], key);
	check(threads_made > 0 || processors() < 2, "there was no thread");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(each_is_done_once, reset),
	    cmocka_unit_test_setup(short_ones_make_no_thread, reset),
	    cmocka_unit_test_setup(few_make_no_thread, reset),
	    cmocka_unit_test_setup(one_processor_makes_no_thread, reset),
	    cmocka_unit_test_setup(without_threads_the_caller_does_it, reset),
	    cmocka_unit_test_setup(threads_help_and_are_gone, reset),
	    cmocka_unit_test_setup(busy_processors_change_nothing, reset),
	    cmocka_unit_test_setup(a_jump_leaves_no_thread, reset),
	    cmocka_unit_test_setup(aeads_are_those_of_one_thread, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
