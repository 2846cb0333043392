/* SPDX-License-Identifier: MIT */
#include "files/hex.h"

#include <errno.h>

void hex_write(char *out, const uint8_t *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		*out++ = digits[data[i] >> 4];
		*out++ = digits[data[i] & 15];
	}
	*out = '\0';
}

static int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

ssize_t hex_read(uint8_t *out, size_t room, const char *text, size_t size)
{
	if (size % 2)
		return -EINVAL;
	if (size / 2 > room)
		return -ENOBUFS;
	for (size_t i = 0; i < size; i += 2) {
		int high = digit_value(text[i]), low = digit_value(text[i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return (ssize_t)(size / 2);
}
