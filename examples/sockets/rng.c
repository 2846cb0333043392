/* SPDX-License-Identifier: MIT */
/* 16 random bytes by an AF_ALG socket: `ualg run -- ./rng`. */
#include <linux/if_alg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_alg address = {
	    .salg_family = AF_ALG, .salg_type = "rng", .salg_name = "stdrng"};
	unsigned char random[16];
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0), operation;

	if (parent < 0 || bind(parent, (struct sockaddr *)&address, sizeof(address)) != 0) {
		perror("stdrng");
		return 1;
	}
	/* A generator has no key, but a seed; this one seeds itself. */
	if (setsockopt(parent, SOL_ALG, ALG_SET_KEY, NULL, 0) != 0) {
		perror("seed");
		return 1;
	}
	operation = accept(parent, NULL, NULL);
	if (operation < 0 || read(operation, random, sizeof(random)) != sizeof(random)) {
		perror("read");
		return 1;
	}
	for (size_t i = 0; i < sizeof(random); i++)
		printf("%02x", random[i]);
	putchar('\n');
	close(operation);
	close(parent);
	return 0;
}
