/* SPDX-License-Identifier: MIT */
/* The header of a sealed file: what is taken is within the limits, and is written the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/sealed.h"
#include "fuzz/fuzz.h"

#define HEADER(sizes, piece, iterations, name)                                                     \
	"UALGSEAL\001" sizes piece iterations "0123456789abcdef0123456789abcdef" name

#define SAMPLE(text)                                                                               \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

const struct fuzz_sample fuzz_samples[] = {
    SAMPLE(HEADER("\000\040\020", "\000\001\000\000", "\000\000\000\000", "\010gcm(aes)")),
    SAMPLE(HEADER("\001\020\020", "\000\000\000\001", "\000\001\000\000", "\010ccm(aes)")),
    SAMPLE(HEADER("\001\040\020", "\000\020\000\000", "\005\365\341\000", "\001a")),
};

const size_t fuzz_samples_count = sizeof(fuzz_samples) / sizeof(fuzz_samples[0]);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sealed_header header = {0}, again;
	size_t left;
	int name;

	if (size < SEALED_FIXED_SIZE)
		return 0;
	memcpy(header.bytes, data, SEALED_FIXED_SIZE);
	name = sealed_parse(&header);
	if (name < 0)
		return 0;
	if (name > (int)SEALED_NAME_MAX || header.piece > SEALED_PIECE_MAX ||
	    header.key_size > SEALED_KEY_MAX || header.tag_size > SEALED_TAG_MAX)
		abort();
	left = size - SEALED_FIXED_SIZE < (size_t)name ? size - SEALED_FIXED_SIZE : (size_t)name;
	memcpy(header.bytes + SEALED_FIXED_SIZE, data + SEALED_FIXED_SIZE, left);
	if (sealed_parse_name(&header, left, (size_t)name) != 0)
		return 0;
	again = header;
	memset(again.bytes, 0, sizeof(again.bytes));
	sealed_write(&again);
	if (again.size != header.size || memcmp(again.bytes, header.bytes, header.size) != 0)
		abort();
	return 0;
}
