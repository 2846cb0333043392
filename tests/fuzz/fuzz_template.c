/* SPDX-License-Identifier: MIT */
/* Names of algorithms: the parser, and what the registry makes of them. */
#include <stdlib.h>
#include <string.h>

#include "crypto/registry.h"
#include "crypto/template.h"
#include "fuzz/fuzz.h"

#define SAMPLE(text)                                                                               \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

const struct fuzz_sample fuzz_samples[] = {
    SAMPLE("sha256"),
    SAMPLE("hmac(sha256)"),
    SAMPLE("authenc(hmac(sha256),cbc(aes))"),
    SAMPLE("rfc4106(gcm(aes))"),
    SAMPLE("cbc(aes-gcrypt)"),
    SAMPLE("a(b(c(d(e(f(g(h(i(j(k)))))))))))"),
    SAMPLE("adiantum(xchacha12,aes,nhpoly1305)"),
};

const size_t fuzz_samples_count = sizeof(fuzz_samples) / sizeof(fuzz_samples[0]);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum alg_type types[] = {ALG_TYPE_HASH, ALG_TYPE_SKCIPHER, ALG_TYPE_AEAD,
					      ALG_TYPE_RNG};
	struct template_name parsed;
	const struct alg *alg;
	char *name = malloc(size + 1);

	if (!name)
		abort();
	if (size)
		memcpy(name, data, size);
	name[size] = '\0';
	if (template_parse(name, &parsed) == 0) {
		if (parsed.args == 0 || parsed.args > TEMPLATE_MAX_ARGS)
			abort();
		for (unsigned i = 0; i < parsed.args; i++)
			if (parsed.arg[i][0] == '\0')
				abort();
	}
	for (unsigned i = 0; i < 4; i++) {
		int result = registry_find(types[i], name, &alg);

		if (result == 0 ? strcmp(alg->name, name) && strcmp(alg->driver, name)
				: alg != NULL)
			abort();
	}
	free(name);
	return 0;
}
