/* SPDX-License-Identifier: MIT */
/* PBKDF2: RFC 8018, 5.2, and how many of its iterations a machine does in a time. */
#include <string.h>
#include <time.h>

#include "api/mac.h"
#include "base/secmem.h"
#include "crypto/bytes.h"

#define MIN_ITERATIONS 1000u /* RFC 8018, 4.2 */
#define FIRST_TRIAL    256u
#define NS_PER_MS      1000000.0

/* F: the xor of U(1) to U(iterations), where U(1) = MAC(P, S || INT(i)), U(j) = MAC(P, U(j - 1)).
 */
static int compute_block(struct api_mac *mac, struct api_bytes salt, uint32_t i,
			 uint64_t iterations, uint8_t *f)
{
	uint8_t u[ALG_MAX_DIGEST], number[4];
	const struct api_bytes parts[] = {salt, {number, sizeof(number)}};
	int result;

	bytes_store_be32(number, i);
	result = api_mac_compute(mac, parts, 2, u);
	memcpy(f, u, mac->size);
	while (result == 0 && --iterations > 0) {
		result = ualg_digest_once(mac->digest, u, mac->size, u, sizeof(u));
		bytes_xor(f, f, u, mac->size);
	}
	secmem_wipe(u, sizeof(u));
	return result;
}

static int derive(struct api_mac *mac, struct api_bytes salt, uint64_t iterations, uint8_t *out,
		  size_t size)
{
	uint8_t f[ALG_MAX_DIGEST];
	int result = 0;

	for (uint32_t i = 1; size > 0 && result == 0; i++) {
		size_t share = api_mac_share(mac, size);

		result = compute_block(mac, salt, i, iterations, f);
		memcpy(out, f, share);
		out += share;
		size -= share;
	}
	secmem_wipe(f, sizeof(f));
	return result;
}

static bool is_output(const struct api_mac *mac, size_t size)
{
	return (size - 1) / mac->size < UINT32_MAX;
}

int ualg_pbkdf2(const char *mac_name, const void *password, size_t password_size, const void *salt,
		size_t salt_size, uint64_t iterations, void *out, size_t size)
{
	struct api_mac mac;
	int result;

	if (!api_is_there(password, password_size) || !api_is_there(salt, salt_size) || !out ||
	    size == 0 || iterations == 0)
		return -EINVAL;
	result = api_mac_open(&mac, mac_name, password, password_size);
	if (result == 0 && !is_output(&mac, size))
		result = -EINVAL;
	if (result == 0)
		result = derive(&mac, (struct api_bytes){salt, salt_size}, iterations, out, size);
	api_mac_close(&mac);
	return result;
}

/* Processor time of this thread: others on the machine do not count. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Doubles the iterations of one block until they take a quarter of the time; then it is a rule of
 * three. */
static int measure(struct api_mac *mac, double blocks, double wanted, double *iterations)
{
	static const uint8_t salt[16];
	uint8_t block[ALG_MAX_DIGEST];
	double taken;
	int result;

	for (uint64_t trial = FIRST_TRIAL;; trial *= 2) {
		double begin = now();

		result =
		    compute_block(mac, (struct api_bytes){salt, sizeof(salt)}, 1, trial, block);
		taken = now() - begin;
		*iterations = (double)trial * wanted / (taken > 0 ? taken : 1) / blocks;
		if (result < 0 || taken >= wanted / 4)
			return result;
	}
}

int ualg_pbkdf2_iterations(const char *mac_name, size_t size, unsigned milliseconds,
			   uint64_t *iterations)
{
	static const char password[] = "sixteen bytes...";
	struct api_mac mac;
	double found = 0;
	int result;

	if (!iterations || size == 0 || milliseconds == 0)
		return -EINVAL;
	result = api_mac_open(&mac, mac_name, password, sizeof(password) - 1);
	if (result == 0 && !is_output(&mac, size))
		result = -EINVAL;
	if (result == 0)
		result = measure(&mac, (double)((size - 1) / mac.size + 1),
				 milliseconds * NS_PER_MS, &found);
	api_mac_close(&mac);
	if (result == 0)
		*iterations = found < MIN_ITERATIONS ? MIN_ITERATIONS : (uint64_t)found;
	return result;
}
