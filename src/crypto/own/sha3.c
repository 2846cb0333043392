/* SPDX-License-Identifier: MIT */
/*
 * SHA-3 by FIPS 202: the sponge over Keccak-f[1600].  Written without tables, branches or addresses
 * that depend on data.
 */
#include "crypto/own/sha3.h"

#include "base/cpu.h"
#include "crypto/bytes.h"
#include "crypto/own/own.h"

#define LANES  25u
#define ROUNDS 24u

/* A state: the sponge, its lanes as numbers, and how many bytes of the block are absorbed. */
struct sha3_state {
	uint64_t lane[LANES];
	uint32_t filled;
	uint32_t unused;
};

static const uint64_t round_constants[ROUNDS] = {
    0x0000000000000001u, 0x0000000000008082u, 0x800000000000808au, 0x8000000080008000u,
    0x000000000000808bu, 0x0000000080000001u, 0x8000000080008081u, 0x8000000000008009u,
    0x000000000000008au, 0x0000000000000088u, 0x0000000080008009u, 0x000000008000000au,
    0x000000008000808bu, 0x800000000000008bu, 0x8000000000008089u, 0x8000000000008003u,
    0x8000000000008002u, 0x8000000000000080u, 0x000000000000800au, 0x800000008000000au,
    0x8000000080008081u, 0x8000000000008080u, 0x0000000080000001u, 0x8000000080008008u,
};

static inline uint64_t rotate(uint64_t value, unsigned by)
{
	return by ? value << by | value >> (64 - by) : value;
}

/*
 * One round from lanes a to lanes b, a row at a time (FIPS 202, section 3.2).  d is theta's change
 * of each column.  Row y of the result takes lane (x + 3y) mod 5 of row x of the argument, turned
 * by rho's offset: theta, rho and pi in one step; chi combines what they give.
 */
#define ROW(b, y, m0, m1, m2, m3, m4)                                                              \
	do {                                                                                       \
		uint64_t l0 = m0, l1 = m1, l2 = m2, l3 = m3, l4 = m4;                              \
                                                                                                   \
		b[5 * y + 0] = l0 ^ (~l1 & l2);                                                    \
		b[5 * y + 1] = l1 ^ (~l2 & l3);                                                    \
		b[5 * y + 2] = l2 ^ (~l3 & l4);                                                    \
		b[5 * y + 3] = l3 ^ (~l4 & l0);                                                    \
		b[5 * y + 4] = l4 ^ (~l0 & l1);                                                    \
	} while (0)

#define MOVED(a, from, by) rotate(a[from] ^ d[from % 5], by)
#define COLUMN(a, x)       (a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20])

#define ROUND(b, a, constant)                                                                      \
	do {                                                                                       \
		uint64_t c[5] = {COLUMN(a, 0), COLUMN(a, 1), COLUMN(a, 2), COLUMN(a, 3),           \
				 COLUMN(a, 4)};                                                    \
		uint64_t d[5] = {c[4] ^ rotate(c[1], 1), c[0] ^ rotate(c[2], 1),                   \
				 c[1] ^ rotate(c[3], 1), c[2] ^ rotate(c[4], 1),                   \
				 c[3] ^ rotate(c[0], 1)};                                          \
                                                                                                   \
		ROW(b, 0, MOVED(a, 0, 0), MOVED(a, 6, 44), MOVED(a, 12, 43), MOVED(a, 18, 21),     \
		    MOVED(a, 24, 14));                                                             \
		ROW(b, 1, MOVED(a, 3, 28), MOVED(a, 9, 20), MOVED(a, 10, 3), MOVED(a, 16, 45),     \
		    MOVED(a, 22, 61));                                                             \
		ROW(b, 2, MOVED(a, 1, 1), MOVED(a, 7, 6), MOVED(a, 13, 25), MOVED(a, 19, 8),       \
		    MOVED(a, 20, 18));                                                             \
		ROW(b, 3, MOVED(a, 4, 27), MOVED(a, 5, 36), MOVED(a, 11, 10), MOVED(a, 17, 15),    \
		    MOVED(a, 23, 56));                                                             \
		ROW(b, 4, MOVED(a, 2, 62), MOVED(a, 8, 55), MOVED(a, 14, 39), MOVED(a, 15, 41),    \
		    MOVED(a, 21, 2));                                                              \
		b[0] ^= constant;                                                                  \
	} while (0)

/* Written out, so that compilers take the lanes for variables of their own, not for memory. */
#define FIVE_LANES(X, i) X(i) X((i) + 1) X((i) + 2) X((i) + 3) X((i) + 4)
#define EACH_LANE(X)                                                                               \
	FIVE_LANES(X, 0)                                                                           \
	FIVE_LANES(X, 5)                                                                           \
	FIVE_LANES(X, 10)                                                                          \
	FIVE_LANES(X, 15)                                                                          \
	FIVE_LANES(X, 20)
#define LOAD_LANE(i)  a[i] = lane[i];
#define STORE_LANE(i) lane[i] = a[i];

__attribute__((always_inline)) static inline void permute_lanes(uint64_t *lane)
{
	uint64_t a[LANES];
	uint64_t b[LANES];

	EACH_LANE(LOAD_LANE)
	for (unsigned round = 0; round < ROUNDS; round += 2) {
		ROUND(b, a, round_constants[round]);
		ROUND(a, b, round_constants[round + 1]);
	}
	EACH_LANE(STORE_LANE)
}

static void permute_portable(uint64_t *lane)
{
	permute_lanes(lane);
}

static void (*permute)(uint64_t *lane) = permute_portable;

#if defined(__x86_64__)
/* The same with and-not, and rotations that leave their source alone: faster by a tenth. */
__attribute__((target("bmi,bmi2"))) static void permute_bmi(uint64_t *lane)
{
	permute_lanes(lane);
}

static void choose_permutation(void)
{
	if (cpu_has(CPU_BMI2))
		permute = permute_bmi;
}
#else
static void choose_permutation(void)
{
}
#endif

static void absorb_byte(struct sha3_state *state, uint32_t at, uint8_t byte)
{
	state->lane[at / 8] ^= (uint64_t)byte << (8 * (at % 8));
}

/* Absorbs size bytes, which the block has room for, a lane at a time where it can. */
static void absorb(struct sha3_state *state, const uint8_t *data, size_t size)
{
	uint32_t at = state->filled;

	while (size > 0) {
		if (at % 8 == 0 && size >= 8) {
			state->lane[at / 8] ^= bytes_load_le64(data);
			at += 8;
			data += 8;
			size -= 8;
		} else {
			absorb_byte(state, at++, *data++);
			size--;
		}
	}
	state->filled = at;
}

static void sha3_init(const struct tfm *tfm, void *state)
{
	(void)tfm;
	memset(state, 0, sizeof(struct sha3_state));
}

static int sha3_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct sha3_state *state = opaque;
	const uint32_t rate = tfm->alg->blocksize;

	while (size >= rate - state->filled) {
		uint32_t room = rate - state->filled;

		absorb(state, data, room);
		permute(state->lane);
		state->filled = 0;
		data += room;
		size -= room;
	}
	absorb(state, data, size);
	return 0;
}

static int sha3_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	struct sha3_state *state = opaque;
	uint8_t block[ALG_MAX_DIGEST];

	/* The suffix 01 of a hash and the first bit of the padding; its last bit ends the block. */
	absorb_byte(state, state->filled, 0x06);
	absorb_byte(state, tfm->alg->blocksize - 1, 0x80);
	permute(state->lane);
	for (size_t i = 0; i < sizeof(block) / 8; i++)
		bytes_store_le64(block + 8 * i, state->lane[i]);
	memcpy(digest, block, tfm->alg->digestsize);
	return 0;
}

static bool sha3_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct sha3_state *state = opaque;

	return state->filled < tfm->alg->blocksize;
}

/* digest: bytes; the rate is what twice the digest leaves of the sponge's 200. */
#define HASH(bits)                                                                                 \
	{                                                                                          \
		.name = "sha3-" #bits, .driver = "sha3-" #bits "-own", .backend = "own",           \
		.priority = 100, .type = ALG_TYPE_HASH, .key = ALG_KEY_NONE,                       \
		.blocksize = 200 - 2 * bits / 8, .digestsize = bits / 8,                           \
		.statesize = sizeof(struct sha3_state),                                            \
		.hash = {sha3_init, sha3_update, sha3_final, sha3_state_valid},                    \
	}

static struct alg hashes[] = {HASH(224), HASH(256), HASH(384), HASH(512)};

int sha3_register(void)
{
	choose_permutation();
	return own_register(hashes, sizeof(hashes) / sizeof(hashes[0]));
}
