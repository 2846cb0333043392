/* SPDX-License-Identifier: MIT */
/* Control messages of sendmsg. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "socket/internal.h"

static const struct alg cipher = {.type = ALG_TYPE_SKCIPHER, .ivsize = 16};

/* ALG_SET_OP, ALG_SET_IV of 16 bytes, ALG_SET_AEAD_ASSOCLEN, little-endian, 64 bits. */
static const uint8_t all[] = {
    20, 0, 0, 0, 0, 0, 0, 0, 0x17, 1, 0, 0, 3, 0, 0, 0, 1,  0, 0, 0, 0, 0, 0, 0, /* op */
    36, 0, 0, 0, 0, 0, 0, 0, 0x17, 1, 0, 0, 2, 0, 0, 0, 16, 0, 0, 0,             /* iv */
    1,  2, 3, 4, 5, 6, 7, 8, 9,    1, 2, 3, 4, 5, 6, 7, 0,  0, 0, 0,             /* its bytes */
    20, 0, 0, 0, 0, 0, 0, 0, 0x17, 1, 0, 0, 4, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, /* aad */
};

const struct fuzz_sample fuzz_samples[] = {{all, sizeof(all)}, {all, 24}, {all + 24, 40}};
const size_t fuzz_samples_count = sizeof(fuzz_samples) / sizeof(fuzz_samples[0]);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sock_control control;
	int result = sock_control_parse(&cipher, data, size, &control);
	unsigned sum = 0;

	if (result < 0)
		return 0;
	if (control.present != (size > 0) || control.aad_size >= 0x80000000u)
		abort();
	if (control.iv) {
		if (control.iv < data || control.iv + cipher.ivsize > data + size)
			abort();
		for (unsigned i = 0; i < cipher.ivsize; i++)
			sum += control.iv[i];
	}
	return sum > 16 * 255 ? 1 : 0;
}
