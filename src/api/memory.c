/* SPDX-License-Identifier: MIT */
/* Memory for secrets, for programs: base/secmem with the size kept before each block. */
#include "api/api.h"
#include "base/secmem.h"

#define HEADER 64u /* keeps the alignment */

void *ualg_secure_alloc(size_t size)
{
	size_t *block = size > SIZE_MAX - HEADER ? NULL : secmem_alloc(HEADER + size);

	if (!block)
		return NULL;
	*block = size;
	return (uint8_t *)block + HEADER;
}

void ualg_secure_free(void *block)
{
	size_t *header;

	if (!block)
		return;
	header = (size_t *)(void *)((uint8_t *)block - HEADER);
	secmem_free(header, HEADER + *header);
}

void ualg_secure_wipe(void *data, size_t size)
{
	if (data)
		secmem_wipe(data, size);
}

bool ualg_secure_equal(const void *a, const void *b, size_t size)
{
	if (!api_is_there(a, size) || !api_is_there(b, size))
		return false;
	return secmem_equal(a, b, size);
}
