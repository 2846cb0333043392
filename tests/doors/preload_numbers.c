/* SPDX-License-Identifier: MIT */
/* Descriptor numbers: duplicated, closed in every way, and given to a file at once. */
#include "preload_common.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "doors/common/system.h"

static const char text[] = "in a file";

/* Opens a file where an alg socket was, and uses it: nothing of the socket may be left. */
static void expect_file_at(int number)
{
	char buffer[32];
	int file = open("/tmp", O_RDWR | O_TMPFILE, 0600);

	assert_true(file >= 0);
	if (file != number) {
		assert_int_equal(dup2(file, number), number);
		close(file);
	}
	assert_int_equal(write(number, text, sizeof(text)), sizeof(text));
	assert_int_equal(lseek(number, 0, SEEK_SET), 0);
	assert_int_equal(read(number, buffer, sizeof(buffer)), sizeof(text));
	assert_memory_equal(buffer, text, sizeof(text));
	assert_int_equal(send(number, text, 1, 0), -1);
	assert_int_equal(errno, ENOTSOCK);
	assert_int_equal(close(number), 0);
}

/* The parent is busy while an op socket lives, however many numbers name it. */
static bool is_busy(int parent)
{
	return afalg_set_key(parent, "key", 3) == -EBUSY;
}

static int keyed_op(int *parent)
{
	*parent = afalg_bind("hash", "hmac(sha256)");
	assert_true(*parent >= 0);
	assert_int_equal(afalg_set_key(*parent, "key", 3), 0);
	return afalg_accept(*parent);
}

static void closed_number_is_free(void **state)
{
	int parent, op = keyed_op(&parent);

	(void)state;
	assert_true(is_busy(parent));
	assert_int_equal(close(op), 0);
	assert_false(is_busy(parent));
	assert_int_equal(send(op, "", 0, 0), -1);
	assert_int_equal(errno, EBADF);
	expect_file_at(op);
	assert_int_equal(close(parent), 0);
	expect_file_at(parent);
}

static void close_by_stream(void **state)
{
	int op = hash_op();
	FILE *stream = fdopen(op, "r+");

	(void)state;
	assert_non_null(stream);
	assert_int_equal(fclose(stream), 0);
	expect_file_at(op);

	op = hash_op();
	stream = fdopen(op, "r+");
	stream = freopen("/dev/null", "r+", stream);
	assert_non_null(stream);
	assert_false(hashes_abc(op));
	fclose(stream);
	expect_file_at(op);
}

static void close_by_range(void **state)
{
	int parent, op = keyed_op(&parent);
	int high = fcntl(op, F_DUPFD, 200);

	(void)state;
	close(op);
	assert_true(is_busy(parent));
	assert_int_equal(close_range((unsigned)high, (unsigned)high + 5, 0), 0);
	assert_false(is_busy(parent));
	expect_file_at(high);

	op = afalg_accept(parent);
	high = fcntl(op, F_DUPFD_CLOEXEC, 300);
	assert_true(fcntl(high, F_GETFD) & FD_CLOEXEC);
	close(op);
	closefrom(300);
	assert_false(is_busy(parent));
	expect_file_at(high);

	op = afalg_accept(parent);
	assert_int_equal(syscall(SYS_close_range, op, op, 0), 0);
	assert_false(is_busy(parent));
	expect_file_at(op);
	close(parent);
}

static void close_range_that_closes_nothing(void **state)
{
	int op = hash_op();

	(void)state;
	assert_int_equal(close_range((unsigned)op, (unsigned)op, 4 /* CLOSE_RANGE_CLOEXEC */), 0);
	assert_true(fcntl(op, F_GETFD) & FD_CLOEXEC);
	assert_true(hashes_abc(op));
	assert_int_equal(close_range((unsigned)op, (unsigned)op, 0x100), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(close_range((unsigned)op + 1, (unsigned)op, 0), -1);
	assert_true(hashes_abc(op));
	close(op);
}

static void duplicates_share(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	int parent, op = keyed_op(&parent), other, third, raw;

	(void)state;
	other = dup(op);
	third = dup3(op, 150, O_CLOEXEC);
	raw = (int)syscall(SYS_dup, op);
	assert_int_equal(third, 150);
	assert_true(other >= 0 && raw >= 0);
	assert_int_equal(send(other, "ab", 2, MSG_MORE), 2);
	close(op);
	assert_int_equal(send(third, "c", 1, 0), 1);
	close(third);
	assert_int_equal(recv(raw, digest, sizeof(digest), 0), DIGEST_SIZE);
	close(raw);
	assert_true(is_busy(parent));
	close(other);
	assert_false(is_busy(parent));
	close(parent);
}

static void dup2_over_each_other(void **state)
{
	int parent, op = keyed_op(&parent), hash = hash_op();
	int null = open("/dev/null", O_RDWR);

	(void)state;
	assert_int_equal(dup2(hash, hash), hash);
	assert_true(hashes_abc(hash));
	assert_int_equal(dup2(hash, op), op);
	assert_false(is_busy(parent));
	assert_true(hashes_abc(op));
	assert_int_equal(dup2(null, op), op);
	assert_int_equal(write(op, "x", 1), 1);
	assert_int_equal(recv(op, &null, 1, 0), -1);
	assert_int_equal(errno, ENOTSOCK);
	assert_true(hashes_abc(hash));
	assert_int_equal(dup2(-1, hash), -1);
	assert_true(hashes_abc(hash));
	assert_int_equal(dup2(hash, -1), -1);
	assert_int_equal(errno, EBADF);
	close(op);
	close(hash);
	close(parent);
	close(null);
}

/* A number that was closed past us is forgotten when the kernel gives it to a new alg socket. */
static void stale_number(void **state)
{
	int parent, op = keyed_op(&parent), again;

	(void)state;
	assert_int_equal(DOOR_CALL_1(SYS_close, op), 0);
	again = hash_op();
	assert_true(again >= 0);
	/* The parent socket of hash_op took the stale number first. */
	assert_false(is_busy(parent));
	assert_true(hashes_abc(again));
	close(again);
	close(parent);
}

/* What reaches a placeholder itself fails, and never gives bytes. */
static void past_the_door(void **state)
{
	char buffer[16] = "plaintext";
	int hash = hash_op(), cipher = cipher_op();

	(void)state;
	assert_int_equal(DOOR_CALL_3(SYS_write, hash, buffer, sizeof(buffer)), -ENOTCONN);
	assert_int_equal(DOOR_CALL_3(SYS_read, hash, buffer, sizeof(buffer)), -ENOTCONN);
	assert_int_equal(DOOR_CALL_3(SYS_write, cipher, buffer, sizeof(buffer)), -ENOTCONN);
	assert_true(fcntl(cipher, F_SETFL, O_NONBLOCK) == 0);
	for (int i = 0; i < 3; i++)
		assert_true(DOOR_CALL_3(SYS_read, cipher, buffer, sizeof(buffer)) <= 0);
	assert_string_equal(buffer, "plaintext");
	close(hash);
	close(cipher);
}

static int kept_op, kept_parent;

/* What Python's subprocess does: close and move descriptors in a child that shares our memory. */
static void vfork_child_leaves_us_alone(void **state)
{
	int status;
	pid_t child;

	(void)state;
	kept_op = keyed_op(&kept_parent);
	child = vfork();
	if (child == 0) {
		bool well = close(kept_op) == 0 && dup2(kept_parent, kept_op) == kept_op &&
			    dup2(STDERR_FILENO, kept_parent) == kept_parent &&
			    close_range(3, ~0u, 0) == 0 && close(kept_op) == -1;

		_exit(well ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_exits_well(status);
	assert_int_equal(send(kept_op, "abc", 3, 0), 3);
	assert_true(is_busy(kept_parent));
	close(kept_op);
	assert_false(is_busy(kept_parent));
	close(kept_parent);
}

static int use_and_reuse(void)
{
	char buffer[8] = {0};
	int file;

	if (!hashes_abc(kept_op))
		return 1;
	close(kept_op);
	do
		file = open("/dev/zero", O_RDWR);
	while (file >= 0 && file < kept_op);
	if (file != kept_op || read(file, buffer, sizeof(buffer)) != sizeof(buffer))
		return 2;
	return memcmp(buffer, "\0\0\0\0\0\0\0", sizeof(buffer)) ? 3 : 0;
}

static int cloned_child(void *argument)
{
	(void)argument;
	return use_and_reuse();
}

/* Children that fork handlers do not see. */
static void copied_by_clone(void **state)
{
	static _Alignas(16) char stack[65536];
	int status;
	pid_t child;

	(void)state;
	kept_op = hash_op();
	assert_exits_well(in_child(use_and_reuse));
	assert_true(hashes_abc(kept_op));
	child = clone(cloned_child, stack + sizeof(stack), SIGCHLD, NULL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_exits_well(status);
	assert_true(hashes_abc(kept_op));
	child = _Fork();
	if (child == 0)
		_exit(use_and_reuse());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_exits_well(status);
	assert_true(hashes_abc(kept_op));
	close(kept_op);
}

static int part_ways(void)
{
	uint8_t digest[DIGEST_SIZE];

	/* The parent has sent "ab"; what is added here stays here. */
	if (send(kept_op, "c", 1, 0) != 1 ||
	    recv(kept_op, digest, sizeof(digest), 0) != DIGEST_SIZE)
		return 1;
	return memcmp(digest, digest_abc, sizeof(digest)) ? 2 : 0;
}

static void forked_copies_part(void **state)
{
	uint8_t digest[DIGEST_SIZE];

	(void)state;
	kept_op = hash_op();
	assert_int_equal(send(kept_op, "ab", 2, MSG_MORE), 2);
	assert_exits_well(in_child(part_ways));
	assert_exits_well(in_child(part_ways));
	assert_int_equal(send(kept_op, "c", 1, 0), 1);
	assert_int_equal(recv(kept_op, digest, sizeof(digest), 0), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, sizeof(digest));
	close(kept_op);
}

static int draw_pipe[2];

static int draw(void)
{
	uint8_t bytes[16];

	return recv(kept_op, bytes, sizeof(bytes), 0) != sizeof(bytes) ||
	       write(draw_pipe[1], bytes, sizeof(bytes)) != sizeof(bytes);
}

static int draw_in_clone(void *argument)
{
	(void)argument;
	return draw();
}

static void generators_part(void **state)
{
	static _Alignas(16) char stack[65536];
	uint8_t drawn[4][16];
	int parent = afalg_bind("rng", "drbg_nopr_hmac_sha256");
	int status;
	pid_t child;

	(void)state;
	assert_true(parent >= 0);
	assert_int_equal(afalg_set_key(parent, "", 0), 0);
	kept_op = afalg_accept(parent);
	assert_int_equal(pipe(draw_pipe), 0);
	assert_exits_well(in_child(draw));
	assert_exits_well(in_child(draw));
	child = clone(draw_in_clone, stack + sizeof(stack), SIGCHLD, NULL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_exits_well(status);
	assert_int_equal(draw(), 0);
	assert_int_equal(read(draw_pipe[0], drawn, sizeof(drawn)), sizeof(drawn));
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < i; j++)
			assert_memory_not_equal(drawn[i], drawn[j], sizeof(drawn[i]));
	close(kept_op);
	close(parent);
	close(draw_pipe[0]);
	close(draw_pipe[1]);
}

static void many_sockets(void **state)
{
	static int ops[300];

	(void)state;
	for (int i = 0; i < 300; i++)
		assert_true((ops[i] = hash_op()) >= 0);
	for (int i = 0; i < 300; i++)
		assert_true(hashes_abc(ops[i]));
	for (int i = 0; i < 300; i++)
		assert_int_equal(close(ops[i]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(closed_number_is_free),
	    cmocka_unit_test(close_by_stream),
	    cmocka_unit_test(close_by_range),
	    cmocka_unit_test(close_range_that_closes_nothing),
	    cmocka_unit_test(duplicates_share),
	    cmocka_unit_test(dup2_over_each_other),
	    cmocka_unit_test(stale_number),
	    cmocka_unit_test(past_the_door),
	    cmocka_unit_test(vfork_child_leaves_us_alone),
	    cmocka_unit_test(copied_by_clone),
	    cmocka_unit_test(forked_copies_part),
	    cmocka_unit_test(generators_part),
	    cmocka_unit_test(many_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
