/* SPDX-License-Identifier: MIT */
/*
 * Barreto and Rijmen, The Khazad Legacy-Level Block Cipher and The Anubis Block Cipher (NESSIE, the
 * tweaked versions), section "Choice of the substitution box": three layers of two boxes of 4 bits,
 * P and Q, with two bits of each half changing sides between the layers.
 */
#include "crypto/own/minibox.h"

uint8_t minibox[256];

static const uint8_t p[16] = {0x3, 0xf, 0xe, 0x0, 0x5, 0x4, 0xb, 0xc,
			      0xd, 0xa, 0x9, 0x6, 0x7, 0x8, 0x2, 0x1};
static const uint8_t q[16] = {0x9, 0xe, 0x5, 0x6, 0xa, 0x2, 0x3, 0xc,
			      0xf, 0x0, 0x4, 0xd, 0x7, 0xb, 0x1, 0x8};

static uint8_t substitute(uint8_t value)
{
	unsigned left = value >> 4;
	unsigned right = value & 15;

	for (unsigned layer = 0; layer < 3; layer++) {
		unsigned l = layer == 1 ? q[left] : p[left];
		unsigned r = layer == 1 ? p[right] : q[right];

		left = layer < 2 ? (l & 12) | r >> 2 : l;
		right = layer < 2 ? (l & 3) << 2 | (r & 3) : r;
	}
	return (uint8_t)(left << 4 | right);
}

void minibox_make(void)
{
	for (unsigned i = 0; i < 256; i++)
		minibox[i] = substitute((uint8_t)i);
}

uint8_t minibox_multiply(uint8_t a, uint8_t b)
{
	unsigned product = 0;

	for (unsigned power = a; b > 0; b >>= 1) {
		product ^= b & 1 ? power : 0;
		power = power << 1 ^ (power >> 7) * 0x11du;
	}
	return (uint8_t)product;
}
