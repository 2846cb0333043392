/* SPDX-License-Identifier: MIT */
/* What holds for every AEAD: identities, tampering, tag sizes, keys, faults. */
#include <errno.h>

#include "check.h"

#define MAX_TEXT 70000u
#define MAX_AAD  300u
#define MAX_KEY  128u

static const struct {
	const char *name;
	unsigned hash_key; /* with hash_key or cipher_key of its own: a key blob (K-10) */
	unsigned cipher_key;
	unsigned key;
	unsigned block;     /* what text sizes are multiples of */
	unsigned aad[2];    /* the only sizes of AAD, or 0 */
	unsigned min_aad;   /* bytes of AAD that there must be */
	unsigned aad_loose; /* bytes at the AAD's end that are not authenticated */
	uint64_t tags;      /* bit n: n bytes are a tag size */
	uint8_t iv0;        /* the first byte of the IV, where it must be one of some; or 0 */
} aeads[] = {
    {.name = "gcm(aes)", .key = 16, .block = 1, .tags = 0x1f110},
    {.name = "gcm(aes)", .key = 32, .block = 1, .tags = 0x1f110},
    {.name = "ccm(aes)", .key = 16, .block = 1, .tags = 0x15550, .iv0 = 3},
    {.name = "ccm(aes)", .key = 24, .block = 1, .tags = 0x15550, .iv0 = 7},
    {.name = "rfc4106(gcm(aes))",
     .key = 20,
     .block = 1,
     .aad = {16, 20},
     .aad_loose = 8,
     .tags = 0x11100},
    {.name = "rfc7539(chacha20,poly1305)", .key = 32, .block = 1, .tags = 0x10000},
    {.name = "authenc(hmac(sha256),cbc(aes))",
     .hash_key = 32,
     .cipher_key = 16,
     .block = 16,
     .tags = 0x1fffffffe},
    {.name = "authenc(hmac(sha1),ctr(aes))",
     .hash_key = 0,
     .cipher_key = 32,
     .block = 1,
     .tags = 0x1ffffe},
    {.name = "authenc(hmac(sha512),cbc(des3_ede))",
     .hash_key = 64,
     .cipher_key = 24,
     .block = 8,
     .tags = 0xfffffffffffffffe},
    {.name = "authenc(cmac(aes),ctr(aes))",
     .hash_key = 16,
     .cipher_key = 16,
     .block = 1,
     .tags = 0x1fffe},
    {.name = "gcm(serpent)", .key = 5, .block = 1, .tags = 0x1f110},
    {.name = "gcm(aria)", .key = 24, .block = 1, .tags = 0x1f110},
    {.name = "ccm(serpent)", .key = 29, .block = 1, .tags = 0x15550, .iv0 = 4},
    {.name = "rfc4309(ccm(aes))",
     .key = 19,
     .block = 1,
     .aad = {16, 20},
     .aad_loose = 8,
     .tags = 0x11100},
    {.name = "rfc4543(gcm(aes))", .key = 36, .block = 1, .aad = {16, 20}, .tags = 0x10000},
    {.name = "rfc7539esp(chacha20,poly1305)",
     .key = 36,
     .block = 1,
     .min_aad = 8,
     .aad_loose = 8,
     .tags = 0x10000},
    {.name = "authencesn(hmac(sha256),cbc(aes))",
     .hash_key = 32,
     .cipher_key = 16,
     .block = 16,
     .min_aad = 8,
     .tags = 0x1fffffff0},
    {.name = "krb5enc(hmac(sha1),ctr(aes))",
     .hash_key = 20,
     .cipher_key = 16,
     .block = 1,
     .tags = 0x1ffffe},
};

#define AEAD_COUNT (sizeof(aeads) / sizeof(aeads[0]))

/* A message, and room for what is made of it. */
struct message {
	uint8_t iv[ALG_MAX_IV];
	uint8_t aad[MAX_AAD];
	uint8_t text[MAX_TEXT];
	uint8_t cipher[MAX_TEXT];
	uint8_t out[MAX_TEXT + 1];
	uint8_t tag[ALG_MAX_TAG + 1];
	size_t aad_size;
	size_t size;
};

static struct message message;

/* Writes a key blob as netlink has it; returns its size. */
static size_t write_blob(uint8_t *blob, uint16_t length, uint16_t type, uint32_t cipher_size,
			 size_t keys_size)
{
	const uint8_t big_endian[4] = {(uint8_t)(cipher_size >> 24), (uint8_t)(cipher_size >> 16),
				       (uint8_t)(cipher_size >> 8), (uint8_t)cipher_size};

	memcpy(blob, &length, 2);
	memcpy(blob + 2, &type, 2);
	memcpy(blob + 4, big_endian, 4);
	check_random_bytes(blob + 8, keys_size);
	return 8 + keys_size;
}

static struct tfm *aead_of_row(size_t row)
{
	uint8_t key[MAX_KEY];
	size_t size = aeads[row].key;

	if (size)
		check_random_bytes(key, size);
	else
		size = write_blob(key, 8, 1, aeads[row].cipher_key,
				  aeads[row].hash_key + aeads[row].cipher_key);
	return check_tfm(ALG_TYPE_AEAD, aeads[row].name, key, size);
}

static void make_message(size_t row, size_t aad_size, size_t size)
{
	check_random_bytes(message.iv, sizeof(message.iv));
	if (aeads[row].iv0)
		message.iv[0] = aeads[row].iv0;
	message.aad_size = aeads[row].aad[0] ? aeads[row].aad[aad_size % 2] : aad_size;
	if (message.aad_size < aeads[row].min_aad)
		message.aad_size = aeads[row].min_aad;
	message.size = size / aeads[row].block * aeads[row].block;
	check_random_bytes(message.aad, message.aad_size);
	check_random_bytes(message.text, message.size);
}

static struct aead_request request_of(const uint8_t *in, uint8_t *out)
{
	return (struct aead_request){
	    .iv = message.iv,
	    .aad = message.aad,
	    .aad_size = message.aad_size,
	    .in = in,
	    .out = out,
	    .size = message.size,
	    .tag = message.tag,
	};
}

static void encrypt(struct tfm *tfm)
{
	struct aead_request request = request_of(message.text, message.cipher);

	check(tfm->alg->aead.encrypt(tfm, &request) == 0, "%s: %zu + %zu", tfm->alg->name,
	      message.aad_size, message.size);
}

/* Decrypts what is in cipher to out. */
static int decrypt(struct tfm *tfm)
{
	struct aead_request request = request_of(message.cipher, message.out);

	memset(message.out, 0x77, message.size);
	return tfm->alg->aead.decrypt(tfm, &request);
}

static void check_round_trip(struct tfm *tfm)
{
	struct aead_request request = request_of(message.out, message.out);
	const uint8_t canary = 0xa5;
	uint8_t tag[ALG_MAX_TAG];

	message.tag[tfm->authsize] = canary;
	message.out[message.size] = canary;
	encrypt(tfm);
	memcpy(tag, message.tag, tfm->authsize);
	memcpy(message.out, message.text, message.size);
	check(tfm->alg->aead.encrypt(tfm, &request) == 0, "%s", tfm->alg->name);
	check(memcmp(message.out, message.cipher, message.size) == 0 &&
		  memcmp(message.tag, tag, tfm->authsize) == 0,
	      "%s: in place", tfm->alg->name);
	check(tfm->alg->aead.decrypt(tfm, &request) == 0, "%s", tfm->alg->name);
	check(memcmp(message.out, message.text, message.size) == 0, "%s: in place back",
	      tfm->alg->name);
	check(decrypt(tfm) == 0 && memcmp(message.out, message.text, message.size) == 0, "%s: back",
	      tfm->alg->name);
	check(message.tag[tfm->authsize] == canary && message.out[message.size] == canary,
	      "%s writes behind", tfm->alg->name);
}

static void decryption_inverts_encryption(void **state)
{
	(void)state;
	for (size_t row = 0; row < AEAD_COUNT; row++) {
		struct tfm *tfm = aead_of_row(row);

		assert_int_equal(tfm->authsize, tfm->alg->digestsize); /* E-12 */
		for (size_t size = 0; size < 200; size++) {
			make_message(row, check_random_below(60), size);
			check_round_trip(tfm);
		}
		make_message(row, MAX_AAD, MAX_TEXT);
		check_round_trip(tfm);
		make_message(row, 0, 0);
		check_round_trip(tfm);
		for (unsigned tag = 1; tag < 64; tag++) {
			if (!(aeads[row].tags >> tag & 1))
				continue;
			assert_int_equal(tfm_setauthsize(tfm, tag), 0);
			make_message(row, 13, 33);
			check_round_trip(tfm);
		}
		tfm_free(tfm);
	}
}

/* With one byte of what is authenticated changed, nothing comes out. */
static void check_refused(struct tfm *tfm, uint8_t *byte, const char *what)
{
	uint8_t change = (uint8_t)(1u << check_random_below(8));

	*byte ^= change;
	check(decrypt(tfm) == -EBADMSG, "%s: %s", tfm->alg->name, what);
	check(check_is_filled(message.out, 0, message.size), "%s: %s: text is given away",
	      tfm->alg->name, what);
	*byte ^= change;
}

static void refuses_what_was_tampered_with(void **state)
{
	(void)state;
	for (size_t row = 0; row < AEAD_COUNT; row++) {
		struct tfm *tfm = aead_of_row(row);

		for (unsigned tag = 4; tag <= tfm->alg->digestsize; tag += 4) {
			if (tfm_setauthsize(tfm, tag) < 0)
				continue;
			make_message(row, 21, 80);
			encrypt(tfm);
			for (size_t i = 0; i < message.aad_size - aeads[row].aad_loose; i++)
				check_refused(tfm, &message.aad[i], "AAD");
			for (size_t i = 0; i < message.size; i++)
				check_refused(tfm, &message.cipher[i], "text");
			for (size_t i = 0; i < tag; i++)
				check_refused(tfm, &message.tag[i], "tag");
			check(decrypt(tfm) == 0 &&
				  memcmp(message.out, message.text, message.size) == 0,
			      "%s: usable afterwards", tfm->alg->name);
		}
		tfm_free(tfm);
	}
}

/* In place the ciphertext is what must not stay as text. */
static void wipes_in_place(void **state)
{
	(void)state;
	for (size_t row = 0; row < AEAD_COUNT; row++) {
		struct tfm *tfm = aead_of_row(row);
		struct aead_request request = request_of(message.out, message.out);

		make_message(row, 16, 160);
		encrypt(tfm);
		request = request_of(message.out, message.out);
		memcpy(message.out, message.cipher, message.size);
		message.tag[0] ^= 1;
		check(tfm->alg->aead.decrypt(tfm, &request) == -EBADMSG, "%s", tfm->alg->name);
		check(check_is_filled(message.out, 0, message.size), "%s", tfm->alg->name);
		tfm_free(tfm);
	}
}

static void takes_the_right_tag_sizes_only(void **state)
{
	(void)state;
	for (size_t row = 0; row < AEAD_COUNT; row++) {
		struct tfm *tfm = aead_of_row(row);

		for (unsigned size = 0; size < 80; size++) {
			bool fits =
			    size < 64 ? aeads[row].tags >> size & 1 : size <= tfm->alg->digestsize;
			unsigned before = tfm->authsize;

			check(tfm_setauthsize(tfm, size) == (fits ? 0 : -EINVAL), "%s: %u",
			      tfm->alg->name, size);
			check(tfm->authsize == (fits ? size : before), "%s: %u", tfm->alg->name,
			      size); /* O-13 */
		}
		tfm_free(tfm);
	}
}

static void takes_the_right_keys_only(void **state)
{
	static const struct {
		const char *name;
		unsigned sizes[3];
	} keys[] = {
	    {"gcm(aes)", {16, 24, 32}},
	    {"ccm(aes)", {16, 24, 32}},
	    {"rfc4106(gcm(aes))", {20, 28, 36}},
	    {"rfc7539(chacha20,poly1305)", {32, 32, 32}},
	};
	const uint8_t key[80] = {1};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct tfm *tfm = check_tfm(ALG_TYPE_AEAD, keys[i].name, NULL, 0);

		for (unsigned size = 0; size <= sizeof(key); size++) {
			bool fits = size == keys[i].sizes[0] || size == keys[i].sizes[1] ||
				    size == keys[i].sizes[2];

			check(tfm_setkey(tfm, key, size) == (fits ? 0 : -EINVAL), "%s: key of %u",
			      keys[i].name, size);
		}
		tfm_free(tfm);
	}
}

static void takes_apart_key_blobs(void **state)
{
	static const struct {
		uint16_t length, type;
		uint32_t cipher_size;
		size_t keys_size;
		int result;
	} blobs[] = {
	    {8, 1, 16, 48, 0},        {8, 1, 16, 16, 0},
	    {8, 1, 32, 200, 0},       {8, 2, 16, 48, -EINVAL},
	    {12, 1, 16, 48, -EINVAL}, {4, 1, 16, 48, -EINVAL},
	    {0, 1, 16, 48, -EINVAL},  {8, 1, 49, 48, -EINVAL},
	    {8, 1, 48, 48, -EINVAL},  {8, 1, 0, 48, -EINVAL},
	    {8, 1, 17, 48, -EINVAL},  {8, 1, 16, 0, -EINVAL},
	    {8, 1, 16, 15, -EINVAL},  {8, 1, UINT32_MAX, 48, -EINVAL},
	};
	struct tfm *tfm = check_tfm(ALG_TYPE_AEAD, "authenc(hmac(sha256),cbc(aes))", NULL, 0);
	struct tfm *unkeyed = check_tfm(ALG_TYPE_AEAD, "authenc(sha256,cbc(aes))", NULL, 0);
	uint8_t blob[256];

	(void)state;
	for (size_t i = 0; i < sizeof(blobs) / sizeof(blobs[0]); i++) {
		size_t size = write_blob(blob, blobs[i].length, blobs[i].type, blobs[i].cipher_size,
					 blobs[i].keys_size);

		check(tfm_setkey(tfm, blob, size) == blobs[i].result, "blob %zu", i);
	}
	(void)write_blob(blob, 8, 1, 0, 0);
	for (size_t size = 0; size <= 8; size++)
		check(tfm_setkey(tfm, blob, size) == -EINVAL, "%zu", size);
	assert_int_equal(tfm_setkey(unkeyed, blob, write_blob(blob, 8, 1, 16, 48)), -ENOSYS);
	tfm_free(unkeyed);
	tfm_free(tfm);
}

/* E-17, spelt out: the parts by themselves give the same. */
static void authenc_is_what_it_is_defined_as(void **state)
{
	uint8_t blob[8 + 20 + 16];
	size_t blob_size = write_blob(blob, 8, 1, 16, 36);
	struct tfm *tfm = check_tfm(ALG_TYPE_AEAD, "authenc(hmac(sha1),cbc(aes))", blob, blob_size);
	struct tfm *hash = check_tfm(ALG_TYPE_HASH, "hmac(sha1)", blob + 8, 20);
	struct tfm *cipher = check_tfm(ALG_TYPE_SKCIPHER, "cbc(aes)", blob + 28, 16);
	_Alignas(64) uint8_t hash_state[ALG_MAX_HASH_STATE];
	uint8_t digest[ALG_MAX_DIGEST];
	uint8_t iv[ALG_MAX_IV];

	(void)state;
	assert_int_equal(tfm_setauthsize(tfm, 12), 0);
	make_message(0, 24, 64);
	encrypt(tfm);
	memcpy(iv, message.iv, sizeof(iv));
	assert_int_equal(
	    cipher->alg->skcipher.encrypt(cipher, iv, message.out, message.text, message.size), 0);
	assert_memory_equal(message.out, message.cipher, message.size);
	hash->alg->hash.init(hash, hash_state);
	(void)hash->alg->hash.update(hash, hash_state, message.aad, message.aad_size);
	(void)hash->alg->hash.update(hash, hash_state, message.cipher, message.size);
	(void)hash->alg->hash.final(hash, hash_state, digest);
	assert_memory_equal(message.tag, digest, 12);
	tfm_free(cipher);
	tfm_free(hash);
	tfm_free(tfm);
}

static void authenc_refuses_texts_the_cipher_refuses(void **state)
{
	struct tfm *tfm = aead_of_row(6);
	struct aead_request request;

	(void)state;
	make_message(6, 8, 32);
	message.size = 31;
	request = request_of(message.text, message.out);
	assert_int_equal(tfm->alg->aead.encrypt(tfm, &request), -EINVAL);
	/* The tag is looked at first. */
	assert_int_equal(tfm->alg->aead.decrypt(tfm, &request), -EBADMSG);
	tfm_free(tfm);
}

/* rfc4106 is gcm with salt and IV joined, and the last 8 bytes of the AAD left out (E-16). */
static void rfc4106_is_what_it_is_defined_as(void **state)
{
	uint8_t key[20];
	uint8_t iv[12];
	uint8_t cipher[48];
	uint8_t tag[16];
	struct tfm *esp;
	struct tfm *gcm;
	struct aead_request request;

	(void)state;
	check_random_bytes(key, sizeof(key));
	esp = check_tfm(ALG_TYPE_AEAD, "rfc4106(gcm(aes))", key, 20);
	gcm = check_tfm(ALG_TYPE_AEAD, "gcm(aes)", key, 16);
	for (size_t aad_size = 0; aad_size <= 32; aad_size++) {
		make_message(0, aad_size, sizeof(cipher));
		request = request_of(message.text, message.cipher);
		if (aad_size != 16 && aad_size != 20) {
			check(esp->alg->aead.encrypt(esp, &request) == -EINVAL, "%zu", aad_size);
			check(esp->alg->aead.decrypt(esp, &request) == -EINVAL, "%zu", aad_size);
			continue;
		}
		encrypt(esp);
		memcpy(iv, key + 16, 4);
		memcpy(iv + 4, message.iv, 8);
		request.iv = iv;
		request.aad_size -= 8;
		request.out = cipher;
		request.tag = tag;
		assert_int_equal(gcm->alg->aead.encrypt(gcm, &request), 0);
		assert_memory_equal(cipher, message.cipher, sizeof(cipher));
		assert_memory_equal(tag, message.tag, sizeof(tag));
		message.aad[aad_size - 1] ^= 1;
		assert_int_equal(decrypt(esp), 0);
	}
	tfm_free(gcm);
	tfm_free(esp);
}

/* E-15: the size of the length field, and texts that are too long for it. */
static void ccm_checks_its_iv(void **state)
{
	struct tfm *tfm = aead_of_row(2);
	struct aead_request request;

	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		int expected = first >= 1 && first <= 7 ? 0 : -EINVAL;

		make_message(2, 8, 20);
		message.iv[0] = (uint8_t)first;
		request = request_of(message.text, message.cipher);
		check(tfm->alg->aead.encrypt(tfm, &request) == expected, "%u", first);
		check(decrypt(tfm) == expected, "%u", first);
		/* What follows the nonce is no part of it. */
		message.iv[15] ^= 0xff;
		check(decrypt(tfm) == expected, "%u", first);
	}
	for (size_t size = 65535; size <= 65537; size++) {
		int expected = size <= 65536 ? 0 : -EOVERFLOW;

		make_message(2, 8, size);
		message.iv[0] = 1;
		request = request_of(message.text, message.cipher);
		check(tfm->alg->aead.encrypt(tfm, &request) == expected, "%zu", size);
		check(decrypt(tfm) == expected, "%zu", size);
		message.iv[0] = 2;
		check(tfm->alg->aead.encrypt(tfm, &request) == 0, "%zu", size);
	}
	tfm_free(tfm);
}

/* Test case 2 of the GCM specification; RFC 8439's tag is in the vector files. */
static void gcm_gives_the_published_answer(void **state)
{
	const uint8_t zero[16] = {0};
	struct tfm *tfm = check_tfm(ALG_TYPE_AEAD, "gcm(aes)", zero, 16);
	uint8_t expected[32];

	(void)state;
	memset(&message, 0, sizeof(message));
	message.size = 16;
	encrypt(tfm);
	check_hex(expected, "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
	assert_memory_equal(message.cipher, expected, 16);
	assert_memory_equal(message.tag, expected + 16, 16);
	tfm_free(tfm);
}

struct faulty_request {
	struct tfm *tfm;
	struct aead_request request;
	int (*function)(struct tfm *tfm, const struct aead_request *request);
};

static void crypt_faulty(void *argument)
{
	struct faulty_request *faulty = argument;

	(void)faulty->function(faulty->tfm, &faulty->request);
}

/* A request whose memory ends too soon; the next one is right all the same. */
static void a_fault_leaves_the_key_usable(void **state)
{
	struct fault_memory memory;

	(void)state;
	fault_memory_make(&memory);
	for (size_t row = 0; row < AEAD_COUNT; row++) {
		struct tfm *tfm = aead_of_row(row);

		for (unsigned round = 0; round < 40; round++) {
			size_t left = check_random_below(3000);
			uint8_t *data = memory.data + memory.size - left;
			uint8_t tag[ALG_MAX_TAG] = {0};
			struct faulty_request faulty = {.tfm = tfm};

			make_message(row, 16, 100);
			faulty.function =
			    round % 2 ? tfm->alg->aead.encrypt : tfm->alg->aead.decrypt;
			faulty.request = request_of(data, data);
			faulty.request.size = 4096;
			faulty.request.tag = tag;
			check(fault_call(crypt_faulty, &faulty), "%s: no fault", tfm->alg->name);
			encrypt(tfm);
			check(decrypt(tfm) == 0 &&
				  memcmp(message.out, message.text, message.size) == 0,
			      "%s: after a fault at %zu", tfm->alg->name, left);
		}
		tfm_free(tfm);
	}
	fault_memory_free(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decryption_inverts_encryption),
	    cmocka_unit_test(refuses_what_was_tampered_with),
	    cmocka_unit_test(wipes_in_place),
	    cmocka_unit_test(takes_the_right_tag_sizes_only),
	    cmocka_unit_test(takes_the_right_keys_only),
	    cmocka_unit_test(takes_apart_key_blobs),
	    cmocka_unit_test(authenc_is_what_it_is_defined_as),
	    cmocka_unit_test(authenc_refuses_texts_the_cipher_refuses),
	    cmocka_unit_test(rfc4106_is_what_it_is_defined_as),
	    cmocka_unit_test(ccm_checks_its_iv),
	    cmocka_unit_test(gcm_gives_the_published_answer),
	    cmocka_unit_test(a_fault_leaves_the_key_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
