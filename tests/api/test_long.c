/* SPDX-License-Identifier: MIT */
/*
 * Messages beyond 2 and 4 GiB, odd sizes both: what counts bytes in 31 or 32 bits shows.
 *
 *     test_long direct|kernel
 *
 * Address space is what such a message takes, not memory: input and output are one piece of memory
 * each, mapped again and again.  So of the output the last part is left to look at, which depends
 * on all that went before by IV, counter or tag.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test_api.h"

#if SIZE_MAX > UINT32_MAX

#define WINDOW   ((size_t)16 << 20)
#define TWO_GIB  (((uint64_t)2 << 30) + 17)
#define FOUR_GIB (((uint64_t)4 << 30) + 17)

static uint8_t *in, *out, *window;
static uint8_t key[64], iv[16];

/* Maps one window again and again, size bytes of addresses and a bit. */
static uint8_t *map_window(uint64_t size)
{
	size_t room = (size_t)(size / WINDOW + 2) * WINDOW;
	int fd = memfd_create("window", MFD_CLOEXEC);
	uint8_t *base =
	    mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_true(fd >= 0 && base != MAP_FAILED && ftruncate(fd, (off_t)WINDOW) == 0);
	for (size_t at = 0; at < room; at += WINDOW)
		assert_ptr_equal(
		    mmap(base + at, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0),
		    base + at);
	close(fd);
	return base;
}

static int set_up(void **state)
{
	(void)state;
	in = map_window(FOUR_GIB);
	out = map_window(FOUR_GIB);
	window = test_allocate(2 * WINDOW);
	test_fill(in, WINDOW, 61);
	test_fill(key, sizeof(key), 62);
	test_fill(iv, sizeof(iv), 63);
	return 0;
}

/* The last bytes of the output, as far as they are those of the last window. */
static void check_end(const uint8_t *expected_end, size_t size)
{
	assert_memory_equal(out + size - WINDOW / 2, expected_end, WINDOW / 2);
}

static void check_digest(size_t size)
{
	struct ualg_digest *digest = test_digest("sha256", NULL, 0);
	uint8_t result[32], expected[32];

	reference_digest("SHA256", in, size, expected);
	assert_int_equal(ualg_digest_once(digest, in, size, result, 32), 0);
	assert_memory_equal(result, expected, 32);
	ualg_digest_close(digest);
}

static void check_cipher(const char *name, const char *reference, size_t size)
{
	struct ualg_skcipher *cipher = test_skcipher(name, key, strstr(name, "xts") ? 32 : 16);

	/* Both in windows of addresses: what libcrypto leaves there, then ours. */
	reference_cipher(reference, true, key, iv, in, out, size);
	memcpy(window, out + size - WINDOW / 2, WINDOW / 2);
	memset(out, 0, WINDOW);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, in, out, size), 0);
	check_end(window, size);
	ualg_skcipher_close(cipher);
}

static void test_digest_two(void **state)
{
	(void)state;
	check_digest((size_t)TWO_GIB);
}

static void test_cbc_two(void **state)
{
	(void)state;
	check_cipher("cbc(aes)", "AES-128-CBC", (size_t)TWO_GIB - 1);
}

static void test_ctr_four(void **state)
{
	(void)state;
	check_cipher("ctr(aes)", "AES-128-CTR", (size_t)FOUR_GIB);
}

/* Many parts with one message's counters: as whole. */
static void test_stream_four(void **state)
{
	struct ualg_skcipher *cipher = test_skcipher("chacha20", key, 32);
	const size_t part = ((size_t)200 << 20) + 1;
	size_t done = 0, given = 0, written;

	(void)state;
	reference_cipher("ChaCha20", true, key, iv, in, out, (size_t)FOUR_GIB);
	memcpy(window, out + FOUR_GIB - WINDOW / 2, WINDOW / 2);
	memset(out, 0, WINDOW);
	assert_int_equal(ualg_skcipher_start(cipher, UALG_ENCRYPT, iv), 0);
	for (; done < FOUR_GIB; done += part) {
		size_t now = FOUR_GIB - done < part ? (size_t)FOUR_GIB - done : part;

		assert_int_equal(
		    ualg_skcipher_update(cipher, in + done, now, out + given, now + 64, &written),
		    0);
		given += written;
	}
	assert_int_equal(ualg_skcipher_finish(cipher, out + given, 64, &written), 0);
	assert_int_equal(given + written, FOUR_GIB);
	check_end(window, (size_t)FOUR_GIB);
	ualg_skcipher_close(cipher);
}

/* Encryption looks at what it wrote before the window comes round again: both are one pass. */
static void test_gcm_four(void **state)
{
	struct ualg_aead *aead = test_aead("gcm(aes)", key, 16);
	const size_t size = (size_t)FOUR_GIB;
	uint8_t tag[16], expected[16];

	(void)state;
	reference_aead("AES-128-GCM", key, iv, key, 20, in, out, size, expected);
	memcpy(window, out + size - WINDOW / 2, WINDOW / 2);
	memset(out, 0, WINDOW);
	assert_int_equal(ualg_aead_encrypt(aead, iv, key, 20, in, out, size, tag), 0);
	check_end(window, size);
	assert_memory_equal(tag, expected, 16);
	ualg_aead_close(aead);
}

/* RFC 8439, 2.8: the tag of a ciphertext. */
static void reference_poly1305_tag(const uint8_t *cipher, size_t size, uint8_t tag[16])
{
	static const uint8_t zeros[64];
	uint8_t start[16] = {0}, stream[64];
	uint64_t lengths[2] = {20, size};
	const struct iovec parts[] = {
	    {key, 20},
	    {(void *)(uintptr_t)zeros, 12},
	    {(void *)(uintptr_t)cipher, size},
	    {(void *)(uintptr_t)zeros, (16 - size % 16) % 16},
	    {lengths, sizeof(lengths)},
	};

	memcpy(start + 4, iv, 12);
	reference_cipher("ChaCha20", true, key, start, zeros, stream, 64);
	reference_poly1305(stream, parts, 5, tag);
}

/* Decryption, whose two passes both read the input. */
static void test_chacha_two(void **state)
{
	struct ualg_aead *aead = test_aead("rfc7539(chacha20,poly1305)", key, 32);
	const size_t size = (size_t)TWO_GIB;
	uint8_t tag[16], start[16] = {1};

	(void)state;
	memcpy(start + 4, iv, 12);
	reference_cipher("ChaCha20", true, key, start, in, out, size);
	memcpy(window, out + size - WINDOW / 2, WINDOW / 2);
	memset(out, 0, WINDOW);
	reference_poly1305_tag(in, size, tag);
	assert_int_equal(ualg_aead_decrypt(aead, iv, key, 20, in, out, size, tag), 0);
	check_end(window, size);
	ualg_aead_close(aead);
}

/* What standards allow ends earlier for some: an error, and nothing wrong. */
static void test_limits(void **state)
{
	struct ualg_skcipher *cipher = test_skcipher("xts(aes)", key, 32);
	uint8_t *data = test_allocate(WINDOW);

	(void)state;
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, in, data, WINDOW), 0);
	assert_int_equal(ualg_skcipher_decrypt(cipher, iv, data, data, WINDOW), 0);
	assert_memory_equal(data, in, WINDOW);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, in, out, WINDOW + 1), -EMSGSIZE);
	assert_int_equal(ualg_skcipher_encrypt(cipher, iv, in, out, (size_t)FOUR_GIB), -EMSGSIZE);
	ualg_skcipher_close(cipher);
	free(data);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest direct[] = {
	    cmocka_unit_test(test_digest_two),  cmocka_unit_test(test_cbc_two),
	    cmocka_unit_test(test_ctr_four),    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_gcm_four),    cmocka_unit_test(test_chacha_two),
	    cmocka_unit_test(test_stream_four),
	};
	/* AEADs and what comes in one piece end at what the kernel takes. */
	static const struct CMUnitTest kernel[] = {
	    cmocka_unit_test(test_digest_two),
	    cmocka_unit_test(test_cbc_two),
	};

	if (argc != 2 || ualg_transport_parse(argv[1], &test_transport) < 0) {
		fprintf(stderr, "usage: test_long direct|kernel\n");
		return 2;
	}
	if (test_transport == UALG_TRANSPORT_KERNEL)
		return cmocka_run_group_tests(kernel, set_up, NULL);
	return cmocka_run_group_tests(direct, set_up, NULL);
}

#else

int main(void)
{
	printf("1..0 # SKIP no address space for such messages\n");
	return 0;
}

#endif
