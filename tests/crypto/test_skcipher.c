/* SPDX-License-Identifier: MIT */
/* What holds for every skcipher: identities, chained IVs, lengths, keys, faults. */
#include <errno.h>

#include "check.h"

#define MAX_TEXT 20000u
#define MAX_KEY  64u

enum lengths { WHOLE_BLOCKS, ANY, FROM_ONE_BLOCK };

static const struct {
	const char *name;
	size_t key_size;
	enum lengths lengths;
	bool chains; /* the IV left over continues the message */
} ciphers[] = {
    {"ecb(aes)", 16, WHOLE_BLOCKS, true},
    {"cbc(aes)", 16, WHOLE_BLOCKS, true},
    {"cbc(aes)", 24, WHOLE_BLOCKS, true},
    {"cbc(aes)", 32, WHOLE_BLOCKS, true},
    {"ctr(aes)", 16, ANY, true},
    {"ctr(aes)", 32, ANY, true},
    {"xts(aes)", 32, FROM_ONE_BLOCK, false},
    {"xts(aes)", 48, FROM_ONE_BLOCK, false},
    {"xts(aes)", 64, FROM_ONE_BLOCK, false},
    {"ecb(des3_ede)", 24, WHOLE_BLOCKS, true},
    {"cbc(des3_ede)", 24, WHOLE_BLOCKS, true},
    {"ctr(des3_ede)", 24, ANY, true},
    {"ecb(aes-gcrypt)", 16, WHOLE_BLOCKS, true},
    {"cbc(aes-gcrypt)", 32, WHOLE_BLOCKS, true},
    {"ctr(aes-gcrypt)", 24, ANY, true},
    {"cbc(des3_ede-gcrypt)", 24, WHOLE_BLOCKS, true},
    {"ctr(des3_ede-gcrypt)", 24, ANY, true},
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

		for (unsigned round = 0; ciphers[row].chains && round < 300; round++) {
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

static void xts_leaves_its_iv(void **state)
{
	struct tfm *tfm = cipher_of_row(6);
	uint8_t iv[ALG_MAX_IV];

	(void)state;
	assert_string_equal(tfm->alg->name, "xts(aes)");
	memcpy(iv, start_iv, sizeof(iv));
	run(tfm->alg->skcipher.encrypt, tfm, iv, text, text, 100);
	assert_memory_equal(iv, start_iv, sizeof(iv));
	tfm_free(tfm);
}

/* The library's mode and ours over its bare cipher. */
static void implementations_agree(void **state)
{
	static const char *const pairs[][2] = {
	    {"cbc(aes)", "cbc(aes-gcrypt)"},           {"ctr(aes)", "ctr(aes-gcrypt)"},
	    {"cbc(des3_ede)", "cbc(des3_ede-gcrypt)"}, {"ctr(des3_ede)", "ctr(des3_ede-gcrypt)"},
	    {"cbc(camellia)", "cbc(camellia-gcrypt)"}, {"ctr(serpent)", "ctr(serpent-gcrypt)"},
	    {"cbc(serpent)", "cbc(serpent-gcrypt)"},   {"ctr(blowfish)", "ctr(blowfish-gcrypt)"},
	};
	static uint8_t results[2][MAX_TEXT];

	(void)state;
	check_random_bytes(key, sizeof(key));
	for (size_t pair = 0; pair < sizeof(pairs) / sizeof(pairs[0]); pair++) {
		struct tfm *tfm[2];

		for (size_t i = 0; i < 2; i++)
			tfm[i] = check_tfm(ALG_TYPE_SKCIPHER, pairs[pair][i], key, 24);
		assert_ptr_not_equal(tfm[0]->alg, tfm[1]->alg);
		for (unsigned round = 0; round < 100; round++) {
			size_t size = check_random_below(1000);
			uint8_t iv[2][ALG_MAX_IV];

			if (tfm[0]->alg->blocksize > 1)
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
			check(memcmp(results[0], results[1], size) == 0, "%s: %zu", pairs[pair][1],
			      size);
			check(memcmp(iv[0], iv[1], sizeof(iv[0])) == 0, "%s: %zu: IV left",
			      pairs[pair][1], size);
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

static bool is_key_size(const char *name, size_t size)
{
	if (strstr(name, "des3_ede"))
		return size == 24;
	if (strstr(name, "xts"))
		return size == 32 || size == 48 || size == 64;
	return size == 16 || size == 24 || size == 32;
}

static void takes_the_right_keys_only(void **state)
{
	(void)state;
	for (size_t row = 0; row < CIPHER_COUNT; row++) {
		struct tfm *tfm = cipher_of_row(row);

		for (size_t size = 0; size <= MAX_KEY; size++)
			check(tfm_setkey(tfm, key, size) ==
				  (is_key_size(ciphers[row].name, size) ? 0 : -EINVAL),
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
	static const char *const names[] = {"ecb(des3_ede)", "ecb(des3_ede-gcrypt)"};
	const uint8_t zero[64] = {0};
	uint8_t out[32];
	uint8_t back[32];
	uint8_t iv[16] = {0};
	struct tfm *tfm;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint8_t expected[8];

		tfm = check_tfm(ALG_TYPE_SKCIPHER, names[i], zero, 24);
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
	    cmocka_unit_test(xts_leaves_its_iv),
	    cmocka_unit_test(implementations_agree),
	    cmocka_unit_test(refuses_lengths_that_do_not_suit),
	    cmocka_unit_test(takes_the_right_keys_only),
	    cmocka_unit_test(rekeys),
	    cmocka_unit_test(accepts_weak_keys),
	    cmocka_unit_test(a_fault_leaves_the_key_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
