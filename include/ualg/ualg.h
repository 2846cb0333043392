/* SPDX-License-Identifier: MIT */
/*
 * libualg: the algorithms of Linux's crypto API for programs that are written today.
 *
 * Algorithms have the kernel's names: "sha256", "hmac(sha1)", "cbc(aes)", "gcm(aes)", "stdrng";
 * driver names work as well.  `ualg list` prints them with their sizes.
 *
 * What holds for all calls:
 * - Sizes are bytes.  Functions that can fail return 0, or a negative errno: those that their
 *   declaration lists.  After a failure outputs are void, and handles are as they were, unless it
 *   says otherwise.
 * - A pointer with size 0 may be NULL.  A handle or a pointer that has to be there and is NULL:
 *   -EINVAL from functions that return an errno, 0 or NULL from the others.
 * - A handle is for one thread at a time.  Different handles need no lock, and neither does any
 *   function without handle.
 * - Any length works; data may be of any size that memory holds, unless it says otherwise.
 * - out may be in, the very same address: in place.  Partly overlapping buffers: -EINVAL.
 * - Keys and states are kept in memory that is locked where the limits allow, left out of core
 *   dumps, and wiped.  Nothing is logged.
 * - After fork the child may use the handles of direct transport as its own copies; a generator's
 *   copies never give the same bytes.  The kernel shares its sockets: a child opens handles anew.
 *   A queue has its threads in the parent only.
 *
 * TRANSPORTS.  The same calls are served by the engine in this process (direct), or by the kernel's
 * AF_ALG sockets (kernel), as docs/design/abi.md describes them.  With kernel transport any call
 * that computes can also return what the system refused with: -ENOMEM and -ENOBUFS (its memory),
 * -EIO.  Signals do not interrupt.
 */
#ifndef UALG_UALG_H
#define UALG_UALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

#define UALG_CHECKED __attribute__((warn_unused_result))

/* ---- The library ---------------------------------------------------------------------------- */

/* "0.1.0".  Constant. */
const char *ualg_version(void);

/* What an errno of this library means, a constant text: -ENOKEY, "no key is set". */
const char *ualg_error_text(int error);

enum ualg_transport {
	/* What ualg_transport_set_default said; else what $UALG_TRANSPORT says; else direct. */
	UALG_TRANSPORT_DEFAULT = 0,
	UALG_TRANSPORT_DIRECT = 1, /* the engine in this process */
	UALG_TRANSPORT_KERNEL = 2, /* AF_ALG sockets */
	/* direct, but the kernel for a name that the engine does not have. */
	UALG_TRANSPORT_AUTO = 3,
};

/* "default", "direct", "kernel", "auto"; NULL: no transport. */
const char *ualg_transport_name(enum ualg_transport transport);

/* The transport of such a name.  -EINVAL: none. */
int ualg_transport_parse(const char *name, enum ualg_transport *out);

/*
 * What UALG_TRANSPORT_DEFAULT means from now on in this process, and so for the calls without a
 * transport of their own.  UALG_TRANSPORT_DEFAULT: ask $UALG_TRANSPORT again (which counts for
 * nothing in a setuid program).  -EINVAL: no transport.
 */
int ualg_transport_set_default(enum ualg_transport transport);

/*
 * Errnos of every call that opens a handle or names an algorithm, [open] below:
 * -ENOENT        unknown or malformed name, of another type, unsuitable parts (abi.md section 4)
 * -EINVAL        a NULL, no transport, or $UALG_TRANSPORT names none
 * -ENOMEM        no memory
 * and with kernel transport:
 * -EAFNOSUPPORT  the kernel has no AF_ALG
 * -EPERM, -EACCES  a security policy forbids it
 * -EMFILE, -ENFILE  too many descriptors
 * -EOPNOTSUPP    its sizes cannot be learnt: neither /proc/crypto nor the engine has it
 */

/* ---- Information about algorithms ------------------------------------------------------------ */

enum ualg_type {
	UALG_TYPE_ANY = 0,
	UALG_TYPE_HASH = 1,
	UALG_TYPE_SKCIPHER = 2,
	UALG_TYPE_AEAD = 3,
	UALG_TYPE_RNG = 4,
};

enum ualg_key {
	UALG_KEY_NONE = 0,
	UALG_KEY_OPTIONAL = 1, /* blake2b-256, crc32c */
	UALG_KEY_NEEDED = 2,
};

/*
 * An implementation of an algorithm, in this process or in the kernel.  The engine's live as long
 * as the process; that of a handle with kernel transport, as long as the handle.
 */
struct ualg_alg;

/* "hash", "skcipher", "aead", "rng", as the kernel calls them; "any".  NULL: no type. */
const char *ualg_type_name(enum ualg_type type);

/*
 * Finds what a name means to the engine.  type UALG_TYPE_ANY: the first in the order above that has
 * it.  -ENOENT: unknown; -EINVAL: NULL, or no type; -ENOMEM.
 */
int ualg_alg_find(enum ualg_type type, const char *name, const struct ualg_alg **out);

/*
 * Walks the engine's algorithms, in no stated order: the well-known names and what has been opened
 * since.  previous NULL gives the first; NULL ends the walk.
 */
const struct ualg_alg *ualg_alg_next(const struct ualg_alg *previous);

const char *ualg_alg_name(const struct ualg_alg *alg);    /* "cbc(aes)" */
const char *ualg_alg_driver(const struct ualg_alg *alg);  /* "cbc-aes-gcrypt" */
const char *ualg_alg_backend(const struct ualg_alg *alg); /* "gcrypt", "own", ..., "kernel" */
enum ualg_type ualg_alg_type(const struct ualg_alg *alg);
int ualg_alg_priority(const struct ualg_alg *alg); /* the highest of one name serves it */

/* Sizes; 0 where a type has no such thing. */
size_t ualg_alg_block_size(const struct ualg_alg *alg); /* 1 for stream modes */
size_t ualg_alg_chunk_size(const struct ualg_alg *alg); /* skcipher: see ualg_skcipher_update */
size_t ualg_alg_min_key_size(const struct ualg_alg *alg);
size_t ualg_alg_max_key_size(const struct ualg_alg *alg); /* UINT32_MAX: any; hash: 0 if unknown */
size_t ualg_alg_iv_size(const struct ualg_alg *alg);
size_t ualg_alg_digest_size(const struct ualg_alg *alg);  /* hash */
size_t ualg_alg_max_tag_size(const struct ualg_alg *alg); /* aead */
size_t ualg_alg_seed_size(const struct ualg_alg *alg);    /* rng */
enum ualg_key ualg_alg_key(const struct ualg_alg *alg);

/* Whether a skcipher's message may come in parts: see ualg_skcipher_start. */
bool ualg_alg_streams(const struct ualg_alg *alg);

/* ---- Memory for secrets ---------------------------------------------------------------------- */

/*
 * size bytes, zeroed, aligned to 64, locked where RLIMIT_MEMLOCK allows, left out of core dumps.
 * NULL: no memory.  The caller gives it to ualg_secure_free.
 */
void *ualg_secure_alloc(size_t size);

/* Wipes and frees; NULL is fine. */
void ualg_secure_free(void *block);

/* Overwrites with zeros; the compiler keeps it. */
void ualg_secure_wipe(void *data, size_t size);

/* Whether two blocks are equal, in a time that depends on size only. */
UALG_CHECKED bool ualg_secure_equal(const void *a, const void *b, size_t size);

/* ---- Digests and keyed digests (type hash) --------------------------------------------------- */

struct ualg_digest;

/* A handle without key.  [open].  The caller gives it to ualg_digest_close. */
int ualg_digest_open(struct ualg_digest **out, const char *name, enum ualg_transport transport);

/* Wipes and frees; NULL is fine. */
void ualg_digest_close(struct ualg_digest *digest);

/* The algorithm behind it: sizes, driver, priority.  As long as the handle. */
const struct ualg_alg *ualg_digest_alg(const struct ualg_digest *digest);

/* The one that serves it: direct or kernel. */
enum ualg_transport ualg_digest_transport(const struct ualg_digest *digest);

/* Of the result, bytes. */
size_t ualg_digest_size(const struct ualg_digest *digest);

/*
 * Sets the key, and gives an open message up.  -EINVAL: not a valid key, and there is none then;
 * -ENOSYS: the algorithm takes none; -ENOMEM.
 */
int ualg_digest_set_key(struct ualg_digest *digest, const void *key, size_t size);

/*
 * Adds data to the open message, or begins one.  -ENOKEY: a key is needed; -EINVAL (vmac64),
 * -ENOKEY (poly1305): the data does not begin as the algorithm demands (H-23), and the message is
 * given up.
 */
int ualg_digest_update(struct ualg_digest *digest, const void *data, size_t size);

/*
 * Writes the digest of the open message, or of the empty one, and ends it: ualg_digest_size bytes
 * to out.  -EINVAL: room is less, and the message stays open; otherwise as ualg_digest_update.
 */
int ualg_digest_final(struct ualg_digest *digest, void *out, size_t room);

/*
 * Ends the open message and compares the first size bytes of its digest, in constant time.
 * -EBADMSG: another one; -EINVAL: size is 0 or more than the digest, and the message stays open;
 * otherwise as ualg_digest_final.
 */
UALG_CHECKED int ualg_digest_verify(struct ualg_digest *digest, const void *expected, size_t size);

/* Update and final in one; an open message is given up.  As they. */
int ualg_digest_once(struct ualg_digest *digest, const void *data, size_t size, void *out,
		     size_t room);

/* Gives an open message up. */
void ualg_digest_reset(struct ualg_digest *digest);

/*
 * A second handle with the same key and a copy of the open message; both go on separately.
 * -ENOMEM; with kernel transport also -EMFILE, -ENFILE.  The clone of a handle with kernel
 * transport takes no key of its own (-EBUSY), and while it is open neither does its origin.
 */
int ualg_digest_clone(const struct ualg_digest *digest, struct ualg_digest **out);

/* ---- Symmetric ciphers (type skcipher) ------------------------------------------------------- */

struct ualg_skcipher;

enum ualg_direction {
	UALG_DECRYPT = 0,
	UALG_ENCRYPT = 1,
};

/* A handle without key.  [open].  The caller gives it to ualg_skcipher_close. */
int ualg_skcipher_open(struct ualg_skcipher **out, const char *name, enum ualg_transport transport);

/* Wipes and frees; NULL is fine. */
void ualg_skcipher_close(struct ualg_skcipher *cipher);

/* As those of a digest. */
const struct ualg_alg *ualg_skcipher_alg(const struct ualg_skcipher *cipher);
enum ualg_transport ualg_skcipher_transport(const struct ualg_skcipher *cipher);

/* Sizes, bytes: of the IV (0: none), and what messages are multiples of (1: any length). */
size_t ualg_skcipher_iv_size(const struct ualg_skcipher *cipher);
size_t ualg_skcipher_block_size(const struct ualg_skcipher *cipher);

/*
 * Sets the key, and gives an open message up.  -EINVAL: not a valid key; there may be none then,
 * and calls give -ENOKEY until one is set.  -ENOMEM.
 */
int ualg_skcipher_set_key(struct ualg_skcipher *cipher, const void *key, size_t size);

/*
 * A whole message.  iv: iv_size bytes, which are only read; NULL where the cipher has none.  in and
 * out: size bytes each.
 *
 * -ENOKEY: no key; -EINVAL: size does not suit the mode, an IV is missing; -EBADMSG: a wrapped key
 * (kw) is not authentic; -ENOMEM; -EMSGSIZE: longer than the mode allows (xts(aes): 16 MiB, SP
 * 800-38E), or with kernel transport more than the kernel takes in one piece, of a mode that does
 * not come in parts (ualg_alg_streams).  An open message is given up.
 */
int ualg_skcipher_encrypt(struct ualg_skcipher *cipher, const void *iv, const void *in, void *out,
			  size_t size);
int ualg_skcipher_decrypt(struct ualg_skcipher *cipher, const void *iv, const void *in, void *out,
			  size_t size);

/*
 * The same with data in pieces.  Borders of pieces mean nothing; both sides have the same total,
 * else -EINVAL.  In place where both lists are the same; otherwise no piece of out may overlap one
 * of in.  -EINVAL as well: a total beyond SIZE_MAX.
 */
int ualg_skcipher_encrypt_iov(struct ualg_skcipher *cipher, const void *iv, const struct iovec *in,
			      size_t in_count, const struct iovec *out, size_t out_count);
int ualg_skcipher_decrypt_iov(struct ualg_skcipher *cipher, const void *iv, const struct iovec *in,
			      size_t in_count, const struct iovec *out, size_t out_count);

/*
 * A message in parts: start, any number of updates, finish.  start gives an open message up.
 * -ENOKEY; -EINVAL: an IV is missing, no direction; -EOPNOTSUPP: a mode that wants its message
 * whole, such as xts, cts, kw, adiantum (ualg_alg_streams tells).
 */
int ualg_skcipher_start(struct ualg_skcipher *cipher, enum ualg_direction direction,
			const void *iv);

/*
 * Takes size bytes, and gives all whole chunks (ualg_alg_chunk_size) that there are so far:
 * *written bytes, at most size + chunk - 1.  What is under a chunk waits within the handle.
 * -EINVAL: no message is open, or in and out overlap: they may be the same only where nothing waits
 * and size is whole chunks; -ENOBUFS: room is less than what would be written, and nothing was
 * done; another errno ends the message.
 */
int ualg_skcipher_update(struct ualg_skcipher *cipher, const void *in, size_t size, void *out,
			 size_t room, size_t *written);

/*
 * Gives what waits, less than a chunk, and ends the message.  -EINVAL: no message is open, or the
 * message is not whole blocks and has to be; -ENOBUFS: as ualg_skcipher_update.
 */
int ualg_skcipher_finish(struct ualg_skcipher *cipher, void *out, size_t room, size_t *written);

/* ---- Authenticated encryption (type aead) ---------------------------------------------------- */

struct ualg_aead;

/*
 * A handle without key, with the largest tag size.  [open]; -EOPNOTSUPP: essiv(authenc(...),...),
 * which changes its AAD.  The caller gives it to ualg_aead_close.
 */
int ualg_aead_open(struct ualg_aead **out, const char *name, enum ualg_transport transport);

/* Wipes and frees; NULL is fine. */
void ualg_aead_close(struct ualg_aead *aead);

/* As those of a digest. */
const struct ualg_alg *ualg_aead_alg(const struct ualg_aead *aead);
enum ualg_transport ualg_aead_transport(const struct ualg_aead *aead);

/* Sizes, bytes. */
size_t ualg_aead_iv_size(const struct ualg_aead *aead);
size_t ualg_aead_tag_size(const struct ualg_aead *aead);

/*
 * Sets the key.  -EINVAL: not a valid key; there is none then, and calls give -ENOKEY.  -ENOMEM.
 * For authenc and its relatives a key is a blob: ualg_authenc_key makes it.
 */
int ualg_aead_set_key(struct ualg_aead *aead, const void *key, size_t size);

/* Sets the size of tags.  -EINVAL: none of the algorithm's sizes (O-11); the old one stays. */
int ualg_aead_set_tag_size(struct ualg_aead *aead, size_t size);

/*
 * Seals a message: size bytes of text from in to out, and the tag to tag, ualg_aead_tag_size bytes.
 * iv: ualg_aead_iv_size bytes; never the same twice with one key.  aad: what is authenticated and
 * not encrypted.  aad and tag lie apart from out.
 *
 * -ENOKEY: no key; -EINVAL: AAD, text or IV do not suit the algorithm (E-15, E-16), an IV is
 * missing; -EOVERFLOW: ccm, the text is longer than its length field allows; -EMSGSIZE: longer than
 * the mode allows (gcm: 2^36 - 32), or with kernel transport more than the kernel takes at once
 * (about 400 KiB by default); -ENOMEM.
 */
int ualg_aead_encrypt(struct ualg_aead *aead, const void *iv, const void *aad, size_t aad_size,
		      const void *in, void *out, size_t size, void *tag);

/*
 * Opens a message: the way back.  As ualg_aead_encrypt, and -EBADMSG: it is not authentic; out is
 * zeros then, never text.
 */
UALG_CHECKED int ualg_aead_decrypt(struct ualg_aead *aead, const void *iv, const void *aad,
				   size_t aad_size, const void *in, void *out, size_t size,
				   const void *tag);

/*
 * The same with AAD and text in pieces: as ualg_skcipher_encrypt_iov.  Pieces are gathered, so this
 * needs memory for one more copy of the text where there is more than one.
 */
int ualg_aead_encrypt_iov(struct ualg_aead *aead, const void *iv, const struct iovec *aad,
			  size_t aad_count, const struct iovec *in, size_t in_count,
			  const struct iovec *out, size_t out_count, void *tag);
UALG_CHECKED int ualg_aead_decrypt_iov(struct ualg_aead *aead, const void *iv,
				       const struct iovec *aad, size_t aad_count,
				       const struct iovec *in, size_t in_count,
				       const struct iovec *out, size_t out_count, const void *tag);

/*
 * Writes the 16 bytes that ccm(...) takes as IV: the size of the length field less one, the nonce,
 * zeros (E-15; RFC 3610).  -EINVAL: nonce_size is not 7 to 13.
 */
int ualg_ccm_iv(const void *nonce, size_t nonce_size, uint8_t iv[16]);

/* Of the key blob of authenc(...) and its relatives, bytes (K-10); 0: sizes beyond 32 bits. */
size_t ualg_authenc_key_size(size_t auth_size, size_t cipher_size);

/* Writes that blob.  -EINVAL: NULL; -ENOBUFS: room is less than ualg_authenc_key_size. */
int ualg_authenc_key(const void *auth, size_t auth_size, const void *cipher, size_t cipher_size,
		     void *out, size_t room);

/* ---- Random numbers (type rng) --------------------------------------------------------------- */

struct ualg_rng;

/*
 * A generator.  name NULL: "stdrng", the DRBG of highest priority.  A DRBG that was not seeded
 * seeds itself from the kernel's entropy when it first generates.  [open].
 */
int ualg_rng_open(struct ualg_rng **out, const char *name, enum ualg_transport transport);

/* Wipes and frees; NULL is fine. */
void ualg_rng_close(struct ualg_rng *rng);

/* As those of a digest. */
const struct ualg_alg *ualg_rng_alg(const struct ualg_rng *rng);
enum ualg_transport ualg_rng_transport(const struct ualg_rng *rng);

/* What a seed has to hold at least, bytes: 0 for a DRBG, where it is a personalization string. */
size_t ualg_rng_seed_size(const struct ualg_rng *rng);

/*
 * Seeds, or seeds anew (SP 800-90A: a DRBG adds entropy of the kernel).  -EINVAL: too short for
 * this generator (ansi_cprng: V and key, R-05); -EIO: no entropy; -ENOMEM.
 */
int ualg_rng_seed(struct ualg_rng *rng, const void *seed, size_t size);

/*
 * For tests with known answers: fixes the entropy input, and the nonce behind it, of every later
 * seeding.  The output is worth nothing as secrets.  Size 0 changes nothing.
 * -EOPNOTSUPP: not a DRBG; the kernel does not allow it; -EMSGSIZE: more than 128 bytes; kernel
 * transport also -EACCES, and -EINVAL: it is fixed already.
 */
int ualg_rng_set_entropy(struct ualg_rng *rng, const void *entropy, size_t size);

/*
 * Fills out.  -EINVAL: ansi_cprng that was never seeded; -EIO: no entropy for a seeding that is
 * due, and out holds zeros.
 */
UALG_CHECKED int ualg_rng_generate(struct ualg_rng *rng, void *out, size_t size);

/*
 * The same as one request with additional input (SP 800-90A).  -EOPNOTSUPP: the kernel does not
 * allow it; -EMSGSIZE: kernel transport, more than 128 bytes of either.  ansi_cprng ignores it.
 */
UALG_CHECKED int ualg_rng_generate_with(struct ualg_rng *rng, const void *additional,
					size_t additional_size, void *out, size_t size);

/* ---- Key derivation -------------------------------------------------------------------------- */

/*
 * All by the default transport.  mac names a keyed digest: "hmac(sha256)", "cmac(aes)".  Errnos of
 * all of them, [kdf] below: [open]; -ENOSYS: mac takes no key; -EINVAL: it does not take this one,
 * out is NULL or size is 0, or what the call says.
 */

enum ualg_kdf_mode {
	UALG_KDF_COUNTER = 1,         /* SP 800-108r1, 4.1 */
	UALG_KDF_FEEDBACK = 2,        /* 4.2 */
	UALG_KDF_DOUBLE_PIPELINE = 3, /* 4.3 */
};

/*
 * SP 800-108r1 as most people want it: a 32-bit counter before label || 0x00 || context || [L],
 * with L, the bits of out, as 32 bits; feedback begins with an empty K(0).
 * [kdf]; -EINVAL: no mode, size of 512 MiB or more.
 */
int ualg_kdf(enum ualg_kdf_mode mode, const char *mac, const void *key, size_t key_size,
	     const void *label, size_t label_size, const void *context, size_t context_size,
	     void *out, size_t size);

/* SP 800-108r1 with all its choices.  What is left 0 has its plain meaning. */
struct ualg_kdf_request {
	enum ualg_kdf_mode mode;
	const char *mac;
	const void *key;
	size_t key_size;
	const void *iv; /* feedback: K(0) */
	size_t iv_size;
	const void *fixed; /* the fixed input data, without counter: ualg_kdf_fixed makes it */
	size_t fixed_size;
	unsigned counter_bits;         /* 8, 16, 24, 32; 0: no counter (not in counter mode) */
	size_t counter_offset;         /* how much of fixed stands before the counter */
	bool counter_before_iteration; /* the counter stands before K(i-1) or A(i) */
};

/*
 * [kdf]; -EINVAL: no mode, an iv where there is none, counter_bits or counter_offset that make no
 * sense, more output than the counter can count.
 */
int ualg_kdf_derive(const struct ualg_kdf_request *request, void *out, size_t size);

/* Of label || 0x00 || context || [L] with 32 bits for L, bytes; 0: beyond SIZE_MAX. */
size_t ualg_kdf_fixed_size(size_t label_size, size_t context_size);

/*
 * Writes that, for a derived key of key_size bytes.  -ENOBUFS: room is less than
 * ualg_kdf_fixed_size; -EINVAL: NULL, key_size of 512 MiB or more.
 */
int ualg_kdf_fixed(const void *label, size_t label_size, const void *context, size_t context_size,
		   size_t key_size, void *out, size_t room);

/*
 * HKDF (RFC 5869): extract and expand.  mac: "hmac(sha256)".  A salt of size 0 means zeros, as the
 * RFC says.  [kdf]; -EINVAL: size is more than 255 digests.
 */
int ualg_hkdf(const char *mac, const void *key, size_t key_size, const void *salt, size_t salt_size,
	      const void *info, size_t info_size, void *out, size_t size);

/* Its first half: the pseudorandom key, digest-sized.  [kdf]; -EINVAL: room is less. */
int ualg_hkdf_extract(const char *mac, const void *key, size_t key_size, const void *salt,
		      size_t salt_size, void *out, size_t room);

/* Its second half.  prk: a pseudorandom key, at least digest-sized.  As ualg_hkdf. */
int ualg_hkdf_expand(const char *mac, const void *prk, size_t prk_size, const void *info,
		     size_t info_size, void *out, size_t size);

/*
 * PBKDF2 (RFC 8018, 5.2).  mac: "hmac(sha256)".  [kdf]; -EINVAL: iterations is 0, size is more than
 * 2^32 - 1 digests.
 */
int ualg_pbkdf2(const char *mac, const void *password, size_t password_size, const void *salt,
		size_t salt_size, uint64_t iterations, void *out, size_t size);

/*
 * Measures how many iterations of PBKDF2 take so many milliseconds on this machine for size bytes
 * of output, and at least 1000: *iterations.  Takes up to about the time asked for.
 *
 * [kdf]; -EINVAL:
 * milliseconds is 0.
 */
int ualg_pbkdf2_iterations(const char *mac, size_t size, unsigned milliseconds,
			   uint64_t *iterations);

/* ---- Asynchronous requests ------------------------------------------------------------------- */

/*
 * A queue carries requests out in threads of its own, and tells of each when it is done: by a
 * function, or through ualg_queue_wait.  All functions may be called by any number of threads, but
 * for ualg_queue_close, which is for the last.
 *
 * Requests on one handle are done one by one, in their order; handles side by side.  From
 * submission until the end is told, the handle and the memory of a request belong to the queue.
 */
struct ualg_queue;

/*
 * Is called in a thread of the queue when a request is done.  result: what the call would have
 * returned.  It may submit, and it may use the memory of the request, and the handle if no other
 * request on it was submitted; it may not wait or close.
 */
typedef void ualg_done(void *user, int result);

struct ualg_completion {
	void *user;
	int result;
};

/*
 * threads: how many; 0: one for each processor that this process may use.  -EINVAL: NULL, more than
 * 1024; -ENOMEM; -EAGAIN: the system gives no more threads; -EMFILE, -ENFILE: no descriptor.
 */
int ualg_queue_open(struct ualg_queue **out, unsigned threads);

/* Waits for all requests, tells the functions, forgets completions not fetched.  NULL is fine. */
void ualg_queue_close(struct ualg_queue *queue);

/*
 * Submit a request.  done NULL: the completion waits for ualg_queue_wait.  user comes back with it.
 * -EINVAL: NULL where the call would refuse it; -ENOMEM.  Everything else is told as result.
 */
int ualg_queue_digest(struct ualg_queue *queue, struct ualg_digest *digest, const void *data,
		      size_t size, void *out, size_t room, ualg_done *done, void *user);
int ualg_queue_skcipher(struct ualg_queue *queue, struct ualg_skcipher *cipher,
			enum ualg_direction direction, const void *iv, const void *in, void *out,
			size_t size, ualg_done *done, void *user);

/* tag: written by encryption, read by decryption. */
int ualg_queue_aead(struct ualg_queue *queue, struct ualg_aead *aead, enum ualg_direction direction,
		    const void *iv, const void *aad, size_t aad_size, const void *in, void *out,
		    size_t size, void *tag, ualg_done *done, void *user);

/*
 * Waits until any request without function is done and fetches its completion, one at a time, the
 * first done first.  milliseconds: how long at most; 0: do not wait; -1: as long as it takes.
 * -EAGAIN: none in that time; -ENOENT: nothing to wait for, no request without function is under
 * way.
 */
int ualg_queue_wait(struct ualg_queue *queue, int milliseconds, struct ualg_completion *out);

/*
 * A descriptor that polls readable while completions wait to be fetched.  It belongs to the queue:
 * poll it, and leave reading and closing to the queue.  -EINVAL: NULL.
 */
int ualg_queue_fd(const struct ualg_queue *queue);

/* ---- Convenience: one call, common algorithms ------------------------------------------------ */

/*
 * All by the default transport, without handle.  They return 0, [open], or what the group's call of
 * the same kind returns.
 */

/* A digest by name: key NULL for none.  out: room bytes, at least the digest. */
int ualg_digest_data(const char *name, const void *key, size_t key_size, const void *data,
		     size_t size, void *out, size_t room);

int ualg_sha1(const void *data, size_t size, uint8_t out[20]);
int ualg_sha224(const void *data, size_t size, uint8_t out[28]);
int ualg_sha256(const void *data, size_t size, uint8_t out[32]);
int ualg_sha384(const void *data, size_t size, uint8_t out[48]);
int ualg_sha512(const void *data, size_t size, uint8_t out[64]);
int ualg_sha3_256(const void *data, size_t size, uint8_t out[32]);
int ualg_sha3_512(const void *data, size_t size, uint8_t out[64]);

int ualg_hmac_sha1(const void *key, size_t key_size, const void *data, size_t size,
		   uint8_t out[20]);
int ualg_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size,
		     uint8_t out[32]);
int ualg_hmac_sha384(const void *key, size_t key_size, const void *data, size_t size,
		     uint8_t out[48]);
int ualg_hmac_sha512(const void *key, size_t key_size, const void *data, size_t size,
		     uint8_t out[64]);

/* key_size 16, 24 or 32.  cbc: size is a multiple of 16, there is no padding. */
int ualg_aes_cbc_encrypt(const void *key, size_t key_size, const uint8_t iv[16], const void *in,
			 void *out, size_t size);
int ualg_aes_cbc_decrypt(const void *key, size_t key_size, const uint8_t iv[16], const void *in,
			 void *out, size_t size);
/* Both ways.  counter: the whole first counter block, big-endian. */
int ualg_aes_ctr(const void *key, size_t key_size, const uint8_t counter[16], const void *in,
		 void *out, size_t size);
/* key_size 32, 48 or 64: two keys.  size from 16 on. */
int ualg_aes_xts_encrypt(const void *key, size_t key_size, const uint8_t tweak[16], const void *in,
			 void *out, size_t size);
int ualg_aes_xts_decrypt(const void *key, size_t key_size, const uint8_t tweak[16], const void *in,
			 void *out, size_t size);

int ualg_aes_gcm_encrypt(const void *key, size_t key_size, const uint8_t nonce[12], const void *aad,
			 size_t aad_size, const void *in, void *out, size_t size, uint8_t tag[16]);
UALG_CHECKED int ualg_aes_gcm_decrypt(const void *key, size_t key_size, const uint8_t nonce[12],
				      const void *aad, size_t aad_size, const void *in, void *out,
				      size_t size, const uint8_t tag[16]);
int ualg_chacha20_poly1305_encrypt(const uint8_t key[32], const uint8_t nonce[12], const void *aad,
				   size_t aad_size, const void *in, void *out, size_t size,
				   uint8_t tag[16]);
UALG_CHECKED int ualg_chacha20_poly1305_decrypt(const uint8_t key[32], const uint8_t nonce[12],
						const void *aad, size_t aad_size, const void *in,
						void *out, size_t size, const uint8_t tag[16]);

/* Random bytes from one generator of this process, "stdrng"; for any thread, in parent and child.
 */
UALG_CHECKED int ualg_random(void *out, size_t size);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
