/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>

#include "doors/supervisor/heir.h"
#include "doors/supervisor/process.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS      SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1ul
#endif

static int notify_listener;
static bool waits_for_death;

static bool valid(const struct supervisor_call *call)
{
	uint64_t id = call->id;

	return ioctl(notify_listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static void respond(struct seccomp_notif_resp *response)
{
	heir_forget(response->id);
	/* Who is gone needs no answer. */
	(void)ioctl(notify_listener, SECCOMP_IOCTL_NOTIF_SEND, response);
}

static void answer(const struct supervisor_call *call, long result)
{
	struct seccomp_notif_resp response = {.id = call->id};

	if (result < 0)
		response.error = (int)result;
	else
		response.val = result;
	respond(&response);
}

static void proceed(const struct supervisor_call *call)
{
	struct seccomp_notif_resp response = {.id = call->id,
					      .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

	respond(&response);
}

/*
 * In one step with the answer, where a signal could end the call in between, which would leave the
 * descriptor behind.  Where none can, in two: a supervisor that is killed within the one step has
 * the kernel answer 0.
 */
static int inject(const struct supervisor_call *call, int descriptor, int number, bool cloexec)
{
	struct seccomp_notif_addfd request = {
	    .id = call->id,
	    .flags = waits_for_death ? 0 : SECCOMP_ADDFD_FLAG_SEND,
	    .srcfd = (uint32_t)descriptor,
	    .newfd_flags = cloexec ? O_CLOEXEC : 0,
	};
	struct rlimit before;
	bool raised = false;
	int result;

	if (number >= 0) {
		request.flags |= SECCOMP_ADDFD_FLAG_SETFD;
		request.newfd = (uint32_t)number;
		raised = process_raise_limit(call, number, &before);
	}
	result = ioctl(notify_listener, SECCOMP_IOCTL_NOTIF_ADDFD, &request);
	if (result < 0)
		result = -errno;
	if (raised)
		process_restore_limit(call, &before);
	if (result < 0)
		return result;
	if (waits_for_death)
		answer(call, result);
	else
		heir_forget(call->id);
	return result;
}

static const struct supervisor_way way = {
    .valid = valid,
    .answer = answer,
    .proceed = proceed,
    .inject = inject,
};

bool notify_is_compat(uint32_t arch)
{
#if defined(__x86_64__)
	return arch == AUDIT_ARCH_I386;
#else
	(void)arch;
	return false;
#endif
}

static void serve(const struct seccomp_notif *request)
{
	struct supervisor_call call = {
	    .way = &way,
	    .id = request->id,
	    .thread = (pid_t)request->pid,
	    .compat = notify_is_compat(request->data.arch),
	    .number = request->data.nr,
	};

	heir_note(request->id);
	memcpy(call.args, request->data.args, sizeof(call.args));
	supervisor_serve(&call);
}

/*
 * Has the two take turns on one processor, as each sleeps while the other works: to wake a thread
 * on another one takes longer than to serve it.  Kernels before 6.6 have no such wish.
 */
static void share_processor(int listener)
{
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

void notify_serve(int listener, bool only_death_ends)
{
	share_processor(listener);
	notify_listener = listener;
	waits_for_death = only_death_ends;
	for (;;) {
		struct seccomp_notif request;

		memset(&request, 0, sizeof(request));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == 0)
			serve(&request);
		else if (errno != EINTR && errno != ENOENT)
			return;
	}
}
