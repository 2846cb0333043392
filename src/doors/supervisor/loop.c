/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/loop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doors/supervisor/process.h"
#include "doors/supervisor/waiting.h"

/* Milliseconds between looks at objects: the first and the longest ones. */
#define DOUBT_LOOK LOOP_SOON
#define DOUBT_SLOW 500

#define EVENTS 16

/* Marks in epoll's data beside the processes. */
static char children_mark, hurry_mark, ready_mark;

static int poller = -1;
static int hurry = -1;
static int children = -1;
static _Atomic bool hurried;
static bool alone; /* there is no watcher: who takes calls looks, too */
static void (*tell_child)(pid_t pid, int status);

static int watch(int descriptor, void *mark)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = mark};

	return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) < 0 ? -errno : 0;
}

int loop_watch_process(struct supervisor_process *process)
{
	return alone ? 0 : watch(process->pidfd, process);
}

void loop_await(int descriptor, uint32_t events)
{
	struct epoll_event event = {.events = events | EPOLLONESHOT, .data.ptr = &ready_mark};

	/* What cannot be watched is looked at from time to time, as all that sleeps. */
	if (epoll_ctl(poller, EPOLL_CTL_MOD, descriptor, &event) < 0)
		(void)epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

void loop_let_go(int descriptor)
{
	(void)epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, NULL);
}

void loop_wake(void)
{
	const uint64_t one = 1;

	(void)!write(hurry, &one, sizeof(one));
}

void loop_hurry(void)
{
	/* Who is alone asks loop_hurried before it sleeps. */
	if (!atomic_exchange(&hurried, true) && !alone)
		loop_wake();
}

static void take_children(void)
{
	struct signalfd_siginfo info;
	pid_t pid;
	int status;

	(void)!read(children, &info, sizeof(info));
	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0)
		tell_child(pid, status);
	if (pid < 0 && errno == ECHILD)
		tell_child(-1, 0);
}

static void take(const struct epoll_event *event)
{
	uint64_t count;

	if (event->data.ptr == &children_mark) {
		take_children();
	} else if (event->data.ptr == &hurry_mark) {
		(void)!read(hurry, &count, sizeof(count));
	} else if (event->data.ptr != &ready_mark) {
		process_ended(event->data.ptr);
	}
}

/* How long the watcher may sleep; slower and slower while doubts do not clear. */
static int next_look(int sleep_look, bool doubts, int doubt_look)
{
	if (sleep_look >= 0)
		return sleep_look;
	return doubts ? doubt_look : -1;
}

bool loop_hurried(void)
{
	return atomic_load(&hurried);
}

int loop_look(bool idle)
{
	static int doubt_look = DOUBT_LOOK;
	int sleep_look = waiting_look();
	bool doubts = objects_reap(idle);
	int timeout;

	doubt_look = idle ? doubt_look * 2 : DOUBT_LOOK;
	if (doubt_look > DOUBT_SLOW)
		doubt_look = DOUBT_SLOW;
	timeout = next_look(sleep_look, doubts, doubt_look);
	/* While it looks by itself there is no need to be called. */
	atomic_store(&hurried, timeout >= 0);
	return timeout;
}

static void *watcher(void *unused)
{
	struct epoll_event events[EVENTS];
	int timeout = -1;

	(void)unused;
	for (;;) {
		int count = epoll_wait(poller, events, EVENTS, timeout);

		supervisor_lock();
		for (int i = 0; i < count; i++)
			take(&events[i]);
		timeout = loop_look(count <= 0);
		supervisor_unlock();
	}
	return NULL;
}

static void child_signal(sigset_t *signals)
{
	(void)sigemptyset(signals);
	(void)sigaddset(signals, SIGCHLD);
}

void loop_block_signals(void)
{
	sigset_t signals;

	child_signal(&signals);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
}

/* What both kinds have: 0 or -ENOMEM. */
static int open_poller(void)
{
	poller = epoll_create1(EPOLL_CLOEXEC);
	hurry = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (poller < 0 || hurry < 0 || watch(hurry, &hurry_mark) < 0)
		return -ENOMEM;
	return 0;
}

int loop_begin(void (*told)(pid_t pid, int status))
{
	pthread_t thread;
	sigset_t signals;

	tell_child = told;
	child_signal(&signals);
	children = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (children < 0 || open_poller() < 0 || watch(children, &children_mark) < 0)
		return -ENOMEM;
	return -pthread_create(&thread, NULL, watcher, NULL);
}

/* ---- without a watcher ---- */

/* A signal that is blocked but for sleep ends that. */
static void wake(int signal_number)
{
	(void)signal_number;
}

int loop_begin_alone(void)
{
	const struct sigaction action = {.sa_handler = wake};

	alone = true;
	(void)sigaction(SIGCHLD, &action, NULL);
	return open_poller();
}

bool loop_sleep(int64_t nanoseconds)
{
	const int64_t second = 1000000000;
	const struct timespec time = {nanoseconds / second, nanoseconds % second};
	struct pollfd ready = {.fd = poller, .events = POLLIN};
	struct epoll_event events[EVENTS];
	sigset_t signals;
	int count;

	(void)sigprocmask(SIG_BLOCK, NULL, &signals);
	(void)sigdelset(&signals, SIGCHLD);
	count = ppoll(&ready, 1, &time, &signals);
	if (count < 0)
		return false;
	if (count > 0)
		count = epoll_wait(poller, events, EVENTS, 0);
	for (int i = 0; i < count; i++)
		take(&events[i]);
	return true;
}
