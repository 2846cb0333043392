/* SPDX-License-Identifier: MIT */
/*
 * The libipsec-mb back end among the others: loaded when it is asked for, and then before them;
 * left out by $UALG_WITHOUT.  What it computes is tested with all others: by names, in this folder
 * and by the vectors, which all run with it and without.
 */
#include "check.h"
#include "support/skip.h"

/* Whether a library is mapped into this process. */
static bool is_mapped(const char *library)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		found = found || strstr(line, library);
	fclose(maps);
	return found;
}

static const char *driver_of(enum alg_type type, const char *name)
{
	const struct alg *alg;

	check(registry_find(type, name, &alg) == 0, "%s", name);
	return alg->driver;
}

static bool is_left_out(void)
{
	const char *list = getenv("UALG_WITHOUT");

	return list && strstr(list, "ipsec-mb");
}

static void is_loaded_when_asked_for(void **state)
{
	const struct alg *alg;

	(void)state;
	(void)driver_of(ALG_TYPE_HASH, "hmac(sha256)");
	(void)driver_of(ALG_TYPE_SKCIPHER, "xts(aes)");
	assert_false(is_mapped("libIPSec_MB"));
	(void)driver_of(ALG_TYPE_AEAD, "rfc4106(gcm(aes))");
	if (is_left_out()) {
		assert_false(is_mapped("libIPSec_MB"));
		assert_string_equal(driver_of(ALG_TYPE_AEAD, "gcm(aes)"), "gcm-aes-gcrypt");
		assert_int_not_equal(registry_find(ALG_TYPE_AEAD, "gcm-aes-ipsecmb", &alg), 0);
	} else if (registry_find(ALG_TYPE_AEAD, "gcm-aes-ipsecmb", &alg) != 0) {
		LEAVE_OUT("neither library nor processor, or not both");
	} else {
		assert_true(is_mapped("libIPSec_MB"));
	}
}

static void goes_before_the_others(void **state)
{
	static const struct {
		enum alg_type type;
		const char *driver; /* a row counts where the processor has what it wants */
		const char *name;
		const char *resolved;
	} rows[] = {
	    {ALG_TYPE_AEAD, "gcm-aes-ipsecmb", "gcm(aes)", "gcm-aes-ipsecmb"},
	    {ALG_TYPE_AEAD, "gcm-aes-ipsecmb", "rfc4106(gcm(aes))", "rfc4106(gcm-aes-ipsecmb)"},
	    {ALG_TYPE_AEAD, "gcm-aes-ipsecmb", "rfc4543(gcm-aes-ipsecmb)",
	     "rfc4543(gcm-aes-ipsecmb)"},
	    {ALG_TYPE_AEAD, "gcm-aes-ipsecmb", "gcm-aes-gcrypt", "gcm-aes-gcrypt"},
	    {ALG_TYPE_AEAD, "rfc7539-chacha20-poly1305-ipsecmb", "rfc7539(chacha20,poly1305)",
	     "rfc7539-chacha20-poly1305-ipsecmb"},
	    {ALG_TYPE_SKCIPHER, "ctr-aes-ipsecmb", "ctr(aes)", "ctr-aes-ipsecmb"},
	    {ALG_TYPE_SKCIPHER, "ctr-aes-ipsecmb", "rfc3686(ctr(aes))", "rfc3686(ctr-aes-ipsecmb)"},
	    {ALG_TYPE_SKCIPHER, "cbc-aes-ipsecmb", "cbc(aes)", "cbc-aes-ipsecmb"},
	    {ALG_TYPE_SKCIPHER, "cbc-aes-ipsecmb", "cts(cbc(aes))", "cts(cbc-aes-ipsecmb)"},
	};
	unsigned counted = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct alg *alg;

		if (registry_find(rows[i].type, rows[i].driver, &alg) != 0)
			continue;
		counted++;
		assert_string_equal(driver_of(rows[i].type, rows[i].name), rows[i].resolved);
	}
	if (is_left_out())
		assert_int_equal(counted, 0);
	else if (counted == 0)
		LEAVE_OUT("libipsec-mb is not here");
}

/* Its sizes are those of the driver that serves where it is not there. */
static void looks_like_the_others(void **state)
{
	static const struct {
		enum alg_type type;
		const char *names[2];
	} pairs[] = {
	    {ALG_TYPE_AEAD, {"gcm-aes-ipsecmb", "gcm-aes-gcrypt"}},
	    {ALG_TYPE_AEAD,
	     {"rfc7539-chacha20-poly1305-ipsecmb", "rfc7539(chacha20-own,poly1305-own)"}},
	    {ALG_TYPE_SKCIPHER, {"ctr-aes-ipsecmb", "ctr-aes-gcrypt"}},
	    {ALG_TYPE_SKCIPHER, {"cbc-aes-ipsecmb", "cbc-aes-gcrypt"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct alg *a, *b;

		if (registry_find(pairs[i].type, pairs[i].names[0], &a) != 0)
			continue;
		assert_int_equal(registry_find(pairs[i].type, pairs[i].names[1], &b), 0);
		check(strcmp(a->name, b->name) == 0 && a->blocksize == b->blocksize &&
			  a->chunksize == b->chunksize && a->min_keysize == b->min_keysize &&
			  a->max_keysize == b->max_keysize && a->ivsize == b->ivsize &&
			  a->digestsize == b->digestsize,
		      "%s", a->driver);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_loaded_when_asked_for), /* first: what is loaded stays */
	    cmocka_unit_test(goes_before_the_others),
	    cmocka_unit_test(looks_like_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
