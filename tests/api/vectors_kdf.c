/* SPDX-License-Identifier: MIT */
/*
 * Vector files of key derivation through the consumer library:
 *
 *     vectors_kdf direct|kernel FILE...
 *
 * The fields of a stanza by type: kdf, hkdf, pbkdf2 as in tests/vectors; alg is the MAC.  One that
 * has `refused` instead of out asks for so many bytes and must get EINVAL.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ualg/ualg.h>

#include "support/vector.h"

#define MAX_OUT        65536u
#define MAX_BY_SOCKETS 5000u /* iterations: each is a system call or two */

static unsigned count, failed;
static bool by_kernel;
static const char *reason;

struct bytes {
	const uint8_t *data;
	size_t size;
};

static struct bytes bytes_of(const struct vector *vector, const char *name)
{
	const struct vector_field *field = vector_field(vector, name);

	return field ? (struct bytes){field->data, field->size} : (struct bytes){NULL, 0};
}

static bool is_word(const struct vector *vector, const char *name, const char *word)
{
	struct bytes text = bytes_of(vector, name);

	return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

/* Of decimal digits in quotes. */
static size_t number_of(const struct vector *vector, const char *name)
{
	struct bytes text = bytes_of(vector, name);
	size_t number = 0;

	for (size_t i = 0; i < text.size; i++)
		number = number * 10 + (size_t)(text.data[i] - '0');
	return number;
}

static bool fail(const char *why)
{
	reason = why;
	return false;
}

static bool is_equal(const uint8_t *out, struct bytes expected)
{
	return memcmp(out, expected.data, expected.size) == 0 || fail("the output is another");
}

/* What is derived, and how it may be derived: size bytes to out. */
typedef int derive_function(const struct vector *vector, uint8_t *out, size_t size);

static int derive_kdf(const struct vector *vector, uint8_t *out, size_t size)
{
	struct bytes key = bytes_of(vector, "key"), iv = bytes_of(vector, "iv");
	struct bytes fixed = bytes_of(vector, "fixed");
	struct ualg_kdf_request request = {
	    .mode = is_word(vector, "mode", "counter")           ? UALG_KDF_COUNTER
		    : is_word(vector, "mode", "feedback")        ? UALG_KDF_FEEDBACK
		    : is_word(vector, "mode", "double-pipeline") ? UALG_KDF_DOUBLE_PIPELINE
								 : (enum ualg_kdf_mode)0,
	    .mac = vector_text(vector, "alg"),
	    .key = key.data,
	    .key_size = key.size,
	    .iv = iv.data,
	    .iv_size = iv.size,
	    .fixed = fixed.data,
	    .fixed_size = fixed.size,
	    .counter_bits = (unsigned)number_of(vector, "counter"),
	    .counter_before_iteration = is_word(vector, "place", "iteration"),
	};

	if (is_word(vector, "place", "after"))
		request.counter_offset = fixed.size;
	else if (!is_word(vector, "place", "before") && !request.counter_before_iteration)
		request.counter_offset = number_of(vector, "place");
	return ualg_kdf_derive(&request, out, size);
}

static int derive_hkdf(const struct vector *vector, uint8_t *out, size_t size)
{
	struct bytes key = bytes_of(vector, "key"), salt = bytes_of(vector, "salt");
	struct bytes info = bytes_of(vector, "info");

	return ualg_hkdf(vector_text(vector, "alg"), key.data, key.size, salt.data, salt.size,
			 info.data, info.size, out, size);
}

static int derive_pbkdf2(const struct vector *vector, uint8_t *out, size_t size)
{
	struct bytes password = bytes_of(vector, "password"), salt = bytes_of(vector, "salt");

	return ualg_pbkdf2(vector_text(vector, "alg"), password.data, password.size, salt.data,
			   salt.size, number_of(vector, "iterations"), out, size);
}

/* HKDF in two steps, where the stanza has what is between them. */
static bool run_halves(const struct vector *vector, uint8_t *out, struct bytes expected)
{
	const char *mac = vector_text(vector, "alg");
	struct bytes key = bytes_of(vector, "key"), salt = bytes_of(vector, "salt");
	struct bytes info = bytes_of(vector, "info"), prk = bytes_of(vector, "prk");

	if (prk.size == 0)
		return true;
	if (ualg_hkdf_extract(mac, key.data, key.size, salt.data, salt.size, out, prk.size) != 0 ||
	    !is_equal(out, prk))
		return fail("the pseudorandom key is another");
	if (ualg_hkdf_extract(mac, key.data, key.size, salt.data, salt.size, out, prk.size - 1) !=
	    -EINVAL)
		return fail("too little room for the pseudorandom key");
	return ualg_hkdf_expand(mac, prk.data, prk.size, info.data, info.size, out,
				expected.size) == 0 &&
	       is_equal(out, expected);
}

static bool run_stanza(const struct vector *vector, derive_function *derive)
{
	static uint8_t out[MAX_OUT];
	struct bytes expected = bytes_of(vector, "out");

	if (vector_field(vector, "refused"))
		return derive(vector, out, number_of(vector, "refused")) == -EINVAL ||
		       fail("it was not refused");
	if (expected.size == 0 || expected.size > MAX_OUT)
		return fail("no output, or too much");
	memset(out, 0, expected.size);
	if (derive(vector, out, expected.size) != 0)
		return fail("an error");
	if (!is_equal(out, expected) || !run_halves(vector, out, expected))
		return false;
	/* Less output is the beginning of more. */
	expected.size = expected.size / 2 + 1;
	memset(out, 0, expected.size);
	return derive(vector, out, expected.size) == 0 && is_equal(out, expected);
}

static derive_function *find(const struct vector *vector)
{
	static const struct {
		const char *type;
		derive_function *derive;
	} kinds[] = {{"kdf", derive_kdf}, {"hkdf", derive_hkdf}, {"pbkdf2", derive_pbkdf2}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].type, vector_text(vector, "type")) == 0)
			return kinds[i].derive;
	printf("Bail out! %s:%u: no runner for its type\n", vector->file, vector->line);
	exit(1);
}

static void report_stanza(const struct vector *vector, void *context)
{
	derive_function *derive = find(vector);
	bool is_slow = by_kernel && number_of(vector, "iterations") > MAX_BY_SOCKETS;
	bool good = is_slow || run_stanza(vector, derive);

	(void)context;
	printf("%s %u - %s:%u %s%s\n", good ? "ok" : "not ok", ++count, vector->file, vector->line,
	       vector_text(vector, "alg"), is_slow ? " # SKIP too many system calls" : "");
	if (good)
		return;
	printf("# %s\n", reason);
	failed++;
}

int main(int argc, char **argv)
{
	enum ualg_transport transport;

	if (argc < 3 || ualg_transport_parse(argv[1], &transport) < 0 ||
	    ualg_transport_set_default(transport) < 0) {
		fprintf(stderr, "usage: vectors_kdf TRANSPORT FILE...\n");
		return 2;
	}
	by_kernel = transport == UALG_TRANSPORT_KERNEL;
	for (int i = 2; i < argc; i++)
		vector_each(argv[i], report_stanza, NULL);
	printf("1..%u\n", count);
	return count == 0 || failed != 0;
}
