/* SPDX-License-Identifier: MIT */
/* What the templates share: the keyed parts of an instance. */
#ifndef UALG_CRYPTO_TEMPLATES_PARTS_H
#define UALG_CRYPTO_TEMPLATES_PARTS_H

#include "crypto/alg.h"
#include "crypto/template.h"

/*
 * What a mode hands to a block cipher at once, where it can: bytes, a multiple of every block, so
 * many that the libraries' code for many blocks is worth its while.
 */
#define TEMPLATE_BATCH 1024u

/* The context of a template's tfm begins with this: a tfm for each alg->part. */
struct template_parts {
	struct tfm *tfm[ALG_MAX_PARTS];
};

/* alg->init and alg->exit of a template's instance.  -ENOMEM, or an errno of a part's init. */
int template_parts_init(struct tfm *tfm);
void template_parts_exit(struct tfm *tfm);

/* The lower of the priorities: an instance is as good as its parts. */
int template_parts_priority(const struct alg *first, const struct alg *second);

/* How much of a request to do next: the batch, or what is left. */
static inline size_t template_batch(size_t size)
{
	return size < TEMPLATE_BATCH ? size : TEMPLATE_BATCH;
}

/* Taken off the priority of a mode that libraries have in one piece, so that theirs goes first. */
#define TEMPLATE_BEHIND_FUSED 1

/* Whether an skcipher is a counter mode of a cipher with 16-byte blocks. */
bool template_is_ctr(const struct alg *alg);

/* Writes OUTER(INNER), ALG_NAME_MAX bytes at most; -ENOENT: too long. */
int template_wrap(char *out, const char *outer, const char *inner);

/*
 * Replaces the generic name by NAME(X), X being what the counter mode ctr is of:
 * gcm_base(ctr(X),..) is known as gcm(X).  -ENOENT: too long.
 */
int template_rename(struct alg *out, const char *name, const struct alg *ctr);

/* The first part's tfm, which is all that many modes have. */
static inline struct tfm *template_part(const struct tfm *tfm)
{
	const struct template_parts *parts = tfm_context(tfm);

	return parts->tfm[0];
}

/* CBC-MAC: chain = E(chain ^ block) for each block. */
void template_mac_blocks(struct tfm *cipher, uint8_t *chain, const uint8_t *in, size_t blocks);

/*
 * Writes what becomes the next part of a key stream when it is encrypted: whole blocks, as many as
 * size bytes of text take, and moves state on.  in is that text, not yet changed.
 */
typedef void template_stream_fill(void *state, uint8_t *stream, unsigned block, const uint8_t *in,
				  size_t size);

/* out = in ^ the encryption of what fill gives, batch by batch. */
void template_stream_crypt(struct tfm *cipher, template_stream_fill *fill, void *state,
			   uint8_t *out, const uint8_t *in, size_t size);

/* alg->setkey where the key is the first part's.  As tfm_setkey. */
int template_part_setkey(struct tfm *tfm, const uint8_t *key, size_t size);

/*
 * Begins the descriptor of an skcipher around the block cipher that is the name's first argument:
 * keys, block and chunk of the cipher, no IV, one part, names composed.  -ENOENT: no such cipher.
 */
int template_block_create(const struct template_name *name, struct alg *out);

/* The same for an skcipher around another one: keys, block, chunk and IV of that. */
int template_skcipher_create(const struct template_name *name, struct alg *out);

/*
 * Finds the block cipher for a mode with blocks of 16 bytes that is written MODE(X) or
 * MODE(ecb(X)); the kernel builds those around ecb(X), and names their drivers so.  Begins the
 * descriptor as template_block_create does, named MODE(X), the driver MODE(ecb(DRIVER)).  -ENOENT:
 * no such cipher, or other blocks.
 */
int template_ecb_create(const struct template_name *name, struct alg *out);

/*
 * The generic name of the block cipher inside a name: what stands in the last
 * parentheses, so aes for cts(cbc(aes)) and authenc(hmac(sha256),cbc(aes)).  out has ALG_NAME_MAX
 * bytes.  -ENOENT: there are none.
 */
int template_inner_cipher(const char *name, char *out);

#endif
