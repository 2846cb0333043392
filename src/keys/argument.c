/* SPDX-License-Identifier: MIT */
/* Arguments of the key calls, copied from the program's memory once. */
#include <errno.h>

#include "base/secmem.h"
#include "keys/internal.h"

int keys_take_string(const struct keys_host *host, long from, char *to, size_t room)
{
	const char *place = (const char *)(uintptr_t)from;

	/* Byte by byte: what lies behind the string may not be there, and is none of our business.
	 */
	for (size_t i = 0; i < room; i++) {
		if (host->copy_in(&to[i], place + i, 1) < 0)
			return -EFAULT;
		if (to[i] == '\0')
			return 0;
	}
	return -EINVAL;
}

int keys_take_type(const struct keys_host *host, long from, char to[KEYS_TYPE_MAX])
{
	int result = keys_take_string(host, from, to, KEYS_TYPE_MAX);

	if (result < 0)
		return result;
	if (to[0] == '.')
		return -EPERM;
	return to[0] ? 0 : -EINVAL;
}

int keys_take_payload(const struct keys_host *host, long from, size_t size, uint8_t **out)
{
	*out = NULL;
	if (size > KEYS_ARGUMENT_MAX)
		return -EINVAL;
	*out = secmem_alloc(size);
	if (!*out)
		return -ENOMEM;
	if (size == 0 || host->copy_in(*out, (const void *)(uintptr_t)from, size) == 0)
		return 0;
	secmem_free(*out, size);
	*out = NULL;
	return -EFAULT;
}
