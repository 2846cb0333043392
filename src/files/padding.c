/* SPDX-License-Identifier: MIT */
#include "files/padding.h"

#include <errno.h>
#include <string.h>

size_t padding_add(uint8_t *data, size_t size, size_t block)
{
	size_t more = block - size % block;

	memset(data + size, (int)more, more);
	return size + more;
}

int padding_remove(const uint8_t *data, size_t *size, size_t block)
{
	size_t count = *size ? data[*size - 1] : 0;

	if (count == 0 || count > block || count > *size)
		return -EBADMSG;
	for (size_t i = *size - count; i < *size; i++)
		if (data[i] != count)
			return -EBADMSG;
	*size -= count;
	return 0;
}
