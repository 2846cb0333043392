/* SPDX-License-Identifier: MIT */
/* What holds for every hash, and for the hash templates against their definitions. */
#include <errno.h>
#include <pthread.h>

#include "check.h"

#define MAX_MESSAGE 5000u
#define MAX_KEY     32u

static const struct {
	const char *name;
	size_t key_size;
} hashes[] = {
    {"md5", 0},          {"sha1", 0},          {"sha224", 0},          {"sha256", 0},
    {"sha384", 0},       {"sha512", 0},        {"sha3-224", 0},        {"sha3-256", 0},
    {"sha3-384", 0},     {"sha3-512", 0},      {"hmac(md5)", 16},      {"hmac(sha1)", 20},
    {"hmac(sha256)", 5}, {"hmac(sha512)", 32}, {"hmac(sha3-224)", 32}, {"cmac(aes)", 16},
    {"cmac(aes)", 24},   {"cmac(aes)", 32},    {"cmac(des3_ede)", 24}, {"blake2b-160", 0},
    {"blake2b-512", 20}, {"blake2s-128", 0},   {"blake2s-256", 32},    {"ghash", 16},
    {"polyval", 16},     {"michael_mic", 8},   {"xxhash64", 8},        {"md4", 0},
    {"rmd160", 0},       {"wp512", 0},         {"wp256", 0},           {"sm3", 0},
    {"streebog256", 0},  {"streebog512", 0},
};

#define HASH_COUNT (sizeof(hashes) / sizeof(hashes[0]))

static uint8_t message[MAX_MESSAGE];
static uint8_t key[MAX_KEY];

/* A state, and a digest, with something behind that must stay. */
struct hashing {
	_Alignas(64) uint8_t state[ALG_MAX_HASH_STATE + 64];
	uint8_t digest[ALG_MAX_DIGEST + 16];
};

#define CANARY 0xa5

static void begin(const struct tfm *tfm, struct hashing *hashing)
{
	memset(hashing, CANARY, sizeof(*hashing));
	tfm->alg->hash.init(tfm, hashing->state);
}

static void add(const struct tfm *tfm, struct hashing *hashing, const uint8_t *data, size_t size)
{
	check(tfm->alg->hash.update(tfm, hashing->state, data, size) == 0, "%s", tfm->alg->name);
}

static void end(const struct tfm *tfm, struct hashing *hashing)
{
	const struct alg *alg = tfm->alg;

	check(alg->hash.final(tfm, hashing->state, hashing->digest) == 0, "%s", alg->name);
	check(check_is_filled(hashing->state + alg->statesize, CANARY,
			      sizeof(hashing->state) - alg->statesize),
	      "%s writes behind its state", alg->name);
	check(check_is_filled(hashing->digest + alg->digestsize, CANARY,
			      sizeof(hashing->digest) - alg->digestsize),
	      "%s writes behind its digest", alg->name);
}

static void digest_of(const struct tfm *tfm, const uint8_t *data, size_t size, uint8_t *digest)
{
	struct hashing hashing;

	begin(tfm, &hashing);
	add(tfm, &hashing, data, size);
	end(tfm, &hashing);
	memcpy(digest, hashing.digest, tfm->alg->digestsize);
}

static struct tfm *hash_of_row(size_t row)
{
	check_random_bytes(message, sizeof(message));
	check_random_bytes(key, sizeof(key));
	return check_tfm(ALG_TYPE_HASH, hashes[row].name, key, hashes[row].key_size);
}

static void pieces_equal_the_whole(void **state)
{
	(void)state;
	for (size_t row = 0; row < HASH_COUNT; row++) {
		struct tfm *tfm = hash_of_row(row);

		/* Every size around a few blocks, byte by byte and in random pieces. */
		for (size_t size = 0; size <= 3 * ALG_MAX_BLOCK; size++) {
			uint8_t whole[ALG_MAX_DIGEST];
			struct hashing bytes;
			struct hashing pieces;

			digest_of(tfm, message, size, whole);
			begin(tfm, &bytes);
			for (size_t i = 0; i < size; i++)
				add(tfm, &bytes, message + i, 1);
			end(tfm, &bytes);
			begin(tfm, &pieces);
			for (size_t i = 0, piece; i < size; i += piece) {
				piece = check_random_below(size - i + 1);
				add(tfm, &pieces, message + i, piece);
			}
			end(tfm, &pieces);
			check(memcmp(bytes.digest, whole, tfm->alg->digestsize) == 0,
			      "%s: %zu bytes one by one", tfm->alg->name, size);
			check(memcmp(pieces.digest, whole, tfm->alg->digestsize) == 0,
			      "%s: %zu bytes in pieces", tfm->alg->name, size);
		}
		tfm_free(tfm);
	}
}

static void copied_states_part(void **state)
{
	(void)state;
	for (size_t row = 0; row < HASH_COUNT; row++) {
		struct tfm *tfm = hash_of_row(row);
		struct tfm *twin =
		    check_tfm(ALG_TYPE_HASH, hashes[row].name, key, hashes[row].key_size);
		unsigned size = tfm->alg->digestsize;

		for (unsigned round = 0; round < 200; round++) {
			size_t at = check_random_below(2 * ALG_MAX_BLOCK);
			size_t total = at + check_random_below(2 * ALG_MAX_BLOCK);
			uint8_t expected[ALG_MAX_DIGEST];
			struct hashing original;
			struct hashing copy;

			begin(tfm, &original);
			add(tfm, &original, message, at);
			memset(&copy, CANARY, sizeof(copy));
			memcpy(copy.state, original.state, tfm->alg->statesize);
			check(!tfm->alg->hash.state_valid ||
				  tfm->alg->hash.state_valid(twin, copy.state),
			      "%s refuses its own state after %zu bytes", tfm->alg->name, at);
			/* The original goes another way, then the copy the first, elsewhere. */
			add(tfm, &original, message, 7);
			end(tfm, &original);
			add(twin, &copy, message + at, total - at);
			end(twin, &copy);
			digest_of(tfm, message, total, expected);
			check(memcmp(copy.digest, expected, size) == 0,
			      "%s: copied after %zu of %zu", tfm->alg->name, at, total);
		}
		tfm_free(twin);
		tfm_free(tfm);
	}
}

/* A state that comes from elsewhere is refused, or does no harm. */
static void survives_hostile_states(void **state)
{
	(void)state;
	for (size_t row = 0; row < HASH_COUNT; row++) {
		struct tfm *tfm = hash_of_row(row);
		const struct alg *alg = tfm->alg;
		unsigned refused = 0;

		assert_non_null(alg->hash.state_valid);
		for (unsigned round = 0; round < 4000; round++) {
			struct hashing hashing;
			size_t at;

			/* A good state with one byte changed, or nothing but random bytes. */
			begin(tfm, &hashing);
			add(tfm, &hashing, message, check_random_below(300));
			at = check_random_below(alg->statesize);
			if (round % 8 == 0)
				check_random_bytes(hashing.state, alg->statesize);
			else
				hashing.state[at] = (uint8_t)check_random();
			if (!alg->hash.state_valid(tfm, hashing.state)) {
				refused++;
				continue;
			}
			add(tfm, &hashing, message, check_random_below(300));
			end(tfm, &hashing);
		}
		check(refused > 0, "%s accepts every state", alg->name);
		tfm_free(tfm);
	}
}

static void unkeyed_hashes_take_no_key(void **state)
{
	(void)state;
	for (size_t row = 0; row < HASH_COUNT; row++) {
		struct tfm *tfm;

		if (hashes[row].key_size > 0)
			continue;
		tfm = hash_of_row(row);
		if (tfm->alg->key == ALG_KEY_OPTIONAL) {
			tfm_free(tfm);
			continue;
		}
		assert_false(alg_needs_key(tfm->alg));
		check(tfm_setkey(tfm, key, 0) == -ENOSYS, "%s", tfm->alg->name);
		check(tfm_setkey(tfm, key, 16) == -ENOSYS, "%s", tfm->alg->name);
		tfm_free(tfm);
	}
}

/* H((K ^ opad) || H((K ^ ipad) || text)), spelt out (RFC 2104). */
static void hmac_by_definition(const struct tfm *hash, const uint8_t *hmac_key, size_t key_size,
			       const uint8_t *text, size_t size, uint8_t *mac)
{
	unsigned block = hash->alg->blocksize;
	uint8_t padded[ALG_MAX_BLOCK] = {0};
	uint8_t inner[ALG_MAX_DIGEST];
	struct hashing hashing;

	if (key_size > block)
		digest_of(hash, hmac_key, key_size, padded);
	else
		memcpy(padded, hmac_key, key_size);
	for (unsigned i = 0; i < block; i++)
		padded[i] ^= 0x36;
	begin(hash, &hashing);
	add(hash, &hashing, padded, block);
	add(hash, &hashing, text, size);
	end(hash, &hashing);
	memcpy(inner, hashing.digest, sizeof(inner));
	for (unsigned i = 0; i < block; i++)
		padded[i] ^= 0x36 ^ 0x5c;
	begin(hash, &hashing);
	add(hash, &hashing, padded, block);
	add(hash, &hashing, inner, hash->alg->digestsize);
	end(hash, &hashing);
	memcpy(mac, hashing.digest, hash->alg->digestsize);
}

static void hmac_is_what_it_is_defined_as(void **state)
{
	static const char *const parts[] = {"md5",    "sha1",     "sha256",
					    "sha512", "sha3-224", "sha3-512"};

	(void)state;
	check_random_bytes(message, sizeof(message));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct tfm *hash = check_tfm(ALG_TYPE_HASH, parts[i], NULL, 0);
		char name[32];
		struct tfm *hmac;

		(void)snprintf(name, sizeof(name), "hmac(%s)", parts[i]);
		hmac = check_tfm(ALG_TYPE_HASH, name, NULL, 0);
		assert_true(alg_needs_key(hmac->alg));
		for (size_t key_size = 0; key_size <= 300; key_size++) {
			uint8_t expected[ALG_MAX_DIGEST];
			uint8_t mac[ALG_MAX_DIGEST];
			const uint8_t *hmac_key = message + check_random_below(1000);

			check(tfm_setkey(hmac, key_size ? hmac_key : NULL, key_size) == 0,
			      "%s: %zu", name, key_size);
			hmac_by_definition(hash, hmac_key, key_size, message, 100, expected);
			digest_of(hmac, message, 100, mac);
			check(memcmp(mac, expected, hash->alg->digestsize) == 0, "%s: key of %zu",
			      name, key_size);
		}
		tfm_free(hmac);
		tfm_free(hash);
	}
}

/* RFC 4493, section 4, and SP 800-38B's examples for three-key TDEA. */
static const struct {
	const char *name;
	const char *key;
	size_t size; /* of the text, which is SP 800-38A's */
	const char *mac;
} cmacs[] = {
    {"cmac(aes)", "2b7e151628aed2a6abf7158809cf4f3c", 0, "bb1d6929e95937287fa37d129b756746"},
    {"cmac(aes)", "2b7e151628aed2a6abf7158809cf4f3c", 16, "070a16b46b4d4144f79bdd9dd04a287c"},
    {"cmac(aes)", "2b7e151628aed2a6abf7158809cf4f3c", 40, "dfa66747de9ae63030ca32611497c827"},
    {"cmac(aes)", "2b7e151628aed2a6abf7158809cf4f3c", 64, "51f0bebf7e3b9d92fc49741779363cfe"},
    {"cmac(des3_ede)", "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5", 0, "b7a688e122ffaf95"},
    {"cmac(des3_ede)", "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5", 8, "8e8f293136283797"},
    {"cmac(des3_ede)", "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5", 20, "743ddbe0ce2dc2ed"},
    {"cmac(des3_ede)", "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5", 32, "33e6b1092400eae5"},
};

static void cmac_gives_the_published_answers(void **state)
{
	uint8_t text[64];

	(void)state;
	check_hex(text, "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
			"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
	for (size_t i = 0; i < sizeof(cmacs) / sizeof(cmacs[0]); i++) {
		uint8_t cmac_key[32];
		uint8_t expected[16];
		uint8_t mac[ALG_MAX_DIGEST];
		size_t key_size = check_hex(cmac_key, cmacs[i].key);
		struct tfm *tfm = check_tfm(ALG_TYPE_HASH, cmacs[i].name, cmac_key, key_size);

		digest_of(tfm, text, cmacs[i].size, mac);
		check(memcmp(mac, expected, check_hex(expected, cmacs[i].mac)) == 0,
		      "%s of %zu bytes", cmacs[i].name, cmacs[i].size);
		tfm_free(tfm);
	}
}

static void cmac_refuses_wrong_keys(void **state)
{
	struct tfm *aes = check_tfm(ALG_TYPE_HASH, "cmac(aes)", NULL, 0);
	struct tfm *des = check_tfm(ALG_TYPE_HASH, "cmac(des3_ede)", NULL, 0);

	(void)state;
	for (size_t size = 0; size <= MAX_KEY; size++) {
		bool fits = size == 16 || size == 24 || size == 32;

		check(tfm_setkey(aes, key, size) == (fits ? 0 : -EINVAL), "aes: %zu", size);
		check(tfm_setkey(des, key, size) == (size == 24 ? 0 : -EINVAL), "des: %zu", size);
	}
	tfm_free(des);
	tfm_free(aes);
}

/* Threads that use one tfm at once, in mid-message of their own. */
struct sharer {
	pthread_t thread;
	const struct tfm *tfm;
	const uint8_t *expected;
	unsigned wrong;
};

static void *share(void *argument)
{
	struct sharer *sharer = argument;
	const struct hash_ops *ops = &sharer->tfm->alg->hash;

	for (unsigned round = 0; round < 20000; round++) {
		struct hashing hashing;

		ops->init(sharer->tfm, hashing.state);
		(void)ops->update(sharer->tfm, hashing.state, message, 333);
		(void)ops->update(sharer->tfm, hashing.state, message + 333, 167);
		(void)ops->final(sharer->tfm, hashing.state, hashing.digest);
		if (memcmp(hashing.digest, sharer->expected, sharer->tfm->alg->digestsize) != 0)
			sharer->wrong++;
	}
	return NULL;
}

static void threads_share_a_key(void **state)
{
	static const char *const names[] = {"hmac(sha256)", "cmac(aes)"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tfm *tfm = check_tfm(ALG_TYPE_HASH, names[i], key, 16);
		uint8_t expected[ALG_MAX_DIGEST];
		struct sharer sharers[3];

		digest_of(tfm, message, 500, expected);
		for (size_t t = 0; t < 3; t++) {
			sharers[t] = (struct sharer){.tfm = tfm, .expected = expected};
			assert_int_equal(
			    pthread_create(&sharers[t].thread, NULL, share, &sharers[t]), 0);
		}
		for (size_t t = 0; t < 3; t++) {
			assert_int_equal(pthread_join(sharers[t].thread, NULL), 0);
			check(sharers[t].wrong == 0, "%s: %u wrong", names[i], sharers[t].wrong);
		}
		tfm_free(tfm);
	}
}

struct faulty_update {
	const struct tfm *tfm;
	struct hashing hashing;
	const uint8_t *data;
	size_t size;
};

static void update_faulty(void *argument)
{
	struct faulty_update *faulty = argument;

	(void)faulty->tfm->alg->hash.update(faulty->tfm, faulty->hashing.state, faulty->data,
					    faulty->size);
}

/* A message whose memory ends too soon; the next one is right all the same. */
static void a_fault_leaves_the_key_usable(void **state)
{
	struct fault_memory memory;

	(void)state;
	fault_memory_make(&memory);
	for (size_t row = 0; row < HASH_COUNT; row++) {
		struct tfm *tfm = hash_of_row(row);
		uint8_t before[ALG_MAX_DIGEST];
		uint8_t after[ALG_MAX_DIGEST];

		digest_of(tfm, message, MAX_MESSAGE, before);
		for (size_t left = 0; left < 3000; left += 1 + check_random_below(300)) {
			struct faulty_update faulty = {
			    .tfm = tfm,
			    .data = memory.data + memory.size - left,
			    .size = left + 1000,
			};

			begin(tfm, &faulty.hashing);
			check(fault_call(update_faulty, &faulty), "%s: no fault at %zu",
			      tfm->alg->name, left);
			digest_of(tfm, message, MAX_MESSAGE, after);
			check(memcmp(before, after, tfm->alg->digestsize) == 0,
			      "%s: wrong after a fault at %zu", tfm->alg->name, left);
		}
		tfm_free(tfm);
	}
	fault_memory_free(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_equal_the_whole),
	    cmocka_unit_test(copied_states_part),
	    cmocka_unit_test(survives_hostile_states),
	    cmocka_unit_test(unkeyed_hashes_take_no_key),
	    cmocka_unit_test(hmac_is_what_it_is_defined_as),
	    cmocka_unit_test(cmac_gives_the_published_answers),
	    cmocka_unit_test(cmac_refuses_wrong_keys),
	    cmocka_unit_test(threads_share_a_key),
	    cmocka_unit_test(a_fault_leaves_the_key_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
