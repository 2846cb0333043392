/* SPDX-License-Identifier: MIT */
#include "crypto/rng/rng.h"

#include <errno.h>
#include <string.h>

#include "crypto/rng/class.h"

static const struct rng_class *const classes[] = {&drbg_class, &cprng_class, &jitter_class};

#define CLASS_COUNT (sizeof(classes) / sizeof(classes[0]))

/* What stands before the state in an exported block. */
struct block_header {
	char magic[8];
	char driver[ALG_NAME_MAX]; /* filled up with zeros */
};

static void fill_header(struct block_header *header, const struct alg *alg)
{
	memset(header, 0, sizeof(*header));
	memcpy(header->magic, "ualgrng1", sizeof(header->magic));
	memcpy(header->driver, alg->driver, strnlen(alg->driver, sizeof(alg->driver)));
}

static const struct rng_class *find_class(const struct alg *alg)
{
	if (alg->type != ALG_TYPE_RNG)
		return NULL;
	for (size_t i = 0; i < CLASS_COUNT; i++)
		if (classes[i]->generate == alg->rng.generate)
			return classes[i];
	return NULL;
}

int rng_register(void)
{
	for (size_t i = 0; i < CLASS_COUNT; i++) {
		int result = classes[i]->add();

		if (result < 0)
			return result;
	}
	return 0;
}

ssize_t rng_export(const struct tfm *tfm, void *block, size_t room)
{
	const struct rng_class *class = find_class(tfm->alg);
	struct block_header header;
	size_t size;

	if (!class)
		return -EOPNOTSUPP;
	size = sizeof(header) + class->state_size;
	if (room < size)
		return (ssize_t)size;
	fill_header(&header, tfm->alg);
	memcpy(block, &header, sizeof(header));
	class->save(tfm, (uint8_t *)block + sizeof(header));
	return (ssize_t)size;
}

int rng_import(struct tfm *tfm, const void *block, size_t size)
{
	const struct rng_class *class = find_class(tfm->alg);
	struct block_header header;

	if (!class)
		return -EOPNOTSUPP;
	if (size != sizeof(header) + class->state_size)
		return -EINVAL;
	fill_header(&header, tfm->alg);
	if (memcmp(block, &header, sizeof(header)) != 0)
		return -EINVAL;
	return class->restore(tfm, (const uint8_t *)block + sizeof(header));
}
