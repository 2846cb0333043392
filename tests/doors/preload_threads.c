/* SPDX-License-Identifier: MIT */
/* Threads, sleeping calls, signals and cancellation. */
#include "preload_common.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#define THREADS 8
#define ROUNDS  2000

static const uint8_t zeros[64];
static const struct afalg_control encrypt = {.encrypt = true, .iv = zeros, .iv_size = 16};

static void sleep_ms(long milliseconds)
{
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};

	nanosleep(&time, NULL);
}

static void *hash_on_its_own(void *argument)
{
	int op = hash_op();
	long good = 0;

	(void)argument;
	for (int i = 0; i < ROUNDS; i++)
		good += hashes_abc(op);
	close(op);
	return (void *)good;
}

static void own_sockets(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_on_its_own, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		void *good;

		pthread_join(threads[i], &good);
		assert_int_equal((long)good, ROUNDS);
	}
}

static int shared;

/* Every block is of zeros, so the text does not depend on who sends when. */
static void *add_to_shared(void *argument)
{
	long sent = 0;

	(void)argument;
	for (int i = 0; i < 100; i++)
		sent += send(shared, zeros, 64, MSG_MORE) == 64;
	return (void *)sent;
}

static void one_socket(void **state)
{
	uint8_t digest[DIGEST_SIZE], expected[DIGEST_SIZE];
	pthread_t threads[THREADS];
	int op = hash_op();

	(void)state;
	shared = hash_op();
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_to_shared, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		void *sent;

		pthread_join(threads[i], &sent);
		assert_int_equal((long)sent, 100);
		for (int j = 0; j < 100; j++)
			send(op, zeros, 64, MSG_MORE);
	}
	assert_int_equal(recv(shared, digest, sizeof(digest), 0), DIGEST_SIZE);
	assert_int_equal(recv(op, expected, sizeof(expected), 0), DIGEST_SIZE);
	assert_memory_equal(digest, expected, sizeof(digest));
	close(op);
	close(shared);
}

/* ---- a receiver that sleeps ---- */

struct receiver {
	pthread_t thread;
	int op;
	size_t size;
	ssize_t result;
	int error;
	_Atomic int state; /* 1: about to call, 2: returned */
};

static void *receive(void *argument)
{
	struct receiver *receiver = argument;
	uint8_t buffer[64];

	receiver->state = 1;
	receiver->result = recv(receiver->op, buffer, receiver->size, 0);
	receiver->error = errno;
	receiver->state = 2;
	return NULL;
}

static void receiver_start(struct receiver *receiver, int op, size_t size)
{
	receiver->op = op;
	receiver->size = size;
	receiver->state = 0;
	assert_int_equal(pthread_create(&receiver->thread, NULL, receive, receiver), 0);
	while (receiver->state == 0)
		sleep_ms(1);
	sleep_ms(30);
	assert_int_equal(receiver->state, 1);
}

static void woken_by_send(void **state)
{
	struct receiver receiver;
	int op = cipher_op();

	(void)state;
	receiver_start(&receiver, op, 32);
	assert_int_equal(afalg_send(op, &encrypt, zeros, 8, MSG_MORE), 8);
	sleep_ms(10);
	assert_int_equal(receiver.state, 1);
	assert_int_equal(send(op, zeros, 24, 0), 24);
	pthread_join(receiver.thread, NULL);
	assert_int_equal(receiver.result, 32);
	close(op);
}

static void *drain_some(void *argument)
{
	static uint8_t buffer[8192];

	sleep_ms(30);
	return (void *)recv(*(int *)argument, buffer, sizeof(buffer), MSG_DONTWAIT);
}

static void send_woken_by_recv(void **state)
{
	static uint8_t full[212992];
	pthread_t thread;
	void *drained;
	int op = cipher_op();

	(void)state;
	assert_int_equal(afalg_send(op, &encrypt, full, sizeof(full), MSG_MORE), sizeof(full));
	assert_int_equal(send(op, zeros, 64, MSG_DONTWAIT | MSG_MORE), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(pthread_create(&thread, NULL, drain_some, &op), 0);
	assert_int_equal(send(op, full, 4096, MSG_MORE), 4096);
	pthread_join(thread, &drained);
	assert_int_equal((long)drained, 8192);
	close(op);
}

/* The number is gone at once; the sleeping call goes on with the socket that it had. */
static void closed_while_receiving(void **state)
{
	struct receiver receiver;
	int op = cipher_op(), other = dup(op), again;

	(void)state;
	receiver_start(&receiver, op, 16);
	assert_int_equal(close(op), 0);
	assert_int_equal(send(op, zeros, 16, 0), -1);
	assert_int_equal(errno, EBADF);
	again = hash_op();
	assert_true(hashes_abc(again));
	assert_int_equal(receiver.state, 1);
	assert_int_equal(afalg_send(other, &encrypt, zeros, 16, 0), 16);
	pthread_join(receiver.thread, NULL);
	assert_int_equal(receiver.result, 16);
	close(other);
	close(again);
}

#if !ADDRESS_SANITIZER
static void cancelled_while_receiving(void **state)
{
	struct receiver receiver;
	int parent = afalg_bind("skcipher", "cbc(aes)");
	int op;
	void *result;

	(void)state;
	afalg_set_key(parent, zeros, 16);
	op = afalg_accept(parent);
	receiver_start(&receiver, op, 16);
	assert_int_equal(pthread_cancel(receiver.thread), 0);
	pthread_join(receiver.thread, &result);
	assert_ptr_equal(result, PTHREAD_CANCELED);
	assert_int_equal(receiver.state, 1);
	/* It has left neither a lock nor a reference. */
	assert_int_equal(afalg_send(op, &encrypt, zeros, 16, 0), 16);
	assert_int_equal(close(op), 0);
	assert_int_equal(afalg_set_key(parent, zeros, 16), 0);
	close(parent);
}

static void *cancelled_at_entry(void *argument)
{
	uint8_t digest[DIGEST_SIZE];

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_cancel(pthread_self());
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	recv(*(int *)argument, digest, sizeof(digest), 0);
	return NULL;
}

static void data_calls_are_cancellation_points(void **state)
{
	int op = hash_op();
	pthread_t thread;
	void *result;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, cancelled_at_entry, &op), 0);
	pthread_join(thread, &result);
	assert_ptr_equal(result, PTHREAD_CANCELED);
	assert_true(hashes_abc(op));
	close(op);
}

#endif

/* ---- signals ---- */

static volatile sig_atomic_t handler_calls, handler_good;
static int handler_op, handler_pipe[2];

/* What POSIX allows a handler to do, on other descriptors and on an alg socket of its own. */
static void busy_handler(int number)
{
	int saved = errno;
	char byte = 'x';
	int copy;

	(void)number;
	handler_calls++;
	copy = dup(handler_pipe[1]);
	if (hashes_abc(handler_op) && write(copy, &byte, 1) == 1 && close(copy) == 0 &&
	    read(handler_pipe[0], &byte, 1) == 1)
		handler_good++;
	errno = saved;
}

static void handlers_between_calls(void **state)
{
	struct sigaction action = {.sa_handler = busy_handler, .sa_flags = SA_RESTART}, old;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct itimerspec interval = {{0, 50000}, {0, 50000}};
	timer_t timer;
	int op = hash_op();

	(void)state;
	handler_op = hash_op();
	handler_calls = handler_good = 0;
	assert_int_equal(pipe(handler_pipe), 0);
	sigaction(SIGALRM, &action, &old);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	assert_int_equal(timer_settime(timer, 0, &interval, NULL), 0);
	for (int i = 0; i < 400000 || handler_calls < 100; i++) {
		errno = 77;
		assert_true(hashes_abc(op));
		assert_int_equal(errno, 77);
	}
	timer_delete(timer);
	sigaction(SIGALRM, &old, NULL);
	assert_int_equal(handler_calls, handler_good);
	close(op);
	close(handler_op);
	close(handler_pipe[0]);
	close(handler_pipe[1]);
}

static int same_op;
static volatile sig_atomic_t same_busy, same_other;

/* The socket of the call that was interrupted is taken: EBUSY, or it was free. */
static void same_socket_handler(int number)
{
	uint8_t digest[DIGEST_SIZE];
	int saved = errno;
	ssize_t result = recv(same_op, digest, sizeof(digest), 0);

	(void)number;
	if (result < 0 && errno == EBUSY)
		same_busy++;
	else if (result != DIGEST_SIZE)
		same_other++;
	errno = saved;
}

static void handler_on_the_same_socket(void **state)
{
	struct sigaction action = {.sa_handler = same_socket_handler}, old;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct itimerspec interval = {{0, 30000}, {0, 30000}};
	static uint8_t data[16384];
	timer_t timer;

	(void)state;
	same_op = hash_op();
	same_busy = same_other = 0;
	sigaction(SIGALRM, &action, &old);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	assert_int_equal(timer_settime(timer, 0, &interval, NULL), 0);
	for (int i = 0; i < 100000 && same_busy < 20; i++)
		assert_int_equal(send(same_op, data, sizeof(data), 0), sizeof(data));
	timer_delete(timer);
	sigaction(SIGALRM, &old, NULL);
	assert_true(same_busy >= 20);
	assert_int_equal(same_other, 0);
	assert_true(hashes_abc(same_op));
	close(same_op);
}

static volatile sig_atomic_t count_calls;

static void count_handler(int number)
{
	(void)number;
	count_calls++;
}

static void interrupted(void **state)
{
	struct sigaction action = {.sa_handler = count_handler}, old;
	struct receiver receiver;
	int op = cipher_op();

	(void)state;
	count_calls = 0;
	sigaction(SIGUSR1, &action, &old);
	receiver_start(&receiver, op, 16);
	pthread_kill(receiver.thread, SIGUSR1);
	pthread_join(receiver.thread, NULL);
	assert_int_equal(receiver.result, -1);
	assert_int_equal(receiver.error, EINTR);
	assert_int_equal(count_calls, 1);

	/* C-24: with something done already, that is the result. */
	assert_int_equal(afalg_send(op, &encrypt, zeros, 16, MSG_MORE), 16);
	receiver_start(&receiver, op, 32);
	pthread_kill(receiver.thread, SIGUSR1);
	pthread_join(receiver.thread, NULL);
	assert_int_equal(receiver.result, 16);
	sigaction(SIGUSR1, &old, NULL);
	close(op);
}

static void restarted(void **state)
{
	struct sigaction action = {.sa_handler = count_handler, .sa_flags = SA_RESTART}, old;
	struct receiver receiver;
	int op = cipher_op();

	(void)state;
	count_calls = 0;
	sigaction(SIGUSR1, &action, &old);
	receiver_start(&receiver, op, 16);
	for (int i = 1; i <= 3; i++) {
		pthread_kill(receiver.thread, SIGUSR1);
		while (count_calls < i)
			sleep_ms(1);
	}
	sleep_ms(10);
	assert_int_equal(receiver.state, 1);
	assert_int_equal(afalg_send(op, &encrypt, zeros, 16, 0), 16);
	pthread_join(receiver.thread, NULL);
	assert_int_equal(receiver.result, 16);
	sigaction(SIGUSR1, &old, NULL);
	close(op);
}

/* ---- readiness ---- */

static void *send_later(void *argument)
{
	sleep_ms(30);
	return (void *)send(*(int *)argument, zeros, 16, 0);
}

static short events_now(int op, short wanted)
{
	struct pollfd entry = {.fd = op, .events = wanted};

	return poll(&entry, 1, 0) < 0 ? -1 : entry.revents;
}

static void poll_woken(void **state)
{
	struct pollfd entry = {.events = POLLIN};
	pthread_t thread;
	void *sent;
	fd_set readable;
	struct timeval second = {1, 0};
	int op = cipher_op();

	(void)state;
	entry.fd = op;
	assert_int_equal(events_now(op, POLLIN | POLLOUT), POLLIN | POLLOUT);
	assert_int_equal(afalg_send(op, &encrypt, "", 0, MSG_MORE), 0);
	assert_int_equal(events_now(op, POLLIN | POLLOUT), POLLOUT);
	assert_int_equal(pthread_create(&thread, NULL, send_later, &op), 0);
	assert_int_equal(poll(&entry, 1, 5000), 1);
	assert_int_equal(entry.revents, POLLIN);
	pthread_join(thread, &sent);
	assert_int_equal((long)sent, 16);
	FD_ZERO(&readable);
	FD_SET(op, &readable);
	assert_int_equal(select(op + 1, &readable, NULL, NULL, &second), 1);
	assert_true(FD_ISSET(op, &readable));
	close(op);
}

static void full_queue_is_not_writable(void **state)
{
	static uint8_t full[212992];
	int op = cipher_op();

	(void)state;
	assert_int_equal(afalg_send(op, &encrypt, full, sizeof(full), MSG_MORE), sizeof(full));
	assert_int_equal(events_now(op, POLLIN | POLLOUT), POLLIN);
	assert_int_equal(recv(op, full, 8192, 0), 8192);
	assert_int_equal(events_now(op, POLLIN | POLLOUT), POLLIN | POLLOUT);
	close(op);
}

static void epoll_edges(void **state)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET}, got;
	uint8_t buffer[16];
	int op = cipher_op(), epoll = epoll_create1(0);

	(void)state;
	assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, op, &event), 0);
	assert_int_equal(epoll_wait(epoll, &got, 1, 0), 1);
	assert_int_equal(epoll_wait(epoll, &got, 1, 0), 0);
	assert_int_equal(afalg_send(op, &encrypt, zeros, 16, 0), 16);
	assert_int_equal(epoll_wait(epoll, &got, 1, 0), 1);
	assert_int_equal(recv(op, buffer, sizeof(buffer), 0), 16);
	close(op);
	close(epoll);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* The ones without threads first: locks are another thing while there is only one.
		 */
		cmocka_unit_test(handlers_between_calls),
		cmocka_unit_test(handler_on_the_same_socket),
		cmocka_unit_test(full_queue_is_not_writable),
		cmocka_unit_test(epoll_edges),
		cmocka_unit_test(own_sockets),
		cmocka_unit_test(one_socket),
		cmocka_unit_test(woken_by_send),
		cmocka_unit_test(send_woken_by_recv),
		cmocka_unit_test(closed_while_receiving),
#if !ADDRESS_SANITIZER
		cmocka_unit_test(cancelled_while_receiving),
		cmocka_unit_test(data_calls_are_cancellation_points),
#endif
		cmocka_unit_test(interrupted),
		cmocka_unit_test(restarted),
		cmocka_unit_test(poll_woken),
		cmocka_unit_test(handler_on_the_same_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
