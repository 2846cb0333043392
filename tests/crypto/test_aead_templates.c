/* SPDX-License-Identifier: MIT */
/* The AEAD templates, each against what it is defined as by its parts. */
#include <errno.h>

#include "check.h"

#define MAX_TEXT 3000u
#define MAX_AAD  300u

/* A message, AAD and text apart from each other or in one piece. */
static struct message {
	uint8_t iv[ALG_MAX_IV];
	uint8_t in[MAX_AAD + MAX_TEXT];  /* AAD and text, as a socket's queue has them */
	uint8_t out[MAX_AAD + MAX_TEXT]; /* the same of the result */
	uint8_t far_aad[MAX_AAD];
	uint8_t tag[ALG_MAX_TAG];
	size_t aad_size;
	size_t size;
} message;

static void make_message(size_t aad_size, size_t size)
{
	check_random_bytes(message.iv, sizeof(message.iv));
	check_random_bytes(message.in, aad_size + size);
	memcpy(message.far_aad, message.in, aad_size);
	message.aad_size = aad_size;
	message.size = size;
}

/* Runs the message into out as a socket does: the AAD is copied there first. */
static int run(struct tfm *tfm, bool encrypt, bool joined)
{
	struct aead_request request = {
	    .iv = message.iv,
	    .aad = joined ? message.in : message.far_aad,
	    .aad_size = message.aad_size,
	    .aad_out = joined ? message.out : NULL,
	    .in = message.in + message.aad_size,
	    .out = message.out + message.aad_size,
	    .size = message.size,
	    .tag = message.tag,
	};

	memcpy(message.out, message.in, message.aad_size);
	memset(message.out + message.aad_size, 0x77, message.size);
	return encrypt ? tfm->alg->aead.encrypt(tfm, &request)
		       : tfm->alg->aead.decrypt(tfm, &request);
}

/* Makes the output the input, to be decrypted. */
static void turn_around(void)
{
	memcpy(message.in, message.out, message.aad_size + message.size);
	memcpy(message.far_aad, message.out, message.aad_size);
}

static size_t write_blob(uint8_t *blob, size_t hash_size, uint8_t cipher_size)
{
	const uint16_t header[2] = {8, 1};

	memcpy(blob, header, 4);
	memset(blob + 4, 0, 4);
	blob[7] = cipher_size;
	check_random_bytes(blob + 8, hash_size + cipher_size);
	return 8 + hash_size + cipher_size;
}

static const char *driver_of(enum alg_type type, const char *name)
{
	const struct alg *alg;

	check(registry_find(type, name, &alg) == 0, "%s", name);
	return alg->driver;
}

/* The generic way and a library's own agree. */
static void compare(const char *name, const char *generic, size_t key_size, int iv0)
{
	uint8_t key[64];
	uint8_t text[MAX_TEXT], tag[ALG_MAX_TAG];
	struct tfm *left, *right;

	check_random_bytes(key, key_size);
	left = check_tfm(ALG_TYPE_AEAD, name, key, key_size);
	right = check_tfm(ALG_TYPE_AEAD, generic, key, key_size);
	check(left->alg != right->alg, "%s: %s is itself", name, generic);
	check(strcmp(left->alg->name, right->alg->name) == 0, "%s: named %s", generic,
	      right->alg->name);
	check(left->alg->priority > right->alg->priority, "%s goes before %s", generic, name);
	for (unsigned round = 0; round < 300; round++) {
		make_message(check_random_below(MAX_AAD), check_random_below(MAX_TEXT));
		if (iv0)
			message.iv[0] = (uint8_t)iv0;
		check(run(left, true, true) == 0, "%s", name);
		memcpy(text, message.out + message.aad_size, message.size);
		memcpy(tag, message.tag, left->authsize);
		check(run(right, true, true) == 0, "%s", generic);
		check(memcmp(text, message.out + message.aad_size, message.size) == 0 &&
			  memcmp(tag, message.tag, left->authsize) == 0,
		      "%s: %zu + %zu", generic, message.aad_size, message.size);
		turn_around();
		check(run(right, false, true) == 0, "%s: back", generic);
	}
	tfm_free(left);
	tfm_free(right);
}

static void generic_gcm_is_gcm(void **state)
{
	char name[3 * ALG_NAME_MAX];

	(void)state;
	snprintf(name, sizeof(name), "gcm_base(%s,%s)", driver_of(ALG_TYPE_SKCIPHER, "ctr(aes)"),
		 driver_of(ALG_TYPE_HASH, "ghash"));
	compare("gcm(aes)", name, 16, 0);
	compare("gcm(aes)", name, 32, 0);
	snprintf(name, sizeof(name), "gcm_base(%s,%s)",
		 driver_of(ALG_TYPE_SKCIPHER, "ctr(camellia)"), driver_of(ALG_TYPE_HASH, "ghash"));
	compare("gcm(camellia)", name, 24, 0);
}

static void generic_ccm_is_ccm(void **state)
{
	char name[3 * ALG_NAME_MAX];

	(void)state;
	snprintf(name, sizeof(name), "ccm_base(%s,%s)", driver_of(ALG_TYPE_SKCIPHER, "ctr(aes)"),
		 driver_of(ALG_TYPE_HASH, "cbcmac(aes)"));
	for (int iv0 = 1; iv0 <= 7; iv0++)
		compare("ccm(aes)", name, 16, iv0);
}

/* E-16, E-24: the inner AEAD with salt and IV joined; what is left out of the AAD. */
static void esp_is_what_it_is_defined_as(void **state)
{
	static const struct {
		const char *name, *inner;
		unsigned key, salt, prefix, inner_iv, loose;
		bool encrypts, any_aad;
	} rows[] = {
	    {"rfc4106(gcm(aes))", "gcm(aes)", 16, 4, 0, 12, 8, true, false},
	    {"rfc4309(ccm(aes))", "ccm(aes)", 24, 3, 3, 16, 8, true, false},
	    {"rfc4543(gcm(aes))", "gcm(aes)", 32, 4, 0, 12, 0, false, false},
	    {"rfc7539esp(chacha20,poly1305)", "rfc7539(chacha20,poly1305)", 32, 4, 0, 12, 8, true,
	     true},
	};

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		uint8_t key[64], iv[16], out[MAX_TEXT], tag[16];
		struct tfm *esp, *inner;

		check_random_bytes(key, sizeof(key));
		esp = check_tfm(ALG_TYPE_AEAD, rows[row].name, key, rows[row].key + rows[row].salt);
		inner = check_tfm(ALG_TYPE_AEAD, rows[row].inner, key, rows[row].key);
		for (size_t aad_size = 0; aad_size < 40; aad_size++) {
			bool fits =
			    rows[row].any_aad ? aad_size >= 8 : aad_size == 16 || aad_size == 20;
			struct aead_request request;

			make_message(aad_size, 77);
			check(run(esp, true, aad_size % 8) == (fits ? 0 : -EINVAL), "%s: %zu",
			      rows[row].name, aad_size);
			if (!fits)
				continue;
			memset(iv, 0, sizeof(iv));
			iv[0] = (uint8_t)rows[row].prefix;
			memcpy(iv + (rows[row].prefix != 0), key + rows[row].key, rows[row].salt);
			memcpy(iv + (rows[row].prefix != 0) + rows[row].salt, message.iv, 8);
			request = (struct aead_request){
			    .iv = iv,
			    .aad = message.in,
			    .aad_size = rows[row].encrypts ? aad_size - rows[row].loose
							   : aad_size + message.size,
			    .in = message.in + aad_size,
			    .out = out,
			    .size = rows[row].encrypts ? message.size : 0,
			    .tag = tag,
			};
			memcpy(out, message.in + aad_size, message.size);
			assert_int_equal(inner->alg->aead.encrypt(inner, &request), 0);
			assert_memory_equal(out, message.out + aad_size, message.size);
			assert_memory_equal(tag, message.tag, 16);
			turn_around();
			assert_int_equal(run(esp, false, aad_size % 8), 0);
		}
		tfm_free(esp);
		tfm_free(inner);
	}
}

/* A MAC over pieces. */
static void mac_of(struct tfm *mac, uint8_t *digest, const uint8_t *pieces[], const size_t *sizes,
		   size_t count)
{
	_Alignas(64) uint8_t state[ALG_MAX_HASH_STATE];

	mac->alg->hash.init(mac, state);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(mac->alg->hash.update(mac, state, pieces[i], sizes[i]), 0);
	assert_int_equal(mac->alg->hash.final(mac, state, digest), 0);
}

/* E-17: the high half of the sequence number is authenticated last. */
static void authencesn_is_what_it_is_defined_as(void **state)
{
	uint8_t blob[64], digest[ALG_MAX_DIGEST];
	size_t blob_size = write_blob(blob, 20, 16);
	struct tfm *esn =
	    check_tfm(ALG_TYPE_AEAD, "authencesn(hmac(sha1),cbc(aes))", blob, blob_size);
	struct tfm *mac = check_tfm(ALG_TYPE_HASH, "hmac(sha1)", blob + 8, 20);
	struct tfm *cipher = check_tfm(ALG_TYPE_SKCIPHER, "cbc(aes)", blob + 28, 16);

	(void)state;
	for (size_t aad_size = 0; aad_size < 24; aad_size++) {
		const uint8_t *aad = message.in, *text = message.out + aad_size;
		const uint8_t *pieces[] = {aad, aad + 8, text, aad + 4};
		const size_t sizes[] = {4, aad_size - 8, 64, 4};
		uint8_t iv[ALG_MAX_IV], out[64];

		make_message(aad_size, 64);
		check(run(esn, true, true) == (aad_size < 8 ? -EINVAL : 0), "%zu", aad_size);
		check(aad_size >= 8 || run(esn, false, true) == -EINVAL, "%zu", aad_size);
		if (aad_size < 8)
			continue;
		memcpy(iv, message.iv, sizeof(iv));
		assert_int_equal(
		    cipher->alg->skcipher.encrypt(cipher, iv, out, message.in + aad_size, 64), 0);
		assert_memory_equal(out, text, 64);
		mac_of(mac, digest, pieces, sizes, 4);
		assert_memory_equal(digest, message.tag, 20);
	}
	tfm_free(esn);
	tfm_free(mac);
	tfm_free(cipher);
}

/* The tag is over AAD and plaintext. */
static void krb5enc_is_what_it_is_defined_as(void **state)
{
	uint8_t blob[64], digest[ALG_MAX_DIGEST];
	size_t blob_size = write_blob(blob, 20, 16);
	struct tfm *krb5 =
	    check_tfm(ALG_TYPE_AEAD, "krb5enc(hmac(sha1),cbc(aes))", blob, blob_size);
	struct tfm *mac = check_tfm(ALG_TYPE_HASH, "hmac(sha1)", blob + 8, 20);
	const uint8_t *pieces[] = {message.in};
	const size_t size = 13 + 48;

	(void)state;
	make_message(13, 48);
	assert_int_equal(run(krb5, true, true), 0);
	mac_of(mac, digest, pieces, &size, 1);
	assert_memory_equal(digest, message.tag, 20);
	turn_around();
	assert_int_equal(run(krb5, false, true), 0);
	tfm_free(krb5);
	tfm_free(mac);
}

/* E-23: a generated IV stands before the text, and differs with the number given as IV. */
static void seqiv_puts_its_iv_before_the_text(void **state)
{
	uint8_t key[20], first[8], out[MAX_TEXT], tag[16];
	struct tfm *seqiv, *again, *esp;

	(void)state;
	check_random_bytes(key, sizeof(key));
	seqiv = check_tfm(ALG_TYPE_AEAD, "seqiv(rfc4106(gcm(aes)))", key, sizeof(key));
	again = check_tfm(ALG_TYPE_AEAD, "seqiv(rfc4106(gcm(aes)))", key, sizeof(key));
	esp = check_tfm(ALG_TYPE_AEAD, "rfc4106(gcm(aes))", key, sizeof(key));
	for (size_t size = 0; size < 100; size++) {
		struct aead_request request;
		uint8_t *iv = message.out + 8;

		make_message(8, size);
		check(run(seqiv, true, size % 2) == (size < 8 ? -EINVAL : 0), "%zu", size);
		check(size >= 8 || run(seqiv, false, true) == -EINVAL, "%zu", size);
		if (size < 8)
			continue;
		/* One salt for all: number xor IV is always the same. */
		for (size_t i = 0; i < 8; i++) {
			uint8_t salt = iv[i] ^ message.iv[i];

			check(size == 8 || salt == first[i], "salt");
			first[i] = salt;
		}
		request = (struct aead_request){
		    .iv = iv,
		    .aad = message.out,
		    .aad_size = 16,
		    .in = message.in + 16,
		    .out = out,
		    .size = size - 8,
		    .tag = tag,
		};
		assert_int_equal(esp->alg->aead.encrypt(esp, &request), 0);
		assert_memory_equal(out, message.out + 16, size - 8);
		assert_memory_equal(tag, message.tag, 16);
		memcpy(out, message.out, 8 + size);
		assert_int_equal(run(again, true, true), 0);
		assert_memory_equal(out, message.out, 8 + size);
		/* Decryption needs no number, and returns the IV in its place. */
		memcpy(out, message.in + 16, size - 8);
		turn_around();
		check_random_bytes(message.iv, sizeof(message.iv));
		assert_int_equal(run(seqiv, false, size % 2), 0);
		assert_memory_equal(message.out, message.in, 16);
		assert_memory_equal(message.out + 16, out, size - 8);
		message.in[8 + check_random_below(8)] ^= 1;
		assert_int_equal(run(seqiv, false, true), -EBADMSG);
		check(check_is_filled(message.out + 8, 0, size), "text is given away");
	}
	assert_false(check_is_filled(first, 0, 8));
	tfm_free(esp);
	tfm_free(again);
	tfm_free(seqiv);
}

/* AAD of any size, in one piece with the text or not. */
static void iv_generators_join_any_aad(void **state)
{
	static const char *const names[] = {
	    "seqiv(authenc(hmac(sha1),cbc(des)))",
	    "echainiv(authenc(hmac(sha1),cbc(des)))",
	};
	uint8_t blob[64];
	size_t blob_size = write_blob(blob, 20, 8);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct tfm *tfm = check_tfm(ALG_TYPE_AEAD, names[i], blob, blob_size);

		for (unsigned round = 0; round < 100; round++) {
			uint8_t text[MAX_TEXT];

			make_message(check_random_below(MAX_AAD), 8 + 8 * check_random_below(30));
			memcpy(text, message.in + message.aad_size, message.size);
			assert_int_equal(run(tfm, true, round % 2), 0);
			turn_around();
			check(run(tfm, false, round / 2 % 2) == 0, "%s: AAD of %zu", names[i],
			      message.aad_size);
			assert_memory_equal(message.out, message.in, message.aad_size + 8);
			assert_memory_equal(message.out + message.aad_size + 8, text + 8,
					    message.size - 8);
		}
		tfm_free(tfm);
	}
}

/* What stands at the IV's place is the encryption of zeros under salt times number. */
static void echainiv_multiplies_its_salt(void **state)
{
	uint8_t blob[64], iv[ALG_MAX_IV];
	size_t blob_size = write_blob(blob, 20, 16);
	struct tfm *chain =
	    check_tfm(ALG_TYPE_AEAD, "echainiv(authenc(hmac(sha1),cbc(aes)))", blob, blob_size);
	struct tfm *cipher = check_tfm(ALG_TYPE_CIPHER, "aes", blob + 28, 16);
	uint64_t one[2], words[2];

	(void)state;
	for (uint64_t number = 1; number < 400; number++) {
		make_message(16, 64);
		memset(message.iv, 0, sizeof(message.iv));
		message.iv[14] = (uint8_t)(number >> 8);
		message.iv[15] = (uint8_t)number;
		assert_int_equal(run(chain, true, true), 0);
		cipher->alg->cipher.decrypt(cipher, iv, message.out + 16, 1);
		memcpy(words, iv, sizeof(words));
		if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
			for (unsigned i = 0; i < 2; i++)
				words[i] = __builtin_bswap64(words[i]);
		if (number == 1)
			memcpy(one, words, sizeof(one));
		assert_true((one[0] & 1) && (one[1] & 1));
		assert_true(words[0] == one[0] * number && words[1] == one[1] * number);
	}
	make_message(16, 15);
	assert_int_equal(run(chain, true, true), -EINVAL);
	assert_int_equal(run(chain, false, true), -EINVAL);
	tfm_free(chain);
	tfm_free(cipher);
}

/* E-25, by the parts; the numbers are those of a kernel (Linux 6.1). */
static void essiv_overwrites_the_end_of_the_aad(void **state)
{
	static const uint8_t header[8] = {8, 0, 1, 0, 0, 0, 0, 16};
	uint8_t blob[8 + 32 + 16], expected[20 + 32 + 32], inner_out[32];
	struct tfm *essiv, *authenc;

	(void)state;
	memcpy(blob, header, 8);
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		memcpy(blob, (const uint8_t[]){0, 8, 0, 1}, 4);
	for (size_t i = 0; i < 32; i++)
		blob[8 + i] = (uint8_t)i;
	for (size_t i = 0; i < 16; i++)
		blob[40 + i] = (uint8_t)i;
	essiv = check_tfm(ALG_TYPE_AEAD, "essiv(authenc(hmac(sha256),cbc(aes)),sha256)", blob,
			  sizeof(blob));
	authenc = check_tfm(ALG_TYPE_AEAD, "authenc(hmac(sha256),cbc(aes))", blob, sizeof(blob));
	make_message(20, 32);
	for (size_t i = 0; i < 52; i++)
		message.in[i] = (uint8_t)(0x80 + i);
	memcpy(message.far_aad, message.in, 20);
	for (size_t i = 0; i < 16; i++)
		message.iv[i] = (uint8_t)i;
	assert_int_equal(run(essiv, true, true), 0);
	check_hex(expected,
		  "808182833d0ca3632558db396c8ef7601a1b2c660c37308b309e4220cc433002793e9d2afc62bf92"
		  "85bbaae5abd35709eef5576a541991f17b77e17f72018827d3014c374def1e6b5a2d8665d76ccec1"
		  "c96ecfe0");
	assert_memory_equal(message.out, expected, 52);
	assert_memory_equal(message.tag, expected + 52, 32);

	/* Without a place for the AAD the result is the same. */
	memcpy(inner_out, message.out + 20, 32);
	assert_int_equal(run(essiv, true, false), 0);
	assert_memory_equal(message.out + 20, inner_out, 32);
	assert_memory_equal(message.tag, expected + 52, 32);

	/* What was sent as AAD does not decrypt; what came out does. */
	memcpy(message.in + 20, message.out + 20, 32);
	assert_int_equal(run(essiv, false, true), -EBADMSG);
	memcpy(message.in, expected, 52);
	assert_int_equal(run(essiv, false, true), 0);
	assert_memory_equal(message.out, expected, 20);

	/* An AAD that authenc authenticated: it is good, and is overwritten all the same. */
	make_message(20, 32);
	memcpy(message.iv, expected + 4, 16);
	assert_int_equal(run(authenc, true, true), 0);
	turn_around();
	for (size_t i = 0; i < 16; i++)
		message.iv[i] = (uint8_t)i;
	assert_int_equal(run(essiv, false, true), 0);
	assert_memory_equal(message.out, message.in, 4);
	assert_memory_equal(message.out + 4, expected + 4, 16);

	make_message(15, 32);
	assert_int_equal(run(essiv, true, true), -EINVAL);
	assert_int_equal(run(essiv, false, true), -EINVAL);
	tfm_free(authenc);
	tfm_free(essiv);
}

/* A MAC that wants a key of its own never gets one: it refuses, and computes nothing (T-03). */
static void rfc7539_with_a_keyed_mac_has_no_key(void **state)
{
	const uint8_t key[32] = {0};
	struct tfm *tfm = check_tfm(ALG_TYPE_AEAD, "rfc7539(ctr(aes),ghash)", key, sizeof(key));

	(void)state;
	make_message(4, 40);
	assert_int_equal(run(tfm, true, true), -ENOKEY);
	assert_int_equal(run(tfm, false, true), -ENOKEY);
	assert_int_equal(tfm_setkey(tfm, key, 16), -EINVAL);
	tfm_free(tfm);
}

/* N-05, N-06, N-08, N-10, observed on Linux 6.1. */
static void takes_the_parts_that_suit_only(void **state)
{
	static const struct {
		const char *name;
		bool binds;
	} names[] = {
	    {"gcm(des)", false},
	    {"gcm(blowfish)", false},
	    {"gcm(aes,ghash)", false},
	    {"gcm_base(ctr(aes),ghash)",
	     false}, /* its parts have drivers, so it is named by them */
	    {"gcm_base(ctr(aes))", false},
	    {"gcm(serpent)", true},
	    {"ccm(des3_ede)", false},
	    {"ccm(aes,sha256)", false},
	    {"rfc4106(ccm(aes))", false},
	    {"rfc4106(rfc4106(gcm(aes)))", false},
	    {"rfc4106(authenc(hmac(sha1),cbc(aes)))", false},
	    {"rfc4106(rfc7539(chacha20,poly1305))", true},
	    {"rfc4309(gcm(aes))", false},
	    {"rfc4309(ccm(aes))", true},
	    {"rfc4543(ccm(aes))", false},
	    {"rfc4543(rfc7539(chacha20,poly1305))", true},
	    {"rfc7539(salsa20,poly1305)", false},
	    {"rfc7539(cbc(aes),poly1305)", false},
	    {"rfc7539(ctr(aes),sha256)", false},
	    {"rfc7539(ctr(aes),poly1305)", true},
	    {"rfc7539(ctr(serpent),md5)", true},
	    {"rfc7539esp(ctr(aes),poly1305)", true},
	    {"authenc(hmac(sha1),cbc(aes),x)", false},
	    {"authencesn(digest_null,cbc(aes))", true},
	    {"authencesn(sha256,cbc(aes))", true},
	    {"seqiv(gcm(aes))", false},
	    {"seqiv(ccm(aes))", false},
	    {"seqiv(authenc(hmac(sha1),cbc(aes)))", false},
	    {"seqiv(rfc4543(gcm(aes)))", true},
	    {"seqiv(seqiv(rfc4106(gcm(aes))))", true},
	    {"echainiv(gcm(aes))", false},
	    {"echainiv(rfc7539(chacha20,poly1305))", false},
	    {"echainiv(authenc(hmac(sha1),ecb(cipher_null)))", false},
	    {"echainiv(ccm(aes))", true},
	    {"echainiv(rfc4106(gcm(aes)))", true},
	    {"seqniv(rfc4106(gcm(aes)))", false},
	    {"essiv(gcm(aes),sha256)", false},
	    {"essiv(cbc(aes),sha256)", false}, /* an skcipher */
	    {"essiv(authencesn(hmac(sha256),cbc(aes)),sha256)", false},
	    {"essiv(authenc(hmac(sha256),ecb(aes)),sha256)", false},
	    {"essiv(authenc(hmac(sha256),cbc(des3_ede)),sha256)", false},
	    {"essiv(authenc(hmac(sha256),cbc(aes)),sha512)", false},
	    {"essiv(authenc(hmac(sha256),cbc(aes)),hmac(sha256))", false},
	    {"essiv(authenc(hmac(sha256),cbc(aes)),crc32)", false},
	    {"essiv(authenc(hmac(sha256),cbc(serpent)),crc32)", true},
	    {"essiv(authenc(hmac(sha256),ctr(aes)),sha256)", true},
	    {"essiv(authenc(hmac(sha256),xts(aes)),sha256)", true},
	    {"essiv(authenc(hmac(sha256),cbc(aes)),sha1)", true},
	};
	const struct alg *alg;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check(registry_find(ALG_TYPE_AEAD, names[i].name, &alg) ==
			  (names[i].binds ? 0 : -ENOENT),
		      "%s", names[i].name);
}

/* N-10: a digest whose size is in the range of key sizes, but none of them. */
static void essiv_of_a_digest_that_is_no_key(void **state)
{
	uint8_t blob[64];
	struct tfm *tfm =
	    check_tfm(ALG_TYPE_AEAD, "essiv(authenc(hmac(sha256),cbc(aes)),sha1)", NULL, 0);

	(void)state;
	assert_int_equal(tfm_setkey(tfm, blob, write_blob(blob, 32, 16)), -EINVAL);
	tfm_free(tfm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(generic_gcm_is_gcm),
	    cmocka_unit_test(generic_ccm_is_ccm),
	    cmocka_unit_test(esp_is_what_it_is_defined_as),
	    cmocka_unit_test(authencesn_is_what_it_is_defined_as),
	    cmocka_unit_test(krb5enc_is_what_it_is_defined_as),
	    cmocka_unit_test(seqiv_puts_its_iv_before_the_text),
	    cmocka_unit_test(iv_generators_join_any_aad),
	    cmocka_unit_test(echainiv_multiplies_its_salt),
	    cmocka_unit_test(essiv_overwrites_the_end_of_the_aad),
	    cmocka_unit_test(essiv_of_a_digest_that_is_no_key),
	    cmocka_unit_test(rfc7539_with_a_keyed_mac_has_no_key),
	    cmocka_unit_test(takes_the_parts_that_suit_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
