/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/heir.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "doors/supervisor/calls.h"
#include "doors/supervisor/notify.h"
#include "ualg/if_alg.h"

/* Calls that sleep at a time and would be answered; ids begin at random: 0 is as good as none. */
#define NOTED_MAX 4096u

/* Ids are counted up: a call that was taken and not noted any more is among these after the last.
 */
#define BEHIND_LAST 1024u

struct list {
	_Atomic uint64_t last;
	_Atomic uint64_t noted[NOTED_MAX];
};

static struct list *list;

int heir_begin(void)
{
	void *memory =
	    mmap(NULL, sizeof(*list), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -ENOMEM;
	list = memory;
	return 0;
}

static void replace(uint64_t from, uint64_t to)
{
	for (unsigned i = 0; i < NOTED_MAX; i++) {
		if (atomic_load_explicit(&list->noted[i], memory_order_relaxed) != from)
			continue;
		atomic_store_explicit(&list->noted[i], to, memory_order_relaxed);
		return;
	}
}

void heir_note(uint64_t id)
{
	atomic_store_explicit(&list->last, id, memory_order_relaxed);
	replace(0, id);
}

void heir_forget(uint64_t id)
{
	replace(id, 0);
}

static void refuse(int listener, uint64_t id, int error)
{
	struct seccomp_notif_resp response = {.id = id, .error = error};

	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/*
 * What an unanswered alg socket would do in the kernel is not wanted: accept would sleep on the
 * placeholder.  With the window such calls are known; closing and copying go on.
 */
static bool is_lost(const struct seccomp_notif *request)
{
	const struct calls_entry *entry =
	    calls_find(notify_is_compat(request->data.arch), request->data.nr);

	return supervisor_options->trap == SUPERVISOR_TRAP_WINDOW && entry &&
	       entry->when == CALLS_DESCRIPTOR && entry->serve != serve_close &&
	       entry->serve != serve_fcntl && entry->serve != serve_dup &&
	       entry->serve != serve_dup_to;
}

static void answer(int listener, const struct seccomp_notif *request)
{
	struct seccomp_notif_resp response = {.id = request->id,
					      .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

	if (request->data.nr == SYS_socket && (int)request->data.args[0] == AF_ALG)
		refuse(listener, request->id, -EAFNOSUPPORT);
	else if (is_lost(request))
		refuse(listener, request->id, -ENOSYS);
	else
		(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void *serve(void *argument)
{
	int listener = (int)(intptr_t)argument;

	for (;;) {
		struct seccomp_notif request;

		memset(&request, 0, sizeof(request));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == 0)
			answer(listener, &request);
		else if (errno != EINTR && errno != ENOENT)
			return NULL;
	}
}

void heir_take_over(int listener)
{
	pthread_t thread;

	for (unsigned i = 0; i < NOTED_MAX; i++)
		if (list->noted[i])
			refuse(listener, list->noted[i], -ENOSYS);
	/* What is not taken yet refuses such an answer. */
	for (uint64_t i = 1; i <= BEHIND_LAST; i++)
		refuse(listener, list->last + i, -ENOSYS);
	(void)pthread_create(&thread, NULL, serve, (void *)(intptr_t)listener);
}
