/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/secmem.h"
#include "doors/common/handover.h"
#include "doors/common/record.h"
#include "doors/supervisor/filter.h"
#include "doors/supervisor/host.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/object.h"
#include "doors/supervisor/waiting.h"

/* A socket's state: its queue, its key, its message; what is larger was not made by the door. */
#define BLOCK_MAX ((uint64_t)64 << 20)

bool handover_is_hello(const struct supervisor_call *call)
{
	return supervisor_int(call, 1) == HANDOVER_HELLO &&
	       supervisor_int(call, 2) == HANDOVER_VERSION;
}

long handover_hello(const struct supervisor_call *call)
{
	struct handover_hello hello = {{0, 0}};

	if (supervisor_options->trap == SUPERVISOR_TRAP_WINDOW)
		hello.window = filter_window;
	if (memory_write(call, supervisor_pointer(call, 3), &hello, sizeof(hello)) < 0)
		return -EFAULT;
	call->process->preloaded = true;
	return 0;
}

static long import(const struct supervisor_call *call, const struct handover_give *give,
		   const void *block, struct sock **out)
{
	struct supervisor_object *parent = NULL;

	if (give->parent >= 0) {
		parent = process_object(call, give->parent);
		if (!parent || parent->kind != OBJECT_ALG)
			return -EINVAL;
	}
	return sock_import(&supervisor_host, parent ? parent->sock : NULL, block,
			   (size_t)give->size, out);
}

/* Makes the placeholder at a number of the caller's one of an object. */
static long adopt(const struct supervisor_call *call, int number, struct sock *sock)
{
	int placeholder = process_descriptor(call, number);
	struct supervisor_object *object = NULL;

	if (placeholder >= 0)
		object = object_new(OBJECT_ALG, placeholder, sock);
	if (placeholder >= 0)
		(void)close(placeholder);
	if (!object) {
		if (sock_lock(sock))
			sock_put_unlock(sock);
		return -ENOMEM;
	}
	if (sock_lock(sock)) {
		record_accept(call->process->pid, sock, sock);
		sock_unlock(sock);
	}
	object->shown = 0; /* what it shows is not known here */
	process_ask_anew();
	process_note(call->process, number, object);
	waiting_show(call, number, object);
	return 0;
}

static long take(const struct supervisor_call *call, int number)
{
	struct handover_give give;
	struct sock *sock;
	void *block;
	long result;

	if (process_object(call, number))
		return -EEXIST;
	if (memory_read(call, &give, supervisor_pointer(call, 2), sizeof(give)) < 0)
		return -EFAULT;
	if (give.size > BLOCK_MAX)
		return -EINVAL;
	block = secmem_alloc((size_t)give.size);
	if (!block)
		return -ENOMEM;
	result = memory_read(call, block, (uintptr_t)give.block, (size_t)give.size);
	if (result == 0)
		result = import(call, &give, block, &sock);
	secmem_free(block, (size_t)give.size);
	return result < 0 ? result : adopt(call, number, sock);
}

long handover_ioctl(const struct supervisor_call *call)
{
	int number = supervisor_int(call, 0);

	switch ((uint32_t)supervisor_int(call, 1)) {
	case HANDOVER_GIVE:
		return take(call, number);
	case HANDOVER_ASK:
		return process_object(call, number) ? 1 : SUPERVISOR_PROCEED;
	default:
		return SUPERVISOR_PROCEED;
	}
}

/* The descriptor arguments whose socket has to be here for the call to be right. */
static unsigned wanted(const struct supervisor_call *call, const struct calls_entry *entry)
{
	int command = supervisor_int(call, 1);

	if (entry->serve == serve_close || entry->serve == serve_getsockopt ||
	    entry->serve == serve_ioctl || entry->serve == serve_fgetxattr)
		return 0; /* the placeholder will do */
	if (entry->serve == serve_fcntl)
		return command == F_DUPFD || command == F_DUPFD_CLOEXEC;
	if (entry->serve == serve_setsockopt)
		return command != SOL_SOCKET;
	if (entry->serve == serve_dup_to)
		return 1;
	return entry->descriptors;
}

static bool is_marked(const struct supervisor_call *call)
{
	return !call->compat && call->args[5] == (uint64_t)HANDOVER_MARK(call->number);
}

static bool ask_for(const struct supervisor_call *call, int number)
{
	siginfo_t info = {.si_signo = HANDOVER_SIGNAL, .si_code = SI_QUEUE};

	if (process_object(call, number) || !process_first_asked(call, number))
		return false;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_ptr = (void *)(HANDOVER_VALUE + (unsigned)number);
	return syscall(SYS_rt_tgsigqueueinfo, call->process->pid, call->thread, HANDOVER_SIGNAL,
		       &info) == 0;
}

bool handover_ask(const struct supervisor_call *call, const struct calls_entry *entry)
{
	unsigned arguments;

	if (!call->process->preloaded || !entry->descriptors || is_marked(call))
		return false;
	arguments = wanted(call, entry);
	for (unsigned i = 0; arguments >> i; i++)
		if (arguments >> i & 1 && ask_for(call, supervisor_int(call, i)))
			return true;
	return false;
}
