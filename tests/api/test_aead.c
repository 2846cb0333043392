/* SPDX-License-Identifier: MIT */
#include "test_api.h"

#define LONGEST 1000003u

static const struct {
	const char *name, *reference;
	size_t key_size;
} aeads[] = {
    {"gcm(aes)", "AES-128-GCM", 16},
    {"gcm(aes)", "AES-256-GCM", 32},
    {"rfc7539(chacha20,poly1305)", "ChaCha20-Poly1305", 32},
};

#define AEADS (sizeof(aeads) / sizeof(aeads[0]))

static const size_t lengths[] = {0,      1,      15,     16,     17,     63,    64,
				 65,     1000,   4095,   4097,   65535,  65536, 65537,
				 131071, 212960, 425984, 425985, LONGEST};

#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

static uint8_t *plain, *sealed, *out;
static uint8_t key[32], iv[16], aad[300];

static int set_up(void **state)
{
	(void)state;
	plain = test_allocate(LONGEST);
	sealed = test_allocate(LONGEST);
	out = test_allocate(LONGEST);
	test_fill(plain, LONGEST, 21);
	test_fill(key, sizeof(key), 22);
	test_fill(iv, sizeof(iv), 23);
	test_fill(aad, sizeof(aad), 24);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(plain);
	free(sealed);
	free(out);
	return 0;
}

static bool are_zeros(const uint8_t *data, size_t size)
{
	while (size > 0)
		if (data[--size])
			return false;
	return true;
}

static void check_length(struct ualg_aead *aead, size_t i, size_t size, size_t aad_size)
{
	uint8_t tag[16], expected[16];
	int result = ualg_aead_encrypt(aead, iv, aad, aad_size, plain, out, size, tag);

	if (test_transport == UALG_TRANSPORT_KERNEL && size > 200000 && result == -EMSGSIZE)
		return;
	assert_int_equal(result, 0);
	reference_aead(aeads[i].reference, key, iv, aad, aad_size, plain, sealed, size, expected);
	assert_memory_equal(out, sealed, size);
	assert_memory_equal(tag, expected, 16);
	assert_int_equal(ualg_aead_decrypt(aead, iv, aad, aad_size, out, out, size, tag), 0);
	assert_memory_equal(out, plain, size);
	/* One bit of anything: nothing comes out. */
	tag[size % 16] ^= 4;
	assert_int_equal(ualg_aead_decrypt(aead, iv, aad, aad_size, sealed, out, size, tag),
			 -EBADMSG);
	assert_true(are_zeros(out, size));
}

static void test_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < AEADS; i++) {
		struct ualg_aead *aead = test_aead(aeads[i].name, key, aeads[i].key_size);

		assert_int_equal(ualg_aead_iv_size(aead), 12);
		assert_int_equal(ualg_aead_tag_size(aead), 16);
		for (size_t n = 0; n < LENGTHS; n++) {
			check_length(aead, i, lengths[n], 0);
			check_length(aead, i, lengths[n], 20 + n);
		}
		check_length(aead, i, 100, sizeof(aad));
		ualg_aead_close(aead);
	}
}

static void test_tampering(void **state)
{
	struct ualg_aead *aead = test_aead("gcm(aes)", key, 16);
	uint8_t tag[16];

	(void)state;
	assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 20, plain, sealed, 50, tag), 0);
	for (size_t bit = 0; bit < 8 * (size_t)(20 + 50 + 16 + 12); bit += 5) {
		uint8_t *place = bit / 8 < 20   ? aad + bit / 8
				 : bit / 8 < 70 ? sealed + bit / 8 - 20
				 : bit / 8 < 86 ? tag + bit / 8 - 70
						: iv + bit / 8 - 86;

		*place ^= (uint8_t)(1u << bit % 8);
		memset(out, 0xa5, 50);
		assert_int_equal(ualg_aead_decrypt(aead, iv, aad, 20, sealed, out, 50, tag),
				 -EBADMSG);
		assert_true(are_zeros(out, 50));
		*place ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(ualg_aead_decrypt(aead, iv, aad, 20, sealed, out, 50, tag), 0);
	assert_memory_equal(out, plain, 50);
	ualg_aead_close(aead);
}

static void test_tag_sizes(void **state)
{
	struct ualg_aead *aead = test_aead("gcm(aes)", key, 16);
	uint8_t whole[16], tag[17];

	(void)state;
	assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 20, plain, sealed, 50, whole), 0);
	for (size_t size = 0; size < 18; size++) {
		bool valid = size == 4 || size == 8 || (size >= 12 && size <= 16);

		assert_int_equal(ualg_aead_set_tag_size(aead, size), valid ? 0 : -EINVAL);
		if (!valid)
			continue;
		assert_int_equal(ualg_aead_tag_size(aead), size);
		memset(tag, 0xa5, sizeof(tag));
		assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 20, plain, out, 50, tag), 0);
		assert_memory_equal(tag, whole, size);
		assert_int_equal(tag[size], 0xa5);
		assert_int_equal(ualg_aead_decrypt(aead, iv, aad, 20, out, out, 50, tag), 0);
	}
	assert_int_equal(ualg_aead_set_tag_size(aead, SIZE_MAX), -EINVAL);
	assert_int_equal(ualg_aead_tag_size(aead), 16);
	/* Before the key, too, and kept by it. */
	assert_int_equal(ualg_aead_set_tag_size(aead, 8), 0);
	assert_int_equal(ualg_aead_set_key(aead, key, 32), 0);
	assert_int_equal(ualg_aead_tag_size(aead), 8);
	memset(tag, 0xa5, sizeof(tag));
	assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 20, plain, out, 50, tag), 0);
	assert_int_equal(tag[8], 0xa5);
	ualg_aead_close(aead);
	assert_int_equal(ualg_aead_set_tag_size(NULL, 16), -EINVAL);
}

static void test_errors(void **state)
{
	struct ualg_aead *aead;
	uint8_t tag[16];

	(void)state;
	assert_int_equal(ualg_aead_open(&aead, "gcm(sha256)", test_transport), -ENOENT);
	assert_null(aead);
	assert_int_equal(ualg_aead_open(&aead, NULL, test_transport), -EINVAL);
	assert_int_equal(ualg_aead_open(NULL, "gcm(aes)", test_transport), -EINVAL);
	assert_int_equal(
	    ualg_aead_open(&aead, "essiv(authenc(hmac(sha256),cbc(aes)),sha256)", test_transport),
	    -EOPNOTSUPP);
	ualg_aead_close(NULL);

	aead = test_aead("gcm(aes)", NULL, 0);
	assert_int_equal(ualg_aead_transport(aead), test_transport);
	assert_string_equal(ualg_alg_name(ualg_aead_alg(aead)), "gcm(aes)");
	assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 4, plain, out, 16, tag), -ENOKEY);
	assert_int_equal(ualg_aead_set_key(aead, key, 16), 0);
	assert_int_equal(ualg_aead_set_key(aead, NULL, 16), -EINVAL);
	assert_int_equal(ualg_aead_set_key(aead, key, 15), -EINVAL);
	assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 4, plain, out, 16, tag), -ENOKEY);
	assert_int_equal(ualg_aead_set_key(aead, key, 16), 0);
	assert_int_equal(ualg_aead_encrypt(aead, NULL, aad, 4, plain, out, 16, tag), -EINVAL);
	assert_int_equal(ualg_aead_encrypt(aead, iv, NULL, 4, plain, out, 16, tag), -EINVAL);
	assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 4, NULL, out, 16, tag), -EINVAL);
	assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 4, plain, NULL, 16, tag), -EINVAL);
	assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 4, plain, out, 16, NULL), -EINVAL);
	assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 4, out, out + 1, 16, tag), -EINVAL);
	assert_int_equal(ualg_aead_encrypt(NULL, iv, aad, 4, plain, out, 16, tag), -EINVAL);
	assert_int_equal(ualg_aead_decrypt(NULL, iv, aad, 4, plain, out, 16, tag), -EINVAL);
	assert_int_equal(ualg_aead_set_key(NULL, key, 16), -EINVAL);
	assert_int_equal(ualg_aead_encrypt(aead, iv, NULL, 0, NULL, NULL, 0, tag), 0);
#if SIZE_MAX > UINT32_MAX
	/* SP 800-38D: never reached, so the memory need not be there. */
	assert_int_equal(
	    ualg_aead_encrypt(aead, iv, aad, 4, plain, plain, ((size_t)1 << 36) - 31, tag),
	    -EMSGSIZE);
#endif
	ualg_aead_close(aead);
	assert_int_equal(ualg_aead_iv_size(NULL), 0);
	assert_int_equal(ualg_aead_tag_size(NULL), 0);
	assert_null(ualg_aead_alg(NULL));
	assert_int_equal(ualg_aead_transport(NULL), UALG_TRANSPORT_DEFAULT);
}

/* E-16: what an algorithm demands of its AAD is said, and the next message is fine. */
static void test_aad_sizes(void **state)
{
	struct ualg_aead *aead = test_aead("rfc4106(gcm(aes))", key, 20);
	uint8_t tag[16];

	(void)state;
	for (size_t size = 8; size < 24; size++)
		assert_int_equal(ualg_aead_encrypt(aead, iv, aad, size, plain, out, 32, tag),
				 size == 16 || size == 20 ? 0 : -EINVAL);
	ualg_aead_close(aead);
}

static void test_pieces(void **state)
{
	static const size_t sizes[] = {1, 33, 5000, 65537};
	struct ualg_aead *aead = test_aead("gcm(aes)", key, 16);
	uint8_t tag[16], expected[16];

	(void)state;
	for (size_t n = 0; n < 4; n++) {
		size_t size = sizes[n], cut = size / 3;
		struct iovec head[] = {{aad, 7}, {aad + 7, 30}};
		struct iovec in[] = {{plain, cut}, {plain + cut, size - cut}};
		struct iovec to[] = {{out, size / 2}, {out + size / 2, size - size / 2}};
		struct iovec one = {out, size};

		reference_aead("AES-128-GCM", key, iv, aad, 37, plain, sealed, size, expected);
		assert_int_equal(ualg_aead_encrypt_iov(aead, iv, head, 2, in, 2, to, 2, tag), 0);
		assert_memory_equal(out, sealed, size);
		assert_memory_equal(tag, expected, 16);
		assert_int_equal(ualg_aead_decrypt_iov(aead, iv, head, 2, to, 2, to, 2, tag), 0);
		assert_memory_equal(out, plain, size);
		assert_int_equal(ualg_aead_encrypt_iov(aead, iv, head, 2, &one, 1, &one, 1, tag),
				 0);
		assert_memory_equal(out, sealed, size);
		tag[3] ^= 1;
		assert_int_equal(ualg_aead_decrypt_iov(aead, iv, head, 2, to, 2, to, 2, tag),
				 -EBADMSG);
		assert_true(are_zeros(out, size));
	}
	ualg_aead_close(aead);
}

static void test_piece_errors(void **state)
{
	struct ualg_aead *aead = test_aead("gcm(aes)", key, 16);
	struct iovec head = {aad, 8}, in = {plain, 32}, to = {out, 32}, shorter = {out, 31};
	struct iovec missing = {NULL, 8}, over = {plain + 1, 32};
	uint8_t tag[16];

	(void)state;
	assert_int_equal(ualg_aead_encrypt_iov(aead, iv, &missing, 1, &in, 1, &to, 1, tag),
			 -EINVAL);
	assert_int_equal(ualg_aead_encrypt_iov(aead, iv, &head, 1, &in, 1, &shorter, 1, tag),
			 -EINVAL);
	assert_int_equal(ualg_aead_encrypt_iov(aead, iv, &head, 1, &in, 1, &over, 1, tag), -EINVAL);
	assert_int_equal(ualg_aead_encrypt_iov(aead, iv, &head, 1, &in, 1, &to, 1, NULL), -EINVAL);
	assert_int_equal(ualg_aead_encrypt_iov(aead, NULL, &head, 1, &in, 1, &to, 1, tag), -EINVAL);
	assert_int_equal(ualg_aead_encrypt_iov(NULL, iv, &head, 1, &in, 1, &to, 1, tag), -EINVAL);
	assert_int_equal(ualg_aead_decrypt_iov(NULL, iv, &head, 1, &in, 1, &to, 1, tag), -EINVAL);
	assert_int_equal(ualg_aead_encrypt_iov(aead, iv, NULL, 0, NULL, 0, NULL, 0, tag), 0);
	ualg_aead_close(aead);
}

/* RFC 3610, packet vector #1. */
static void test_ccm_iv(void **state)
{
	static const uint8_t nonce[13] = {0x00, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00,
					  0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5};
	static const uint8_t mac[8] = {0x17, 0xe8, 0xd1, 0x2c, 0xfd, 0xf9, 0x26, 0xe0};
	uint8_t bytes[31], ccm_key[16], tag[8], start[16];
	struct ualg_aead *aead;

	(void)state;
	for (uint8_t i = 0; i < 31; i++)
		bytes[i] = i;
	for (uint8_t i = 0; i < 16; i++)
		ccm_key[i] = (uint8_t)(0xc0 + i);
	assert_int_equal(ualg_ccm_iv(nonce, 13, start), 0);
	aead = test_aead("ccm(aes)", ccm_key, 16);
	assert_int_equal(ualg_aead_set_tag_size(aead, 8), 0);
	assert_int_equal(ualg_aead_encrypt(aead, start, bytes, 8, bytes + 8, out, 23, tag), 0);
	assert_memory_equal(tag, mac, 8);
	ualg_aead_close(aead);
	assert_int_equal(ualg_ccm_iv(nonce, 6, start), -EINVAL);
	assert_int_equal(ualg_ccm_iv(nonce, 14, start), -EINVAL);
	assert_int_equal(ualg_ccm_iv(NULL, 13, start), -EINVAL);
	assert_int_equal(ualg_ccm_iv(nonce, 13, NULL), -EINVAL);
	assert_int_equal(ualg_ccm_iv(nonce, 7, start), 0);
	assert_int_equal(start[0], 7);
}

/* Encrypt-then-MAC by hand is what authenc computes (E-17). */
static void test_authenc_key(void **state)
{
	uint8_t blob[64], tag[32], expected[32], message[8 + 64];
	size_t size = ualg_authenc_key_size(20, 16);
	struct ualg_aead *aead;

	(void)state;
	assert_int_equal(size, 44);
	assert_int_equal(ualg_authenc_key(key, 20, iv, 16, blob, size - 1), -ENOBUFS);
	assert_int_equal(ualg_authenc_key(NULL, 20, iv, 16, blob, size), -EINVAL);
	assert_int_equal(ualg_authenc_key(key, 20, NULL, 16, blob, size), -EINVAL);
	assert_int_equal(ualg_authenc_key(key, 20, iv, 16, NULL, size), -EINVAL);
	assert_int_equal(ualg_authenc_key_size(SIZE_MAX, 1), 0);
	assert_int_equal(ualg_authenc_key(key, 20, iv, 16, blob, sizeof(blob)), 0);
	aead = test_aead("authenc(hmac(sha256),cbc(aes))", blob, size);
	assert_int_equal(ualg_aead_encrypt(aead, iv, aad, 8, plain, out, 64, tag), 0);
	memcpy(message, aad, 8);
	reference_cipher("AES-128-CBC", true, iv, iv, plain, message + 8, 64);
	assert_memory_equal(out, message + 8, 64);
	reference_hmac("SHA256", key, 20, message, sizeof(message), expected);
	assert_memory_equal(tag, expected, 32);
	ualg_aead_close(aead);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_lengths, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_tampering, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_tag_sizes, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_aad_sizes, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_pieces, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_piece_errors, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_ccm_iv, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_authenc_key, set_up, tear_down),
};

const struct test_group test_aead_group = TEST_GROUP(tests);
