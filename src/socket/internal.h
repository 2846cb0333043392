/* SPDX-License-Identifier: MIT */
/* What the files of this room share; sock.h is for the others. */
#ifndef UALG_SOCKET_INTERNAL_H
#define UALG_SOCKET_INTERNAL_H

#include <stdatomic.h>

#include "crypto/alg.h"
#include "crypto/batch.h"
#include "socket/profile.h"
#include "socket/sock.h"

#define SOCK_PAGE           4096u   /* what the contract counts buffers in (C-10) */
#define SOCK_BUFFER_DEFAULT 212992u /* SO_SNDBUF and SO_RCVBUF at first (S-13) */
#define SOCK_KEY_MAX        131071u /* bytes of a key (L-01, as since 6.12) */
#define SOCK_RNG_MAX        128u    /* bytes of one read, of entropy, of additional data (R) */

/*
 * An algorithm with the key that was set, if any: made by bind and by each ALG_SET_KEY, shared by
 * the parent and the op sockets that began to use it.  It does not change after it was made, so
 * threads share it; a new key is a new one.  A generator (rng) is the exception: it is one for all,
 * and has a lock.
 */
struct sock_key {
	_Atomic unsigned refs;
	const struct alg *alg;
	struct tfm *tfm; /* hash, rng: used by all; skcipher, aead: what checked key and tag size */
	_Atomic(struct tfm *) spare; /* skcipher, aead: an op socket left it for the next one */
	_Atomic(struct tfm *) batch; /* for many requests at once, from the first such on */
	_Atomic bool batch_tried;
	unsigned authsize;
	bool set;
	size_t size;
	uint8_t *bytes;     /* secret memory */
	struct lock lock;   /* rng: the generator */
	bool known_answers; /* rng: entropy was set */
};

/* Bytes sent and not yet processed, in one piece. */
struct sock_queue {
	uint8_t *data;
	size_t room; /* allocated */
	size_t head; /* where the first byte is */
	size_t used; /* how many there are */
	size_t fill; /* bytes in the last page, 0 when it is full or there is none (C-10) */
};

struct sock_state;

/*
 * What a place of the pool is: the order of locks goes by it.  Who has a parent may take a free
 * one's, to make an op socket of it.
 */
enum sock_rank { SOCK_RANK_FREE, SOCK_RANK_OP, SOCK_RANK_PARENT };

struct sock {
	struct lock lock;
	_Atomic uint32_t sequence;
	_Atomic(enum sock_rank) rank; /* changes with the lock held only */
	bool held_for_fork;           /* sock_fork_prepare took the lock */
	const struct sock_state *state;
	const struct sock_host *host;
	unsigned variants; /* of the host's profile */
	unsigned refs;
	unsigned observers;
	void *door;
	void *record;

	/*
	 * Parent: the key in force.  Op: the one it uses, NULL while keyless.  Of a parent it is
	 * read by op sockets without its lock, to see whether it is still theirs.
	 */
	_Atomic(struct sock_key *) key;
	struct sock *parent; /* op */

	/* Parent. */
	char *name; /* as bound */
	unsigned keyed_ops;
	unsigned keyless_ops;
	struct sock *ops; /* all of them; only to see whether data is queued on any (O-01) */
	struct sock *ops_next;
	struct sock **ops_link; /* op: NULL once its parent has it no more */

	/* Op. */
	_Atomic bool busy;   /* a message is open or queued; read by siblings without lock */
	bool more;           /* more of the message is announced */
	bool result;         /* hash: digest holds a finished one */
	uint8_t *hash_state; /* alg->statesize bytes, then alg->digestsize bytes; secret memory */

	bool init; /* cipher: a message has begun */
	bool encrypt;
	uint8_t iv[ALG_MAX_IV];
	size_t iv_outstanding; /* bytes of the last request, while iv is the one it began with */
	uint32_t aad_size;
	struct tfm *tfm; /* cipher: this socket's own instance of key */
	struct sock_queue queue;
	const struct sock_io *sender; /* the send that sleeps for room (C-27) */
	unsigned sndbuf;

	uint8_t *additional; /* rng: SOCK_RNG_MAX bytes for the next read, or NULL */
	size_t additional_size;
	bool additional_allowed;
};

/* One row of the state machine: what each call does. */
struct sock_state {
	const char *name;
	enum sock_kind kind;
	int (*bind)(struct sock *sock, const void *address, size_t size);
	int (*accept)(struct sock *sock, struct sock **out);
	int (*setsockopt)(struct sock *sock, int level, int option, const void *value,
			  unsigned size);
	ssize_t (*send)(struct sock *sock, struct sock_io *io);
	ssize_t (*recv)(struct sock *sock, struct sock_io *io);
	unsigned (*poll)(const struct sock *sock);
	void (*end)(struct sock *sock);
};

/* The rows (state.c). */
extern const struct sock_state sock_state_unbound, sock_state_bound;
const struct sock_state *sock_state_of_op(enum alg_type type, bool keyless);

/* Tells observers that something changed. */
static inline void sock_changed(struct sock *sock)
{
	/* Only the lock's owner writes it, so that no locked instruction is needed. */
	uint32_t sequence = atomic_load_explicit(&sock->sequence, memory_order_relaxed);

	atomic_store_explicit(&sock->sequence, sequence + 1, memory_order_release);
	if (sock->observers)
		sock->host->changed(sock);
}

static inline struct sock_key *sock_key_of(const struct sock *sock)
{
	return atomic_load_explicit(&sock->key, memory_order_acquire);
}

/* pool.c: memory of sockets. */
struct sock *sock_pool_take(const struct sock_host *host, const struct sock_state *state);
void sock_pool_give(struct sock *sock);

/* key.c */
struct sock_key *sock_key_new(const struct alg *alg, int *error);
void sock_key_get(struct sock_key *key);
void sock_key_put(struct sock_key *key);
/* A copy of key with other bytes: 0 and *out, or the errno of tfm_setkey, -ENOMEM. */
int sock_key_with_bytes(const struct sock_key *key, const uint8_t *bytes, size_t size,
			struct sock_key **out);
int sock_key_with_authsize(const struct sock_key *key, unsigned authsize, struct sock_key **out);
/* An instance of its own for an op socket: -ENOMEM or what the library refused with. */
int sock_key_instance(struct sock_key *key, struct tfm **out);
/* Gives an instance back, for the next op socket; wipes it if there is one already. */
void sock_key_return(struct sock_key *key, struct tfm *tfm);
bool sock_key_ready(const struct sock_key *key); /* data may flow (K-01) */
/* The key for a batch (crypto/batch.h); NULL: there is no such code for the algorithm, or the key.
 * May load a library at its first call. */
const struct tfm *sock_key_batch(struct sock_key *key);

/* parent.c */
int sock_parent_bind(struct sock *sock, const void *address, size_t size);
int sock_parent_accept(struct sock *sock, struct sock **out);
void sock_parent_end(struct sock *sock);
/* Makes an op socket of a parent whose lock is held.  key: what it uses; NULL: it is keyless. */
int sock_op_new(struct sock *parent, struct sock_key *key, struct sock **out);
/* The parent's key if data may flow with it, else NULL. */
struct sock_key *sock_parent_ready_key(const struct sock *parent);
/* The end of what all op sockets have: takes the parent's lock, may end the parent. */
void sock_op_end(struct sock *sock);
/*
 * Makes an op socket use its parent's present key: at its first use, and where the key changed
 * since (O-01).  -ENOKEY, -ENOMEM.
 */
int sock_op_adopt_key(struct sock *sock);

/* Whether the key of the op socket's parent is still the one it uses. */
static inline bool sock_op_key_current(const struct sock *sock)
{
	return sock_key_of(sock) == sock_key_of(sock->parent);
}

/* option.c */
int sock_option_on_parent(struct sock *sock, int level, int option, const void *value,
			  unsigned size);
int sock_option_on_unbound(struct sock *sock, int level, int option, const void *value,
			   unsigned size);
int sock_option_on_op(struct sock *sock, int level, int option, const void *value, unsigned size);

/* control.c: section 8 of abi.md. */
struct sock_control {
	bool present;
	bool encrypt;
	uint32_t aad_size;
	const uint8_t *iv; /* in the caller's block, alg->ivsize bytes; NULL: none given */
};

/* -EINVAL: by the rules M. */
int sock_control_parse(const struct alg *alg, const void *control, size_t size,
		       struct sock_control *out);

/* memory.c: to and from the caller's memory, in pieces; -EFAULT. */
int sock_copy_in(const struct sock *sock, void *to, const void *from, size_t size);
int sock_gather(const struct sock *sock, const struct sock_io *io, size_t offset, uint8_t *to,
		size_t size);
int sock_scatter(const struct sock *sock, const struct sock_io *io, size_t offset,
		 const uint8_t *from, size_t size);
/* Whether size bytes there can be written, for a call that is refused for another reason: 0. */
int sock_check_room(const struct sock *sock, const struct sock_io *io, size_t offset, size_t size);
/* The place of size bytes at an offset below io->size of the caller's buffers, where they are in
 * one piece; else NULL.  *piece: that memory, for guard. */
uint8_t *sock_in_one_piece(const struct sock_io *io, size_t offset, size_t size,
			   struct iovec *piece);

/* queue.c */
size_t sock_queue_limit(const struct sock *sock);
bool sock_queue_writable(const struct sock *sock);
/* Appends from io at io->done what there is room for, advancing it: 0, -EFAULT, -ENOMEM. */
int sock_queue_append(struct sock *sock, struct sock_io *io);
static inline const uint8_t *sock_queue_bytes(const struct sock *sock)
{
	/* An empty message may come before anything was queued. */
	return sock->queue.data ? sock->queue.data + sock->queue.head : (const uint8_t *)"";
}
void sock_queue_consume(struct sock *sock, size_t size);
void sock_queue_free(struct sock *sock);
int sock_queue_set(struct sock *sock, const uint8_t *data, size_t size, size_t fill);

/* Data calls of each kind. */
ssize_t sock_hash_send(struct sock *sock, struct sock_io *io);
ssize_t sock_hash_recv(struct sock *sock, struct sock_io *io);
int sock_hash_accept(struct sock *sock, struct sock **out);
void sock_hash_end(struct sock *sock);
int sock_hash_prepare(struct sock *sock); /* allocates its state: -ENOMEM */
/* Where the digest is in hash_state: behind the state, aligned as that is. */
static inline size_t sock_hash_digest_offset(const struct alg *alg)
{
	return (alg->statesize + 63u) & ~(size_t)63u;
}
ssize_t sock_cipher_send(struct sock *sock, struct sock_io *io);
ssize_t sock_skcipher_recv(struct sock *sock, struct sock_io *io);
ssize_t sock_aead_recv(struct sock *sock, struct sock_io *io);
unsigned sock_cipher_poll(const struct sock *sock);
void sock_cipher_end(struct sock *sock);

/* A call that may be computed together with others (batch.c). */
struct sock_plan {
	const uint8_t *in;
	uint8_t *out;
	size_t size;
	uint8_t iv[ALG_MAX_IV];
	unsigned iv_size;
	struct iovec memory; /* the caller's part: in or out */
	/* Under guard, once out is there: takes from it what commit needs.  NULL: nothing. */
	void (*keep)(struct sock_plan *plan);
	/* What the call changes of the socket. */
	void (*commit)(struct sock *sock, const struct sock_plan *plan);
};

/* False: not such a call, as it stands now. */
bool sock_hash_plan(struct sock *sock, const struct sock_io *io, struct sock_plan *plan);
bool sock_skcipher_plan(struct sock *sock, const struct sock_io *io, struct sock_plan *plan);

/* One message of an AEAD: where its parts lie in the queue and in the output. */
struct sock_message {
	struct sock *sock;
	size_t aad_size;
	size_t text_size;
	size_t tag_size;
	size_t in_size;  /* what it takes of the queue */
	size_t out_size; /* what it delivers */
	bool aad_out;    /* the AAD stands before the text in the output (E-01, E-02) */
	uint8_t *out;    /* of out_size bytes; NULL: in place, in the queue, */
	uint8_t *tag;    /* and the tag of an encryption here */
	int result;      /* of the algorithm, apart from a fault */
};

/*
 * A read of an AEAD in three steps, to be made with others (batch.c).  plan: false where the call,
 * as it stands now, is not the read of one whole message, into memory that is there.  tag: room of
 * ALG_MAX_TAG bytes until finish.  compute works in the queue, which is the engine's own memory, so
 * any thread may do it, one for a socket.  finish brings the result to the caller and returns the
 * call's: a count, or what the algorithm refused with.  -EFAULT: another thread of the program took
 * the memory away since plan looked at it; the message is gone then.
 */
bool sock_aead_plan(struct sock *sock, const struct sock_io *io, uint8_t *tag,
		    struct sock_message *out);
void sock_aead_compute(struct sock_message *message);
ssize_t sock_aead_finish(const struct sock_message *message, const struct sock_io *io);

ssize_t sock_rng_send(struct sock *sock, struct sock_io *io);
ssize_t sock_rng_recv(struct sock *sock, struct sock_io *io);
void sock_rng_end(struct sock *sock);

/* skcipher.c: brings iv up to date, where that was put off (next_iv of crypto/alg.h). */
void sock_skcipher_settle_iv(struct sock *sock);

/* cipher.c, for skcipher.c and aead.c: ends a processed part of the queue. */
void sock_cipher_consumed(struct sock *sock, size_t size);
/* 0: data may be processed; SOCK_WAIT, or the errno or count that ends the call. */
ssize_t sock_cipher_sleep(struct sock *sock, struct sock_io *io);
/* Whether io should end now rather than wait for another message (C-02's option). */
bool sock_cipher_short(const struct sock *sock, const struct sock_io *io);

#endif
