/* SPDX-License-Identifier: MIT */
/* What a number really is: descriptors that come and go past the door, and in messages. */
#include "preload_common.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>

#include "doors/common/system.h"

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

/* ---- past the door ---- */

/* Puts a connected pair's end where number is, by system calls that no library sees. */
static int replaced_past_us(int number)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(DOOR_CALL_3(SYS_dup3, pair[0], number, 0), number);
	close(pair[0]);
	return pair[1];
}

static void number_given_to_another(void **state)
{
	int parent, op = keyed_op(&parent), other, type = 0;
	socklen_t size = sizeof(type);

	(void)state;
	other = replaced_past_us(op);
	assert_int_equal(getsockopt(op, SOL_SOCKET, SO_TYPE, &type, &size), 0);
	assert_int_equal(type, SOCK_STREAM);
	assert_int_equal(write(op, "x", 1), 1);
	assert_false(is_busy(parent));
	close(op);
	close(other);

	op = afalg_accept(parent);
	other = replaced_past_us(op);
	assert_int_equal(accept(op, NULL, NULL), -1);
	assert_int_equal(errno, EINVAL); /* a connected unix socket's answer */
	assert_false(is_busy(parent));
	close(op);
	close(other);

	op = afalg_accept(parent);
	other = replaced_past_us(op);
	assert_int_equal(close(dup(op)), 0);
	assert_false(is_busy(parent));
	close(op);
	close(other);

	op = afalg_accept(parent);
	assert_int_equal(DOOR_CALL_1(SYS_close, op), 0);
	assert_int_equal(afalg_set_key(op, "key", 3), -EBADF);
	assert_false(is_busy(parent));
	close(parent);
}

/* Two numbers change places past us: each is the socket that its placeholder says. */
static void numbers_exchanged(void **state)
{
	int parent, op = keyed_op(&parent), hash = hash_op(), copy;
	uint8_t digest[DIGEST_SIZE];

	(void)state;
	copy = (int)DOOR_CALL_1(SYS_dup, op);
	assert_int_equal(DOOR_CALL_3(SYS_dup3, hash, op, 0), op);
	assert_int_equal(DOOR_CALL_3(SYS_dup3, copy, hash, 0), hash);
	DOOR_CALL_1(SYS_close, copy);
	assert_int_equal(close(dup(op)), 0); /* a rare call, which looks */
	assert_true(hashes_abc(op));
	assert_int_equal(close(dup(hash)), 0);
	/* The keyed one had no other number when its own was seen to be another's. */
	assert_int_equal(recv(hash, digest, sizeof(digest), 0), -1);
	assert_int_equal(errno, ENOTCONN);
	close(op);
	close(hash);
	close(parent);
}

/* ---- SCM_RIGHTS ---- */

union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(3 * sizeof(int))];
};

static void pass(int way, const int *numbers, size_t count)
{
	union control control = {0};
	struct iovec byte = {"x", 1};
	struct msghdr message = {.msg_iov = &byte,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = CMSG_SPACE(count * sizeof(int))};

	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(&control.head), numbers, count * sizeof(int));
	assert_int_equal(sendmsg(way, &message, 0), 1);
}

/* False: no such message.  Without cmocka, for children. */
static bool take(int way, int *numbers, size_t count)
{
	union control control = {0};
	char byte;
	struct iovec place = {&byte, 1};
	struct msghdr message = {.msg_iov = &place,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};

	if (recvmsg(way, &message, 0) != 1 ||
	    control.head.cmsg_len != CMSG_LEN(count * sizeof(int)))
		return false;
	memcpy(numbers, CMSG_DATA(&control.head), count * sizeof(int));
	return true;
}

static void passed_to_itself(void **state)
{
	int pair[2], parent, op = keyed_op(&parent), numbers[3], got[3];
	uint8_t digest[DIGEST_SIZE];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	numbers[0] = op;
	numbers[1] = pair[0];
	numbers[2] = hash_op();
	assert_int_equal(send(numbers[2], "ab", 2, MSG_MORE), 2);
	pass(pair[0], numbers, 3);
	assert_true(take(pair[1], got, 3));
	/* One open message, by either number. */
	assert_int_equal(send(got[2], "c", 1, 0), 1);
	assert_int_equal(recv(numbers[2], digest, sizeof(digest), 0), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, sizeof(digest));
	close(op);
	assert_true(is_busy(parent));
	close(got[0]);
	assert_false(is_busy(parent));
	for (int i = 1; i < 3; i++)
		close(got[i]);
	close(numbers[2]);
	close(parent);
	close(pair[0]);
	close(pair[1]);
}

/* A length that leads back before the block, and a second message that it would lead to. */
static void lying_lengths(void **state)
{
	static const size_t lengths[] = {0, 15, 25, SIZE_MAX, (size_t)-8, (size_t)-16, (size_t)-24};
	union control control = {0};
	struct iovec byte = {"x", 1};
	struct msghdr message = {
	    .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = 24};
	int pair[2], op = hash_op();

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = lengths[i];
		assert_int_equal(sendmsg(pair[0], &message, 0), -1);
		assert_int_equal(errno, EINVAL);
	}
	assert_true(hashes_abc(op));
	close(op);
	close(pair[0]);
	close(pair[1]);
}

static void closed_while_under_way(void **state)
{
	int pair[2], parent, op = keyed_op(&parent), got, hash = hash_op();

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	pass(pair[0], &op, 1);
	pass(pair[0], &hash, 1);
	close(op);
	close(hash);
	assert_true(is_busy(parent));
	assert_true(take(pair[1], &got, 1));
	assert_int_equal(send(got, "abc", 3, 0), 3);
	close(got);
	assert_false(is_busy(parent));
	assert_true(take(pair[1], &got, 1));
	assert_true(hashes_abc(got));
	close(got);

	/* The message goes without having been read. */
	op = afalg_accept(parent);
	pass(pair[0], &op, 1);
	close(op);
	assert_true(is_busy(parent));
	close(pair[0]);
	close(pair[1]);
	close(hash_op());
	assert_false(is_busy(parent));
	close(parent);
}

static int passed_pair[2];

/* Everything in another process fails, and nothing sleeps. */
static int receive_strange(void)
{
	uint8_t digest[DIGEST_SIZE];
	int got[3];

	alarm(10);
	if (!take(passed_pair[1], got, 3))
		return 1;
	if (send(got[0], "abc", 3, 0) != -1 || errno != ENOTCONN ||
	    recv(got[0], digest, sizeof(digest), 0) != -1)
		return 2;
	if (send(got[1], "abc", 3, 0) != -1 || errno != ENOTCONN)
		return 3;
	for (int i = 0; i < 3; i++)
		if (recv(got[1], digest, sizeof(digest), 0) > 0)
			return 4;
	return accept(got[2], NULL, NULL) == -1 ? 0 : 5;
}

static void passed_to_another(void **state)
{
	int status, numbers[3], copy;
	pid_t child;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, passed_pair), 0);
	numbers[0] = hash_op(); /* this one the child has a copy of, and not of what comes */
	child = fork();
	if (child == 0)
		_exit(receive_strange());
	assert_int_equal(send(numbers[0], "ab", 2, MSG_MORE), 2);
	numbers[1] = cipher_op();
	numbers[2] = afalg_bind("hash", "sha256");
	pass(passed_pair[0], numbers, 3);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_exits_well(status);
	/* The sender's own go on. */
	assert_int_equal(send(numbers[0], "c", 1, 0), 1);
	copy = dup(numbers[0]);
	assert_true(hashes_abc(copy));
	close(copy);
	for (int i = 0; i < 3; i++)
		close(numbers[i]);
	close(passed_pair[0]);
	close(passed_pair[1]);
}

/* ---- handlers ---- */

static int interrupted_op;

static void closing_handler(int number)
{
	(void)number;
	if (interrupted_op >= 0) {
		close(interrupted_op);
		interrupted_op = -1;
	}
}

static void closed_by_a_handler(void **state)
{
	struct sigaction action = {.sa_handler = closing_handler}, old;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct itimerspec interval = {{0, 0}, {0, 200000}};
	static uint8_t data[1 << 20];
	timer_t timer;
	int parent, first = keyed_op(&parent);

	(void)state;
	close(first);
	sigaction(SIGALRM, &action, &old);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	for (int i = 0; i < 20; i++) {
		int op = interrupted_op = afalg_accept(parent);

		assert_int_equal(timer_settime(timer, 0, &interval, NULL), 0);
		while (interrupted_op >= 0)
			(void)send(op, data, sizeof(data), 0);
		assert_int_equal(send(op, data, 1, 0), -1);
		assert_int_equal(errno, EBADF);
		assert_false(is_busy(parent));
	}
	timer_delete(timer);
	sigaction(SIGALRM, &old, NULL);
	close(parent);
}

/* ---- close_range in a thread that has its own descriptors ---- */

static void *close_own(void *argument)
{
	(void)argument;
	return (void *)(long)close_range(3, ~0u, CLOSE_RANGE_UNSHARE);
}

static void unshared_close_range(void **state)
{
	pthread_t thread;
	void *result;
	int op = hash_op();

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, close_own, NULL), 0);
	pthread_join(thread, &result);
	assert_null(result);
	assert_true(hashes_abc(op));
	close(op);
}

/* ---- waiting calls by their numbers ---- */

static void waiting_by_number(void **state)
{
	static const uint8_t zeros[16];
	const struct afalg_control encrypt = {.encrypt = true, .iv = zeros, .iv_size = 16};
	struct timespec none = {0, 0}, time;
	struct pollfd entry = {.events = POLLIN | POLLOUT};
	fd_set readable, writable;
	int op = cipher_op();

	(void)state;
	entry.fd = op;
	assert_int_equal(afalg_send(op, &encrypt, "", 0, MSG_MORE), 0);
	time = none;
	assert_int_equal(syscall(SYS_ppoll, &entry, 1, &time, NULL, 8), 1);
	assert_int_equal(entry.revents, POLLOUT);
	FD_ZERO(&readable);
	FD_SET(op, &readable);
	writable = readable;
	time = none;
	assert_int_equal(syscall(SYS_pselect6, op + 1, &readable, &writable, NULL, &time, NULL), 1);
	assert_false(FD_ISSET(op, &readable));
	assert_true(FD_ISSET(op, &writable));
	assert_int_equal(send(op, zeros, 16, 0), 16);
	FD_SET(op, &readable);
	assert_int_equal(pselect(op + 1, &readable, &writable, NULL, &none, NULL), 2);
	assert_int_equal(syscall(SYS_ppoll, &entry, 1, &none, NULL, 8), 1);
	assert_int_equal(entry.revents, POLLIN | POLLOUT);
	close(op);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(number_given_to_another), cmocka_unit_test(numbers_exchanged),
	    cmocka_unit_test(passed_to_itself),        cmocka_unit_test(lying_lengths),
	    cmocka_unit_test(closed_while_under_way),  cmocka_unit_test(passed_to_another),
	    cmocka_unit_test(closed_by_a_handler),     cmocka_unit_test(unshared_close_range),
	    cmocka_unit_test(waiting_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
