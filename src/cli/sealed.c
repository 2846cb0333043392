/* SPDX-License-Identifier: MIT */
#include "cli/sealed.h"

#include <errno.h>
#include <string.h>

#define VERSION 1u

static const char magic[8] = {'U', 'A', 'L', 'G', 'S', 'E', 'A', 'L'};

static void put32(uint8_t *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get32(const uint8_t *in)
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

void sealed_write(struct sealed_header *header)
{
	uint8_t *out = header->bytes;
	size_t name = strlen(header->name);

	memcpy(out, magic, sizeof(magic));
	out += sizeof(magic);
	*out++ = VERSION;
	*out++ = header->password;
	*out++ = (uint8_t)header->key_size;
	*out++ = (uint8_t)header->tag_size;
	put32(out, header->piece);
	put32(out + 4, header->iterations);
	/* It may be what it is copied to. */
	memmove(out + 8, header->salt, SEALED_SALT_SIZE);
	out += 8 + SEALED_SALT_SIZE;
	*out++ = (uint8_t)name;
	memcpy(out, header->name, name);
	header->size = SEALED_FIXED_SIZE + name;
}

/* A password needs iterations, a key has none. */
static bool iterations_suit(const struct sealed_header *header)
{
	if (!header->password)
		return header->iterations == 0;
	return header->iterations > 0 && header->iterations <= SEALED_ITERATIONS_MAX;
}

int sealed_parse(struct sealed_header *header)
{
	const uint8_t *in = header->bytes + sizeof(magic);
	uint8_t name = in[12 + SEALED_SALT_SIZE];

	if (memcmp(header->bytes, magic, sizeof(magic)) != 0 || in[0] != VERSION || in[1] > 1)
		return -EINVAL;
	header->password = in[1];
	header->key_size = in[2];
	header->tag_size = in[3];
	header->piece = get32(in + 4);
	header->iterations = get32(in + 8);
	header->salt = in + 12;
	if (header->piece == 0 || header->piece > SEALED_PIECE_MAX)
		return -EINVAL;
	if (header->key_size == 0 || header->key_size > SEALED_KEY_MAX || header->tag_size == 0 ||
	    header->tag_size > SEALED_TAG_MAX)
		return -EINVAL;
	if (!iterations_suit(header) || name == 0 || name > SEALED_NAME_MAX)
		return -EINVAL;
	return name;
}

int sealed_parse_name(struct sealed_header *header, size_t got, size_t size)
{
	memcpy(header->name, header->bytes + SEALED_FIXED_SIZE, got);
	header->name[got] = '\0';
	header->size = SEALED_FIXED_SIZE + got;
	/* A NUL within would make the name another than what was authenticated. */
	return got == size && strlen(header->name) == got ? 0 : -EINVAL;
}
