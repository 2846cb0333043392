/* SPDX-License-Identifier: MIT */
/* What the library knows of modes: which take a message in parts, and how long one may be. */
#include <string.h>

#include "api/api.h"
#include "crypto/bytes.h"

struct mode {
	const char *name; /* "cbc(": whatever follows; "chacha20": exactly that */
	enum api_stream stream;
	unsigned counter; /* where in the IV its block counter is: 32 bits, little-endian */
};

static const struct mode modes[] = {
    {"ecb(", API_STREAM_CHAIN, 0},         {"cbc(", API_STREAM_CHAIN, 0},
    {"pcbc(", API_STREAM_CHAIN, 0},        {"cfb(", API_STREAM_CHAIN, 0},
    {"ofb(", API_STREAM_CHAIN, 0},         {"ctr(", API_STREAM_CHAIN, 0},
    {"arc4", API_STREAM_CHAIN, 0},         {"chacha20", API_STREAM_COUNTER, 0},
    {"xchacha20", API_STREAM_COUNTER, 24}, {"xchacha12", API_STREAM_COUNTER, 24},
};

static bool is_mode(const struct mode *mode, const char *name)
{
	size_t length = strlen(mode->name);

	if (mode->name[length - 1] == '(')
		return strncmp(mode->name, name, length) == 0;
	return strcmp(mode->name, name) == 0;
}

static const struct mode *find_mode(const struct alg *alg)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (is_mode(&modes[i], alg->name))
			return &modes[i];
	return NULL;
}

enum api_stream api_stream_of(const struct alg *alg)
{
	const struct mode *mode = find_mode(alg);

	/* A chunk has to fit what a handle holds back. */
	return mode && alg->chunksize <= ALG_MAX_BLOCK ? mode->stream : API_STREAM_WHOLE;
}

void api_stream_advance(const struct alg *alg, uint8_t *iv, size_t size)
{
	const struct mode *mode = find_mode(alg);
	uint8_t *counter = iv + mode->counter;

	bytes_store_le32(counter, bytes_load_le32(counter) + (uint32_t)(size / alg->chunksize));
}

static const struct {
	const char *mode;
	uint64_t text_max;
} limits[] = {
    {"gcm(", ((uint64_t)1 << 36) - 32},     /* NIST SP 800-38D, 5.2.1.1 */
    {"rfc7539(", ((uint64_t)1 << 38) - 64}, /* RFC 8439, 2.8 */
    {"xts(aes)", (uint64_t)16 << 20},       /* NIST SP 800-38E: 2^20 blocks */
};

uint64_t api_text_max(const struct alg *alg)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (strncmp(alg->name, limits[i].mode, strlen(limits[i].mode)) == 0)
			return limits[i].text_max;
	return UINT64_MAX;
}
