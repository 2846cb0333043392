/* SPDX-License-Identifier: MIT */
/* Providers that must be refused: one thing is wrong in each, which WRONG names. */
#include <string.h>

#include "ualg/provider.h"

#define LONG_NAME                                                                                      \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void init(const void *context, void *state)
{
	(void)context, (void)state;
}

static int update(const void *context, void *state, const uint8_t *data, size_t size)
{
	(void)context, (void)state, (void)data, (void)size;
	return 0;
}

static int final(const void *context, void *state, uint8_t *digest)
{
	(void)context, (void)state;
	*digest = 0;
	return 0;
}

static struct ualg_provider_alg alg = {
    .type = UALG_PROVIDER_HASH,
    .name = "wrong",
    .driver = "wrong-test",
    .priority = 100,
    .block_size = 1,
    .digest_size = 1,
    .state_size = 1,
    .hash = {init, update, final, NULL},
};

static struct ualg_provider provider = {
    .version = UALG_PROVIDER_VERSION,
    .alg_size = sizeof(struct ualg_provider_alg),
    .name = "wrong",
    .release = "1",
    .algs = &alg,
    .alg_count = 1,
};

static const char *const wrong = WRONG;

static void spoil(void)
{
	const struct {
		const char *what;
		uint32_t *number;
		uint32_t value;
	} numbers[] = {
	    {"version", &provider.version, UALG_PROVIDER_VERSION + 1},
	    {"alg-size", &provider.alg_size, 8},
	    {"type", &alg.type, 9},
	    {"key", &alg.key, 7},
	    {"key-without-setkey", &alg.key, UALG_PROVIDER_KEY_NEEDED},
	    {"priority", &alg.priority, 0xffffffff},
	    {"block-size", &alg.block_size, 0},
	    {"block-size-large", &alg.block_size, 145},
	    {"iv-size", &alg.iv_size, 33},
	    {"digest-size", &alg.digest_size, 65},
	    {"state-size", &alg.state_size, 2049},
	    {"no-state", &alg.state_size, 0},
	    {"key-sizes", &alg.min_key_size, 5},
	};
	const struct {
		const char *what;
		const char **text;
		const char *value;
	} texts[] = {
	    {"no-name", &provider.name, NULL},      {"alg-without-name", &alg.name, NULL},
	    {"internal", &alg.name, "__wrong"},     {"blank", &alg.driver, "wrong test"},
	    {"empty-driver", &alg.driver, ""},      {"long-name", &alg.name, LONG_NAME},
	    {"taken", &alg.driver, "sha3-256-own"},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(numbers[i].what, wrong) == 0)
			*numbers[i].number = numbers[i].value;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].what, wrong) == 0)
			*texts[i].text = texts[i].value;
	if (strcmp(wrong, "context-size") == 0)
		alg.context_size = 2u * 1024 * 1024;
	if (strcmp(wrong, "no-function") == 0)
		alg.hash.update = NULL;
	if (strcmp(wrong, "count") == 0)
		provider.alg_count = (size_t)-1;
	if (strcmp(wrong, "no-algs") == 0)
		provider.algs = NULL;
}

#ifdef WITHOUT_ENTRY
#define ualg_provider_init another_function
const struct ualg_provider *another_function(uint32_t version);
#endif

const struct ualg_provider *ualg_provider_init(uint32_t version)
{
	(void)version;
	spoil();
	return strcmp(wrong, "null") == 0 ? NULL : &provider;
}
