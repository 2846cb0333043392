/* SPDX-License-Identifier: MIT */
/*
 * AF_ALG sockets, whoever serves them: sendmsg and recv, or vmsplice, splice and recv; and the
 * floors of all that crosses into a kernel: the same bytes through a unix socket pair, and the same
 * pages through a pipe to where nothing reads them.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "alg_socket.h"
#include "measure.h"
#include "ways.h"

#define FLOOR_PIECE  65536u
#define SPLICE_LEAST 4096u
#define PIPE_SIZE    (1 << 20)

struct socket_context {
	const struct job *job;
	int op;
	int pipe[2];
	bool hash;
	struct alg_socket_message message;
};

static void *open_socket(const struct job *job)
{
	static struct socket_context context;
	struct socket_context *here = &context;

	here->job = job;
	here->hash = strcmp(job->type, "hash") == 0;
	here->op = alg_socket_op(job);
	if (here->op < 0)
		return NULL;
	alg_socket_message(&here->message, job);
	return here;
}

/* A kernel reads no more at once than its buffers hold. */
static bool receive_all(int op, size_t size)
{
	ssize_t got = 0;

	for (size_t done = 0; done < size; done += (size_t)got) {
		got = recv(op, way_out + done, size - done, 0);
		if (got <= 0)
			return false;
	}
	return true;
}

static void run_socket(void *opaque, size_t count)
{
	const struct socket_context *context = opaque;
	const struct job *job = context->job;
	bool good = true;

	for (; count > 0; count--) {
		if (context->hash)
			good =
			    send(context->op, way_in, job->size, 0) == (ssize_t)job->size &&
			    recv(context->op, way_out, job->tag_size, 0) == (ssize_t)job->tag_size;
		else
			good = sendmsg(context->op, &context->message.header, 0) ==
				   (ssize_t)context->message.iov.iov_len &&
			       receive_all(context->op, context->message.result_size);
		measure_check(good, job->name);
	}
}

static void close_socket(void *opaque)
{
	const struct socket_context *context = opaque;

	close(context->op);
}

const struct way way_preload = {"preload", WAY_DOOR, open_socket, run_socket, close_socket, NULL};

/* ---- splice ---- */

static void *open_splice(const struct job *job)
{
	static struct socket_context context;
	struct socket_context *from;

	if (job->size < SPLICE_LEAST)
		return NULL;
	from = open_socket(job);
	if (!from)
		return NULL;
	context = *from;
	measure_check(pipe(context.pipe) == 0, "pipe");
	(void)fcntl(context.pipe[1], F_SETPIPE_SZ, PIPE_SIZE);
	alg_socket_message(&context.message, job);
	context.message.header.msg_iovlen = 0;
	context.message.header.msg_control = context.message.control;
	return &context;
}

static bool splice_all(const struct socket_context *context, uint8_t *from, size_t size)
{
	while (size > 0) {
		struct iovec piece = {from, size};
		ssize_t given = vmsplice(context->pipe[1], &piece, 1, SPLICE_F_GIFT);

		if (given <= 0)
			return false;
		from += given;
		size -= (size_t)given;
		for (ssize_t left = given; left > 0;) {
			ssize_t taken = splice(context->pipe[0], NULL, context->op, NULL,
					       (size_t)left, size ? SPLICE_F_MORE : 0);

			if (taken <= 0)
				return false;
			left -= taken;
		}
	}
	return true;
}

static void run_splice(void *opaque, size_t count)
{
	struct socket_context *context = opaque;
	const struct job *job = context->job;
	size_t result = context->hash ? job->tag_size : context->message.result_size;

	for (; count > 0; count--) {
		bool good =
		    context->hash || sendmsg(context->op, &context->message.header, MSG_MORE) == 0;

		good = good && splice_all(context, way_in, job->aad_size + job->size) &&
		       recv(context->op, way_out, result, 0) == (ssize_t)result;
		measure_check(good, "splice");
	}
}

static void close_splice(void *opaque)
{
	const struct socket_context *context = opaque;

	close(context->pipe[0]);
	close(context->pipe[1]);
	close(context->op);
}

const struct way way_preload_splice = {"preload-splice", WAY_DOOR,     open_splice,
				       run_splice,       close_splice, NULL};

/* ---- the floor ---- */

struct floor_context {
	int fd[2];
	size_t in;
};

static void *open_floor(const struct job *job)
{
	static struct floor_context context;

	measure_check(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, context.fd) == 0, "socketpair");
	context.in = job->aad_size + job->size;
	return &context;
}

/* What goes in is sent and received; the result of an AF_ALG pair has to come back as well. */
static void run_floor(void *opaque, size_t count)
{
	const struct floor_context *context = opaque;

	for (; count > 0; count--) {
		for (size_t done = 0; done < context->in; done += FLOOR_PIECE) {
			size_t left = context->in - done;
			struct iovec piece = {way_in + done,
					      left < FLOOR_PIECE ? left : FLOOR_PIECE};
			struct iovec room = {way_out, FLOOR_PIECE};
			struct msghdr sent = {.msg_iov = &piece, .msg_iovlen = 1};
			struct msghdr got = {.msg_iov = &room, .msg_iovlen = 1};

			measure_check(sendmsg(context->fd[0], &sent, 0) == (ssize_t)piece.iov_len &&
					  recvmsg(context->fd[1], &got, 0) ==
					      (ssize_t)piece.iov_len,
				      "unix pair");
		}
	}
}

static void close_floor(void *opaque)
{
	const struct floor_context *context = opaque;

	close(context->fd[0]);
	close(context->fd[1]);
}

const struct way way_floor = {"floor", WAY_FLOOR, open_floor, run_floor, close_floor, NULL};

/* ---- the floor of splicing ---- */

static void *open_splice_floor(const struct job *job)
{
	static struct socket_context context;

	if (job->size < SPLICE_LEAST)
		return NULL;
	context.job = job;
	context.op = open("/dev/null", O_WRONLY | O_CLOEXEC);
	measure_check(context.op >= 0 && pipe(context.pipe) == 0, "pipe");
	(void)fcntl(context.pipe[1], F_SETPIPE_SZ, PIPE_SIZE);
	return &context;
}

static void run_splice_floor(void *opaque, size_t count)
{
	const struct socket_context *context = opaque;
	const struct job *job = context->job;

	for (; count > 0; count--)
		measure_check(splice_all(context, way_in, job->aad_size + job->size), "splice");
}

const struct way way_floor_splice = {"floor-splice",   WAY_FLOOR,    open_splice_floor,
				     run_splice_floor, close_splice, NULL};
