/* SPDX-License-Identifier: MIT */
/*
 * The rates that programs ask of AF_ALG.  PBKDF2 (RFC 8018) with HMAC-SHA-256, as libkcapi does it:
 * a send and a recv for each iteration; beside it the same by direct calls: libgcrypt's HMAC, reset
 * for each iteration, and libcrypto's SHA-256 with the key's two blocks hashed beforehand.  The
 * faster of these counts.  And sockets: made, bound, used once and closed.
 *
 *   pbkdf2 [ITERATIONS]    in all; under the preload library
 */
#include <errno.h>
#include <gcrypt.h>
#include <math.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"
#include "ualg/if_alg.h"

#define ITERATIONS     1000000u
#define MOST           4000000000u
#define DIGEST_SIZE    32u
#define REPETITIONS    100u /* batches that the iterations are cut in, door and library in turn */
#define SOCKET_BATCHES 50u
#define SOCKETS        200u /* sockets a batch */

static const char password[] = "a passphrase";
static const char salt[] = "salt\0\0\0\1"; /* RFC 8018, 5.2: followed by the block's number */

/* The running block: U, the last iteration's digest, and T, the sum of all. */
struct block {
	uint8_t u[DIGEST_SIZE];
	uint8_t t[DIGEST_SIZE];
	size_t done;
	int fd;
	gcry_mac_hd_t mac;
	SHA256_CTX inner, outer; /* behind the key's block */
};

static int open_parent(void)
{
	struct ualg_sockaddr address = {
	    .salg_family = AF_ALG, .salg_type = "hash", .salg_name = "hmac(sha256)"};
	int parent = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	measure_check(parent >= 0, "socket(AF_ALG); run this under the preload library");
	measure_check(bind(parent, (void *)&address, sizeof(address)) == 0, "hmac(sha256)");
	measure_check(setsockopt(parent, SOL_ALG, ALG_SET_KEY, password, sizeof(password) - 1) == 0,
		      "key");
	return parent;
}

static void mac_by_socket(struct block *block, const void *data, size_t size)
{
	ssize_t sent = send(block->fd, data, size, 0);
	ssize_t got = recv(block->fd, block->u, DIGEST_SIZE, 0);

	measure_check(sent == (ssize_t)size && got == DIGEST_SIZE, "hmac by socket");
}

static void mac_by_gcrypt(struct block *block, const void *data, size_t size)
{
	size_t got = DIGEST_SIZE;

	measure_check(gcry_mac_reset(block->mac) == 0 &&
			  gcry_mac_write(block->mac, data, size) == 0 &&
			  gcry_mac_read(block->mac, block->u, &got) == 0,
		      "hmac by libgcrypt");
}

/* RFC 2104: the key, filled up to a block, with each byte changed by pad. */
static void hash_key(SHA256_CTX *sha, uint8_t pad)
{
	uint8_t padded[SHA256_CBLOCK] = {0};

	memcpy(padded, password, sizeof(password) - 1);
	for (size_t i = 0; i < sizeof(padded); i++)
		padded[i] ^= pad;
	SHA256_Init(sha);
	SHA256_Update(sha, padded, sizeof(padded));
}

static void mac_by_libcrypto(struct block *block, const void *data, size_t size)
{
	SHA256_CTX sha = block->inner;

	SHA256_Update(&sha, data, size);
	SHA256_Final(block->u, &sha);
	sha = block->outer;
	SHA256_Update(&sha, block->u, DIGEST_SIZE);
	SHA256_Final(block->u, &sha);
}

/* The next count iterations of the block, whose number is 1. */
static void iterate(struct block *block, size_t count,
		    void (*mac)(struct block *, const void *, size_t))
{
	for (size_t i = 0; i < count; i++) {
		if (block->done++ == 0)
			mac(block, salt, sizeof(salt) - 1);
		else
			mac(block, block->u, DIGEST_SIZE);
		for (size_t j = 0; j < DIGEST_SIZE; j++)
			block->t[j] ^= block->u[j];
	}
}

static void derive_by_socket(void *context, size_t count)
{
	iterate(context, count, mac_by_socket);
}

static void derive_by_gcrypt(void *context, size_t count)
{
	iterate(context, count, mac_by_gcrypt);
}

static void derive_by_libcrypto(void *context, size_t count)
{
	iterate(context, count, mac_by_libcrypto);
}

static void open_and_close(void *context, size_t count)
{
	struct block *block = context;

	for (size_t i = 0; i < count; i++) {
		int parent = open_parent();

		block->fd = accept(parent, NULL, NULL);
		measure_check(block->fd >= 0, "accept");
		mac_by_socket(block, salt, sizeof(salt) - 1);
		measure_check(close(block->fd) == 0 && close(parent) == 0, "close");
	}
}

static size_t iterations(int argc, char **argv)
{
	char *end = NULL;
	unsigned long long value;

	if (argc == 1)
		return ITERATIONS;
	errno = 0;
	value = strtoull(argv[1], &end, 10);
	if (argc == 2 && !errno && !*end && value >= REPETITIONS && value <= MOST)
		return (size_t)value;
	fprintf(stderr, "usage: %s [ITERATIONS]   from %u to %u\n", argv[0], REPETITIONS, MOST);
	exit(2);
}

/* What was measured is PBKDF2 only if it is what the library's own makes of it. */
static void check_derived(const struct block *block)
{
	uint8_t expected[DIGEST_SIZE];

	measure_check(gcry_kdf_derive(password, sizeof(password) - 1, GCRY_KDF_PBKDF2,
				      GCRY_MD_SHA256, salt, sizeof(salt) - 5, block->done,
				      sizeof(expected), expected) == 0,
		      "libgcrypt's PBKDF2");
	measure_check(memcmp(block->t, expected, DIGEST_SIZE) == 0, "the derived key is wrong");
}

static void measure_pbkdf2(size_t total)
{
	static struct block blocks[3];
	static struct measure sockets = {.name = "an iteration: AF_ALG send, recv",
					 .body = derive_by_socket,
					 .context = &blocks[0]};
	static struct measure gcrypt = {.name = "an iteration: libgcrypt's HMAC",
					.body = derive_by_gcrypt,
					.context = &blocks[1]};
	static struct measure libcrypto = {.name = "an iteration: libcrypto's SHA-256",
					   .body = derive_by_libcrypto,
					   .context = &blocks[2]};
	struct measure *const all[] = {&sockets, &gcrypt, &libcrypto};
	int parent = open_parent();

	blocks[0].fd = accept(parent, NULL, NULL);
	measure_check(blocks[0].fd >= 0, "accept");
	measure_check(gcry_mac_open(&blocks[1].mac, GCRY_MAC_HMAC_SHA256, 0, NULL) == 0 &&
			  gcry_mac_setkey(blocks[1].mac, password, sizeof(password) - 1) == 0,
		      "libgcrypt's HMAC");
	hash_key(&blocks[2].inner, 0x36);
	hash_key(&blocks[2].outer, 0x5c);

	measure_run(all, 3, REPETITIONS, total / REPETITIONS);
	printf("PBKDF2-HMAC-SHA256, %zu iterations\n", blocks[0].done);
	for (size_t i = 0; i < 3; i++) {
		check_derived(&blocks[i]);
		measure_print(all[i]);
	}
	measure_goal("pbkdf2 by send and recv, times the direct calls", 2.0,
		     measure_quarter(&sockets, 2) /
			 fmin(measure_quarter(&gcrypt, 2), measure_quarter(&libcrypto, 2)),
		     "x");
	gcry_mac_close(blocks[1].mac);
	close(blocks[0].fd);
	close(parent);
}

static void measure_sockets(void)
{
	static struct block block;
	static struct measure times = {.name = "socket bind key accept send recv close close",
				       .body = open_and_close,
				       .context = &block};
	struct measure *const all[] = {&times};

	measure_run(all, 1, SOCKET_BATCHES, SOCKETS);
	measure_print(&times);
	printf("  %-42s %10.0f a second\n", "sockets opened, used and closed",
	       1e9 / measure_quarter(&times, 2));
}

int main(int argc, char **argv)
{
	size_t total = iterations(argc, argv);

	gcry_check_version(NULL);
	measure_pin();
	measure_pbkdf2(total);
	measure_sockets();
	return 0;
}
