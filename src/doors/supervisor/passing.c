/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/passing.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "doors/supervisor/memory.h"
#include "doors/supervisor/process.h"

#define SCRATCH 4096u
#define TOKEN   16u

/* The numbers of what a thread is asked for. */
struct numbers {
	long map, unmap, socket, sendmsg, recvmsg, dup3, close;
};

static const struct numbers native = {
    SYS_mmap, SYS_munmap, SYS_socket, SYS_sendmsg, SYS_recvmsg, SYS_dup3, SYS_close,
};
/* Of 32-bit x86: mmap2, and the calls that socketcall is not needed for. */
static const struct numbers compat = {192, 91, 359, 370, 372, 330, 6};

static const struct numbers *numbers_of(const struct tracee *tracee)
{
	return tracee->compat ? &compat : &native;
}

static long ask(struct tracee *tracee, long number, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t args[6] = {a, b, c, MAP_PRIVATE | MAP_ANONYMOUS, UINT32_MAX, 0};

	return tracee_call(tracee, number, args);
}

static bool is_error(long result)
{
	return result < 0 && result > -4096;
}

static ino_t network_of(const char *thread)
{
	char path[64];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%s/ns/net", thread);
	return stat(path, &status) < 0 ? 0 : status.st_ino;
}

static bool is_elsewhere(const struct tracee *tracee)
{
	static ino_t own;
	char thread[16];

	if (!own)
		own = network_of("self");
	(void)snprintf(thread, sizeof(thread), "%d", tracee->thread);
	return network_of(thread) != own;
}

int passing_make(struct tracee *tracee, int type)
{
	if (is_elsewhere(tracee))
		return -EXDEV;
	return (int)ask(tracee, numbers_of(tracee)->socket, AF_UNIX, (uint64_t)type, 0);
}

void passing_close(struct tracee *tracee, int number)
{
	(void)ask(tracee, numbers_of(tracee)->close, (uint64_t)number, 0, 0);
}

/* ---- messages, laid out in a page of the thread's own ---- */

/* All that a message is made of.  Its parts stand where the pointers of the header say. */
struct native_page {
	struct msghdr header;
	struct iovec iov;
	_Alignas(8) uint8_t control[CMSG_SPACE(sizeof(int))];
	uint8_t token[TOKEN];
	struct sockaddr_un name;
};

struct compat_page {
	uint32_t header[7]; /* name, its size, iov, how many, control, its size, flags */
	uint32_t iov[2];
	uint32_t control[4]; /* size, level, type, the descriptor */
	uint8_t token[TOKEN];
	struct sockaddr_un name;
};

struct message {
	uint8_t token[TOKEN];
	struct sockaddr_un name;
	socklen_t name_size; /* 0: none */
	int descriptor;
};

static void lay_native(const struct message *message, uintptr_t at, struct native_page *page)
{
	const struct cmsghdr head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};

	memset(page, 0, sizeof(*page));
	page->header = (struct msghdr){
	    .msg_name =
		message->name_size ? (void *)(at + offsetof(struct native_page, name)) : NULL,
	    .msg_namelen = message->name_size,
	    .msg_iov = (void *)(at + offsetof(struct native_page, iov)),
	    .msg_iovlen = 1,
	    .msg_control = (void *)(at + offsetof(struct native_page, control)),
	    .msg_controllen = sizeof(page->control),
	};
	page->iov.iov_base = (void *)(at + offsetof(struct native_page, token));
	page->iov.iov_len = TOKEN;
	memcpy(page->control, &head, sizeof(head));
	memcpy(page->control + CMSG_LEN(0), &message->descriptor, sizeof(int));
	memcpy(page->token, message->token, TOKEN);
	page->name = message->name;
}

static void lay_compat(const struct message *message, uintptr_t at, struct compat_page *page)
{
	const uint32_t base = (uint32_t)at;

	*page = (struct compat_page){
	    .header =
		{
		    message->name_size ? base + (uint32_t)offsetof(struct compat_page, name) : 0,
		    message->name_size,
		    base + (uint32_t)offsetof(struct compat_page, iov),
		    1,
		    base + (uint32_t)offsetof(struct compat_page, control),
		    sizeof(page->control),
		    0,
		},
	    .iov = {base + (uint32_t)offsetof(struct compat_page, token), TOKEN},
	    .control = {sizeof(page->control), SOL_SOCKET, SCM_RIGHTS,
			(uint32_t)message->descriptor},
	    .name = message->name,
	};
	memcpy(page->token, message->token, TOKEN);
}

static int write_message(const struct supervisor_call *call, const struct message *message,
			 uintptr_t at)
{
	union {
		struct native_page native;
		struct compat_page compat;
	} page;

	if (call->compat) {
		lay_compat(message, at, &page.compat);
		return memory_write(call, at, &page.compat, sizeof(page.compat));
	}
	lay_native(message, at, &page.native);
	return memory_write(call, at, &page.native, sizeof(page.native));
}

/* The descriptor that a received message has brought. */
static int read_descriptor(const struct supervisor_call *call, uintptr_t at)
{
	size_t offset = call->compat ? offsetof(struct compat_page, control) + 3 * sizeof(uint32_t)
				     : offsetof(struct native_page, control) + CMSG_LEN(0);
	int number;

	return memory_read(call, &number, at + offset, sizeof(number)) < 0 ? -EFAULT : number;
}

/* ---- out of the process ---- */

/* Where descriptors come in; -1: not made yet. */
static int post = -1;
static struct sockaddr_un post_name;
static socklen_t post_name_size;

static int open_post(void)
{
	const struct sockaddr_un any = {.sun_family = AF_UNIX};

	if (post >= 0)
		return 0;
	post = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (post < 0)
		return -errno;
	post_name_size = sizeof(post_name);
	if (bind(post, (const struct sockaddr *)&any, sizeof(any.sun_family)) == 0 &&
	    getsockname(post, (struct sockaddr *)&post_name, &post_name_size) == 0)
		return 0;
	(void)close(post);
	post = -1;
	return -ENOBUFS;
}

/* The descriptor that came with the token; what anybody else has sent is thrown away. */
static int take_from_post(const uint8_t token[TOKEN])
{
	for (;;) {
		_Alignas(8) uint8_t control[CMSG_SPACE(sizeof(int))];
		uint8_t came[TOKEN];
		struct iovec iov = {came, sizeof(came)};
		struct msghdr header = {.msg_iov = &iov,
					.msg_iovlen = 1,
					.msg_control = control,
					.msg_controllen = sizeof(control)};
		ssize_t size = recvmsg(post, &header, MSG_CMSG_CLOEXEC);
		const struct cmsghdr *head = size < 0 ? NULL : CMSG_FIRSTHDR(&header);
		int descriptor;

		if (size < 0)
			return -EPERM;
		if (!head || head->cmsg_len != CMSG_LEN(sizeof(int)))
			continue;
		memcpy(&descriptor, CMSG_DATA(head), sizeof(descriptor));
		if (size == TOKEN && memcmp(came, token, TOKEN) == 0)
			return descriptor;
		(void)close(descriptor);
	}
}

/* Sends what the page says by a socket made for it. */
static long send_from(struct tracee *tracee, uintptr_t page)
{
	const struct numbers *numbers = numbers_of(tracee);
	long way_out = ask(tracee, numbers->socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	long result;

	if (way_out < 0)
		return way_out;
	result = ask(tracee, numbers->sendmsg, (uint64_t)way_out, page, MSG_DONTWAIT);
	(void)ask(tracee, numbers->close, (uint64_t)way_out, 0, 0);
	return result;
}

int passing_get(struct tracee *tracee, const struct supervisor_call *call, int number)
{
	const struct numbers *numbers = numbers_of(tracee);
	struct message message = {.descriptor = number};
	long page, result = open_post();

	if (result < 0)
		return (int)result;
	if (getrandom(message.token, TOKEN, 0) != TOKEN)
		return -EAGAIN;
	message.name = post_name;
	message.name_size = post_name_size;
	page = ask(tracee, numbers->map, 0, SCRATCH, PROT_READ | PROT_WRITE);
	if (is_error(page))
		return (int)page;
	result = write_message(call, &message, (uintptr_t)page);
	if (result == 0)
		result = send_from(tracee, (uintptr_t)page);
	(void)ask(tracee, numbers->unmap, (uint64_t)page, SCRATCH, 0);
	return result < 0 ? (int)result : take_from_post(message.token);
}

/* ---- into the process ---- */

/* Leaves our descriptor in the queue of a socket of the thread's: 0 or a negative errno. */
static int leave_in(const struct supervisor_call *call, int number, int descriptor)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(name);
	_Alignas(8) uint8_t control[CMSG_SPACE(sizeof(int))] = {0};
	const struct cmsghdr head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	struct iovec iov = {(void *)(uintptr_t) "", 1};
	struct msghdr header = {.msg_name = &name,
				.msg_iov = &iov,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof(control)};
	int copy = process_descriptor(call, number), result = 0;

	if (copy < 0)
		return copy;
	memcpy(control, &head, sizeof(head));
	memcpy(control + CMSG_LEN(0), &descriptor, sizeof(descriptor));
	/* It sends to itself, so that it matters to nobody in which namespace it is. */
	if (bind(copy, (const struct sockaddr *)&name, sizeof(name.sun_family)) < 0 ||
	    getsockname(copy, (struct sockaddr *)&name, &size) < 0)
		result = -errno;
	header.msg_namelen = size;
	if (result == 0 && sendmsg(copy, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		result = -errno;
	(void)close(copy);
	return result;
}

/* The thread takes it out of its socket: the number, or a negative errno. */
static long take_out(struct tracee *tracee, const struct supervisor_call *call, int socket)
{
	const struct numbers *numbers = numbers_of(tracee);
	const struct message message = {.descriptor = -1};
	long page = ask(tracee, numbers->map, 0, SCRATCH, PROT_READ | PROT_WRITE);
	long result;

	if (is_error(page))
		return page;
	result = write_message(call, &message, (uintptr_t)page);
	if (result == 0)
		result = ask(tracee, numbers->recvmsg, (uint64_t)socket, (uint64_t)page,
			     MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (result >= 0)
		result = read_descriptor(call, (uintptr_t)page);
	(void)ask(tracee, numbers->unmap, (uint64_t)page, SCRATCH, 0);
	return result;
}

int passing_put(struct tracee *tracee, const struct supervisor_call *call, int descriptor,
		int number, bool cloexec)
{
	const struct numbers *numbers = numbers_of(tracee);
	long socket = ask(tracee, numbers->socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	long came, result;

	if (socket < 0)
		return (int)socket;
	result = leave_in(call, (int)socket, descriptor);
	came = result < 0 ? result : take_out(tracee, call, (int)socket);
	if (came < 0) {
		passing_close(tracee, (int)socket);
		return (int)came;
	}
	/* The lowest free number is the socket's own. */
	result = ask(tracee, numbers->dup3, (uint64_t)came,
		     (uint64_t)(number < 0 ? socket : number), cloexec ? O_CLOEXEC : 0);
	passing_close(tracee, (int)came);
	if (number >= 0 || result < 0)
		passing_close(tracee, (int)socket);
	return (int)result;
}
