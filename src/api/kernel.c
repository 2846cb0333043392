/* SPDX-License-Identifier: MIT */
#include "api/kernel.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/proc_crypto.h"
#include "ualg/if_alg.h"

#define WANTED_BUFFER (4 * 1024 * 1024) /* bytes; the kernel gives what its limits allow (S-15) */
#define MAX_PIECES    4u
#define PIECE_MAX     ((size_t)1 << 30) /* below what one system call takes */

struct api_kernel {
	_Atomic unsigned refs;
	int fd;
	struct alg alg;
};

/* Binds a new socket (B-02, B-16: a long name needs a long address). */
static int bind_new(enum alg_type type, const char *name)
{
	union {
		struct ualg_sockaddr alg;
		struct sockaddr any;
		uint8_t bytes[UALG_SOCKADDR_MAX];
	} address = {.alg.salg_family = AF_ALG};
	size_t end = UALG_SOCKADDR_NAME_OFFSET + strlen(name) + 1;
	int fd, result;

	if (end > sizeof(address.bytes))
		return -ENOENT;
	strcpy((char *)address.alg.salg_type, alg_type_name(type));
	strcpy((char *)address.bytes + UALG_SOCKADDR_NAME_OFFSET, name);
	fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (end < sizeof(address.alg))
		end = sizeof(address.alg);
	result = bind(fd, &address.any, (socklen_t)end) < 0 ? -errno : fd;
	if (result < 0)
		close(fd);
	return result;
}

/* The errnos of newer kernels for names that cannot be made (V-06), and of sandboxes. */
static int open_error(int error)
{
	switch (error) {
	case -EINVAL:
	case -EEXIST:
	case -ELOOP:
	case -ENAMETOOLONG:
	case -ELIBBAD:
		return -ENOENT;
	case -EPROTONOSUPPORT:
	case -ESOCKTNOSUPPORT:
	case -ENOSYS:
		return -EAFNOSUPPORT;
	default:
		return error;
	}
}

int api_kernel_open(enum alg_type type, const char *name, struct api_kernel **out)
{
	struct api_kernel *kernel;
	int fd = bind_new(type, name);
	int result;

	*out = NULL;
	if (fd < 0)
		return open_error(fd);
	kernel = calloc(1, sizeof(*kernel));
	result = kernel ? proc_crypto_find(type, name, &kernel->alg) : -ENOMEM;
	if (result < 0) {
		free(kernel);
		close(fd);
		return result;
	}
	kernel->fd = fd;
	atomic_store(&kernel->refs, 1);
	*out = kernel;
	return 0;
}

void api_kernel_get(struct api_kernel *kernel)
{
	atomic_fetch_add(&kernel->refs, 1);
}

void api_kernel_put(struct api_kernel *kernel)
{
	if (!kernel || atomic_fetch_sub(&kernel->refs, 1) > 1)
		return;
	close(kernel->fd);
	free(kernel);
}

const struct alg *api_kernel_alg(const struct api_kernel *kernel)
{
	return &kernel->alg;
}

bool api_kernel_is_shared(const struct api_kernel *kernel)
{
	return atomic_load(&kernel->refs) > 1;
}

static int set_option(struct api_kernel *kernel, int option, const void *data, size_t size)
{
	if (size > INT_MAX)
		return -EINVAL;
	return setsockopt(kernel->fd, SOL_ALG, option, data, (socklen_t)size) < 0 ? -errno : 0;
}

int api_kernel_set_key(struct api_kernel *kernel, const void *key, size_t size)
{
	return set_option(kernel, ALG_SET_KEY, key, size);
}

int api_kernel_set_tag_size(struct api_kernel *kernel, size_t size)
{
	return set_option(kernel, ALG_SET_AEAD_AUTHSIZE, NULL, size);
}

int api_kernel_set_entropy(struct api_kernel *kernel, const void *entropy, size_t size)
{
	return set_option(kernel, ALG_SET_DRBG_ENTROPY, entropy, size);
}

int api_kernel_accept(struct api_kernel *kernel, int *op)
{
	int wanted = WANTED_BUFFER;

	if (*op >= 0)
		return 0;
	*op = accept4(kernel->fd, NULL, NULL, SOCK_CLOEXEC);
	if (*op < 0)
		return -errno;
	if (kernel->alg.type == ALG_TYPE_SKCIPHER || kernel->alg.type == ALG_TYPE_AEAD) {
		(void)setsockopt(*op, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof(wanted));
		(void)setsockopt(*op, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
	}
	return 0;
}

int api_kernel_clone(int op, int *clone)
{
	*clone = accept4(op, NULL, NULL, SOCK_CLOEXEC);
	return *clone < 0 ? -errno : 0;
}

void api_kernel_drop(int *op)
{
	if (*op >= 0)
		close(*op);
	*op = -1;
}

/* A buffer's size in whole pages; at least one. */
static size_t buffer_pages(int op, int option)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int size = 0;
	socklen_t length = sizeof(size);

	if (getsockopt(op, SOL_SOCKET, option, &size, &length) < 0 || size < 0)
		size = 0;
	return (size_t)size < page ? page : (size_t)size - (size_t)size % page;
}

size_t api_kernel_room(int op)
{
	size_t send = buffer_pages(op, SO_SNDBUF);
	size_t receive = buffer_pages(op, SO_RCVBUF);

	return send < receive ? send : receive;
}

/* Sizes within messages have types of the C library's choice. */
#define FIELD(field, value) ((__typeof__(field))(value))

static uint8_t *add_message(uint8_t *at, int type, const void *data, size_t size)
{
	struct cmsghdr header = {.cmsg_level = SOL_ALG, .cmsg_type = type};

	header.cmsg_len = FIELD(header.cmsg_len, CMSG_LEN(size));
	memcpy(at, &header, sizeof(header));
	memcpy(at + CMSG_LEN(0), data, size);
	return at + CMSG_SPACE(size);
}

/* Room for all three control messages. */
#define CONTROL_SIZE (2 * CMSG_SPACE(sizeof(uint32_t)) + CMSG_SPACE(sizeof(uint32_t) + ALG_MAX_IV))

static size_t write_control(const struct api_kernel_control *control, uint8_t *out)
{
	uint32_t op = control->encrypt ? ALG_OP_ENCRYPT : ALG_OP_DECRYPT;
	uint8_t iv[sizeof(uint32_t) + ALG_MAX_IV];
	uint8_t *at = add_message(out, ALG_SET_OP, &op, sizeof(op));

	if (control->iv_size > 0) {
		uint32_t size = (uint32_t)control->iv_size;

		memcpy(iv, &size, sizeof(size));
		memcpy(iv + sizeof(size), control->iv, size);
		at = add_message(at, ALG_SET_IV, iv, sizeof(size) + size);
	}
	if (control->is_aead)
		at = add_message(at, ALG_SET_AEAD_ASSOCLEN, &control->aad_size,
				 sizeof(control->aad_size));
	return (size_t)(at - out);
}

/* What is left of a list of pieces, of which a system call takes so much at once. */
struct remainder {
	struct iovec piece[MAX_PIECES];
	size_t first, count;
};

static void begin(struct remainder *left, const struct iovec *pieces, size_t count)
{
	*left = (struct remainder){.count = count};
	memcpy(left->piece, pieces, count * sizeof(*pieces));
}

/* Fills message with what is next; returns whether that is all there is. */
static bool offer(const struct remainder *left, struct iovec next[MAX_PIECES],
		  struct msghdr *message)
{
	size_t size = 0, n = 0;

	for (size_t i = left->first; i < left->count; i++) {
		next[n] = left->piece[i];
		if (next[n].iov_len > PIECE_MAX - size)
			next[n].iov_len = PIECE_MAX - size;
		size += next[n].iov_len;
		message->msg_iov = next;
		message->msg_iovlen = FIELD(message->msg_iovlen, ++n);
		if (next[n - 1].iov_len < left->piece[i].iov_len)
			return false;
	}
	return true;
}

static void advance(struct remainder *left, size_t done)
{
	while (left->first < left->count && done >= left->piece[left->first].iov_len)
		done -= left->piece[left->first++].iov_len;
	if (done > 0) {
		struct iovec *piece = &left->piece[left->first];

		piece->iov_base = (uint8_t *)piece->iov_base + done;
		piece->iov_len -= done;
	}
}

int api_kernel_send(int op, const struct api_kernel_control *control, const struct iovec *pieces,
		    size_t count, bool more)
{
	_Alignas(struct cmsghdr) uint8_t messages[CONTROL_SIZE] = {0};
	struct remainder left;
	size_t sent;

	begin(&left, pieces, count);
	sent = control ? write_control(control, messages) : 0;
	do {
		struct iovec next[MAX_PIECES];
		struct msghdr message = {.msg_control = sent ? messages : NULL};
		bool last = offer(&left, next, &message);
		ssize_t result;

		message.msg_controllen = FIELD(message.msg_controllen, sent);
		result = sendmsg(op, &message, more || !last ? MSG_MORE : 0);

		if (result < 0 && errno != EINTR)
			return -errno;
		if (result < 0)
			continue;
		advance(&left, (size_t)result);
		sent = 0;
	} while (left.first < left.count);
	return 0;
}

int api_kernel_receive(int op, const struct iovec *pieces, size_t count, size_t size)
{
	struct remainder left;
	uint8_t spare;

	if (size == 0)
		return recv(op, &spare, sizeof(spare), MSG_DONTWAIT) < 0 && errno != EAGAIN ? -errno
											    : 0;
	begin(&left, pieces, count);
	advance(&left, 0);
	while (left.first < left.count) {
		struct iovec next[MAX_PIECES];
		struct msghdr message = {0};
		ssize_t result;

		(void)offer(&left, next, &message);
		result = recvmsg(op, &message, 0);
		if (result < 0 && errno != EINTR)
			return -errno;
		if (result == 0)
			return -EIO;
		if (result > 0)
			advance(&left, (size_t)result);
	}
	return 0;
}
