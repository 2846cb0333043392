/* SPDX-License-Identifier: MIT */
/* SHA-256 of standard input by an AF_ALG socket: `ualg run -- ./hash <file`. */
#include <linux/if_alg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_alg address = {
	    .salg_family = AF_ALG, .salg_type = "hash", .salg_name = "sha256"};
	unsigned char piece[65536], digest[32];
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0);
	int operation;
	ssize_t got;

	if (parent < 0 || bind(parent, (struct sockaddr *)&address, sizeof(address)) != 0) {
		perror("sha256");
		return 1;
	}
	operation = accept(parent, NULL, NULL);
	if (operation < 0) {
		perror("accept");
		return 1;
	}
	/* MSG_MORE: the message goes on. */
	while ((got = read(STDIN_FILENO, piece, sizeof(piece))) > 0)
		if (send(operation, piece, (size_t)got, MSG_MORE) != got) {
			perror("send");
			return 1;
		}
	if (read(operation, digest, sizeof(digest)) != sizeof(digest)) {
		perror("read");
		return 1;
	}
	for (size_t i = 0; i < sizeof(digest); i++)
		printf("%02x", digest[i]);
	putchar('\n');
	close(operation);
	close(parent);
	return 0;
}
