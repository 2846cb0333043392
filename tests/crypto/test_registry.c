/* SPDX-License-Identifier: MIT */
/* Looking algorithms up by name (abi.md section 4). */
#include <errno.h>

#include "check.h"

static const struct {
	enum alg_type type;
	const char *name;
	const char *driver; /* what it resolves to; NULL: -ENOENT */
} lookups[] = {
    /* Generic names: the fused implementation goes before a template over the bare cipher. */
    {ALG_TYPE_SKCIPHER, "cbc(aes)", "cbc-aes-gcrypt"},
    {ALG_TYPE_SKCIPHER, "ctr(des3_ede)", "ctr-des3_ede-gcrypt"},
    {ALG_TYPE_HASH, "sha256", "sha256-openssl"},
    {ALG_TYPE_HASH, "sha3-512", "sha3-512-own"},
    {ALG_TYPE_CIPHER, "aes", "aes-gcrypt"},
    {ALG_TYPE_AEAD, "rfc7539(chacha20,poly1305)", "rfc7539(chacha20-own,poly1305-own)"},
    /* Driver names, and templates whose parts are named by driver (N-02). */
    {ALG_TYPE_SKCIPHER, "cbc-aes-gcrypt", "cbc-aes-gcrypt"},
    {ALG_TYPE_SKCIPHER, "cbc(aes-gcrypt)", "cbc(aes-gcrypt)"},
    {ALG_TYPE_SKCIPHER, "ecb(des3_ede-gcrypt)", "ecb(des3_ede-gcrypt)"},
    {ALG_TYPE_SKCIPHER, "cbc(aes)", "cbc-aes-gcrypt"}, /* still, with the template's made */
    {ALG_TYPE_HASH, "hmac(sha256)", "hmac(sha256-openssl)"},
    {ALG_TYPE_HASH, "hmac(sha1-openssl)", "hmac(sha1-openssl)"},
    {ALG_TYPE_HASH, "cmac(aes)", "cmac(aes-gcrypt)"},
    {ALG_TYPE_AEAD, "rfc4106(gcm(aes))", "rfc4106(gcm-aes-gcrypt)"},
    {ALG_TYPE_AEAD, "rfc4106(gcm-aes-gcrypt)", "rfc4106(gcm-aes-gcrypt)"},
    {ALG_TYPE_AEAD, "authenc(hmac(sha256),cbc(aes))",
     "authenc(hmac(sha256-openssl),cbc-aes-gcrypt)"},
    {ALG_TYPE_AEAD, "authenc(sha256,cbc(aes))", "authenc(sha256-openssl,cbc-aes-gcrypt)"},
    /* Ours of a mode that the library runs block by block; drivers name ecb(X) as the kernel's. */
    {ALG_TYPE_SKCIPHER, "xts(aes)", "xts-aes-gcrypt"},
    {ALG_TYPE_SKCIPHER, "xts(serpent)", "xts(ecb(serpent-gcrypt))"},
    {ALG_TYPE_SKCIPHER, "xts(ecb(serpent-gcrypt))", "xts(ecb(serpent-gcrypt))"},
    {ALG_TYPE_SKCIPHER, "lrw(aes)", "lrw(ecb(aes-gcrypt))"},
    {ALG_TYPE_SKCIPHER, "cts(cbc(aes))", "cts(cbc-aes-gcrypt)"},
    {ALG_TYPE_SKCIPHER, "hctr2(aes)", "hctr2_base(xctr(aes-gcrypt),polyval-own)"},
    {ALG_TYPE_SKCIPHER, "hctr2_base(xctr(aes-gcrypt),polyval-own)",
     "hctr2_base(xctr(aes-gcrypt),polyval-own)"},
    {ALG_TYPE_SKCIPHER, "adiantum(xchacha12-own,aes-gcrypt,nhpoly1305-own)",
     "adiantum(xchacha12-own,aes-gcrypt,nhpoly1305-own)"},
    {ALG_TYPE_SKCIPHER, "essiv(cbc(aes),sha256)", "essiv(cbc-aes-gcrypt,sha256-openssl)"},
    {ALG_TYPE_SKCIPHER, "essiv(cts(cbc(aes)),sha256)", "essiv(cts(cbc-aes-gcrypt),sha256-openssl)"},
    {ALG_TYPE_SKCIPHER, "essiv(cbc(aes),sha1)", "essiv(cbc-aes-gcrypt,sha1-openssl)"},
    {ALG_TYPE_CIPHER, "twofish", "twofish-gcrypt"},
    {ALG_TYPE_CIPHER, "cast5", "cast5-gcrypt"},
    /* The kernel's driver names, alone and inside others (N-02). */
    {ALG_TYPE_HASH, "sha256-generic", "sha256-openssl"},
    {ALG_TYPE_HASH, "sha3-256-generic", "sha3-256-own"},
    {ALG_TYPE_HASH, "hmac(sha256-generic)", "hmac(sha256-openssl)"},
    {ALG_TYPE_SKCIPHER, "cbc(aes-generic)", "cbc(aes-gcrypt)"},
    {ALG_TYPE_SKCIPHER, "xts(ecb(aes-generic))", "xts(ecb(aes-gcrypt))"},
    {ALG_TYPE_SKCIPHER, "cts(cbc(serpent-generic))", "cts(cbc(serpent-gcrypt))"},
    {ALG_TYPE_SKCIPHER, "ecb-cipher_null", "ecb-cipher_null"},
    {ALG_TYPE_AEAD, "authenc(hmac(sha1-generic),cbc(des-generic))",
     "authenc(hmac(sha1-openssl),cbc(des-gcrypt))"},
    {ALG_TYPE_AEAD, "gcm(aes-generic)", NULL},
    {ALG_TYPE_AEAD, "authenc(hmac(sha256-generic),cbc(aes))", NULL},
    {ALG_TYPE_SKCIPHER, "xts(aes-generic)", NULL},
    {ALG_TYPE_SKCIPHER, "aes-generic", NULL},
    {ALG_TYPE_HASH, "sha256-generi", NULL},
    {ALG_TYPE_HASH, "-generic", NULL},
    /* Y-01, Y-03: drivers only; one cryptd, any number of pcrypt. */
    {ALG_TYPE_HASH, "cryptd(sha256-generic)", "cryptd(sha256-openssl)"},
    {ALG_TYPE_SKCIPHER, "cryptd(cbc(aes-generic))", "cryptd(cbc(aes-gcrypt))"},
    {ALG_TYPE_AEAD, "pcrypt(gcm-aes-gcrypt)", "pcrypt(gcm-aes-gcrypt)"},
    {ALG_TYPE_AEAD, "pcrypt(pcrypt(gcm-aes-gcrypt))", "pcrypt(pcrypt(gcm-aes-gcrypt))"},
    {ALG_TYPE_AEAD, "gcm(aes)", "gcm-aes-gcrypt"}, /* not theirs */
    {ALG_TYPE_SKCIPHER, "cryptd(cbc(aes))", NULL},
    {ALG_TYPE_SKCIPHER, "cryptd(cryptd(cbc(aes-gcrypt)))", NULL},
    {ALG_TYPE_SKCIPHER, "pcrypt(cbc(aes-gcrypt))", NULL},
    {ALG_TYPE_AEAD, "pcrypt(gcm(aes))", NULL},
    {ALG_TYPE_RNG, "cryptd(ansi_cprng)", NULL},
    /* Unknown, misspelt, of another type (N-01, N-04, N-12, B-15). */
    {ALG_TYPE_HASH, "", NULL},
    {ALG_TYPE_HASH, "sha257", NULL},
    {ALG_TYPE_HASH, "SHA256", NULL},
    {ALG_TYPE_HASH, "sha256 ", NULL},
    {ALG_TYPE_HASH, "cbc(aes)", NULL},
    {ALG_TYPE_HASH, "aes", NULL},
    {ALG_TYPE_SKCIPHER, "aes", NULL},
    {ALG_TYPE_SKCIPHER, "sha256", NULL},
    {ALG_TYPE_SKCIPHER, "hmac(sha256)", NULL},
    {ALG_TYPE_SKCIPHER, "gcm(aes)", NULL},
    {ALG_TYPE_AEAD, "cbc(aes)", NULL},
    {ALG_TYPE_AEAD, "hmac(sha256)", NULL},
    {ALG_TYPE_SKCIPHER, "cbc(foo)", NULL},
    {ALG_TYPE_SKCIPHER, "foo(aes)", NULL},
    {ALG_TYPE_SKCIPHER, "cbc(sha256)", NULL},
    {ALG_TYPE_SKCIPHER, "cbc(cbc(aes))", NULL},
    {ALG_TYPE_HASH, "hmac(foo)", NULL},
    /* Known parts that do not suit (N-05). */
    {ALG_TYPE_HASH, "hmac(hmac(sha256))", NULL},
    {ALG_TYPE_HASH, "hmac(cmac(aes))", NULL},
    {ALG_TYPE_HASH, "cmac(sha256)", NULL},
    {ALG_TYPE_AEAD, "rfc4106(ccm(aes))", NULL},
    {ALG_TYPE_AEAD, "gcm(des3_ede)", NULL},
    {ALG_TYPE_AEAD, "ccm(des3_ede)", NULL},
    {ALG_TYPE_SKCIPHER, "xts(des3_ede)", NULL},
    {ALG_TYPE_SKCIPHER, "xts(cbc(aes))", NULL},
    {ALG_TYPE_SKCIPHER, "xts(xts(aes))", NULL},
    {ALG_TYPE_SKCIPHER, "lrw(des)", NULL},
    {ALG_TYPE_SKCIPHER, "kw(des)", NULL},
    {ALG_TYPE_SKCIPHER, "xctr(des)", NULL},
    {ALG_TYPE_SKCIPHER, "hctr2(des)", NULL},
    {ALG_TYPE_SKCIPHER, "cts(ctr(aes))", NULL},
    {ALG_TYPE_SKCIPHER, "cts(aes)", NULL},
    {ALG_TYPE_SKCIPHER, "rfc3686(cbc(aes))", NULL},
    {ALG_TYPE_SKCIPHER, "rfc3686(ctr(des))", NULL},
    {ALG_TYPE_SKCIPHER, "essiv(cbc(aes),sha512)", NULL},
    {ALG_TYPE_SKCIPHER, "essiv(cbc(aes),hmac(sha256))", NULL},
    {ALG_TYPE_SKCIPHER, "essiv(ecb(aes),sha256)", NULL},
    {ALG_TYPE_SKCIPHER, "essiv(rfc3686(ctr(aes)),sha256)", NULL},
    {ALG_TYPE_SKCIPHER, "essiv(cbc(des3_ede),sha256)", NULL},
    {ALG_TYPE_SKCIPHER, "adiantum(chacha20,aes)", NULL},
    {ALG_TYPE_SKCIPHER, "adiantum(xchacha20,des)", NULL},
    {ALG_TYPE_SKCIPHER, "adiantum(xchacha20,sm4)", NULL},
    {ALG_TYPE_HASH, "xcbc(des)", NULL},
    {ALG_TYPE_AEAD, "authenc(cbc(aes),hmac(sha256))", NULL},
    /* Wrong number of arguments, and names that resolve to something of another name (N-06). */
    {ALG_TYPE_AEAD, "authenc(hmac(sha256))", NULL},
    {ALG_TYPE_SKCIPHER, "cbc(aes,aes)", NULL},
    {ALG_TYPE_SKCIPHER, "xts(ecb(aes))", NULL},
    {ALG_TYPE_SKCIPHER, "xts(aes-gcrypt)", NULL},
    {ALG_TYPE_SKCIPHER, "adiantum(xchacha12,aes,nhpoly1305)", NULL},
    {ALG_TYPE_SKCIPHER, "adiantum(xchacha12-own,aes-gcrypt)", NULL},
    {ALG_TYPE_HASH, "hmac(sha256)x", NULL},
    {ALG_TYPE_AEAD, "authenc(hmac(sha256),cbc-aes-gcrypt)", NULL},
    {ALG_TYPE_AEAD, "authenc(hmac(sha256-openssl),cbc(aes))", NULL},
};

static void resolves_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		const struct alg *alg = NULL;
		int result = registry_find(lookups[i].type, lookups[i].name, &alg);

		if (!lookups[i].driver) {
			check(result == -ENOENT && !alg, "%s as %s", lookups[i].name,
			      alg_type_name(lookups[i].type));
			continue;
		}
		check(result == 0 && alg, "%s: %d", lookups[i].name, result);
		assert_string_equal(alg->driver, lookups[i].driver);
	}
}

static void finds_the_same_again(void **state)
{
	const struct alg *first;
	const struct alg *again;

	(void)state;
	assert_int_equal(registry_find(ALG_TYPE_HASH, "hmac(md5)", &first), 0);
	assert_int_equal(registry_find(ALG_TYPE_HASH, "hmac(md5)", &again), 0);
	assert_ptr_equal(first, again);
	assert_int_equal(registry_find(ALG_TYPE_HASH, "hmac(md5-openssl)", &again), 0);
	assert_ptr_equal(first, again);
}

/* What /proc/crypto says of them in Linux 6.1. */
static const struct {
	enum alg_type type;
	const char *name;
	unsigned blocksize, chunksize, min_keysize, max_keysize, ivsize, digestsize;
} sizes[] = {
    {ALG_TYPE_HASH, "md5", 64, 0, 0, 0, 0, 16},
    {ALG_TYPE_HASH, "sha1", 64, 0, 0, 0, 0, 20},
    {ALG_TYPE_HASH, "sha224", 64, 0, 0, 0, 0, 28},
    {ALG_TYPE_HASH, "sha256", 64, 0, 0, 0, 0, 32},
    {ALG_TYPE_HASH, "sha384", 128, 0, 0, 0, 0, 48},
    {ALG_TYPE_HASH, "sha512", 128, 0, 0, 0, 0, 64},
    {ALG_TYPE_HASH, "sha3-224", 144, 0, 0, 0, 0, 28},
    {ALG_TYPE_HASH, "sha3-256", 136, 0, 0, 0, 0, 32},
    {ALG_TYPE_HASH, "sha3-384", 104, 0, 0, 0, 0, 48},
    {ALG_TYPE_HASH, "sha3-512", 72, 0, 0, 0, 0, 64},
    {ALG_TYPE_CIPHER, "aes", 16, 16, 16, 32, 0, 0},
    {ALG_TYPE_CIPHER, "des3_ede", 8, 8, 24, 24, 0, 0},
    {ALG_TYPE_SKCIPHER, "ecb(aes)", 16, 16, 16, 32, 0, 0},
    {ALG_TYPE_SKCIPHER, "cbc(aes)", 16, 16, 16, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "ctr(aes)", 1, 16, 16, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "xts(aes)", 16, 16, 32, 64, 16, 0},
    {ALG_TYPE_SKCIPHER, "cfb(aes)", 1, 16, 16, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "ofb(aes)", 1, 16, 16, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "pcbc(aes)", 16, 16, 16, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "lrw(aes)", 16, 16, 32, 48, 16, 0},
    {ALG_TYPE_SKCIPHER, "cts(cbc(aes))", 16, 16, 16, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "rfc3686(ctr(aes))", 1, 16, 20, 36, 8, 0},
    {ALG_TYPE_SKCIPHER, "xctr(aes)", 1, 16, 16, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "kw(aes)", 8, 8, 16, 32, 8, 0},
    {ALG_TYPE_SKCIPHER, "essiv(cbc(aes),sha256)", 16, 16, 16, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "adiantum(xchacha12,aes)", 16, 16, 32, 32, 32, 0},
    {ALG_TYPE_SKCIPHER, "cbc(serpent)", 16, 16, 0, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "cbc(twofish)", 16, 16, 16, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "cbc(cast5)", 8, 8, 5, 16, 8, 0},
    {ALG_TYPE_SKCIPHER, "cbc(blowfish)", 8, 8, 4, 56, 8, 0},
    {ALG_TYPE_HASH, "xcbc(aes)", 16, 0, 16, 32, 0, 16},
    {ALG_TYPE_HASH, "cbcmac(aes)", 1, 0, 16, 32, 0, 16},
    {ALG_TYPE_SKCIPHER, "ecb(des3_ede)", 8, 8, 24, 24, 0, 0},
    {ALG_TYPE_SKCIPHER, "cbc(des3_ede)", 8, 8, 24, 24, 8, 0},
    {ALG_TYPE_SKCIPHER, "ctr(des3_ede)", 1, 8, 24, 24, 8, 0},
    {ALG_TYPE_SKCIPHER, "cbc(aes-gcrypt)", 16, 16, 16, 32, 16, 0},
    {ALG_TYPE_SKCIPHER, "ctr(des3_ede-gcrypt)", 1, 8, 24, 24, 8, 0},
};

static const struct {
	const char *name;
	unsigned blocksize, ivsize, max_authsize;
} aead_sizes[] = {
    {"gcm(aes)", 1, 12, 16},
    {"ccm(aes)", 1, 16, 16},
    {"rfc4106(gcm(aes))", 1, 8, 16},
    {"rfc7539(chacha20,poly1305)", 1, 12, 16},
    {"authenc(hmac(sha256),cbc(aes))", 16, 16, 32},
    {"authenc(hmac(sha1),ctr(aes))", 1, 16, 20},
    {"authenc(hmac(sha512),cbc(des3_ede))", 8, 8, 64},
};

static void tells_sizes_as_the_kernel(void **state)
{
	const struct alg *alg;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		check(registry_find(sizes[i].type, sizes[i].name, &alg) == 0, "%s", sizes[i].name);
		check(alg->blocksize == sizes[i].blocksize &&
			  alg->chunksize == sizes[i].chunksize &&
			  alg->min_keysize == sizes[i].min_keysize &&
			  alg->max_keysize == sizes[i].max_keysize &&
			  alg->ivsize == sizes[i].ivsize && alg->digestsize == sizes[i].digestsize,
		      "%s", sizes[i].name);
	}
	for (size_t i = 0; i < sizeof(aead_sizes) / sizeof(aead_sizes[0]); i++) {
		check(registry_find(ALG_TYPE_AEAD, aead_sizes[i].name, &alg) == 0, "%s",
		      aead_sizes[i].name);
		check(alg->blocksize == aead_sizes[i].blocksize &&
			  alg->ivsize == aead_sizes[i].ivsize &&
			  alg->digestsize == aead_sizes[i].max_authsize,
		      "%s", aead_sizes[i].name);
	}
}

static void no_op_init(const struct tfm *tfm, void *state)
{
	(void)tfm;
	(void)state;
}

static int no_op_update(const struct tfm *tfm, void *state, const uint8_t *data, size_t size)
{
	(void)tfm;
	(void)state;
	(void)data;
	(void)size;
	return 0;
}

static int no_op_final(const struct tfm *tfm, void *state, uint8_t *digest)
{
	(void)tfm;
	(void)state;
	(void)digest;
	return 0;
}

static const struct alg model = {
    .name = "test-hash",
    .driver = "test-hash-low",
    .type = ALG_TYPE_HASH,
    .priority = 10,
    .blocksize = 1,
    .digestsize = 1,
    .statesize = 1,
    .hash = {no_op_init, no_op_update, no_op_final, NULL},
};

static int add(const char *name, const char *driver, int priority, bool internal)
{
	struct alg alg = model;

	strcpy(alg.name, name);
	strcpy(alg.driver, driver);
	alg.priority = priority;
	alg.internal = internal;
	return registry_add_copy(&alg);
}

static void prefers_drivers_then_priority(void **state)
{
	const struct alg *alg;

	(void)state;
	assert_int_equal(add("test-hash", "test-hash-low", 10, false), 0);
	assert_int_equal(add("test-hash", "test-hash-high", 30, false), 0);
	assert_int_equal(add("test-hash", "test-hash-middle", 20, false), 0);
	assert_int_equal(registry_find(ALG_TYPE_HASH, "test-hash", &alg), 0);
	assert_string_equal(alg->driver, "test-hash-high");
	assert_int_equal(registry_find(ALG_TYPE_HASH, "test-hash-low", &alg), 0);
	assert_string_equal(alg->driver, "test-hash-low");
	/* A driver that is called as others are generically. */
	assert_int_equal(add("test-other", "test-hash", 1, false), 0);
	assert_int_equal(registry_find(ALG_TYPE_HASH, "test-hash", &alg), 0);
	assert_string_equal(alg->name, "test-other");
}

static void never_finds_internal_ones(void **state)
{
	const struct alg *alg;

	(void)state;
	assert_int_equal(add("test-internal", "__test-internal", 10, true), 0);
	assert_int_equal(registry_find(ALG_TYPE_HASH, "test-internal", &alg), -ENOENT);
	assert_int_equal(registry_find(ALG_TYPE_HASH, "__test-internal", &alg), -ENOENT);
	assert_int_equal(registry_find(ALG_TYPE_HASH, "hmac(__test-internal)", &alg), -ENOENT);
}

static void refuses_unsound_descriptors(void **state)
{
	struct alg alg = model;

	(void)state;
	assert_int_equal(add("test-twice", "test-twice-x", 1, false), 0);
	assert_int_equal(add("test-twice", "test-twice-x", 1, false), -EEXIST);
	alg.digestsize = ALG_MAX_DIGEST + 1;
	assert_int_equal(registry_add_copy(&alg), -EINVAL);
	alg = model;
	alg.statesize = ALG_MAX_HASH_STATE + 1;
	assert_int_equal(registry_add_copy(&alg), -EINVAL);
	alg = model;
	alg.hash.final = NULL;
	assert_int_equal(registry_add_copy(&alg), -EINVAL);
	alg = model;
	alg.name[0] = '\0';
	assert_int_equal(registry_add_copy(&alg), -EINVAL);
}

static void loads_the_back_ends(void **state)
{
	size_t count;
	const struct registry_backend *backends = registry_backends(&count);

	(void)state;
	assert_true(count >= 3);
	for (size_t i = 0; i < count; i++) {
		check(backends[i].result == 0 || !backends[i].needed, "%s: %d", backends[i].name,
		      backends[i].result);
		check(backends[i].result < 0 || backends[i].version, "%s", backends[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(resolves_names),
	    cmocka_unit_test(finds_the_same_again),
	    cmocka_unit_test(tells_sizes_as_the_kernel),
	    cmocka_unit_test(prefers_drivers_then_priority),
	    cmocka_unit_test(never_finds_internal_ones),
	    cmocka_unit_test(refuses_unsound_descriptors),
	    cmocka_unit_test(loads_the_back_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
