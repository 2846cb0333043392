/* SPDX-License-Identifier: MIT */
/*
 * Bare block ciphers by libgcrypt, for our templates, and ecb.
 *
 * The library's ECB mode goes block by block for nearly every cipher, but its CFB and CBC
 * decryption take many blocks at once, in vector instructions where the machine has them.  Both are
 * what is wanted, but for an exclusive-or: CFB decrypts C[i] to E(C[i-1]) ^ C[i], and CBC to
 * D(C[i]) ^ C[i-1].
 *
 * Threads share a tfm in encrypt and cbc_mac, but the chained modes change their handle: one thread
 * at a time has it, others go block by block.  While it is had, only memory of ours is touched, so
 * nothing can jump out.
 */
#include <errno.h>

#include "base/secmem.h"
#include "crypto/backends/gcrypt.h"
#include "crypto/bytes.h"

#define ECB_HANDLE 0
#define CBC_HANDLE 1
#define CFB_HANDLE 2

#define MAX_BLOCK    16u
#define BATCH_BLOCKS 128u /* some times what the library takes at once at most */
#define BATCH_SIZE   (BATCH_BLOCKS * MAX_BLOCK)
#define FEW_BLOCKS   4u /* not worth a batch */

#define CIPHER_PRIORITY 200 /* less than a fused mode's, so that a template never hides one */
#define ECB_PRIORITY    300

typedef __typeof__(gcry_cipher_encrypt) crypt_function;

static const uint8_t zero[MAX_BLOCK];

static gcry_cipher_hd_t handle_of(const struct tfm *tfm, unsigned which)
{
	return gcrypt_context(tfm)->handle[which];
}

/* ECB only reads the handle when it encrypts, which is what makes this safe to share. */
static void crypt_few(crypt_function *function, const struct tfm *tfm, uint8_t *out,
		      const uint8_t *in, size_t blocks)
{
	size_t size = blocks * tfm->alg->blocksize;

	/* The library fails where no key was set, and nothing of the input may be left in out. */
	if (blocks > 0 && function(handle_of(tfm, ECB_HANDLE), out, size, in, size))
		secmem_wipe(out, size);
}

/* The tfm to go to block by block: one that takes the key, or is faster; NULL: the library. */
static struct tfm *serial_of(const struct tfm *tfm)
{
	struct tfm *other = gcrypt_other(tfm);

	return other ? other : gcrypt_context(tfm)->serial;
}

static void encrypt_few(const struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	struct tfm *serial = serial_of(tfm);

	if (serial)
		serial->alg->cipher.encrypt(serial, out, in, blocks);
	else
		crypt_few(gcrypt.gcry_cipher_encrypt, tfm, out, in, blocks);
}

static bool take_chain(const struct tfm *tfm)
{
	return !atomic_exchange_explicit(&gcrypt_context(tfm)->chain_busy, true,
					 memory_order_acquire);
}

static void leave_chain(const struct tfm *tfm)
{
	atomic_store_explicit(&gcrypt_context(tfm)->chain_busy, false, memory_order_release);
}

/* Sets the IV of a handle and runs it over text, in place.  Zeros where the library refuses. */
static void chain(crypt_function *function, gcry_cipher_hd_t handle, const uint8_t *iv,
		  unsigned block, uint8_t *text, size_t size)
{
	if (gcrypt.gcry_cipher_setiv(handle, iv, block) || function(handle, text, size, NULL, 0))
		secmem_wipe(text, size);
}

static size_t batch_of(size_t blocks)
{
	return blocks < BATCH_BLOCKS ? blocks : BATCH_BLOCKS;
}

/* Encrypts a batch; false: another thread has the handle. */
static bool encrypt_batch(struct tfm *tfm, uint8_t *text, uint8_t *out, const uint8_t *in,
			  size_t size)
{
	unsigned block = tfm->alg->blocksize;

	memcpy(text, in, size);
	memset(text + size, 0, block);
	if (!take_chain(tfm))
		return false;
	chain(gcrypt.gcry_cipher_decrypt, handle_of(tfm, CFB_HANDLE), text, block, text + block,
	      size);
	leave_chain(tfm);
	/* Forward, block by block: out may be in, of which the next block is still needed. */
	bytes_xor(out, text + block, in + block, size - block);
	memcpy(out + size - block, text + size, block);
	return true;
}

__attribute__((noinline)) static void encrypt_many(struct tfm *tfm, uint8_t *out, const uint8_t *in,
						   size_t blocks)
{
	unsigned block = tfm->alg->blocksize;
	uint8_t text[BATCH_SIZE + MAX_BLOCK];
	bool used = false;

	while (blocks > FEW_BLOCKS && !gcrypt_other(tfm)) {
		size_t batch = batch_of(blocks);

		used = true;
		if (!encrypt_batch(tfm, text, out, in, batch * block))
			break;
		in += batch * block;
		out += batch * block;
		blocks -= batch;
	}
	encrypt_few(tfm, out, in, blocks);
	if (used)
		secmem_wipe(text, sizeof(text));
}

static void cipher_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	/* Apart, as what many blocks need of the stack is felt by one. */
	if (blocks <= FEW_BLOCKS)
		encrypt_few(tfm, out, in, blocks);
	else
		encrypt_many(tfm, out, in, blocks);
}

/* Not shared by threads, so the handle is free. */
static void cipher_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	unsigned block = tfm->alg->blocksize;
	struct tfm *other = gcrypt_other(tfm);
	uint8_t text[BATCH_SIZE];
	bool used = false;

	if (other) {
		other->alg->cipher.decrypt(other, out, in, blocks);
		return;
	}
	while (blocks > FEW_BLOCKS) {
		size_t batch = batch_of(blocks);
		size_t size = batch * block;

		used = true;
		memcpy(text, in, size);
		chain(gcrypt.gcry_cipher_decrypt, handle_of(tfm, CBC_HANDLE), zero, block, text,
		      size);
		bytes_xor(text + block, text + block, in, size - block);
		memcpy(out, text, size);
		in += size;
		out += size;
		blocks -= batch;
	}
	crypt_few(gcrypt.gcry_cipher_decrypt, tfm, out, in, blocks);
	if (used)
		secmem_wipe(text, sizeof(text));
}

static void mac_by_blocks(const struct tfm *tfm, uint8_t *mac, const uint8_t *in, size_t blocks)
{
	unsigned block = tfm->alg->blocksize;

	for (; blocks > 0; blocks--, in += block) {
		bytes_xor(mac, mac, in, block);
		encrypt_few(tfm, mac, mac, 1);
	}
}

static void cipher_cbc_mac(struct tfm *tfm, uint8_t *mac, const uint8_t *in, size_t blocks)
{
	unsigned block = tfm->alg->blocksize;
	uint8_t text[BATCH_SIZE];
	bool used = false;

	while (blocks > 1 && !serial_of(tfm)) {
		size_t batch = batch_of(blocks);

		used = true;
		memcpy(text, in, batch * block);
		if (!take_chain(tfm))
			break;
		chain(gcrypt.gcry_cipher_encrypt, handle_of(tfm, CBC_HANDLE), mac, block, text,
		      batch * block);
		leave_chain(tfm);
		memcpy(mac, text + (batch - 1) * block, block);
		in += batch * block;
		blocks -= batch;
	}
	mac_by_blocks(tfm, mac, in, blocks);
	if (used)
		secmem_wipe(text, sizeof(text));
}

/*
 * ecb by the same means.  Nobody shares its handles, so it goes right from in to out where they
 * differ, and may be left by a jump.
 */
static int ecb_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	unsigned block = tfm->alg->blocksize;
	gcry_cipher_hd_t handle = handle_of(tfm, CFB_HANDLE);
	size_t left = size;

	(void)iv;
	if (size % block != 0)
		return -EINVAL;
	if (in == out || size <= FEW_BLOCKS * block) {
		cipher_encrypt(tfm, out, in, size / block);
		return 0;
	}
	if (gcrypt.gcry_cipher_setiv(handle, in, block))
		return -EINVAL;
	while (left > block) {
		size_t part = left - block < BATCH_SIZE ? left - block : BATCH_SIZE;

		if (gcrypt.gcry_cipher_decrypt(handle, out, part, in + block, part))
			return -EINVAL;
		bytes_xor(out, out, in + block, part);
		in += part;
		out += part;
		left -= part;
	}
	encrypt_few(tfm, out, in, 1);
	return 0;
}

static int ecb_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	unsigned block = tfm->alg->blocksize;
	gcry_cipher_hd_t handle = handle_of(tfm, CBC_HANDLE);
	size_t done = 0;

	(void)iv;
	if (size % block != 0)
		return -EINVAL;
	if (in == out || size <= FEW_BLOCKS * block) {
		cipher_decrypt(tfm, out, in, size / block);
		return 0;
	}
	if (gcrypt.gcry_cipher_setiv(handle, zero, block))
		return -EINVAL;
	while (done < size) {
		size_t part = size - done < BATCH_SIZE ? size - done : BATCH_SIZE;
		size_t first = done > 0 ? 0 : block; /* that block has zeros before it */

		if (gcrypt.gcry_cipher_decrypt(handle, out + done, part, in + done, part))
			return -EINVAL;
		bytes_xor(out + done + first, out + done + first, in + done + first - block,
			  part - first);
		done += part;
	}
	return 0;
}

const struct gcrypt_mode gcrypt_cipher_mode = {
    .set = GCRYPT_BARE,
    .keys = 1,
    .around = {"", ""},
    .handles = 3,
    .handle = {[ECB_HANDLE] = {GCRY_CIPHER_MODE_ECB, 0, false},
	       [CBC_HANDLE] = {GCRY_CIPHER_MODE_CBC, 0, false},
	       [CFB_HANDLE] = {GCRY_CIPHER_MODE_CFB, 0, false}},
    .alg = {.type = ALG_TYPE_CIPHER,
	    .priority = CIPHER_PRIORITY,
	    .cipher = {cipher_encrypt, cipher_decrypt, cipher_cbc_mac}},
};

const struct gcrypt_mode gcrypt_ecb_mode = {
    .name = "ecb",
    .set = GCRYPT_ECB,
    .keys = 1,
    .handles = 3,
    .handle = {[ECB_HANDLE] = {GCRY_CIPHER_MODE_ECB, 0, false},
	       [CBC_HANDLE] = {GCRY_CIPHER_MODE_CBC, 0, false},
	       [CFB_HANDLE] = {GCRY_CIPHER_MODE_CFB, 0, false}},
    .alg = {.type = ALG_TYPE_SKCIPHER,
	    .priority = ECB_PRIORITY,
	    .skcipher = {ecb_encrypt, ecb_decrypt}},
};
