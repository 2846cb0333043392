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
#include "doors/supervisor/insist.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/object.h"
#include "doors/supervisor/proc.h"
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

/* What threads were asked for, until they look: one each. */
static struct question {
	pid_t thread; /* 0: free */
	struct handover_asked asked;
} questions[256];

#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

static bool take_question(pid_t thread, struct handover_asked *asked)
{
	for (size_t i = 0; i < QUESTIONS; i++)
		if (questions[i].thread == thread) {
			*asked = questions[i].asked;
			questions[i].thread = 0;
			return true;
		}
	return false;
}

/* NULL: so many threads that live have not looked yet. */
static struct question *free_question(void)
{
	for (size_t i = 0; i < QUESTIONS; i++)
		if (questions[i].thread == 0)
			return &questions[i];
	for (size_t i = 0; i < QUESTIONS; i++)
		if (proc_process_of(questions[i].thread) < 0)
			return &questions[i];
	return NULL;
}

static bool note_question(pid_t thread, const struct handover_asked *asked)
{
	struct handover_asked forgotten;
	struct question *question;

	(void)take_question(thread, &forgotten); /* of one before it with this id */
	question = free_question();
	if (!question)
		return false;
	question->thread = thread;
	question->asked = *asked;
	return true;
}

bool handover_is_asked(const struct supervisor_call *call)
{
	return supervisor_int(call, 1) == HANDOVER_ASKED;
}

long handover_asked(const struct supervisor_call *call)
{
	struct handover_asked asked;

	if (!take_question(call->thread, &asked))
		return -ENOENT;
	return memory_write(call, supervisor_pointer(call, 3), &asked, sizeof(asked)) < 0 ? -EFAULT
											  : 0;
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

/* Has the call made anew, behind the signal's handler. */
static bool signal_and_answer(const struct supervisor_call *call, enum proc_reach reach)
{
	if (reach == PROC_REACH_BLOCKED)
		return insist_on_signal(call, HANDOVER_SIGNAL);
	if (syscall(SYS_tgkill, call->process->pid, call->thread, HANDOVER_SIGNAL) < 0)
		return false;
	call->way->answer(call, SUPERVISOR_ANEW);
	return true;
}

static bool ask_for(const struct supervisor_call *call, int number)
{
	struct handover_asked asked = {.number = number};
	enum proc_reach reach;

	if (process_object(call, number) || !process_first_asked(call, number))
		return false;
	reach = proc_signal_reaches(call->thread, HANDOVER_SIGNAL);
	if (reach == PROC_REACH_NOT)
		return false;
	asked.blocked = reach == PROC_REACH_BLOCKED;
	if (!note_question(call->thread, &asked))
		return false;
	if (signal_and_answer(call, reach))
		return true;
	(void)take_question(call->thread, &asked);
	return false;
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
