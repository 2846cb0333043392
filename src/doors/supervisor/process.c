/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "doors/common/descriptors.h"
#include "doors/supervisor/events.h"
#include "doors/supervisor/filter.h"
#include "doors/supervisor/loop.h"
#include "doors/supervisor/object.h"
#include "doors/supervisor/proc.h"

#define PAGE_NUMBERS 64u
#define PAGES        (sizeof(((struct supervisor_process *)0)->pages) / sizeof(void *))

/*
 * A thread id that is remembered may be another thread's after the kernel has gone through all ids.
 * That takes longer than this, in nanoseconds: no machine makes threads that fast.
 */
#define THREAD_TRUSTED 50000000L

#define THREADS 256u /* remembered; a power of two */

struct process_page {
	struct {
		struct supervisor_object *object; /* NULL and known: none of ours */
		bool known;
		bool socket; /* known, and a socket */
		bool asked;  /* process_first_asked was */
	} numbers[PAGE_NUMBERS];
};

static struct supervisor_process *processes;

static struct {
	pid_t thread;
	struct supervisor_process *process;
	int64_t checked;
} threads[THREADS];

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

struct supervisor_process *process_find(pid_t pid)
{
	struct supervisor_process *process = processes;

	while (process && process->pid != pid)
		process = process->next;
	return process;
}

static struct supervisor_process *add(pid_t pid)
{
	struct supervisor_process *process = calloc(1, sizeof(*process));

	if (!process)
		return NULL;
	process->pid = pid;
	process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process->pidfd < 0 || loop_watch_process(process) < 0) {
		if (process->pidfd >= 0)
			(void)close(process->pidfd);
		free(process);
		return NULL;
	}
	process->next = processes;
	processes = process;
	return process;
}

struct supervisor_process *process_of_thread(pid_t thread)
{
	unsigned slot = (unsigned)thread & (THREADS - 1);
	int64_t time = now();
	struct supervisor_process *process;
	pid_t pid;

	if (threads[slot].thread == thread && time - threads[slot].checked < THREAD_TRUSTED)
		return threads[slot].process;
	pid = proc_process_of(thread);
	if (pid < 0)
		return NULL;
	process = process_find(pid);
	if (!process)
		process = add(pid);
	if (!process)
		return NULL;
	threads[slot].thread = thread;
	threads[slot].process = process;
	threads[slot].checked = time;
	return process;
}

void process_forget_all(struct supervisor_process *process)
{
	events_forget_all(process);
	process_forget_range(process, 0, UINT32_MAX);
	for (unsigned i = 0; i < PAGES; i++) {
		free(process->pages[i]);
		process->pages[i] = NULL;
	}
}

void process_ended(struct supervisor_process *process)
{
	struct supervisor_process **link = &processes;

	while (*link != process)
		link = &(*link)->next;
	*link = process->next;
	for (unsigned i = 0; i < THREADS; i++)
		if (threads[i].process == process)
			threads[i].thread = 0;
	process_forget_all(process);
	(void)close(process->pidfd);
	free(process);
}

static struct process_page *page_of(struct supervisor_process *process, int number, bool make)
{
	unsigned page = (unsigned)number / PAGE_NUMBERS;

	if (page >= PAGES)
		return NULL;
	if (!process->pages[page] && make)
		process->pages[page] = calloc(1, sizeof(struct process_page));
	return process->pages[page];
}

static void remember(struct supervisor_process *process, int number,
		     struct supervisor_object *object, bool socket)
{
	struct process_page *page = page_of(process, number, true);

	if (!page)
		return; /* it is asked for each time, then */
	page->numbers[(unsigned)number % PAGE_NUMBERS].object = object;
	page->numbers[(unsigned)number % PAGE_NUMBERS].known = true;
	page->numbers[(unsigned)number % PAGE_NUMBERS].socket = socket;
}

void process_note(struct supervisor_process *process, int number, struct supervisor_object *object)
{
	remember(process, number, object, true);
}

/* What /proc says: 0 and the object or NULL; -1: no such descriptor. */
static int ask(const struct supervisor_call *call, int number, struct supervisor_object **object,
	       bool *socket)
{
	char path[64];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", call->thread, number);
	if (stat(path, &status) < 0)
		return -1;
	*socket = S_ISSOCK(status.st_mode);
	*object = *socket ? object_find(status.st_ino) : NULL;
	return 0;
}

struct supervisor_object *process_object(const struct supervisor_call *call, int number)
{
	struct supervisor_object *object;
	const struct process_page *page;
	bool socket;

	if (number < 0)
		return NULL;
	page = page_of(call->process, number, false);
	if (page && page->numbers[(unsigned)number % PAGE_NUMBERS].known)
		return page->numbers[(unsigned)number % PAGE_NUMBERS].object;
	if (ask(call, number, &object, &socket) < 0)
		return NULL;
	remember(call->process, number, object, socket);
	return object;
}

struct supervisor_object *process_alg_number(const struct supervisor_call *call, int number)
{
	struct supervisor_object *object = process_object(call, number);

	return object && object->kind == OBJECT_ALG ? object : NULL;
}

struct supervisor_object *process_alg_object(const struct supervisor_call *call)
{
	return process_alg_number(call, supervisor_int(call, 0));
}

struct supervisor_object *process_parent_object(const struct supervisor_call *call)
{
	/* Before the look: the socket itself may be gone. */
	(void)objects_reap(false);
	return process_alg_object(call);
}

bool process_first_asked(const struct supervisor_call *call, int number)
{
	struct process_page *page = number < 0 ? NULL : page_of(call->process, number, false);
	unsigned place = (unsigned)number % PAGE_NUMBERS;

	if (!page || !page->numbers[place].known || !page->numbers[place].socket ||
	    page->numbers[place].asked)
		return false;
	page->numbers[place].asked = true;
	return true;
}

static bool has(const struct supervisor_process *process, ino_t inode)
{
	char path[64];
	struct dirent *entry;
	bool found = false;
	DIR *folder;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", process->pid);
	folder = opendir(path);
	if (!folder)
		return false;
	while (!found && (entry = readdir(folder))) {
		struct stat status;

		found = fstatat(dirfd(folder), entry->d_name, &status, 0) == 0 &&
			S_ISSOCK(status.st_mode) && status.st_ino == inode;
	}
	(void)closedir(folder);
	return found;
}

bool process_anyone_has(ino_t inode)
{
	for (const struct supervisor_process *process = processes; process; process = process->next)
		if (has(process, inode))
			return true;
	return false;
}

/* Processes may share their descriptors (CLONE_FILES): what one closes is closed for all. */
static void forget_in_others(const struct supervisor_process *process, int number,
			     const struct supervisor_object *object)
{
	for (struct supervisor_process *other = processes; other; other = other->next) {
		struct process_page *page = other->pages[(unsigned)number / PAGE_NUMBERS];

		if (other != process && page &&
		    page->numbers[(unsigned)number % PAGE_NUMBERS].object == object)
			page->numbers[(unsigned)number % PAGE_NUMBERS].known = false;
	}
}

void process_forget(struct supervisor_process *process, int number)
{
	struct process_page *page = number < 0 ? NULL : page_of(process, number, false);
	struct supervisor_object *object;

	if (!page || !page->numbers[(unsigned)number % PAGE_NUMBERS].known)
		return;
	object = page->numbers[(unsigned)number % PAGE_NUMBERS].object;
	page->numbers[(unsigned)number % PAGE_NUMBERS].known = false;
	page->numbers[(unsigned)number % PAGE_NUMBERS].object = NULL;
	page->numbers[(unsigned)number % PAGE_NUMBERS].asked = false;
	if (number < process->free_hint)
		process->free_hint = number;
	if (!object)
		return;
	forget_in_others(process, number, object);
	object_doubt(object);
}

void process_forget_range(struct supervisor_process *process, unsigned first, unsigned last)
{
	for (unsigned page = first / PAGE_NUMBERS; page < PAGES && page <= last / PAGE_NUMBERS;
	     page++) {
		unsigned number = page * PAGE_NUMBERS;

		if (!process->pages[page])
			continue;
		for (unsigned end = number + PAGE_NUMBERS; number < end; number++)
			if (number >= first && number <= last)
				process_forget(process, (int)number);
	}
}

static void ask_page_anew(struct process_page *page)
{
	for (unsigned i = 0; i < PAGE_NUMBERS; i++)
		if (!page->numbers[i].object)
			page->numbers[i].known = false;
}

void process_ask_anew(void)
{
	for (struct supervisor_process *process = processes; process; process = process->next)
		for (unsigned page = 0; page < PAGES; page++)
			if (process->pages[page])
				ask_page_anew(process->pages[page]);
}

void process_forget_object(const struct supervisor_object *object)
{
	for (struct supervisor_process *process = processes; process; process = process->next) {
		for (unsigned page = 0; page < PAGES; page++) {
			if (!process->pages[page])
				continue;
			for (unsigned i = 0; i < PAGE_NUMBERS; i++)
				if (process->pages[page]->numbers[i].object == object) {
					process->pages[page]->numbers[i].object = NULL;
					process->pages[page]->numbers[i].known = false;
				}
		}
	}
}

/* Of a program with other credentials it may not be told: then the kernel decides. */
static struct rlimit limit_of(const struct supervisor_call *call)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

	(void)prlimit(call->process->pid, RLIMIT_NOFILE, NULL, &limit);
	return limit;
}

bool process_may_ask_for(const struct supervisor_call *call, int number)
{
	return (rlim_t)number < limit_of(call).rlim_cur;
}

bool process_raise_limit(const struct supervisor_call *call, int number, struct rlimit *before)
{
	struct rlimit raised;

	*before = limit_of(call);
	if ((rlim_t)number < before->rlim_cur)
		return false;
	raised = (struct rlimit){(rlim_t)number + 1, before->rlim_max};
	return prlimit(call->process->pid, RLIMIT_NOFILE, &raised, NULL) == 0;
}

void process_restore_limit(const struct supervisor_call *call, const struct rlimit *before)
{
	(void)prlimit(call->process->pid, RLIMIT_NOFILE, before, NULL);
}

static bool is_free(const struct supervisor_call *call, int number)
{
	const struct process_page *page = page_of(call->process, number, false);
	struct supervisor_object *object;
	bool socket;

	if (page && page->numbers[(unsigned)number % PAGE_NUMBERS].known)
		return false;
	return ask(call, number, &object, &socket) < 0;
}

static rlim_t count_descriptors(const struct supervisor_call *call)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", call->thread);
	return door_descriptors_of(path);
}

int process_free_number(const struct supervisor_call *call, int from)
{
	const struct rlimit limit = limit_of(call);
	int hint = call->process->free_hint;
	int number = from > hint ? from : hint;

	for (;; number++) {
		if (!handover_in_window(&filter_window, number))
			number = handover_next(&filter_window, number);
		if (number < 0 || (rlim_t)number >= limit.rlim_max)
			return -EMFILE;
		if (is_free(call, number))
			break;
	}
	/* The window has gaps, for which numbers above the limit make up. */
	if ((rlim_t)number >= limit.rlim_cur && count_descriptors(call) >= limit.rlim_cur)
		return -EMFILE;
	if (from <= hint)
		call->process->free_hint = number;
	return number;
}

int process_descriptor(const struct supervisor_call *call, int number)
{
	int descriptor = (int)syscall(SYS_pidfd_getfd, call->process->pidfd, number, 0);

	if (descriptor >= 0)
		return descriptor;
	return errno != EBADF && call->way->fetch ? call->way->fetch(call, number) : -errno;
}
