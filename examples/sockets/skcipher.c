/* SPDX-License-Identifier: MIT */
/* A block of AES-CBC, there and back, by AF_ALG sockets: `ualg run -- ./skcipher`. */
#include <linux/if_alg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEY_SIZE 16
#define IV_SIZE  16

/* Operation and IV are told by control messages, beside the data. */
static int run(int operation, unsigned direction, const unsigned char *iv, void *data, size_t size)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(unsigned)) +
			  CMSG_SPACE(sizeof(struct af_alg_iv) + IV_SIZE)];
	} control;
	struct iovec piece = {.iov_base = data, .iov_len = size};
	struct msghdr message = {.msg_iov = &piece,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header;
	struct af_alg_iv *told;

	memset(&control, 0, sizeof(control));
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_ALG;
	header->cmsg_type = ALG_SET_OP;
	header->cmsg_len = CMSG_LEN(sizeof(unsigned));
	memcpy(CMSG_DATA(header), &direction, sizeof(direction));
	header = CMSG_NXTHDR(&message, header);
	header->cmsg_level = SOL_ALG;
	header->cmsg_type = ALG_SET_IV;
	header->cmsg_len = CMSG_LEN(sizeof(*told) + IV_SIZE);
	told = (struct af_alg_iv *)CMSG_DATA(header);
	told->ivlen = IV_SIZE;
	memcpy(told->iv, iv, IV_SIZE);
	if (sendmsg(operation, &message, 0) != (ssize_t)size ||
	    read(operation, data, size) != (ssize_t)size) {
		perror("cbc(aes)");
		return -1;
	}
	return 0;
}

int main(void)
{
	struct sockaddr_alg address = {
	    .salg_family = AF_ALG, .salg_type = "skcipher", .salg_name = "cbc(aes)"};
	const unsigned char key[KEY_SIZE] = "a key of 16 byte", iv[IV_SIZE] = {0};
	char text[] = "text of 32 bytes, which is 2 blo";
	char data[sizeof(text) - 1];
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0), operation;

	memcpy(data, text, sizeof(data));
	if (parent < 0 || bind(parent, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    setsockopt(parent, SOL_ALG, ALG_SET_KEY, key, sizeof(key)) != 0) {
		perror("cbc(aes)");
		return 1;
	}
	operation = accept(parent, NULL, NULL);
	if (operation < 0 || run(operation, ALG_OP_ENCRYPT, iv, data, sizeof(data)) != 0)
		return 1;
	for (size_t i = 0; i < sizeof(data); i++)
		printf("%02x", (unsigned char)data[i]);
	putchar('\n');
	if (run(operation, ALG_OP_DECRYPT, iv, data, sizeof(data)) != 0 ||
	    memcmp(data, text, sizeof(data)) != 0)
		return 1;
	printf("%.*s\n", (int)sizeof(data), data);
	close(operation);
	close(parent);
	return 0;
}
