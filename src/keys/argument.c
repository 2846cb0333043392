/* SPDX-License-Identifier: MIT */
/* Arguments of the key calls, copied from the program's memory once. */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "keys/internal.h"

#define PAGE 4096u

int keys_take_string(const struct keys_host *host, long from, char *to, size_t room)
{
	size_t done = 0;

	while (done < room) {
		uintptr_t place = (uintptr_t)from + done;
		size_t size =
		    PAGE - place % PAGE; /* what lies behind the string may not be there */

		if (size > room - done)
			size = room - done;
		if (host->copy_in(to + done, (const void *)place, size) < 0)
			return -EFAULT;
		if (memchr(to + done, '\0', size))
			return 0;
		done += size;
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
