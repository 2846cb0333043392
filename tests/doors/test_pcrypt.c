/* SPDX-License-Identifier: MIT */
/*
 * pcrypt(D): reads of many sockets in one io_submit, which several threads compute, give what those
 * of D give one after the other, each for itself.  Drivers have the kernel's names.
 */
#include "aio_calls.h"
#include "support/folder.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#define CALLS    ((unsigned)EVENTS)
#define AAD      16u
#define TEXT     65536u
#define TAG      16u
#define MOST     (AAD + TEXT + TAG)
#define WRONG    5u  /* the call whose tag is wrong, */
#define NOWHERE  9u  /* whose memory is not there, */
#define SHORT    12u /* and whose buffer is too small */
#define NO_PLACE ((void *)8)

static aio_context_t context;
static unsigned threads_made;

/* The door's threads come by here, too. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
		   void *argument)
{
	static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	threads_made++;
	return real(thread, attributes, body, argument);
}

/* The preload door: neither a kernel nor another process. */
static bool computed_here(void)
{
	return getenv("LD_PRELOAD") != NULL;
}

static bool threads_are_seen(void)
{
	cpu_set_t set;

	return computed_here() && sched_getaffinity(0, sizeof(set), &set) == 0 &&
	       CPU_COUNT(&set) > 1;
}

static unsigned tasks(void)
{
	int count = folder_names("/proc/self/task");

	assert_true(count > 0);
	return (unsigned)count;
}

static const struct row {
	const char *driver;
	size_t key_size;
	uint8_t cipher_key; /* bytes of it, behind the hash's: the key is a blob (K-10); or 0 */
	uint8_t iv_size;
	uint8_t iv0;
	uint8_t block;
} rows[] = {
    {"gcm_base(ctr(aes-generic),ghash-generic)", 16, 0, 12, 0, 1},
    {"rfc4106(gcm_base(ctr(aes-generic),ghash-generic))", 20, 0, 8, 0, 1},
    {"ccm_base(ctr(aes-generic),cbcmac(aes-generic))", 32, 0, 16, 3, 1},
    {"authenc(hmac(sha256-generic),cbc(aes-generic))", 8 + 32 + 16, 16, 16, 0, 16},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* 16 sockets of pcrypt(D), as many of D, and what they are given and give. */
static struct set {
	const struct row *row;
	int op[CALLS], plain[CALLS];
	size_t size[CALLS]; /* of the text */
	uint8_t sent[CALLS][MOST];
	uint8_t out[CALLS][MOST];
	uint8_t expected[CALLS][MOST];
	ssize_t result[CALLS]; /* what is expected */
	struct iocb reads[CALLS];
	struct io_event events[CALLS];
} set;

static void random_bytes(uint8_t *to, size_t count)
{
	static uint32_t state = 2463534242;

	while (count-- > 0) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		*to++ = (uint8_t)state;
	}
}

static void open_ops(const char *name, const uint8_t *key, int *ops)
{
	int parent = afalg_bind("aead", name);

	assert_true(parent >= 0);
	assert_int_equal(afalg_set_key(parent, key, set.row->key_size), 0);
	assert_int_equal(afalg_set_authsize(parent, TAG), 0);
	for (unsigned i = 0; i < CALLS; i++) {
		ops[i] = afalg_accept(parent);
		assert_true(ops[i] >= 0);
	}
	close(parent);
}

static void open_set(const struct row *row)
{
	const uint16_t header[2] = {8, 1};
	uint8_t key[64] = {0};
	char name[128];

	set.row = row;
	random_bytes(key, sizeof(key));
	if (row->cipher_key) {
		memcpy(key, header, sizeof(header));
		memset(key + 4, 0, 3);
		key[7] = row->cipher_key;
	}
	snprintf(name, sizeof(name), "pcrypt(%s)", row->driver);
	open_ops(row->driver, key, set.plain);
	open_ops(name, key, set.op);
	for (unsigned i = 0; i < CALLS; i++) {
		/* Most are large, some are not, one is nothing but AAD, one fills 4 KiB. */
		set.size[i] = i % 5 < 3 ? TEXT : i == 3 ? 0 : i == 8 ? 4096 - AAD : 16 * i;
		if (row->block == 1 && i % 5 == 4)
			set.size[i] += 3;
		random_bytes(set.sent[i], AAD + set.size[i]);
	}
}

static void close_set(void)
{
	for (unsigned i = 0; i < CALLS; i++) {
		close(set.op[i]);
		close(set.plain[i]);
	}
}

static void send_to(int op, unsigned i, bool encrypt)
{
	uint8_t iv[16] = {set.row->iv0, (uint8_t)i};
	const struct afalg_control control = {.encrypt = encrypt,
					      .iv = iv,
					      .iv_size = set.row->iv_size,
					      .has_assoclen = true,
					      .assoclen = AAD};
	size_t size = AAD + set.size[i] + (encrypt ? 0 : TAG);

	assert_int_equal(afalg_send(op, &control, set.sent[i], size, 0), size);
}

/* Sends to both, reads the plain one, and makes the calls for the others. */
static void prepare(bool encrypt)
{
	memset(set.out, 0x77, sizeof(set.out));
	for (unsigned i = 0; i < CALLS; i++) {
		size_t room = AAD + set.size[i] + (encrypt ? TAG : 0);

		if (i == SHORT)
			room -= set.row->block == 1 ? 5 : 32;
		send_to(set.op[i], i, encrypt);
		send_to(set.plain[i], i, encrypt);
		set.result[i] = recv(set.plain[i], set.expected[i], room, 0);
		if (set.result[i] < 0)
			set.result[i] = -errno;
		set.reads[i] =
		    control(IOCB_CMD_PREAD, set.op[i], i == NOWHERE ? NO_PLACE : set.out[i], room);
	}
}

static void do_all(void)
{
	unsigned before = tasks();

	assert_int_equal(submit(context, set.reads, CALLS), CALLS);
	assert_int_equal(reap(context, CALLS, CALLS, set.events), CALLS);
	assert_int_equal(tasks(), before);
}

static void check_results(void)
{
	for (unsigned i = 0; i < CALLS; i++) {
		const struct io_event *event = &set.events[i];
		unsigned which = (unsigned)event->data;
		size_t size = (size_t)set.reads[which].aio_nbytes;

		assert_true(which < CALLS);
		if (which == NOWHERE) {
			assert_int_equal(event->res, -EFAULT);
			/* E-19: its message is still there. */
			assert_int_equal(recv(set.op[which], set.out[which], size, 0), size);
		} else {
			assert_int_equal(event->res, set.result[which]);
		}
		if (set.result[which] >= 0)
			assert_memory_equal(set.out[which], set.expected[which], size);
	}
}

static void encrypt_all(void)
{
	for (size_t row = 0; row < ROWS; row++) {
		open_set(&rows[row]);
		prepare(true);
		do_all();
		check_results();
		close_set();
	}
}

/* Other programs' load can keep threads away for some time. */
static void results_are_those_of_the_driver(void **state)
{
	unsigned attempts = 20;

	(void)state;
	threads_made = 0;
	encrypt_all();
	while (threads_are_seen() && threads_made == 0 && --attempts > 0) {
		(void)usleep(150000);
		encrypt_all();
	}
	assert_true(attempts > 0);
}

static void decryption_and_one_wrong_tag(void **state)
{
	(void)state;
	for (size_t row = 0; row < ROWS; row++) {
		open_set(&rows[row]);
		for (unsigned i = 0; i < CALLS; i++) {
			size_t sealed = AAD + set.size[i] + TAG;

			send_to(set.plain[i], i, true);
			assert_int_equal(recv(set.plain[i], set.sent[i], sealed, 0), sealed);
		}
		set.sent[WRONG][AAD] ^= 1;
		prepare(false);
		assert_int_equal(set.result[WRONG], -EBADMSG);
		do_all();
		check_results();
		/* Its message is gone all the same (E-03), and the socket takes another one. */
		set.sent[WRONG][AAD] ^= 1;
		send_to(set.op[WRONG], WRONG, false);
		assert_int_equal(recv(set.op[WRONG], set.out[WRONG], AAD + set.size[WRONG], 0),
				 AAD + set.size[WRONG]);
		close_set();
	}
}

/* Only who names pcrypt gets threads. */
static void others_are_not_computed_by_threads(void **state)
{
	(void)state;
	open_set(&rows[2]);
	threads_made = 0;
	for (unsigned i = 0; i < CALLS; i++) {
		send_to(set.plain[i], i, true);
		set.reads[i] =
		    control(IOCB_CMD_PREAD, set.plain[i], set.out[i], AAD + set.size[i] + TAG);
	}
	do_all();
	for (unsigned i = 0; i < CALLS; i++)
		assert_int_equal(set.events[i].res, AAD + set.size[i] + TAG);
	assert_int_equal(threads_made, 0);
	close_set();
}

/* Results in one place: the last one's stays, as if they were made one after the other.  A kernel
 * writes them as they come. */
static void order_counts_where_it_shows(void **state)
{
	(void)state;
	open_set(&rows[0]);
	for (unsigned i = 0; i < CALLS; i++)
		set.size[i] = TEXT;
	prepare(true);
	for (unsigned i = 0; i < CALLS; i++)
		set.reads[i] = control(IOCB_CMD_PREAD, set.op[i], set.out[0] + 16 * i, MOST);
	do_all();
	for (unsigned i = 0; i < CALLS; i++) {
		assert_int_equal(set.events[i].res, MOST);
		if (computed_here())
			assert_memory_equal(set.out[0] + 16 * i, set.expected[i],
					    i == CALLS - 1 ? MOST : 16);
	}
	close_set();
}

static void *nothing(void *argument)
{
	return argument;
}

/* A sanitizer may have a thread of its own, from a program's first one on. */
static int begin(void **state)
{
	pthread_t thread;

	(void)state;
	return pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(results_are_those_of_the_driver),
	    cmocka_unit_test(decryption_and_one_wrong_tag),
	    cmocka_unit_test(others_are_not_computed_by_threads),
	    cmocka_unit_test(order_counts_where_it_shows),
	};
	int failed;

	if (syscall(SYS_io_setup, 2 * CALLS, &context) != 0)
		return 77;
	failed = cmocka_run_group_tests(tests, begin, NULL);
	(void)syscall(SYS_io_destroy, context);
	return failed;
}
