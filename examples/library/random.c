/* SPDX-License-Identifier: MIT */
/* Random bytes from a generator of one's choice, in hexadecimal:  random COUNT [NAME] */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <ualg/ualg.h>

int main(int argc, char **argv)
{
	size_t left = argc > 1 ? strtoul(argv[1], NULL, 10) : 16;
	struct ualg_rng *rng;
	unsigned char bytes[256];
	int error = ualg_rng_open(&rng, argc > 2 ? argv[2] : NULL, UALG_TRANSPORT_DEFAULT);

	/* A DRBG seeds itself; the old ansi_cprng wants V, a key and a date. */
	if (error == 0 && ualg_rng_seed_size(rng) > 0) {
		error = ualg_random(bytes, ualg_rng_seed_size(rng));
		if (error == 0)
			error = ualg_rng_seed(rng, bytes, ualg_rng_seed_size(rng));
	}
	while (error == 0 && left > 0) {
		size_t size = left < sizeof(bytes) ? left : sizeof(bytes);

		error = ualg_rng_generate(rng, bytes, size);
		for (size_t i = 0; i < size && error == 0; i++)
			printf("%02x", bytes[i]);
		left -= size;
	}
	if (error == 0)
		printf("\n");
	else
		fprintf(stderr, "random: %s\n", ualg_error_text(error));
	ualg_rng_close(rng);
	return error < 0;
}
