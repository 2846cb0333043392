/* SPDX-License-Identifier: MIT */
/*
 * A message sealed by AES-GCM, opened, and refused when it was changed, by AF_ALG sockets:
 * `ualg run -- ./aead`.
 */
#include <errno.h>
#include <linux/if_alg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IV_SIZE  12
#define TAG_SIZE 16

static const char aad[] = "header", text[] = "a secret";

#define AAD_SIZE  (sizeof(aad) - 1)
#define TEXT_SIZE (sizeof(text) - 1)
#define ALL       (AAD_SIZE + TEXT_SIZE + TAG_SIZE)

static void put(struct cmsghdr *header, int type, const void *data, size_t size)
{
	header->cmsg_level = SOL_ALG;
	header->cmsg_type = type;
	header->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(header), data, size);
}

/* Sends AAD, text and, to open, the tag; reads AAD, text and, of sealing, the tag. */
static ssize_t run(int operation, unsigned direction, const void *in, size_t size, void *out)
{
	/* struct af_alg_iv: the size, and behind it the IV, here zeros. */
	unsigned char iv[sizeof(struct af_alg_iv) + IV_SIZE] = {0};
	const __u32 iv_size = IV_SIZE;
	union {
		struct cmsghdr header;
		char room[2 * CMSG_SPACE(sizeof(unsigned)) + CMSG_SPACE(sizeof(iv))];
	} control;
	struct iovec piece = {.iov_base = (void *)in, .iov_len = size};
	struct msghdr message = {.msg_iov = &piece,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	unsigned aad_size = AAD_SIZE;
	struct cmsghdr *header;

	memset(&control, 0, sizeof(control));
	header = CMSG_FIRSTHDR(&message);
	put(header, ALG_SET_OP, &direction, sizeof(direction));
	header = CMSG_NXTHDR(&message, header);
	put(header, ALG_SET_AEAD_ASSOCLEN, &aad_size, sizeof(aad_size));
	header = CMSG_NXTHDR(&message, header);
	memcpy(iv, &iv_size, sizeof(iv_size));
	put(header, ALG_SET_IV, iv, sizeof(iv));
	if (sendmsg(operation, &message, 0) != (ssize_t)size)
		return -1;
	return read(operation, out, direction == ALG_OP_ENCRYPT ? ALL : AAD_SIZE + TEXT_SIZE);
}

int main(void)
{
	struct sockaddr_alg address = {
	    .salg_family = AF_ALG, .salg_type = "aead", .salg_name = "gcm(aes)"};
	const unsigned char key[16] = "a key of 16 byte";
	unsigned char message[AAD_SIZE + TEXT_SIZE], sealed[ALL], opened[ALL];
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0), operation;

	memcpy(message, aad, AAD_SIZE);
	memcpy(message + AAD_SIZE, text, TEXT_SIZE);
	if (parent < 0 || bind(parent, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    setsockopt(parent, SOL_ALG, ALG_SET_KEY, key, sizeof(key)) != 0 ||
	    setsockopt(parent, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, NULL, TAG_SIZE) != 0) {
		perror("gcm(aes)");
		return 1;
	}
	operation = accept(parent, NULL, NULL);
	if (operation < 0 ||
	    run(operation, ALG_OP_ENCRYPT, message, sizeof(message), sealed) != (ssize_t)ALL) {
		perror("seal");
		return 1;
	}
	/* The kernel leaves the AAD's place in the output alone: it is in the message. */
	memcpy(sealed, aad, AAD_SIZE);
	if (run(operation, ALG_OP_DECRYPT, sealed, ALL, opened) != sizeof(message) ||
	    memcmp(opened + AAD_SIZE, text, TEXT_SIZE) != 0) {
		perror("open");
		return 1;
	}
	printf("%.*s\n", (int)TEXT_SIZE, (char *)opened + AAD_SIZE);
	sealed[ALL - 1] ^= 1;
	if (run(operation, ALG_OP_DECRYPT, sealed, ALL, opened) != -1 || errno != EBADMSG)
		return 1;
	printf("changed: %s\n", strerror(errno));
	close(operation);
	close(parent);
	return 0;
}
