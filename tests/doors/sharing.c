/* SPDX-License-Identifier: MIT */
/*
 * One alg socket in several hands: threads that sleep on it while its numbers go, and watchers.
 * Each row says what the kernel does (rules F-10 to F-16, P-05 to P-08); the same program runs on a
 * kernel that has AF_ALG:  sharing [MILLISECONDS TO SETTLE]
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/afalg.h"
#include "ualg/if_alg.h"

/* After which a thread is taken to sleep: an emulated kernel wants 300. */
static long settle_ms = 30;

static const uint8_t zeros[16];
static const struct afalg_control encrypt = {.encrypt = true, .iv = zeros, .iv_size = 16};
static uint8_t full[212992];

static unsigned rows, failures;

static void report(const char *rule, const char *what, long got, long want)
{
	rows++;
	if (got != want)
		failures++;
	printf("%sok %u - %s %s", got == want ? "" : "not ", rows, rule, what);
	if (got != want)
		printf(": %ld, not %ld", got, want);
	putchar('\n');
	fflush(stdout);
}

static void sleep_ms(long milliseconds)
{
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};

	nanosleep(&time, NULL);
}

static long result(long returned)
{
	return returned < 0 ? -errno : returned;
}

static int keyed_parent(void)
{
	int parent = afalg_bind("skcipher", "cbc(aes)");

	afalg_set_key(parent, zeros, sizeof(zeros));
	return parent;
}

static int cipher_op(void)
{
	int parent = keyed_parent();
	int op = afalg_accept(parent);

	close(parent);
	return op;
}

/* ---- a call that sleeps in a thread of its own ---- */

enum call { RECV, SEND, POLL };

struct sleeper {
	pthread_t thread;
	int op;
	enum call call;
	size_t size;
	long result;
	_Atomic int begun, done;
};

static void *sleeper_run(void *argument)
{
	struct sleeper *sleeper = argument;
	struct pollfd entry = {.fd = sleeper->op, .events = POLLIN | POLLRDNORM};
	uint8_t buffer[64];
	long got;

	sleeper->begun = 1;
	if (sleeper->call == RECV)
		got = recv(sleeper->op, buffer, sleeper->size, 0);
	else if (sleeper->call == SEND)
		got = send(sleeper->op, full, sleeper->size, MSG_MORE);
	else
		got = poll(&entry, 1, (int)sleeper->size);
	sleeper->result = result(got);
	if (sleeper->call == POLL && got == 1)
		sleeper->result = entry.revents;
	sleeper->done = 1;
	return NULL;
}

/* Starts the call; returns once it can be taken to sleep. */
static void sleeper_start(struct sleeper *sleeper, int op, enum call call, size_t size)
{
	sleeper->op = op;
	sleeper->call = call;
	sleeper->size = size;
	sleeper->begun = sleeper->done = 0;
	pthread_create(&sleeper->thread, NULL, sleeper_run, sleeper);
	while (!sleeper->begun)
		sleep_ms(1);
	sleep_ms(settle_ms);
}

static long sleeper_end(struct sleeper *sleeper)
{
	pthread_join(sleeper->thread, NULL);
	return sleeper->result;
}

static void nothing(int number)
{
	(void)number;
}

/* ---- numbers that go while a call sleeps ---- */

static void closed_with_duplicate(void)
{
	struct sleeper receiver;
	int op = cipher_op(), other = dup(op);

	sleeper_start(&receiver, op, RECV, 16);
	report("F-10", "close during recv", result(close(op)), 0);
	sleep_ms(settle_ms);
	report("F-10", "the call sleeps on", receiver.done, 0);
	report("F-10", "the number is free", result(send(op, zeros, 16, 0)), -EBADF);
	report("F-10", "send by the duplicate", afalg_send(other, &encrypt, zeros, 16, 0), 16);
	report("F-10", "wakes the call", sleeper_end(&receiver), 16);
	close(other);
}

static void closed_last_number(void)
{
	struct sigaction action = {.sa_handler = nothing};
	struct sleeper receiver;
	int parent = keyed_parent(), op = afalg_accept(parent);

	sigaction(SIGUSR1, &action, NULL);
	sleeper_start(&receiver, op, RECV, 16);
	close(op);
	sleep_ms(settle_ms);
	report("F-11", "the last number closed, the call sleeps on", receiver.done, 0);
	report("F-11", "and keeps the parent busy", afalg_set_key(parent, zeros, 16), -EBUSY);
	pthread_kill(receiver.thread, SIGUSR1);
	report("F-11", "a signal ends it", sleeper_end(&receiver), -EINTR);
	report("F-11", "the parent is free", afalg_set_key(parent, zeros, 16), 0);
	close(parent);
}

static void replaced_number(void)
{
	struct sleeper receiver;
	int op = cipher_op(), other = dup(op), null = open("/dev/null", O_RDWR);

	sleeper_start(&receiver, op, RECV, 16);
	report("F-12", "dup2 over the number", result(dup2(null, op)) == op, 1);
	sleep_ms(settle_ms);
	report("F-12", "the call sleeps on", receiver.done, 0);
	report("F-12", "write goes to the file", result(write(op, zeros, 5)), 5);
	report("F-12", "send by the duplicate", afalg_send(other, &encrypt, zeros, 16, 0), 16);
	report("F-12", "wakes the call", sleeper_end(&receiver), 16);
	close(op);
	close(other);
	close(null);
}

static void closed_during_send(void)
{
	struct sleeper sender;
	int op = cipher_op(), other = dup(op);

	afalg_send(op, &encrypt, full, sizeof(full), MSG_MORE);
	sleeper_start(&sender, op, SEND, 4096);
	report("F-13", "send sleeps for room", sender.done, 0);
	report("F-13", "close during send", result(close(op)), 0);
	report("F-13", "recv by the duplicate", result(recv(other, full, 8192, 0)), 8192);
	report("F-13", "wakes the call", sleeper_end(&sender), 4096);
	close(other);
}

static void closed_during_poll(void)
{
	struct sleeper poller;
	int op = cipher_op(), other = dup(op);

	afalg_send(op, &encrypt, "", 0, MSG_MORE);
	sleeper_start(&poller, op, POLL, 30000);
	close(op);
	sleep_ms(settle_ms);
	report("F-14", "close during poll: it sleeps on", poller.done, 0);
	send(other, zeros, 16, 0);
	report("F-14", "send by the duplicate wakes it: no such number", sleeper_end(&poller),
	       POLLNVAL);
	close(other);
	op = cipher_op();
	afalg_send(op, &encrypt, "", 0, MSG_MORE);
	sleeper_start(&poller, op, POLL, (size_t)(2 * settle_ms));
	close(op);
	report("F-14", "the last number closed: it times out", sleeper_end(&poller), POLLNVAL);
}

/* ---- two calls on one socket ---- */

static void two_receivers(void)
{
	struct sleeper first, second;
	int op = cipher_op();

	sleeper_start(&first, op, RECV, 16);
	sleeper_start(&second, op, RECV, 16);
	report("F-15", "first send", afalg_send(op, &encrypt, zeros, 16, 0), 16);
	sleep_ms(settle_ms);
	report("F-15", "wakes one of two receivers", first.done + second.done, 1);
	report("F-15", "second send", afalg_send(op, &encrypt, zeros, 16, 0), 16);
	report("F-15", "wakes the other", sleeper_end(&first) + sleeper_end(&second), 32);
	close(op);
}

static void receivers_of_one_message(void)
{
	struct sleeper first, second;
	int op = cipher_op();

	sleeper_start(&first, op, RECV, 16);
	sleeper_start(&second, op, RECV, 16);
	report("F-15", "a message for both", afalg_send(op, &encrypt, full, 32, 0), 32);
	report("F-15", "first and second", sleeper_end(&first) + sleeper_end(&second), 32);
	close(op);
}

static void two_senders(void)
{
	struct sleeper sender;
	int op = cipher_op();

	afalg_send(op, &encrypt, full, sizeof(full), MSG_MORE);
	sleeper_start(&sender, op, SEND, 4096);
	report("F-16", "another send while one sleeps", result(send(op, zeros, 16, MSG_MORE)),
	       -EBUSY);
	report("F-16", "recv", result(recv(op, full, 8192, 0)), 8192);
	report("F-16", "ends the sleep", sleeper_end(&sender), 4096);
	close(op);
}

/* ---- edges ---- */

static int watch(int op, uint32_t events)
{
	struct epoll_event event = {.events = events | EPOLLET};
	int epoll = epoll_create1(0);

	epoll_ctl(epoll, EPOLL_CTL_ADD, op, &event);
	return epoll;
}

/* What epoll_wait tells: the events, 0 for none. */
static long edge(int epoll)
{
	struct epoll_event got;
	int count = epoll_wait(epoll, &got, 1, 0);

	return count == 1 ? (long)got.events : count;
}

/* How a row of edges_of says that kernel and door need not agree. */
#define ANY (-1)

enum { EDGE_STEPS = 12 };

/*
 * A door tells of each send and recv every event that holds then.  The kernel tells less (P-08):
 * want has what it tells, or ANY where that is less.
 */
static void edges_of(const char *name, uint32_t events, const long want[EDGE_STEPS])
{
	int op = cipher_op(), epoll = watch(op, events);
	struct epoll_event again = {.events = events | EPOLLET};
	char what[64];
	long got[EDGE_STEPS];
	unsigned n = 0;

	got[n++] = edge(epoll);
	got[n++] = edge(epoll);
	afalg_send(op, &encrypt, full, 32, MSG_MORE);
	got[n++] = edge(epoll);
	send(op, full, 32, MSG_MORE);
	got[n++] = edge(epoll);
	send(op, full, 16, 0);
	got[n++] = edge(epoll);
	got[n++] = edge(epoll);
	recv(op, full, 16, 0);
	got[n++] = edge(epoll);
	recv(op, full, 64, 0);
	got[n++] = edge(epoll);
	got[n++] = edge(epoll);
	epoll_ctl(epoll, EPOLL_CTL_MOD, op, &again);
	got[n++] = edge(epoll);
	got[n++] = edge(epoll);
	got[n] = result(epoll_ctl(epoll, EPOLL_CTL_DEL, op, NULL));
	for (unsigned i = 0; i < EDGE_STEPS; i++) {
		snprintf(what, sizeof(what), "edges of %s, step %u", name, i);
		report("P-07", what, got[i], want[i] == ANY ? got[i] : want[i]);
	}
	close(op);
	close(epoll);
}

static void edges(void)
{
	static const long in[EDGE_STEPS] = {EPOLLIN, 0,       ANY, ANY,     ANY, 0,
					    EPOLLIN, EPOLLIN, 0,   EPOLLIN, 0,   0};
	static const long out[EDGE_STEPS] = {EPOLLOUT, 0,   EPOLLOUT, EPOLLOUT, EPOLLOUT, 0,
					     ANY,      ANY, 0,        EPOLLOUT, 0,        0};
	static const long both[EDGE_STEPS] = {EPOLLIN | EPOLLOUT,
					      0,
					      EPOLLIN | EPOLLOUT,
					      EPOLLIN | EPOLLOUT,
					      EPOLLIN | EPOLLOUT,
					      0,
					      EPOLLIN | EPOLLOUT,
					      EPOLLIN | EPOLLOUT,
					      0,
					      EPOLLIN | EPOLLOUT,
					      0,
					      0};

	edges_of("in", EPOLLIN, in);
	edges_of("out", EPOLLOUT, out);
	edges_of("both", EPOLLIN | EPOLLOUT, both);
}

static void edges_of_full_queue(void)
{
	int op = cipher_op(), epoll = watch(op, EPOLLIN | EPOLLOUT);

	report("P-07", "fresh", edge(epoll), EPOLLIN | EPOLLOUT);
	afalg_send(op, &encrypt, full, sizeof(full), MSG_MORE);
	report("P-07", "full", edge(epoll), EPOLLIN);
	recv(op, full, 4096, 0);
	report("P-07", "room again", edge(epoll), EPOLLIN | EPOLLOUT);
	recv(op, full, 4096, 0);
	report("P-07", "more room", edge(epoll), EPOLLIN | EPOLLOUT);
	close(op);
	close(epoll);
}

static void watched_number_closed(void)
{
	int op = cipher_op(), other = dup(op), epoll = watch(op, EPOLLIN | EPOLLOUT);

	report("P-07", "watched", edge(epoll), EPOLLIN | EPOLLOUT);
	close(op);
	afalg_send(other, &encrypt, full, 16, 0);
	report("P-07", "its number closed, a duplicate sends", edge(epoll), EPOLLIN | EPOLLOUT);
	close(other);
	report("P-07", "the last one closed", edge(epoll), 0);
	close(epoll);
}

static void levels(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int op = cipher_op(), epoll = epoll_create1(0);

	report("P-07", "add", result(epoll_ctl(epoll, EPOLL_CTL_ADD, op, &event)), 0);
	report("P-07", "add again", result(epoll_ctl(epoll, EPOLL_CTL_ADD, op, &event)), -EEXIST);
	report("P-07", "level", edge(epoll), EPOLLIN);
	report("P-07", "level again", edge(epoll), EPOLLIN);
	afalg_send(op, &encrypt, "", 0, MSG_MORE);
	report("P-07", "level, nothing to read", edge(epoll), 0);
	report("P-07", "del", result(epoll_ctl(epoll, EPOLL_CTL_DEL, op, NULL)), 0);
	report("P-07", "del again", result(epoll_ctl(epoll, EPOLL_CTL_DEL, op, NULL)), -ENOENT);
	close(op);
	close(epoll);
}

/* Level-triggered waiters asleep in a thread of their own. */
static void *wait_level(void *argument)
{
	struct epoll_event got;

	return (void *)(long)epoll_wait(*(int *)argument, &got, 1, 20000);
}

static void sleeping_waiters(void)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDNORM};
	struct sleeper poller;
	pthread_t thread;
	void *count;
	int op = cipher_op(), epoll = epoll_create1(0);

	afalg_send(op, &encrypt, "", 0, MSG_MORE);
	epoll_ctl(epoll, EPOLL_CTL_ADD, op, &event);
	pthread_create(&thread, NULL, wait_level, &epoll);
	sleeper_start(&poller, op, POLL, 20000);
	send(op, zeros, 16, 0);
	report("P-05", "send wakes poll", sleeper_end(&poller), POLLIN | POLLRDNORM);
	pthread_join(thread, &count);
	report("P-05", "send wakes epoll_wait", (long)count, 1);
	close(op);
	close(epoll);
}

int main(int count, char **arguments)
{
	if (count > 1)
		settle_ms = strtol(arguments[1], NULL, 10);
	closed_with_duplicate();
	closed_last_number();
	replaced_number();
	closed_during_send();
	closed_during_poll();
	two_receivers();
	receivers_of_one_message();
	two_senders();
	sleeping_waiters();
	levels();
	edges();
	edges_of_full_queue();
	watched_number_closed();
	printf("1..%u\n", rows);
	return failures != 0;
}
