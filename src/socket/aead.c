/* SPDX-License-Identifier: MIT */
/* Reading from op sockets of type aead (abi.md section 11). */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "socket/internal.h"

/*
 * Measures the message against the queue and the caller's room.
 * -EINVAL: too short for AAD and tag (E-06, E-07); the room is (E-05), if it can be written.
 */
static int measure(struct sock *sock, const struct sock_io *io, struct sock_message *out)
{
	size_t room = io->size - io->done;
	size_t used = sock->queue.used;
	size_t tag = sock->tfm->authsize;
	size_t overhead = sock->aad_size + (sock->encrypt ? 0 : tag);
	size_t missing;

	if (used < overhead)
		return -EINVAL;
	*out = (struct sock_message){.sock = sock, .aad_size = sock->aad_size, .tag_size = tag};
	out->aad_out = !(sock->variants & SOCK_VARIANT_AEAD_WITHOUT_AAD);
	out->text_size = used - overhead;
	out->in_size = used;
	out->out_size =
	    (out->aad_out ? out->aad_size : 0) + out->text_size + (sock->encrypt ? tag : 0);
	if (out->out_size <= room)
		return 0;
	missing = out->out_size - room;
	if (missing > out->text_size || (sock->variants & SOCK_VARIANT_AEAD_SHORT_BUFFER))
		return sock_check_room(sock, io, io->done, room) < 0 ? -EFAULT : -EINVAL;
	/* The text is cut, and what is behind it stays in the queue (E-05, E-21). */
	out->text_size -= missing;
	out->in_size -= missing;
	out->out_size -= missing;
	return 0;
}

/* Puts the parts of the output where they belong, and the AAD there. */
static void lay_out(struct sock_message *message, struct aead_request *request)
{
	if (!message->out) {
		request->aad_out = message->aad_out ? (uint8_t *)(uintptr_t)request->aad : NULL;
		request->out = (uint8_t *)(uintptr_t)request->in;
		request->tag = message->tag;
		return;
	}
	request->aad_out = message->aad_out ? message->out : NULL;
	request->out = message->out + (message->aad_out ? message->aad_size : 0);
	request->tag = request->out + message->text_size;
	if (message->aad_out && message->aad_size)
		memcpy(message->out, request->aad, message->aad_size);
}

void sock_aead_compute(struct sock_message *message)
{
	struct sock *sock = message->sock;
	const uint8_t *in = sock_queue_bytes(sock);
	const struct aead_ops *ops = &sock->tfm->alg->aead;
	struct aead_request request = {
	    .iv = sock->iv,
	    .aad = in,
	    .aad_size = message->aad_size,
	    .in = in + message->aad_size,
	    .size = message->text_size,
	};

	lay_out(message, &request);
	if (sock->encrypt) {
		message->result = ops->encrypt(sock->tfm, &request);
	} else {
		/* decrypt only reads it */
		request.tag = (uint8_t *)(uintptr_t)(request.in + message->text_size);
		message->result = ops->decrypt(sock->tfm, &request);
	}
}

static int crypt(void *argument)
{
	struct sock_message *message = argument;

	sock_aead_compute(message);
	return message->result < 0;
}

/* Into one piece of the caller's memory, or by way of a buffer of ours.  -EFAULT: queue as it was
 * (E-19). */
static int crypt_to_caller(struct sock_message *message, const struct sock_io *io)
{
	struct sock *sock = message->sock;
	struct iovec piece;
	int result;

	message->out = sock_in_one_piece(io, io->done, message->out_size, &piece);
	if (message->out) {
		result = sock->host->guard(&piece, 1, crypt, message);
		return result < 0 ? result : 0;
	}
	message->out = secmem_alloc(message->out_size);
	if (!message->out)
		return -ENOMEM;
	result = 0;
	if (crypt(message) == 0)
		result = sock_scatter(sock, io, io->done, message->out, message->out_size);
	secmem_free(message->out, message->out_size);
	return result;
}

/* Ends a message that was computed: bytes delivered, or an errno. */
static ssize_t consume(const struct sock_message *message)
{
	/* E-03: also where the tag is wrong */
	sock_cipher_consumed(message->sock, message->in_size);
	return message->result < 0 ? message->result : (ssize_t)message->out_size;
}

/* One round of recv: bytes delivered, or an errno. */
static ssize_t round_of(struct sock *sock, struct sock_io *io)
{
	struct sock_message message;
	int result = measure(sock, io, &message);

	if (result == 0)
		result = crypt_to_caller(&message, io);
	if (result == 0 && message.result < 0) /* bad memory is found first (E-19) */
		result = sock_check_room(sock, io, io->done, message.out_size);
	return result < 0 ? result : consume(&message);
}

/* Whether a first round that delivers so many bytes is all there is to the call. */
static bool ends_call(const struct sock *sock, const struct sock_io *io, size_t delivered)
{
	return delivered == io->size || delivered == 0 || (io->flags & SOCK_MSG_DONTWAIT) ||
	       (sock->variants & SOCK_VARIANT_RECV_RETURNS_SHORT);
}

/* Room for a tag behind what is queued, so that all goes out in one piece; NULL: there is none. */
static uint8_t *room_for_tag(const struct sock_queue *queue, size_t size)
{
	if (!queue->data || queue->room - queue->head - queue->used < size)
		return NULL;
	return queue->data + queue->head + queue->used;
}

bool sock_aead_plan(struct sock *sock, const struct sock_io *io, uint8_t *tag,
		    struct sock_message *out)
{
	if (!sock->init || sock->more || !sock->tfm || io->size == 0 ||
	    measure(sock, io, out) < 0 || out->in_size < sock->queue.used ||
	    !ends_call(sock, io, out->out_size))
		return false;
	out->tag = room_for_tag(&sock->queue, out->tag_size);
	if (!out->tag)
		out->tag = tag;
	return sock_check_room(sock, io, 0, out->out_size) == 0;
}

ssize_t sock_aead_finish(const struct sock_message *message, const struct sock_io *io)
{
	const struct sock *sock = message->sock;
	const uint8_t *from = sock_queue_bytes(sock) + (message->aad_out ? 0 : message->aad_size);
	size_t tag = sock->encrypt ? message->tag_size : 0;
	size_t size = message->out_size - tag;
	ssize_t delivered;
	int result = 0;

	if (message->tag == from + size) {
		size += tag;
		tag = 0;
	}
	if (message->result == 0)
		result = sock_scatter(sock, io, 0, from, size);
	if (message->result == 0 && result == 0)
		result = sock_scatter(sock, io, size, message->tag, tag);
	delivered = consume(message);
	return result < 0 ? result : delivered;
}

ssize_t sock_aead_recv(struct sock *sock, struct sock_io *io)
{
	while (io->done < io->size) {
		ssize_t result;

		if (!sock->init || sock->more) {
			if (sock_cipher_short(sock, io))
				break;
			return sock_cipher_sleep(sock, io);
		}
		result = round_of(sock, io);
		if (result == -EBADMSG)
			return result;
		if (result <= 0)
			return io->done > 0 ? (ssize_t)io->done : result;
		io->done += (size_t)result;
	}
	return (ssize_t)io->done;
}
