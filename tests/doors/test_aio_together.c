/* SPDX-License-Identifier: MIT */
/*
 * Many asynchronous calls in one io_submit, which may be computed side by side: each gives what the
 * same call by itself gives, beside others that fail, sleep for nothing, or come twice.
 */
#include "preload_common.h"
#include "support/skip.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#define CALLS    40u
#define MOST     40000u
#define DIGEST   64u
#define IV_SIZE  16u
#define NOWHERE  ((void *)8)
#define ROUNDS   6u
#define KEY_MOST 200u

static uint8_t text[CALLS][MOST], out[CALLS][MOST], expected[CALLS][MOST];
static size_t size[CALLS];
static aio_context_t context;

static unsigned random_below(unsigned bound)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 20) % bound;
}

static void random_bytes(uint8_t *to, size_t count)
{
	while (count-- > 0)
		*to++ = (uint8_t)random_below(256);
}

/* count op sockets of one parent, or of two with different keys by turns. */
static void open_ops(const char *type, const char *name, size_t key_size, int *ops, unsigned count)
{
	int parents[2];

	for (unsigned i = 0; i < 2; i++) {
		uint8_t key[KEY_MOST];

		random_bytes(key, key_size);
		parents[i] = afalg_bind(type, name);
		assert_true(parents[i] >= 0);
		assert_int_equal(afalg_set_key(parents[i], key, key_size), 0);
	}
	for (unsigned i = 0; i < count; i++) {
		ops[i] = afalg_accept(parents[i / 2 % 2]);
		assert_true(ops[i] >= 0);
	}
	close(parents[0]);
	close(parents[1]);
}

static void close_all(const int *ops, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		close(ops[i]);
}

/* Submits them all at once and collects the results by place. */
static void do_all(struct iocb *controls, unsigned count, int64_t *results)
{
	struct iocb *list[CALLS];
	struct io_event events[CALLS];
	struct timespec time = {.tv_sec = 5};

	for (unsigned i = 0; i < count; i++) {
		controls[i].aio_data = i;
		list[i] = &controls[i];
	}
	assert_int_equal(syscall(SYS_io_submit, context, (long)count, list), count);
	assert_int_equal(
	    syscall(SYS_io_getevents, context, (long)count, (long)count, events, &time), count);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(events[i].data, i); /* in their order */
		results[i] = events[i].res;
	}
}

static struct iocb control(int opcode, int fd, const void *buffer, size_t count)
{
	return (struct iocb){
	    .aio_lio_opcode = (uint16_t)opcode,
	    .aio_fildes = (uint32_t)fd,
	    .aio_buf = (uint64_t)(uintptr_t)buffer,
	    .aio_nbytes = count,
	};
}

static const struct {
	const char *name;
	size_t key_size;
} macs[] = {
    {"hmac(sha1)", 20},  {"hmac(sha224)", 5},   {"hmac(sha256)", 32}, {"hmac(sha256)", 131},
    {"hmac(sha384)", 1}, {"hmac(sha512)", 200}, {"cmac(aes)", 16},    {"cmac(aes)", 24},
    {"cmac(aes)", 32},   {"hmac(md5)", 16},     {"xcbc(aes)", 16},
};

/* The digest of a pair of sockets: the even ones are used asynchronously, the odd ones as ever. */
static void macs_are_those_of_single_calls(void **state)
{
	(void)state;
	for (size_t m = 0; m < sizeof(macs) / sizeof(macs[0]); m++) {
		int ops[2 * CALLS];

		open_ops("hash", macs[m].name, macs[m].key_size, ops, 2 * CALLS);
		for (unsigned round = 0; round < ROUNDS; round++) {
			struct iocb writes[CALLS], reads[CALLS];
			int64_t results[CALLS];
			ssize_t digest = 0;

			memset(out, 0, sizeof(out));
			for (unsigned i = 0; i < CALLS; i++) {
				size[i] = random_below(round % 2 ? 3000 : MOST);
				random_bytes(text[i], size[i]);
				writes[i] = control(IOCB_CMD_PWRITE, ops[2 * i], text[i], size[i]);
				reads[i] = control(IOCB_CMD_PREAD, ops[2 * i], out[i], DIGEST);
				assert_int_equal(send(ops[2 * i + 1], text[i], size[i], 0),
						 size[i]);
				digest = recv(ops[2 * i + 1], expected[i], DIGEST, 0);
				assert_true(digest > 0);
			}
			do_all(writes, CALLS, results);
			for (unsigned i = 0; i < CALLS; i++)
				assert_int_equal(results[i], size[i]);
			do_all(reads, CALLS, results);
			for (unsigned i = 0; i < CALLS; i++) {
				assert_int_equal(results[i], digest);
				assert_memory_equal(out[i], expected[i], (size_t)digest);
			}
		}
		close_all(ops, 2 * CALLS);
	}
}

/* Sends a message to both sockets of a pair; iv NULL: it goes on from the last one's. */
static void send_pair(const int *pair, const uint8_t *iv, const uint8_t *from, size_t count)
{
	struct afalg_control first = {.encrypt = true, .iv = iv, .iv_size = iv ? IV_SIZE : 0};

	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(afalg_send(pair[i], &first, from, count, 0), count);
}

/* Several messages one after the other: the IV that each leaves is right, too. */
static void encryption_is_that_of_single_calls(void **state)
{
	static const struct {
		const char *name;
		size_t key_size;
	} ciphers[] = {{"cbc(aes)", 16},
		       {"cbc(aes)", 24},
		       {"cbc(aes)", 32},
		       {"ctr(aes)", 16},
		       {"cbc(des3_ede)", 24}};

	(void)state;
	for (size_t c = 0; c < sizeof(ciphers) / sizeof(ciphers[0]); c++) {
		int ops[2 * CALLS];

		open_ops("skcipher", ciphers[c].name, ciphers[c].key_size, ops, 2 * CALLS);
		for (unsigned round = 0; round < ROUNDS; round++) {
			struct iocb reads[CALLS];
			int64_t results[CALLS];
			uint8_t iv[IV_SIZE] = {(uint8_t)c, 1, 2};

			for (unsigned i = 0; i < CALLS; i++) {
				bool des = strstr(ciphers[c].name, "des") != NULL;
				struct afalg_control ivs = {
				    .encrypt = true, .iv = iv, .iv_size = des ? 8 : IV_SIZE};

				size[i] = 16 * (1 + random_below(round % 2 ? 200 : MOST / 16));
				random_bytes(text[i], size[i]);
				if (round == 0)
					for (unsigned j = 0; j < 2; j++)
						assert_int_equal(afalg_send(ops[2 * i + j], &ivs,
									    text[i], size[i], 0),
								 size[i]);
				else
					send_pair(&ops[2 * i], NULL, text[i], size[i]);
				assert_int_equal(recv(ops[2 * i + 1], expected[i], size[i], 0),
						 size[i]);
				reads[i] = control(IOCB_CMD_PREAD, ops[2 * i], out[i], size[i]);
			}
			do_all(reads, CALLS, results);
			for (unsigned i = 0; i < CALLS; i++) {
				assert_int_equal(results[i], size[i]);
				assert_memory_equal(out[i], expected[i], size[i]);
			}
		}
		close_all(ops, 2 * CALLS);
	}
}

/* A bad pointer, an offset, a buffer that is short or not of whole blocks: each for itself. */
static void errors_are_their_own(void **state)
{
	int ops[2 * CALLS];
	struct iocb reads[CALLS];
	int64_t results[CALLS];
	const uint8_t iv[IV_SIZE] = {7};

	(void)state;
	open_ops("skcipher", "cbc(aes)", 16, ops, 2 * CALLS);
	for (unsigned i = 0; i < CALLS; i++) {
		size[i] = 4096;
		random_bytes(text[i], size[i]);
		send_pair(&ops[2 * i], iv, text[i], size[i]);
		assert_int_equal(recv(ops[2 * i + 1], expected[i], size[i], 0), size[i]);
		reads[i] = control(IOCB_CMD_PREAD, ops[2 * i], out[i], size[i]);
	}
	reads[3].aio_buf = (uint64_t)(uintptr_t)NOWHERE;
	reads[4].aio_offset = 5;
	reads[9].aio_nbytes = 1000;
	do_all(reads, CALLS, results);
	for (unsigned i = 0; i < CALLS; i++) {
		size_t whole = i == 9 ? 992 : size[i];

		if (i == 3 || i == 4) {
			assert_int_equal(results[i], i == 3 ? -EFAULT : -ESPIPE);
			/* Its message is still there. */
			assert_int_equal(recv(ops[2 * i], out[i], size[i], 0), size[i]);
		} else {
			assert_int_equal(results[i], whole);
		}
		assert_memory_equal(out[i], expected[i], whole);
	}
	close_all(ops, 2 * CALLS);
}

/* A page whose second half is gone, met in the middle of a batch of MACs. */
static void a_fault_spoils_its_own_call_only(void **state)
{
	int ops[2 * CALLS];
	struct iocb writes[CALLS];
	int64_t results[CALLS];
	uint8_t digest[2][DIGEST];
	uint8_t *edge =
	    mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_ptr_not_equal(edge, MAP_FAILED);
	assert_int_equal(mprotect(edge + 8192, 4096, PROT_NONE), 0);
	open_ops("hash", "hmac(sha256)", 32, ops, 2 * CALLS);
	for (unsigned i = 0; i < CALLS; i++) {
		random_bytes(text[i], 5000);
		writes[i] = control(IOCB_CMD_PWRITE, ops[2 * i], text[i], 5000);
	}
	writes[17].aio_buf = (uint64_t)(uintptr_t)(edge + 4096);
	do_all(writes, CALLS, results);
	for (unsigned i = 0; i < CALLS; i++) {
		if (i == 17) {
			assert_int_equal(results[i], -EFAULT);
			continue;
		}
		assert_int_equal(results[i], 5000);
		assert_int_equal(send(ops[2 * i + 1], text[i], 5000, 0), 5000);
		assert_int_equal(recv(ops[2 * i], digest[0], DIGEST, 0), 32);
		assert_int_equal(recv(ops[2 * i + 1], digest[1], DIGEST, 0), 32);
		assert_memory_equal(digest[0], digest[1], 32);
	}
	/* H-14: what the failed one left is an empty message. */
	assert_int_equal(recv(ops[34], digest[0], DIGEST, 0), 32);
	assert_int_equal(recv(ops[35], digest[1], DIGEST, 0), 32);
	assert_memory_equal(digest[0], digest[1], 32);
	close_all(ops, 2 * CALLS);
	assert_int_equal(munmap(edge, 3 * 4096), 0);
}

/* Two calls on one socket go one after the other; two results in one place: the later one stays. */
static void order_counts_where_it_shows(void **state)
{
	int ops[CALLS];
	struct iocb calls[CALLS];
	int64_t results[CALLS];
	const uint8_t iv[IV_SIZE] = {9};

	(void)state;
	open_ops("skcipher", "cbc(aes)", 32, ops, CALLS);
	for (unsigned i = 0; i < CALLS; i++) {
		struct afalg_control first = {.encrypt = true, .iv = iv, .iv_size = IV_SIZE};

		random_bytes(text[i], 4096);
		for (unsigned j = 0; j < 2; j++) {
			uint8_t *to = j ? out[i] : expected[i];

			assert_int_equal(afalg_send(ops[i], &first, text[i], 4096, 0), 4096);
			if (j == 0)
				assert_int_equal(recv(ops[i], to, 4096, 0), 4096);
		}
		/* Half of each result where the one before has its other half. */
		calls[i] = control(IOCB_CMD_PREAD, ops[i], out[0] + 2048 * i, 4096);
	}
	do_all(calls, 16, results);
	for (unsigned i = 0; i < 16; i++) {
		assert_int_equal(results[i], 4096);
		assert_memory_equal(out[0] + 2048 * i, expected[i], i < 15 ? 2048 : 4096);
	}
	for (unsigned i = 0; i < 8; i++) /* each socket twice, each read half a message */
		for (unsigned j = 0; j < 2; j++)
			calls[2 * i + j] =
			    control(IOCB_CMD_PREAD, ops[16 + i], out[i] + 2048 * j, 2048);
	do_all(calls, 16, results);
	for (unsigned i = 0; i < 8; i++)
		assert_memory_equal(out[i], expected[16 + i], 4096);
	close_all(ops, CALLS);
}

/* A key that was set between two messages is the next one's (O-01; kernels refuse to set it). */
static void a_new_key_is_used(void **state)
{
	static const uint8_t keys[2][32] = {{1}, {2}};
	int parent = afalg_bind("hash", "hmac(sha512)"), other = afalg_bind("hash", "hmac(sha512)");
	int ops[CALLS], single;
	uint8_t digest[DIGEST];

	(void)state;
	assert_int_equal(afalg_set_key(parent, keys[0], 32), 0);
	assert_int_equal(afalg_set_key(other, keys[0], 32), 0);
	single = afalg_accept(other);
	for (unsigned i = 0; i < CALLS; i++)
		ops[i] = afalg_accept(parent);
	if (afalg_set_key(single, keys[0], 32) == -EOPNOTSUPP)
		LEAVE_OUT("a kernel keeps the key of a message");
	for (unsigned round = 0; round < 2; round++) {
		struct iocb calls[CALLS];
		int64_t results[CALLS];

		assert_int_equal(afalg_set_key(ops[0], keys[round], 32), 0);
		assert_int_equal(afalg_set_key(single, keys[round], 32), 0);
		assert_int_equal(send(single, text[0], 4096, 0), 4096);
		assert_int_equal(recv(single, digest, sizeof(digest), 0), 64);
		for (unsigned i = 0; i < CALLS; i++)
			calls[i] = control(IOCB_CMD_PWRITE, ops[i], text[0], 4096);
		do_all(calls, CALLS, results);
		for (unsigned i = 0; i < CALLS; i++) {
			assert_int_equal(recv(ops[i], out[i], DIGEST, 0), 64);
			assert_memory_equal(out[i], digest, 64);
		}
	}
	close_all(ops, CALLS);
	close(single);
	close(parent);
	close(other);
}

#define ROW 16u

/* count op sockets of one parent. */
static void open_row(int *ops, unsigned count)
{
	int parent = afalg_bind("hash", "hmac(sha256)");

	assert_int_equal(afalg_set_key(parent, text[1], 32), 0);
	for (unsigned i = 0; i < count; i++) {
		ops[i] = afalg_accept(parent);
		assert_true(ops[i] >= 0);
	}
	close(parent);
}

/* The message of a socket is the first bytes of text[0]. */
static void assert_digest(int op, int single, size_t sent)
{
	uint8_t digest[2][DIGEST];

	assert_int_equal(send(single, text[0], sent, 0), sent);
	assert_int_equal(recv(single, digest[0], DIGEST, 0), 32);
	assert_int_equal(recv(op, digest[1], DIGEST, 0), 32);
	assert_memory_equal(digest[0], digest[1], 32);
}

/* Control blocks in a row whose tenth is in memory of another kind: it ends the list, before it and
 * what follows it have been begun. */
static void a_row_ends_at_a_bad_block(void **state)
{
	static const int kinds[] = {PROT_READ, PROT_NONE};
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct io_event events[ROW];

	(void)state;
	for (unsigned kind = 0; kind < 2; kind++) {
		char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		struct iocb *calls = (struct iocb *)(void *)(memory + page) - 9, *list[ROW];
		int ops[ROW + 1];

		assert_ptr_not_equal(memory, MAP_FAILED);
		open_row(ops, ROW + 1);
		for (unsigned i = 0; i < ROW; i++) {
			calls[i] = control(IOCB_CMD_PWRITE, ops[i], text[0], 3000);
			list[i] = &calls[i];
		}
		assert_int_equal(mprotect(memory + page, page, kinds[kind]), 0);
		assert_int_equal(syscall(SYS_io_submit, context, (long)ROW, list), 9);
		assert_int_equal(syscall(SYS_io_submit, context, (long)ROW - 9, list + 9), -1);
		assert_int_equal(errno, EFAULT);
		assert_int_equal(syscall(SYS_io_getevents, context, 9L, (long)ROW, events, NULL),
				 9);
		for (unsigned i = 0; i < 9; i++)
			assert_ptr_equal((void *)(uintptr_t)events[i].obj, list[i]);
		for (unsigned i = 0; i < ROW; i++)
			assert_digest(ops[i], ops[ROW], i < 9 ? 3000 : 0);
		close_all(ops, ROW + 1);
		assert_int_equal(munmap(memory, 2 * page), 0);
	}
}

/* Rows until nothing more is accepted: what has its event was done, and nothing else. */
static void a_row_ends_where_there_is_no_room(void **state)
{
	enum { ACCEPTED_MOST = 4000 };
	static struct iocb calls[ACCEPTED_MOST];
	static struct io_event events[ACCEPTED_MOST];
	aio_context_t small = 0;
	int ops[ROW + 1];
	long accepted = 0, row = ROW;

	(void)state;
	assert_int_equal(syscall(SYS_io_setup, 1, &small), 0);
	open_row(ops, ROW + 1);
	for (; row == ROW && accepted + ROW <= ACCEPTED_MOST; accepted += row) {
		struct iocb *list[ROW];

		for (unsigned i = 0; i < ROW; i++) {
			calls[accepted + i] = control(IOCB_CMD_PWRITE, ops[i], text[0], 3000);
			list[i] = &calls[accepted + i];
		}
		row = syscall(SYS_io_submit, small, (long)ROW, list);
		if (row < 0) {
			assert_int_equal(errno, EAGAIN);
			row = 0;
		}
	}
	assert_in_range(accepted, ROW, ACCEPTED_MOST - ROW);
	assert_int_equal(
	    syscall(SYS_io_getevents, small, accepted, (long)ACCEPTED_MOST, events, NULL),
	    accepted);
	for (long i = 0; i < accepted; i++) {
		assert_ptr_equal((void *)(uintptr_t)events[i].obj, &calls[i]);
		assert_int_equal(events[i].res, 3000);
	}
	assert_int_equal(syscall(SYS_io_destroy, small), 0);
	close_all(ops, ROW + 1);
}

/* Rows with calls for files between them. */
static void files_stand_between_rows(void **state)
{
	int ops[CALLS + 1], zero = open("/dev/zero", O_RDONLY);
	struct iocb calls[CALLS];
	struct iocb *list[CALLS];
	struct io_event events[CALLS];
	uint64_t seen = 0;

	(void)state;
	open_row(ops, CALLS + 1);
	for (unsigned i = 0; i < CALLS; i++) {
		bool file = i % 7 == 5;

		calls[i] = control(file ? IOCB_CMD_PREAD : IOCB_CMD_PWRITE, file ? zero : ops[i],
				   file ? out[i] : text[0], 3000 - i);
		calls[i].aio_data = i;
		list[i] = &calls[i];
	}
	assert_int_equal(syscall(SYS_io_submit, context, (long)CALLS, list), CALLS);
	assert_int_equal(syscall(SYS_io_getevents, context, (long)CALLS, (long)CALLS, events, NULL),
			 CALLS);
	for (unsigned i = 0; i < CALLS; i++) {
		uint64_t which = events[i].data;

		assert_true(which < CALLS);
		assert_ptr_equal((void *)(uintptr_t)events[i].obj, &calls[which]);
		assert_int_equal(events[i].res, 3000 - which);
		seen |= UINT64_C(1) << which;
		if (which % 7 != 5)
			assert_digest(ops[which], ops[CALLS], 3000 - which);
	}
	assert_int_equal(seen, (UINT64_C(1) << CALLS) - 1);
	close_all(ops, CALLS + 1);
	close(zero);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(macs_are_those_of_single_calls),
	    cmocka_unit_test(encryption_is_that_of_single_calls),
	    cmocka_unit_test(errors_are_their_own),
	    cmocka_unit_test(a_fault_spoils_its_own_call_only),
	    cmocka_unit_test(order_counts_where_it_shows),
	    cmocka_unit_test(a_new_key_is_used),
	    cmocka_unit_test(a_row_ends_at_a_bad_block),
	    cmocka_unit_test(a_row_ends_where_there_is_no_room),
	    cmocka_unit_test(files_stand_between_rows),
	};
	int failed;

	if (syscall(SYS_io_setup, CALLS, &context) != 0)
		return 77;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)syscall(SYS_io_destroy, context);
	return failed;
}
