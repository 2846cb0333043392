/* SPDX-License-Identifier: MIT */
/* Carries plans out by plain libc calls. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "random.h"
#include "ualg/if_alg.h"

static uint8_t sent[PLAN_DATA], received[PLAN_DATA + 64];

struct run {
	int parents[PLAN_PARENTS], ops[PLAN_OPS];
	FILE *out;
};

void random_bytes(uint32_t seed, uint8_t *bytes, size_t size)
{
	uint64_t state = seed;

	for (size_t i = 0; i < size; i += 8) {
		uint64_t word = random_next(&state);

		memcpy(bytes + i, &word, size - i < 8 ? size - i : 8);
	}
}

static void *no_memory(void)
{
	static void *page;

	if (!page)
		page = mmap(NULL, PLAN_DATA, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return page;
}

static int *fd_of(struct run *run, const struct call *call)
{
	return call->on_parent ? &run->parents[call->slot] : &run->ops[call->slot];
}

/* ---- results ---- */

static void tell(const struct run *run, long result)
{
	if (result < 0)
		fprintf(run->out, " %s",
			errno == EOPNOTSUPP ? "EOPNOTSUPP" : strerrorname_np(errno));
	else
		fprintf(run->out, " %ld", result);
}

/* For calls that make a descriptor: "ok". */
static void tell_made(const struct run *run, long result)
{
	if (result < 0)
		tell(run, result);
	else
		fprintf(run->out, " ok");
}

/* Size and a fingerprint of 16 bits (FNV-1a, folded). */
static void tell_bytes(const struct run *run, const struct call *call, long result)
{
	uint64_t hash = 0xcbf29ce484222325u;

	tell(run, result);
	if (result <= 0 || algorithms[call->algorithm].hidden || call->on_parent)
		return;
	for (long i = 0; i < result; i++)
		hash = (hash ^ received[i]) * 0x100000001b3u;
	fprintf(run->out, "/%04x",
		(unsigned)((hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48) & 0xffff));
}

/* ---- calls on parents ---- */

static long bind_to(int fd, const struct call *call)
{
	const struct algorithm *algorithm = &algorithms[call->algorithm];
	const char *type = algorithm->type, *name = algorithm->name;
	union {
		struct ualg_sockaddr alg;
		struct sockaddr any;
	} address = {.alg.salg_family = AF_ALG};

	if (call->oddity == ODD_TYPE)
		type = strcmp(type, "hash") == 0 ? "skcipher" : "hash";
	if (call->oddity == ODD_NAME)
		name = "no-such-algorithm";
	memcpy(address.alg.salg_type, type, strlen(type));
	memcpy(address.alg.salg_name, name, strlen(name));
	return bind(fd, &address.any, sizeof(address.alg));
}

static void run_open(struct run *run, const struct call *call)
{
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0);
	long result = bind_to(fd, call);

	tell(run, result);
	*fd_of(run, call) = fd;
}

static void run_bind(struct run *run, const struct call *call)
{
	tell(run, bind_to(*fd_of(run, call), call));
}

static void run_key(struct run *run, const struct call *call)
{
	uint8_t cipher_key = algorithms[call->algorithm].cipher_key;
	void *key = call->oddity == ODD_POINTER ? no_memory() : sent;

	random_bytes(call->seed, sent, call->size);
	if (cipher_key && call->size >= 8) /* K-10 */
		memcpy(sent, (uint8_t[]){8, 0, 1, 0, 0, 0, 0, cipher_key}, 8);
	tell(run, setsockopt(*fd_of(run, call), SOL_ALG, ALG_SET_KEY, key, (socklen_t)call->size));
}

static void run_tag(struct run *run, const struct call *call)
{
	tell(run, setsockopt(*fd_of(run, call), SOL_ALG, ALG_SET_AEAD_AUTHSIZE, NULL,
			     (socklen_t)call->size));
}

static void run_accept(struct run *run, const struct call *call)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	bool odd = call->oddity == ODD_ADDRESS;
	int fd = accept4(*fd_of(run, call), odd ? (struct sockaddr *)&address : NULL,
			 odd ? &size : NULL, call->nonblock ? SOCK_NONBLOCK : 0);

	tell_made(run, fd);
	run->ops[call->to] = fd;
}

static void run_dup(struct run *run, const struct call *call)
{
	int fd = dup(*fd_of(run, call));

	tell_made(run, fd);
	run->ops[call->to] = fd;
}

/* ---- data ---- */

static void run_send(struct run *run, const struct call *call)
{
	void *data = call->oddity == ODD_POINTER ? no_memory() : sent;

	random_bytes(call->seed, sent, call->size);
	tell(run,
	     send(*fd_of(run, call), data, call->size, MSG_DONTWAIT | (call->more ? MSG_MORE : 0)));
}

static void run_writev(struct run *run, const struct call *call)
{
	struct iovec iov[] = {{sent, call->size}, {sent, call->size_2}};

	random_bytes(call->seed, sent, call->size > 64 ? call->size : 64);
	tell(run, writev(*fd_of(run, call), iov, 2));
}

struct control {
	_Alignas(struct cmsghdr) uint8_t bytes[256];
	size_t size;
};

static void add_control(struct control *control, int level, int type, const void *data, size_t size)
{
	struct cmsghdr header = {CMSG_LEN(size), level, type};

	memcpy(control->bytes + control->size, &header, sizeof(header));
	memcpy(control->bytes + control->size + CMSG_LEN(0), data, size);
	control->size += CMSG_SPACE(size);
}

static void add_iv(struct control *control, const struct call *call)
{
	const struct algorithm *algorithm = &algorithms[call->algorithm];
	uint8_t message[4 + 32] = {0};
	uint32_t size = algorithm->iv;

	if (call->oddity == ODD_IV_SIZE)
		size = size > 0 ? size - 1 : 1;
	memcpy(message, &size, sizeof(size));
	random_bytes(~call->seed, message + 4, size);
	if (algorithm->ccm)
		message[4] = (uint8_t)(1 + message[4] % 7);
	add_control(control, SOL_ALG, ALG_SET_IV, message, 4 + size);
}

static void run_message(struct run *run, const struct call *call)
{
	struct control control = {.size = 0};
	struct iovec iov = {sent, call->size};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes};
	uint32_t op = call->oddity == ODD_OP ? 2 : call->encrypt ? ALG_OP_ENCRYPT : ALG_OP_DECRYPT;

	if (call->oddity != ODD_NO_OP)
		add_control(&control, SOL_ALG, ALG_SET_OP, &op, sizeof(op));
	if (call->oddity != ODD_NO_IV)
		add_iv(&control, call);
	if (call->aad)
		add_control(&control, SOL_ALG, ALG_SET_AEAD_ASSOCLEN, &call->aad,
			    sizeof(call->aad));
	if (call->oddity == ODD_TYPE_OF_MESSAGE)
		add_control(&control, SOL_ALG, 77, &op, sizeof(op));
	if (call->oddity == ODD_LEVEL)
		add_control(&control, SOL_ALG + 1, ALG_SET_OP, &op, sizeof(op));
	message.msg_controllen = control.size;
	random_bytes(call->seed, sent, call->size);
	tell(run, sendmsg(*fd_of(run, call), &message, MSG_DONTWAIT | (call->more ? MSG_MORE : 0)));
}

static void run_recv(struct run *run, const struct call *call)
{
	void *room = call->oddity == ODD_POINTER ? no_memory() : received;
	long result = recv(*fd_of(run, call), room, call->size, MSG_DONTWAIT);

	/* Nothing can come into memory that is not there: an error, or no byte. */
	if (call->oddity == ODD_POINTER)
		tell(run, result);
	else
		tell_bytes(run, call, result);
}

static void run_readv(struct run *run, const struct call *call)
{
	struct iovec iov[] = {{received, call->size}, {received + call->size, call->size_2}};

	tell_bytes(run, call, readv(*fd_of(run, call), iov, 2));
}

static void run_recvmsg(struct run *run, const struct call *call)
{
	struct iovec iov = {received, call->size};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	long result = recvmsg(*fd_of(run, call), &message, MSG_DONTWAIT);

	tell_bytes(run, call, result);
	if (result >= 0 && message.msg_flags)
		fprintf(run->out, ",%x", (unsigned)message.msg_flags);
}

static void run_poll(struct run *run, const struct call *call)
{
	struct pollfd poller = {.fd = *fd_of(run, call), .events = POLLIN | POLLOUT};
	int count = poll(&poller, 1, 0);

	tell(run, count);
	if (count > 0)
		fprintf(run->out, ",%x", (unsigned)poller.revents);
}

static void run_buffer(struct run *run, const struct call *call)
{
	int size = (int)call->size;

	tell(run, setsockopt(*fd_of(run, call), SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
}

static void run_close(struct run *run, const struct call *call)
{
	int *fd = fd_of(run, call);

	tell(run, close(*fd));
	*fd = -1;
}

static void (*const runners[])(struct run *run, const struct call *call) = {
    [CALL_OPEN] = run_open,       [CALL_BIND] = run_bind,     [CALL_KEY] = run_key,
    [CALL_TAG] = run_tag,         [CALL_ACCEPT] = run_accept, [CALL_CLONE] = run_accept,
    [CALL_DUP] = run_dup,         [CALL_SEND] = run_send,     [CALL_WRITEV] = run_writev,
    [CALL_MESSAGE] = run_message, [CALL_RECV] = run_recv,     [CALL_READV] = run_readv,
    [CALL_RECVMSG] = run_recvmsg, [CALL_POLL] = run_poll,     [CALL_BUFFER] = run_buffer,
    [CALL_CLOSE] = run_close,
};

static void close_all(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

void plan_run(const struct plan *plan, FILE *out)
{
	struct run run = {.out = out};

	memset(run.parents, 0xff, sizeof(run.parents));
	memset(run.ops, 0xff, sizeof(run.ops));
	for (unsigned i = 0; i < plan->count; i++)
		runners[plan->calls[i].kind](&run, &plan->calls[i]);
	close_all(run.ops, PLAN_OPS);
	close_all(run.parents, PLAN_PARENTS);
}
