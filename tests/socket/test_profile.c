/* SPDX-License-Identifier: MIT */
/* Every row of the profiles' table, in every profile. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "socket/profile.h"
#include "support/engine.h"
#include "ualg/if_alg.h"

static const uint8_t key_bytes[16] = "sixteen byte key";
static const uint8_t iv_bytes[16] = "and an IV of 16.";

static struct sock *open_op(const char *type, const char *name, const char *key,
			    struct sock **parent)
{
	struct sock *op;
	int error;

	*parent = engine_open(type, name, &error);
	assert_int_equal(error, 0);
	if (key)
		assert_int_equal(engine_key(*parent, key, 16), 0);
	op = engine_accept(*parent, &error);
	assert_int_equal(error, 0);
	return op;
}

static void end(struct sock *op, struct sock *parent)
{
	engine_close(op);
	engine_close(parent);
}

/* Each returns whether the variant is in force. */
static bool options_on_op(void)
{
	struct sock *parent, *op = open_op("hash", "cmac(aes)", NULL, &parent);
	int result = engine_key(op, key_bytes, 16);
	uint8_t out[16];

	if (result == 0) {
		assert_int_equal(engine_send(op, "abc", 3, SOCK_MSG_MORE), 3);
		assert_int_equal(engine_key(op, key_bytes, 16), -EBUSY);
		assert_int_equal(engine_recv(op, out, 16), 16);
		assert_int_equal(engine_key(op, key_bytes, 16), 0);
	} else {
		assert_int_equal(result, -EOPNOTSUPP);
	}
	end(op, parent);
	return result == 0;
}

static bool autoseed(void)
{
	struct sock *parent, *op = open_op("rng", "stdrng", NULL, &parent);
	uint8_t out[16];
	ssize_t result = engine_recv(op, out, 16);

	assert_true(result == 16 || result == -EINVAL);
	end(op, parent);
	return result == 16;
}

static bool known_answers(void)
{
	uint8_t entropy[48] = {1}, first[32], second[32];
	struct sock *parent, *op;
	int error, result;

	for (unsigned i = 0; i < 2; i++) {
		parent = engine_open("rng", "drbg_nopr_hmac_sha256", &error);
		assert_int_equal(error, 0);
		result = engine_option(parent, ALG_SET_DRBG_ENTROPY, entropy, sizeof(entropy));
		if (result < 0) {
			assert_int_equal(result, -ENOPROTOOPT);
			engine_close(parent);
			return false;
		}
		assert_int_equal(
		    engine_option(parent, ALG_SET_DRBG_ENTROPY, entropy, sizeof(entropy)), -EINVAL);
		assert_int_equal(engine_key(parent, NULL, 0), 0);
		op = engine_accept(parent, &error);
		assert_int_equal(engine_send(op, entropy, 129, 0), -EMSGSIZE);
		assert_int_equal(engine_send(op, entropy, 7, 0), 7);
		assert_int_equal(engine_recv(op, i ? second : first, 32), 32);
		end(op, parent);
	}
	assert_memory_equal(first, second, 32);
	return true;
}

static bool recv_returns_short(void)
{
	struct sock *parent,
	    *op = open_op("skcipher", "cbc(aes)", (const char *)key_bytes, &parent);
	uint8_t out[64];
	struct iovec iov = {out, sizeof(out)};
	struct sock_io io = {.iov = &iov, .iov_count = 1, .size = sizeof(out)};
	ssize_t result;

	assert_int_equal(engine_send_with(op, key_bytes, 16, 0, 1, iv_bytes, 16, -1), 16);
	(void)sock_lock(op);
	result = sock_recv(op, &io);
	sock_unlock(op);
	assert_true(result == 16 || result == SOCK_WAIT);
	end(op, parent);
	return result == 16;
}

static bool aead_without_aad(void)
{
	struct sock *parent, *op = open_op("aead", "gcm(aes)", (const char *)key_bytes, &parent);
	uint8_t sealed[64], opened[64];
	ssize_t size;
	bool without;

	assert_int_equal(engine_send_with(op, "associated data", 15, 0, 1, iv_bytes, 12, 8), 15);
	size = engine_recv(op, sealed, sizeof(sealed));
	without = size == 7 + 16;
	assert_true(without || size == 15 + 16);
	/* Opening takes AAD, ciphertext, tag in either profile. */
	assert_int_equal(engine_send_with(op, "associat", 8, SOCK_MSG_MORE, 0, iv_bytes, 12, 8), 8);
	assert_int_equal(engine_send(op, without ? sealed : sealed + 8, 7 + 16, 0), 7 + 16);
	size = engine_recv(op, opened, sizeof(opened));
	assert_int_equal(size, without ? 7 : 15);
	assert_memory_equal(without ? opened : opened + 8, "ed data", 7);
	end(op, parent);
	return without;
}

static bool aead_short_buffer(void)
{
	struct sock *parent, *op = open_op("aead", "gcm(aes)", (const char *)key_bytes, &parent);
	uint8_t out[64];
	ssize_t result;

	assert_int_equal(engine_send_with(op, key_bytes, 16, 0, 1, iv_bytes, 12, -1), 16);
	result = engine_recv(op, out, 20);
	assert_true(result == 20 || result == -EINVAL);
	if (result < 0)
		assert_int_equal(engine_recv(op, out, 32), 32); /* nothing was lost */
	end(op, parent);
	return result < 0;
}

/* In the order of the table's variants. */
static const struct {
	enum sock_variant variant;
	bool (*in_force)(void);
} probes[] = {
    {SOCK_VARIANT_OPTIONS_ON_OP, options_on_op},
    {SOCK_VARIANT_AUTOSEED, autoseed},
    {SOCK_VARIANT_KNOWN_ANSWERS, known_answers},
    {SOCK_VARIANT_RECV_RETURNS_SHORT, recv_returns_short},
    {SOCK_VARIANT_AEAD_WITHOUT_AAD, aead_without_aad},
    {SOCK_VARIANT_AEAD_SHORT_BUFFER, aead_short_buffer},
};

#define PROBES (sizeof(probes) / sizeof(probes[0]))

static bool expected(const struct sock_profile_row *row, enum sock_profile profile)
{
	return profile == SOCK_PROFILE_DOCUMENTED ||
	       (profile == SOCK_PROFILE_DEFAULT && row->in_default);
}

static void test_profile(void **state)
{
	enum sock_profile profile;

	assert_int_equal(sock_profile_parse(*state, &profile), 0);
	assert_int_equal(sock_profile_rows_count, PROBES);
	engine_host.profile = profile;
	for (size_t i = 0; i < PROBES; i++) {
		const struct sock_profile_row *row = &sock_profile_rows[i];

		assert_int_equal(row->variant, probes[i].variant);
		if (probes[i].in_force() != expected(row, profile))
			fail_msg("%s (%s) in profile %s", row->name, row->rule, (char *)*state);
	}
}

static void test_unknown_profile(void **state)
{
	enum sock_profile profile = SOCK_PROFILE_DOCUMENTED;

	(void)state;
	assert_int_equal(sock_profile_parse("Strict", &profile), -1);
	assert_int_equal(sock_profile_parse("", &profile), -1);
	assert_int_equal(profile, SOCK_PROFILE_DOCUMENTED);
}

static bool nobody_capable(enum sock_capability capability)
{
	(void)capability;
	return false;
}

/* R-10 asks for CAP_SYS_ADMIN. */
static void test_entropy_privilege(void **state)
{
	struct sock *parent;
	int error;

	(void)state;
	engine_host.profile = SOCK_PROFILE_DEFAULT;
	engine_host.capable = nobody_capable;
	parent = engine_open("rng", "drbg_nopr_sha256", &error);
	assert_int_equal(error, 0);
	assert_int_equal(engine_option(parent, ALG_SET_DRBG_ENTROPY, "entropy", 7), -EACCES);
	engine_close(parent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    {"strict", test_profile, NULL, NULL, "strict"},
	    {"default", test_profile, NULL, NULL, "default"},
	    {"documented", test_profile, NULL, NULL, "documented"},
	    cmocka_unit_test(test_unknown_profile),
	    cmocka_unit_test(test_entropy_privilege),
	};

	return cmocka_run_group_tests_name("profiles", tests, NULL, NULL);
}
