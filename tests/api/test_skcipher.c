/* SPDX-License-Identifier: MIT */
#include "test_api.h"

#define LONGEST 1100003u

/* Ciphers that libcrypto has too, with lengths that both take. */
static const struct {
	const char *name, *reference;
	size_t key_size, iv_size, unit, least;
	bool parts; /* a message may come in parts */
} ciphers[] = {
    {"cbc(aes)", "AES-128-CBC", 16, 16, 16, 0, true},
    {"ecb(aes)", "AES-256-ECB", 32, 0, 16, 0, true},
    {"ctr(aes)", "AES-192-CTR", 24, 16, 1, 0, true},
    {"cfb(aes)", "AES-128-CFB", 16, 16, 1, 0, true},
    {"ofb(aes)", "AES-256-OFB", 32, 16, 1, 0, true},
    {"cbc(des3_ede)", "DES-EDE3-CBC", 24, 8, 8, 0, true},
    {"ctr(camellia)", "CAMELLIA-128-CTR", 16, 16, 1, 0, true},
    {"chacha20", "ChaCha20", 32, 16, 1, 0, true},
    {"xts(aes)", "AES-128-XTS", 32, 16, 1, 16, false},
};

#define CIPHERS (sizeof(ciphers) / sizeof(ciphers[0]))

static const size_t lengths[] = {
    0,     1,     15,    16,    17,    31,    63,     64,     65,     1000,   4095,   4096,   4097,
    65535, 65536, 65537, 81920, 98303, 98305, 131071, 212992, 212993, 425984, 425985, LONGEST};

#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

static uint8_t *plain, *sealed, *out;
static uint8_t key[64], iv[32];

static int set_up(void **state)
{
	(void)state;
	plain = test_allocate(LONGEST);
	sealed = test_allocate(LONGEST);
	out = test_allocate(LONGEST + 64);
	test_fill(plain, LONGEST, 11);
	test_fill(key, sizeof(key), 12);
	test_fill(iv, sizeof(iv), 13);
	/* The counters of ctr(aes) and chacha20 carry, within the longest message. */
	memset(iv + 12, 0xff, 4);
	iv[15] = 0xf0;
	memset(iv, 0xff, 4);
	iv[0] = 0x10;
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

/* The wrap of chacha20's counter is between libcrypto's and the kernel's: keep away from it. */
static const uint8_t *iv_of(size_t i)
{
	static uint8_t gentle[32];

	if (strcmp(ciphers[i].name, "chacha20") != 0)
		return iv;
	memcpy(gentle, iv, sizeof(gentle));
	gentle[3] = 0x7f;
	return gentle;
}

/* The kernel takes a message that cannot come in parts only where it fits its queue. */
static bool may_be_too_long(size_t i, size_t size)
{
	return test_transport == UALG_TRANSPORT_KERNEL && !ciphers[i].parts && size > 200000;
}

/* Not every kernel has every cipher (section 13: cfb and ofb have gone). */
static bool is_missing(size_t i)
{
	struct ualg_skcipher *cipher;
	int result = ualg_skcipher_open(&cipher, ciphers[i].name, test_transport);

	ualg_skcipher_close(cipher);
	return test_transport == UALG_TRANSPORT_KERNEL && result == -ENOENT;
}

static void check_length(struct ualg_skcipher *cipher, size_t i, size_t size)
{
	const uint8_t *start = iv_of(i);
	int result;

	size -= size % ciphers[i].unit;
	if (size < ciphers[i].least)
		return;
	memset(out, 0xa5, size + 64);
	result = ualg_skcipher_encrypt(cipher, start, plain, out, size);
	if (may_be_too_long(i, size) && result == -EMSGSIZE)
		return;
	assert_int_equal(result, 0);
	reference_cipher(ciphers[i].reference, true, key, start, plain, sealed, size);
	assert_memory_equal(out, sealed, size);
	for (size_t at = size; at < size + 64; at++)
		assert_int_equal(out[at], 0xa5);
	/* Back, in place. */
	assert_int_equal(ualg_skcipher_decrypt(cipher, start, out, out, size), 0);
	assert_memory_equal(out, plain, size);
}

static void test_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < CIPHERS; i++) {
		struct ualg_skcipher *cipher;

		if (is_missing(i))
			continue;
		cipher = test_skcipher(ciphers[i].name, key, ciphers[i].key_size);
		assert_int_equal(ualg_skcipher_iv_size(cipher), ciphers[i].iv_size);
		for (size_t n = 0; n < LENGTHS; n++)
			check_length(cipher, i, lengths[n]);
		ualg_skcipher_close(cipher);
	}
}

/* Parts of growing, odd sizes; each update gives all whole chunks that there are. */
static void check_stream(struct ualg_skcipher *cipher, size_t i, size_t size, bool encrypt)
{
	size_t chunk = ualg_alg_chunk_size(ualg_skcipher_alg(cipher));
	const uint8_t *in = encrypt ? plain : sealed;
	size_t taken = 0, given = 0, written, part = 1;

	assert_int_equal(
	    ualg_skcipher_start(cipher, encrypt ? UALG_ENCRYPT : UALG_DECRYPT, iv_of(i)), 0);
	while (taken < size) {
		size_t now = part < size - taken ? part : size - taken;

		assert_int_equal(ualg_skcipher_update(cipher, in + taken, now, out + given,
						      LONGEST - given, &written),
				 0);
		taken += now;
		given += written;
		assert_int_equal(given, taken - taken % chunk);
		part = part * 3 + 1;
	}
	assert_int_equal(ualg_skcipher_finish(cipher, out + given, LONGEST - given, &written), 0);
	assert_int_equal(given + written, size);
	assert_memory_equal(out, encrypt ? sealed : plain, size);
}

static void test_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < CIPHERS; i++) {
		struct ualg_skcipher *cipher;

		if (is_missing(i))
			continue;
		cipher = test_skcipher(ciphers[i].name, key, ciphers[i].key_size);
		assert_int_equal(ualg_alg_streams(ualg_skcipher_alg(cipher)), ciphers[i].parts);
		if (!ciphers[i].parts)
			assert_int_equal(ualg_skcipher_start(cipher, UALG_ENCRYPT, iv),
					 -EOPNOTSUPP);
		for (size_t n = 0; n < LENGTHS && ciphers[i].parts; n++) {
			size_t size = lengths[n] - lengths[n] % ciphers[i].unit;

			reference_cipher(ciphers[i].reference, true, key, iv_of(i), plain, sealed,
					 size);
			check_stream(cipher, i, size, true);
			check_stream(cipher, i, size, false);
		}
		ualg_skcipher_close(cipher);
	}
}

static void test_stream_in_place(void **state)
{
	struct ualg_skcipher *cipher = test_skcipher("ctr(aes)", key, 16);
	size_t written;

	(void)state;
	reference_cipher("AES-128-CTR", true, key, iv, plain, sealed, 1001);
	memcpy(out, plain, 1001);
	assert_int_equal(ualg_skcipher_start(cipher, UALG_ENCRYPT, iv), 0);
	assert_int_equal(ualg_skcipher_update(cipher, out, 512, out, 512, &written), 0);
	assert_int_equal(written, 512);
	/* 489 is not whole chunks: not in place. */
	assert_int_equal(ualg_skcipher_update(cipher, out + 512, 489, out + 512, 489, &written),
			 -EINVAL);
	assert_int_equal(ualg_skcipher_update(cipher, plain + 512, 489, out + 512, 489, &written),
			 0);
	assert_int_equal(written, 480);
	/* Something waits now: not in place, even if it were whole chunks. */
	assert_int_equal(ualg_skcipher_update(cipher, out, 16, out, 32, &written), -EINVAL);
	assert_int_equal(ualg_skcipher_finish(cipher, out + 992, 9, &written), 0);
	assert_int_equal(written, 9);
	assert_memory_equal(out, sealed, 1001);
	ualg_skcipher_close(cipher);
}

static void test_stream_errors(void **state)
{
	struct ualg_skcipher *cipher = test_skcipher("cbc(aes)", key, 16);
	size_t written = 99;

	(void)state;
	reference_cipher("AES-128-CBC", true, key, iv, plain, sealed, 64);
	assert_int_equal(ualg_skcipher_update(cipher, plain, 16, out, 16, &written), -EINVAL);
	assert_int_equal(written, 0);
	assert_int_equal(ualg_skcipher_finish(cipher, out, 16, &written), -EINVAL);
	assert_int_equal(ualg_skcipher_start(cipher, UALG_ENCRYPT, NULL), -EINVAL);
	assert_int_equal(ualg_skcipher_start(cipher, (enum ualg_direction)2, iv), -EINVAL);
	assert_int_equal(ualg_skcipher_start(NULL, UALG_ENCRYPT, iv), -EINVAL);
	assert_int_equal(ualg_skcipher_start(cipher, UALG_ENCRYPT, iv), 0);
	/* A buffer that is too small, and bad arguments, leave the message as it is. */
	assert_int_equal(ualg_skcipher_update(cipher, plain, 40, out, 31, &written), -ENOBUFS);
	assert_int_equal(ualg_skcipher_update(cipher, plain, 40, NULL, 32, &written), -EINVAL);
	assert_int_equal(ualg_skcipher_update(cipher, NULL, 40, out, 48, &written), -EINVAL);
	assert_int_equal(ualg_skcipher_update(cipher, plain, 40, out, 48, NULL), -EINVAL);
	assert_int_equal(ualg_skcipher_update(cipher, plain, SIZE_MAX, out, 48, &written),
			 -ENOBUFS);
	assert_int_equal(ualg_skcipher_update(cipher, plain, 40, plain + 8, 48, &written), -EINVAL);
	assert_int_equal(ualg_skcipher_update(cipher, plain, 40, out, 32, &written), 0);
	assert_int_equal(written, 32);
	assert_int_equal(ualg_skcipher_update(cipher, NULL, 0, NULL, 0, &written), 0);
	assert_int_equal(ualg_skcipher_finish(cipher, out + 32, 7, &written), -ENOBUFS);
	assert_int_equal(ualg_skcipher_finish(cipher, out + 32, 16, NULL), -EINVAL);
	assert_int_equal(ualg_skcipher_update(cipher, plain + 40, 24, out + 32, 32, &written), 0);
	assert_int_equal(written, 32);
	assert_int_equal(ualg_skcipher_finish(cipher, NULL, 0, &written), 0);
	assert_memory_equal(out, sealed, 64);
	/* A message that ends within a block. */
	assert_int_equal(ualg_skcipher_start(cipher, UALG_ENCRYPT, iv), 0);
	assert_int_equal(ualg_skcipher_update(cipher, plain, 20, out, 32, &written), 0);
	assert_int_equal(ualg_skcipher_finish(cipher, out + 16, 16, &written), -EINVAL);
	assert_int_equal(ualg_skcipher_finish(cipher, out + 16, 16, &written), -EINVAL);
	/* A whole message in between gives the open one up, and so does a key. */
	assert_int_equal(ualg_skcipher_start(cipher, UALG_ENCRYPT, iv), 0);
	assert_int_equal(ualg_skcipher_update(cipher, plain, 20, out, 32, &written), 0);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, plain, out, 64), 0);
	assert_memory_equal(out, sealed, 64);
	assert_int_equal(ualg_skcipher_update(cipher, plain, 20, out, 32, &written), -EINVAL);
	assert_int_equal(ualg_skcipher_start(cipher, UALG_ENCRYPT, iv), 0);
	assert_int_equal(ualg_skcipher_set_key(cipher, key, 16), 0);
	assert_int_equal(ualg_skcipher_update(cipher, plain, 20, out, 32, &written), -EINVAL);
	ualg_skcipher_close(cipher);
	assert_int_equal(ualg_skcipher_update(NULL, plain, 16, out, 16, &written), -EINVAL);
	assert_int_equal(ualg_skcipher_finish(NULL, out, 16, &written), -EINVAL);
}

static void test_errors(void **state)
{
	struct ualg_skcipher *cipher;

	(void)state;
	assert_int_equal(ualg_skcipher_open(&cipher, "cbc(nothing)", test_transport), -ENOENT);
	assert_null(cipher);
	assert_int_equal(ualg_skcipher_open(&cipher, "gcm(aes)", test_transport), -ENOENT);
	assert_int_equal(ualg_skcipher_open(&cipher, NULL, test_transport), -EINVAL);
	assert_int_equal(ualg_skcipher_open(NULL, "cbc(aes)", test_transport), -EINVAL);
	ualg_skcipher_close(NULL);

	cipher = test_skcipher("cbc(aes)", NULL, 0);
	assert_int_equal(ualg_skcipher_block_size(cipher), 16);
	assert_int_equal(ualg_skcipher_transport(cipher), test_transport);
	assert_string_equal(ualg_alg_name(ualg_skcipher_alg(cipher)), "cbc(aes)");
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, plain, out, 16), -ENOKEY);
	assert_int_equal(ualg_skcipher_set_key(cipher, key, 17), -EINVAL);
	assert_int_equal(ualg_skcipher_set_key(cipher, NULL, 16), -EINVAL);
	assert_int_equal(ualg_skcipher_set_key(NULL, key, 16), -EINVAL);
	assert_int_equal(ualg_skcipher_set_key(cipher, key, 16), 0);
	assert_int_equal(ualg_skcipher_encrypt(cipher, NULL, plain, out, 16), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, plain, out, 17), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, NULL, out, 16), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, plain, NULL, 16), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, out, out + 1, 32), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, out + 31, out, 32), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt(NULL, iv, plain, out, 16), -EINVAL);
	assert_int_equal(ualg_skcipher_decrypt(NULL, iv, plain, out, 16), -EINVAL);
	/* Nothing of that spoils the handle. */
	reference_cipher("AES-128-CBC", true, key, iv, plain, sealed, 16);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, plain, out, 16), 0);
	assert_memory_equal(out, sealed, 16);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, NULL, NULL, 0), 0);
	ualg_skcipher_close(cipher);

	assert_int_equal(ualg_skcipher_iv_size(NULL), 0);
	assert_int_equal(ualg_skcipher_block_size(NULL), 0);
	assert_null(ualg_skcipher_alg(NULL));
	assert_int_equal(ualg_skcipher_transport(NULL), UALG_TRANSPORT_DEFAULT);
}

/* C-21: the integrity block is the IV; here the RFC's own, so that a wrong one shows. */
static void test_key_wrap(void **state)
{
	static const uint8_t integrity[8] = {0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6};
	struct ualg_skcipher *cipher = test_skcipher("kw(aes)", key, 16);

	(void)state;
	assert_int_equal(ualg_skcipher_decrypt(cipher, integrity, plain, out, 32), -EBADMSG);
	assert_int_equal(ualg_skcipher_encrypt(cipher, integrity, plain, out, 12), -EINVAL);
	ualg_skcipher_close(cipher);
}

static void check_iov(struct ualg_skcipher *cipher, size_t i, size_t size, size_t piece)
{
	static struct iovec in[512], to[512];
	size_t in_count = 0, to_count = 0;

	for (size_t at = 0; at < size; at += piece, in_count++)
		in[in_count] = (struct iovec){plain + at, piece < size - at ? piece : size - at};
	to[to_count++] = (struct iovec){out, size / 3};
	to[to_count++] = (struct iovec){NULL, 0};
	to[to_count++] = (struct iovec){out + size / 3, size - size / 3};
	memset(out, 0, size);
	assert_int_equal(ualg_skcipher_encrypt_iov(cipher, iv_of(i), in, in_count, to, to_count),
			 0);
	assert_memory_equal(out, sealed, size);
	assert_int_equal(ualg_skcipher_decrypt_iov(cipher, iv_of(i), to, to_count, to, to_count),
			 0);
	assert_memory_equal(out, plain, size);
}

static void test_pieces(void **state)
{
	static const size_t sizes[] = {48, 4080, 65536, 70000, 150000};

	(void)state;
	for (size_t i = 0; i < CIPHERS; i++) {
		struct ualg_skcipher *cipher;

		if (is_missing(i))
			continue;
		cipher = test_skcipher(ciphers[i].name, key, ciphers[i].key_size);
		for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
			size_t size = sizes[n] - sizes[n] % ciphers[i].unit;

			reference_cipher(ciphers[i].reference, true, key, iv_of(i), plain, sealed,
					 size);
			check_iov(cipher, i, size, size);
			check_iov(cipher, i, size, size / 2 - size / 2 % 16);
			check_iov(cipher, i, size, size / 300 + 7);
		}
		ualg_skcipher_close(cipher);
	}
}

static void test_piece_errors(void **state)
{
	struct ualg_skcipher *cipher = test_skcipher("ctr(aes)", key, 16);
	struct iovec in[] = {{plain, 10}, {plain + 10, 22}}, to[] = {{out, 16}, {out + 16, 16}};
	struct iovec shorter = {out, 31}, missing = {NULL, 32},
		     huge[] = {{out, SIZE_MAX}, {out, 2}};
	struct iovec over = {plain + 5, 32};

	(void)state;
	assert_int_equal(ualg_skcipher_encrypt_iov(cipher, iv, in, 2, &shorter, 1), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt_iov(cipher, iv, in, 2, &missing, 1), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt_iov(cipher, iv, in, 2, &over, 1), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt_iov(cipher, iv, huge, 2, huge, 2), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt_iov(cipher, iv, NULL, 2, to, 2), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt_iov(cipher, NULL, in, 2, to, 2), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt_iov(NULL, iv, in, 2, to, 2), -EINVAL);
	assert_int_equal(ualg_skcipher_decrypt_iov(NULL, iv, in, 2, to, 2), -EINVAL);
	assert_int_equal(ualg_skcipher_encrypt_iov(cipher, iv, NULL, 0, NULL, 0), 0);
	assert_int_equal(ualg_skcipher_encrypt_iov(cipher, iv, in, 2, to, 2), 0);
	reference_cipher("AES-128-CTR", true, key, iv, plain, sealed, 32);
	assert_memory_equal(out, sealed, 32);
	ualg_skcipher_close(cipher);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_lengths, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_streams, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_stream_in_place, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_stream_errors, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_key_wrap, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_pieces, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_piece_errors, set_up, tear_down),
};

const struct test_group test_skcipher_group = TEST_GROUP(tests);
