/* SPDX-License-Identifier: MIT */
/* What holds for every skcipher: identities, chained IVs, lengths, keys, faults. */
#include <errno.h>
#include <stdlib.h>

#include "check.h"

#define MAX_TEXT 20000u
#define MAX_KEY  64u

enum lengths { WHOLE_BLOCKS, ANY, FROM_ONE_BLOCK };

/* What a request makes of its IV (C-08, C-20). */
enum iv_after {
	CONTINUES, /* the message */
	STAYS,
	OTHER,
};

static const struct {
	const char *name;
	size_t key_size;
	const char *keys; /* the sizes it takes: numbers and ranges */
	enum lengths lengths;
	enum iv_after iv_after;
} ciphers[] = {
    {"ecb(aes)", 16, "16 24 32", WHOLE_BLOCKS, CONTINUES},
    {"cbc(aes)", 16, "16 24 32", WHOLE_BLOCKS, CONTINUES},
    {"cbc(aes)", 24, "16 24 32", WHOLE_BLOCKS, CONTINUES},
    {"cbc(aes)", 32, "16 24 32", WHOLE_BLOCKS, CONTINUES},
    {"ctr(aes)", 16, "16 24 32", ANY, CONTINUES},
    {"ctr(aes)", 32, "16 24 32", ANY, CONTINUES},
    {"cfb(aes)", 16, "16 24 32", ANY, CONTINUES},
    {"ofb(aes)", 16, "16 24 32", ANY, CONTINUES},
    {"pcbc(aes)", 16, "16 24 32", WHOLE_BLOCKS, CONTINUES},
    {"xts(aes)", 32, "32 48 64", FROM_ONE_BLOCK, STAYS},
    {"xts(aes)", 48, "32 48 64", FROM_ONE_BLOCK, STAYS},
    {"xts(aes)", 64, "32 48 64", FROM_ONE_BLOCK, STAYS},
    {"lrw(aes)", 32, "32 40 48", WHOLE_BLOCKS, CONTINUES},
    {"cts(cbc(aes))", 16, "16 24 32", FROM_ONE_BLOCK, OTHER},
    {"rfc3686(ctr(aes))", 20, "20 28 36", ANY, STAYS},
    {"xctr(aes)", 16, "16 24 32", ANY, STAYS},
    {"hctr2(aes)", 32, "16 24 32", FROM_ONE_BLOCK, STAYS},
    {"essiv(cbc(aes),sha256)", 16, "16 24 32", WHOLE_BLOCKS, OTHER},
    {"adiantum(xchacha12,aes)", 32, "32", FROM_ONE_BLOCK, STAYS},
    {"ecb(des3_ede)", 24, "24", WHOLE_BLOCKS, CONTINUES},
    {"cbc(des3_ede)", 24, "24", WHOLE_BLOCKS, CONTINUES},
    {"ctr(des3_ede)", 24, "24", ANY, CONTINUES},
    {"cts(cbc(des3_ede))", 24, "24", FROM_ONE_BLOCK, OTHER},
    {"ecb(des)", 8, "8", WHOLE_BLOCKS, CONTINUES},
    {"cbc(blowfish)", 56, "4-56", WHOLE_BLOCKS, CONTINUES},
    {"cfb(blowfish)", 5, "4-56", ANY, CONTINUES},
    {"ctr(cast5)", 16, "5-16", ANY, CONTINUES},
    {"ctr(cast5)", 5, "5-16", ANY, CONTINUES},
    {"cbc(cast5)", 7, "5-16", WHOLE_BLOCKS, CONTINUES},
    {"xts(camellia)", 48, "32 48 64", FROM_ONE_BLOCK, STAYS},
    {"cbc(camellia)", 24, "16 24 32", WHOLE_BLOCKS, CONTINUES},
    {"cbc(serpent)", 9, "0-32", WHOLE_BLOCKS, CONTINUES},
    {"xts(serpent)", 64,
     "0 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 32 34 36 38 40 42 44 46 48 50 52 54 56 58 60 62 64",
     FROM_ONE_BLOCK, STAYS},
    {"lrw(serpent)", 17, "16-48", WHOLE_BLOCKS, CONTINUES},
    {"ctr(twofish)", 16, "16 24 32", ANY, CONTINUES},
    {"ctr(twofish)", 24, "16 24 32", ANY, CONTINUES},
    {"pcbc(twofish)", 24, "16 24 32", WHOLE_BLOCKS, CONTINUES},
    {"cfb(twofish)", 32, "16 24 32", ANY, CONTINUES},
    {"ecb(sm4)", 16, "16", WHOLE_BLOCKS, CONTINUES},
    {"cbc(seed)", 16, "16", WHOLE_BLOCKS, CONTINUES},
    {"cbc(aria)", 24, "16 24 32", WHOLE_BLOCKS, CONTINUES},
    {"ofb(blowfish)", 17, "4-56", ANY, CONTINUES},
    {"ofb(aria)", 32, "16 24 32", ANY, CONTINUES},
    {"ecb(aes-gcrypt)", 16, "16 24 32", WHOLE_BLOCKS, CONTINUES},
    {"cbc(aes-gcrypt)", 32, "16 24 32", WHOLE_BLOCKS, CONTINUES},
    {"ctr(aes-gcrypt)", 24, "16 24 32", ANY, CONTINUES},
    {"cbc(des3_ede-gcrypt)", 24, "24", WHOLE_BLOCKS, CONTINUES},
    {"ctr(des3_ede-gcrypt)", 24, "24", ANY, CONTINUES},
};

#define CIPHER_COUNT (sizeof(ciphers) / sizeof(ciphers[0]))

static uint8_t text[MAX_TEXT];
static uint8_t key[MAX_KEY];
static uint8_t start_iv[ALG_MAX_IV];

typedef int (*crypt_function)(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in,
			      size_t size);

static struct tfm *cipher_of_row(size_t row)
{
	check_random_bytes(text, sizeof(text));
	check_random_bytes(key, sizeof(key));
	check_random_bytes(start_iv, sizeof(start_iv));
	return check_tfm(ALG_TYPE_SKCIPHER, ciphers[row].name, key, ciphers[row].key_size);
}

/* A size the cipher takes, near the one wanted. */
static size_t fitting(size_t row, const struct tfm *tfm, size_t size)
{
	size_t block = tfm->alg->chunksize;

	if (ciphers[row].lengths == WHOLE_BLOCKS)
		return size / block * block;
	return ciphers[row].lengths == FROM_ONE_BLOCK && size < block ? block : size;
}

static void run(crypt_function function, struct tfm *tfm, uint8_t *iv, uint8_t *out,
		const uint8_t *in, size_t size)
{
	check(function(tfm, iv, out, in, size) == 0, "%s: %zu", tfm->alg->driver, size);
}

static void decryption_inverts_encryption(void **state)
{
	static uint8_t encrypted[MAX_TEXT + 1];
	static uint8_t in_place[MAX_TEXT + 1];

	(void)state;
	for (size_t row = 0; row < CIPHER_COUNT; row++) {
		struct tfm *tfm = cipher_of_row(row);
		const struct skcipher_ops *ops = &tfm->alg->skcipher;

		for (size_t want = 0; want < MAX_TEXT; want += want < 300 ? 1 : 4999) {
			size_t size = fitting(row, tfm, want);
			uint8_t iv[3][ALG_MAX_IV];

			for (size_t i = 0; i < 3; i++)
				memcpy(iv[i], start_iv, sizeof(iv[i]));
			memcpy(in_place, text, size);
			encrypted[size] = in_place[size] = 0xa5;
			run(ops->encrypt, tfm, iv[0], encrypted, text, size);
			run(ops->encrypt, tfm, iv[1], in_place, in_place, size);
			check(memcmp(encrypted, in_place, size) == 0, "%s: %zu in place",
			      tfm->alg->driver, size);
			check(size < 16 || memcmp(encrypted, text, size) != 0, "%s: %zu unchanged",
			      tfm->alg->driver, size);
			check(encrypted[size] == 0xa5 && in_place[size] == 0xa5, "%s: %zu",
			      tfm->alg->driver, size);
			run(ops->decrypt, tfm, iv[2], in_place, in_place, size);
			check(memcmp(in_place, text, size) == 0, "%s: %zu back", tfm->alg->driver,
			      size);
			check(memcmp(iv[0], iv[1], tfm->alg->ivsize) == 0 &&
				  memcmp(iv[0], iv[2], tfm->alg->ivsize) == 0,
			      "%s: %zu: IVs left differ", tfm->alg->driver, size);
			check(memcmp(iv[0] + tfm->alg->ivsize, start_iv + tfm->alg->ivsize,
				     sizeof(iv[0]) - tfm->alg->ivsize) == 0,
			      "%s writes behind the IV", tfm->alg->driver);
		}
		tfm_free(tfm);
	}
}

/* The request in random pieces, one after the other with the IV each leaves (rule C-08). */
static void run_in_pieces(crypt_function function, struct tfm *tfm, uint8_t *iv, uint8_t *out,
			  const uint8_t *in, size_t size)
{
	unsigned chunk = tfm->alg->chunksize;

	for (size_t at = 0, piece; at < size; at += piece) {
		piece = check_random_below(size - at + chunk) / chunk * chunk;
		if (piece > size - at || check_random_below(8) == 0)
			piece = size - at;
		run(function, tfm, iv, out + at, in + at, piece);
	}
}

static void pieces_equal_the_whole(void **state)
{
	static uint8_t whole[MAX_TEXT];
	static uint8_t pieces[MAX_TEXT];

	(void)state;
	for (size_t row = 0; row < CIPHER_COUNT; row++) {
		struct tfm *tfm = cipher_of_row(row);
		const crypt_function functions[] = {tfm->alg->skcipher.encrypt,
						    tfm->alg->skcipher.decrypt};

		for (unsigned round = 0; ciphers[row].iv_after == CONTINUES && round < 300;
		     round++) {
			crypt_function function = functions[round % 2];
			size_t size = fitting(row, tfm, check_random_below(1000));
			uint8_t iv[2][ALG_MAX_IV];

			memcpy(iv[0], start_iv, sizeof(iv[0]));
			memcpy(iv[1], start_iv, sizeof(iv[1]));
			memcpy(pieces, text, size);
			run(function, tfm, iv[0], whole, text, size);
			run_in_pieces(function, tfm, iv[1], pieces, pieces, size);
			check(memcmp(whole, pieces, size) == 0, "%s: %zu", tfm->alg->driver, size);
			check(memcmp(iv[0], iv[1], sizeof(iv[0])) == 0, "%s: %zu: IV left",
			      tfm->alg->driver, size);
		}
		tfm_free(tfm);
	}
}

static void some_leave_their_iv(void **state)
{
	(void)state;
	for (size_t row = 0; row < CIPHER_COUNT; row++) {
		struct tfm *tfm = cipher_of_row(row);
		const crypt_function functions[] = {tfm->alg->skcipher.encrypt,
						    tfm->alg->skcipher.decrypt};

		for (size_t i = 0; ciphers[row].iv_after == STAYS && i < 2; i++) {
			uint8_t iv[ALG_MAX_IV];

			memcpy(iv, start_iv, sizeof(iv));
			run(functions[i], tfm, iv, text, text, fitting(row, tfm, 1100));
			check(memcmp(iv, start_iv, sizeof(iv)) == 0, "%s", ciphers[row].name);
		}
		tfm_free(tfm);
	}
}

/*
 * What ciphertext stealing leaves, in either direction, as seen on a kernel (C-20): a block of the
 * ciphertext, or the IV that was given.
 */
static void stealing_leaves_a_block(void **state)
{
	static const struct {
		const char *name;
		size_t key_size;
		size_t size;    /* in blocks and */
		size_t bytes;   /* bytes behind them */
		size_t left_at; /* blocks from the beginning; 0: the IV that was given */
	} rows[] = {
	    {"cts(cbc(aes))", 16, 4, 0, 2},
	    {"cts(cbc(aes))", 16, 2, 8, 1},
	    {"cts(cbc(aes))", 16, 2, 0, 0},
	    {"cts(cbc(aes))", 16, 1, 4, 0},
	    {"cts(cbc(aes))", 16, 1, 0, 1},
	    {"cts(cbc(aes-generic))", 16, 4, 0, 3},
	    {"cts(cbc(aes-generic))", 16, 1, 4, 1},
	    {"cts(cbc(camellia-generic))", 16, 2, 8, 2},
	    {"cts(cbc(camellia-generic))", 16, 2, 0, 1},
	    {"cts(cbc(camellia-generic))", 16, 1, 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tfm *tfm;
		uint8_t sealed[80], opened[80], iv[2][ALG_MAX_IV];
		const uint8_t *left;
		size_t size, block;

		check_random_bytes(text, sizeof(text));
		check_random_bytes(key, sizeof(key));
		check_random_bytes(start_iv, sizeof(start_iv));
		tfm = check_tfm(ALG_TYPE_SKCIPHER, rows[i].name, key, rows[i].key_size);
		block = tfm->alg->blocksize;
		size = rows[i].size * block + rows[i].bytes;
		memcpy(iv[0], start_iv, sizeof(iv[0]));
		memcpy(iv[1], start_iv, sizeof(iv[1]));
		run(tfm->alg->skcipher.encrypt, tfm, iv[0], sealed, text, size);
		run(tfm->alg->skcipher.decrypt, tfm, iv[1], opened, sealed, size);
		check(memcmp(opened, text, size) == 0, "%s: %zu", rows[i].name, size);
		left = rows[i].left_at ? sealed + (rows[i].left_at - 1) * block : start_iv;
		check(memcmp(iv[0], left, block) == 0, "%s: %zu, encrypted", rows[i].name, size);
		check(memcmp(iv[1], left, block) == 0, "%s: %zu, decrypted", rows[i].name, size);
		tfm_free(tfm);
	}
}

/* The library's mode and ours over its bare cipher, and one cipher from two places. */
static void implementations_agree(void **state)
{
	static const struct {
		const char *name[2];
		size_t key_size;
	} pairs[] = {
	    {{"cbc(aes)", "cbc(aes-gcrypt)"}, 24},
	    {{"ctr(aes)", "ctr(aes-gcrypt)"}, 24},
	    {{"cfb(aes)", "cfb(aes-gcrypt)"}, 24},
	    {{"ofb(aes)", "ofb(aes-gcrypt)"}, 24},
	    {{"ecb(aes)", "ecb(aes-gcrypt)"}, 24},
	    {{"xts(aes)", "xts(ecb(aes-gcrypt))"}, 48},
	    {{"cbc(des3_ede)", "cbc(des3_ede-gcrypt)"}, 24},
	    {{"ctr(des3_ede)", "ctr(des3_ede-gcrypt)"}, 24},
	    {{"cbc(camellia)", "cbc(camellia-openssl)"}, 24},
	    {{"ctr(camellia)", "ctr(camellia-openssl)"}, 32},
	    {{"ctr(serpent)", "ctr(serpent-gcrypt)"}, 24},
	    {{"cbc(serpent)", "cbc(serpent-gcrypt)"}, 24},
	    {{"cfb(blowfish)", "cfb(blowfish-gcrypt)"}, 24},
	    {{"cbc(twofish)", "cbc(twofish-own)"}, 16},
	    {{"ctr(twofish)", "ctr(twofish-own)"}, 32},
	    {{"cbc(cast5)", "cbc(cast5-openssl)"}, 16},
	    {{"ctr(cast5)", "ctr(cast5-openssl)"}, 11},
	    {{"ctr(cast5)", "ctr(cast5-openssl)"}, 10},
	    {{"cbc(sm4)", "cbc(sm4-own)"}, 16},
	    {{"cfb(sm4)", "cfb(sm4-own)"}, 16},
	    {{"ctr(sm4)", "ctr(sm4-own)"}, 16},
	    {{"ofb(des3_ede)", "ofb(des3_ede-gcrypt)"}, 24},
	};
	static uint8_t results[2][MAX_TEXT];

	(void)state;
	check_random_bytes(key, sizeof(key));
	for (size_t pair = 0; pair < sizeof(pairs) / sizeof(pairs[0]); pair++) {
		const char *name = pairs[pair].name[1];
		struct tfm *tfm[2];

		for (size_t i = 0; i < 2; i++)
			tfm[i] = check_tfm(ALG_TYPE_SKCIPHER, pairs[pair].name[i], key,
					   pairs[pair].key_size);
		assert_ptr_not_equal(tfm[0]->alg, tfm[1]->alg);
		for (unsigned round = 0; round < 100; round++) {
			size_t size = 16 + check_random_below(3000);
			uint8_t iv[2][ALG_MAX_IV];

			if (tfm[0]->alg->blocksize > 1 && !strstr(name, "xts"))
				size -= size % tfm[0]->alg->blocksize;
			check_random_bytes(text, size);
			check_random_bytes(iv[0], sizeof(iv[0]));
			if (round % 3 == 0) /* a counter that overflows, to the left end */
				memset(iv[0], 0xff, tfm[0]->alg->ivsize);
			memcpy(iv[1], iv[0], sizeof(iv[0]));
			for (size_t i = 0; i < 2; i++)
				run(round % 2 ? tfm[i]->alg->skcipher.encrypt
					      : tfm[i]->alg->skcipher.decrypt,
				    tfm[i], iv[i], results[i], text, size);
			check(memcmp(results[0], results[1], size) == 0, "%s: %zu", name, size);
			check(memcmp(iv[0], iv[1], sizeof(iv[0])) == 0, "%s: %zu: IV left", name,
			      size);
		}
		tfm_free(tfm[0]);
		tfm_free(tfm[1]);
	}
}

static void refuses_lengths_that_do_not_suit(void **state)
{
	uint8_t out[64];

	(void)state;
	for (size_t row = 0; row < CIPHER_COUNT; row++) {
		struct tfm *tfm = cipher_of_row(row);

		for (size_t size = 0; size <= sizeof(out); size++) {
			bool fits =
			    ciphers[row].lengths == ANY || (ciphers[row].lengths == FROM_ONE_BLOCK
								? size >= tfm->alg->chunksize
								: size % tfm->alg->chunksize == 0);
			int expected = fits ? 0 : -EINVAL;
			uint8_t iv[ALG_MAX_IV] = {0};

			check(tfm->alg->skcipher.encrypt(tfm, iv, out, text, size) == expected,
			      "%s: %zu", tfm->alg->driver, size);
			check(tfm->alg->skcipher.decrypt(tfm, iv, out, text, size) == expected,
			      "%s: %zu", tfm->alg->driver, size);
		}
		tfm_free(tfm);
	}
}

/* Whether a list of sizes, as in the table, has this one. */
static bool is_key_size(const char *list, size_t size)
{
	while (*list) {
		char *end;
		size_t from = strtoul(list, &end, 10);
		size_t to = *end == '-' ? strtoul(end + 1, &end, 10) : from;

		if (size >= from && size <= to)
			return true;
		list = end;
	}
	return false;
}

static void takes_the_right_keys_only(void **state)
{
	(void)state;
	for (size_t row = 0; row < CIPHER_COUNT; row++) {
		struct tfm *tfm = cipher_of_row(row);

		for (size_t size = 0; size <= MAX_KEY; size++)
			check(tfm_setkey(tfm, key, size) ==
				  (is_key_size(ciphers[row].keys, size) ? 0 : -EINVAL),
			      "%s: key of %zu", ciphers[row].name, size);
		tfm_free(tfm);
	}
}

/* A new key is in force at once, also of another size, also after one that was refused. */
static void rekeys(void **state)
{
	(void)state;
	for (size_t row = 0; row < CIPHER_COUNT; row++) {
		struct tfm *tfm = cipher_of_row(row);
		struct tfm *fresh;
		uint8_t results[2][64];
		uint8_t iv[ALG_MAX_IV];

		(void)tfm_setkey(tfm, key, 17);
		for (size_t size = 0; size <= MAX_KEY; size++)
			(void)tfm_setkey(tfm, key + 1, size < MAX_KEY ? size : 0);
		assert_int_equal(tfm_setkey(tfm, key, ciphers[row].key_size), 0);
		fresh = check_tfm(ALG_TYPE_SKCIPHER, ciphers[row].name, key, ciphers[row].key_size);
		memcpy(iv, start_iv, sizeof(iv));
		run(tfm->alg->skcipher.encrypt, tfm, iv, results[0], text, 64);
		memcpy(iv, start_iv, sizeof(iv));
		run(tfm->alg->skcipher.encrypt, fresh, iv, results[1], text, 64);
		check(memcmp(results[0], results[1], 64) == 0, "%s", ciphers[row].name);
		tfm_free(fresh);
		tfm_free(tfm);
	}
}

/* K-07.  With three equal parts TDEA is DES: its answer for a weak key of zeros is well known. */
static void accepts_weak_keys(void **state)
{
	static const struct {
		const char *name;
		size_t key_size;
	} equal[] = {{"ecb(des)", 8}, {"ecb(des3_ede)", 24}, {"ecb(des3_ede-gcrypt)", 24}};
	const uint8_t zero[64] = {0};
	uint8_t out[32];
	uint8_t back[32];
	uint8_t iv[16] = {0};
	struct tfm *tfm;

	(void)state;
	for (size_t i = 0; i < sizeof(equal) / sizeof(equal[0]); i++) {
		uint8_t expected[8];

		tfm = check_tfm(ALG_TYPE_SKCIPHER, equal[i].name, zero, equal[i].key_size);
		run(tfm->alg->skcipher.encrypt, tfm, iv, out, zero, 8);
		check_hex(expected, "8ca64de9c1b123a7");
		assert_memory_equal(out, expected, 8);
		tfm_free(tfm);
	}
	tfm = check_tfm(ALG_TYPE_SKCIPHER, "xts(aes)", zero, 32);
	run(tfm->alg->skcipher.encrypt, tfm, iv, out, zero, 32);
	{
		/* IEEE 1619, vector 1: both keys are zero. */
		uint8_t expected[32];

		check_hex(expected,
			  "917cf69ebd68b2ec9b9fe9a3eadda692cd43d2f59598ed858c02c2652fbf922e");
		assert_memory_equal(out, expected, 32);
	}
	run(tfm->alg->skcipher.decrypt, tfm, iv, back, out, 32);
	assert_memory_equal(back, zero, 32);
	tfm_free(tfm);
}

/* RFC 3394, section 4; the integrity block is the IV (C-21). */
static void wraps_keys(void **state)
{
	static const struct {
		const char *key, *plain, *integrity, *wrapped;
	} cases[] = {
	    {"000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff",
	     "1fa68b0a8112b447", "aef34bd8fb5a7b829d3e862371d2cfe5"},
	    {"000102030405060708090a0b0c0d0e0f1011121314151617", "00112233445566778899aabbccddeeff",
	     "96778b25ae6ca435", "f92b5b97c050aed2468ab8a17ad84e5d"},
	    {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	     "00112233445566778899aabbccddeeff0001020304050607", "a8f9bc1612c68b3f",
	     "f6e6f4fbe30e71e4769c8b80a32cb8958cd5d17d6b254da1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[MAX_KEY], plain[24], integrity[8], wrapped[24], out[24];
		uint8_t iv[ALG_MAX_IV] = {0};
		size_t size = strlen(cases[i].plain) / 2;
		struct tfm *tfm;

		check_hex(bytes, cases[i].key);
		check_hex(plain, cases[i].plain);
		check_hex(integrity, cases[i].integrity);
		check_hex(wrapped, cases[i].wrapped);
		tfm = check_tfm(ALG_TYPE_SKCIPHER, "kw(aes)", bytes, strlen(cases[i].key) / 2);
		run(tfm->alg->skcipher.encrypt, tfm, iv, out, plain, size);
		assert_memory_equal(out, wrapped, size);
		assert_memory_equal(iv, integrity, sizeof(integrity));
		run(tfm->alg->skcipher.decrypt, tfm, iv, out, out, size);
		assert_memory_equal(out, plain, size);
		tfm_free(tfm);
	}
}

/* Every bit counts, nothing is given away, and lengths that do not suit are refused. */
static void unwraps_only_what_is_intact(void **state)
{
	static const uint8_t zero[40];
	uint8_t wrapped[40], out[40], iv[8];
	struct tfm *tfm;

	(void)state;
	check_random_bytes(key, sizeof(key));
	check_random_bytes(text, sizeof(wrapped));
	tfm = check_tfm(ALG_TYPE_SKCIPHER, "kw(serpent)", key, 11);
	run(tfm->alg->skcipher.encrypt, tfm, iv, wrapped, text, sizeof(wrapped));
	for (size_t bit = 0; bit < 8 * (sizeof(iv) + sizeof(wrapped)); bit++) {
		uint8_t *byte =
		    bit / 8 < sizeof(iv) ? &iv[bit / 8] : &wrapped[bit / 8 - sizeof(iv)];
		uint8_t bad_iv[8];

		*byte ^= (uint8_t)(1 << bit % 8);
		memcpy(bad_iv, iv, sizeof(iv));
		check(tfm->alg->skcipher.decrypt(tfm, bad_iv, out, wrapped, sizeof(wrapped)) ==
			  -EBADMSG,
		      "bit %zu", bit);
		assert_memory_equal(out, zero, sizeof(out));
		*byte ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t size = 0; size <= sizeof(wrapped); size++) {
		uint8_t other_iv[8] = {0};
		bool fits = size >= 16 && size % 8 == 0;

		check(tfm->alg->skcipher.encrypt(tfm, other_iv, out, text, size) ==
			  (fits ? 0 : -EINVAL),
		      "%zu", size);
		check(tfm->alg->skcipher.decrypt(tfm, other_iv, out, text, size) ==
			  (fits ? -EBADMSG : -EINVAL),
		      "%zu", size);
	}
	tfm_free(tfm);
}

/* Y-02: cryptd(D) and pcrypt(D) give what D gives, and the plain name is not theirs. */
static void wrapped_drivers_give_the_same(void **state)
{
	struct tfm *plain;
	struct tfm *wrapped;
	uint8_t out[2][100];
	uint8_t iv[2][ALG_MAX_IV] = {{0}};

	(void)state;
	check_random_bytes(key, sizeof(key));
	wrapped = check_tfm(ALG_TYPE_SKCIPHER, "cryptd(ctr-aes-gcrypt)", key, 32);
	plain = check_tfm(ALG_TYPE_SKCIPHER, "ctr(aes)", key, 32);
	assert_string_equal(wrapped->alg->name, "ctr(aes)");
	assert_ptr_not_equal(plain->alg, wrapped->alg);
	run(plain->alg->skcipher.encrypt, plain, iv[0], out[0], text, sizeof(out[0]));
	run(wrapped->alg->skcipher.encrypt, wrapped, iv[1], out[1], text, sizeof(out[1]));
	assert_memory_equal(out[0], out[1], sizeof(out[0]));
	assert_memory_equal(iv[0], iv[1], sizeof(iv[0]));
	tfm_free(plain);
	tfm_free(wrapped);
}

struct faulty_request {
	struct tfm *tfm;
	crypt_function function;
	uint8_t *data;
	size_t size;
};

static void crypt_faulty(void *argument)
{
	struct faulty_request *request = argument;
	uint8_t iv[ALG_MAX_IV] = {0};

	(void)request->function(request->tfm, iv, request->data, request->data, request->size);
}

/* A request whose memory ends too soon; the next one is right all the same. */
static void a_fault_leaves_the_key_usable(void **state)
{
	static uint8_t results[2][MAX_TEXT];
	struct fault_memory memory;

	(void)state;
	fault_memory_make(&memory);
	for (size_t row = 0; row < CIPHER_COUNT; row++) {
		struct tfm *tfm = cipher_of_row(row);
		const crypt_function functions[] = {tfm->alg->skcipher.encrypt,
						    tfm->alg->skcipher.decrypt};
		uint8_t iv[ALG_MAX_IV];
		size_t size = fitting(row, tfm, 1003);

		for (unsigned round = 0; round < 40; round++) {
			size_t left = check_random_below(3000);
			struct faulty_request request = {
			    .tfm = tfm,
			    .function = functions[round % 2],
			    .data = memory.data + memory.size - left,
			    .size = 4096,
			};

			for (size_t i = 0; i < 2; i++) {
				memcpy(iv, start_iv, sizeof(iv));
				run(functions[round / 2 % 2], tfm, iv, results[i], text, size);
				if (i == 0)
					check(fault_call(crypt_faulty, &request), "%s: no fault",
					      tfm->alg->driver);
			}
			check(memcmp(results[0], results[1], size) == 0, "%s: after a fault at %zu",
			      tfm->alg->driver, left);
		}
		tfm_free(tfm);
	}
	fault_memory_free(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decryption_inverts_encryption),
	    cmocka_unit_test(pieces_equal_the_whole),
	    cmocka_unit_test(some_leave_their_iv),
	    cmocka_unit_test(stealing_leaves_a_block),
	    cmocka_unit_test(implementations_agree),
	    cmocka_unit_test(refuses_lengths_that_do_not_suit),
	    cmocka_unit_test(takes_the_right_keys_only),
	    cmocka_unit_test(rekeys),
	    cmocka_unit_test(accepts_weak_keys),
	    cmocka_unit_test(wraps_keys),
	    cmocka_unit_test(unwraps_only_what_is_intact),
	    cmocka_unit_test(wrapped_drivers_give_the_same),
	    cmocka_unit_test(a_fault_leaves_the_key_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
