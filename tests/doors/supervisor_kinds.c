/* SPDX-License-Identifier: MIT */
/*
 * A program of any make, for the supervisor's test of kinds: hashes and encrypts what is known, by
 * calls of its C library alone, and sleeps in a recv that its second thread ends.  Exit status 0,
 * or the number of the step that went wrong.
 */
#include <linux/if_alg.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SOL_ALG
#define SOL_ALG 279
#endif

/* SHA-256 of "abc": FIPS 180-4's example. */
static const uint8_t abc_sha256[32] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};

/* AES-128: FIPS 197, appendix C.1. */
static const uint8_t aes_key[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const uint8_t aes_plain[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
				      0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
static const uint8_t aes_cipher[16] = {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
				       0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a};

static int bind_to(const char *type, const char *name)
{
	struct sockaddr_alg address = {.salg_family = AF_ALG};
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0);

	strcpy((char *)address.salg_type, type);
	strcpy((char *)address.salg_name, name);
	if (parent >= 0 && bind(parent, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return parent;
}

static int hash(void)
{
	uint8_t digest[32];
	int parent = bind_to("hash", "sha256"), op = accept(parent, NULL, 0);

	if (parent < 0 || op < 0)
		return 1;
	if (write(op, "a", 1) < 0 || send(op, "bc", 2, 0) != 2)
		return 2;
	/* A plain write ends its message: the digest is of "bc" alone until both are sent with
	 * MORE. */
	if (recv(op, digest, sizeof(digest), 0) != 32 || memcmp(digest, abc_sha256, 32) == 0)
		return 3;
	if (send(op, "a", 1, MSG_MORE) != 1 || send(op, "bc", 2, 0) != 2)
		return 4;
	if (read(op, digest, sizeof(digest)) != 32 || memcmp(digest, abc_sha256, 32) != 0)
		return 5;
	return close(op) < 0 || close(parent) < 0 ? 6 : 0;
}

static int send_with_operation(int op, uint32_t operation, const void *data, size_t size)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(uint32_t))];
	} control;
	struct iovec iov = {(void *)data, size};
	struct msghdr message;

	memset(&control, 0, sizeof(control));
	memset(&message, 0, sizeof(message));
	message.msg_iov = &iov;
	message.msg_iovlen = 1;
	message.msg_control = &control;
	message.msg_controllen = sizeof(control);
	control.head.cmsg_level = SOL_ALG;
	control.head.cmsg_type = ALG_SET_OP;
	control.head.cmsg_len = CMSG_LEN(sizeof(operation));
	memcpy(CMSG_DATA(&control.head), &operation, sizeof(operation));
	return (int)sendmsg(op, &message, 0);
}

static void *encrypt_later(void *op)
{
	(void)usleep(100000);
	(void)send_with_operation(*(int *)op, ALG_OP_ENCRYPT, aes_plain, 16);
	return NULL;
}

static int sleep_for_cipher(void)
{
	uint8_t text[16];
	int parent = bind_to("skcipher", "ecb(aes)"), op;
	pthread_t thread;

	if (parent < 0 || setsockopt(parent, SOL_ALG, ALG_SET_KEY, aes_key, 16) < 0)
		return 11;
	op = accept(parent, NULL, 0);
	if (op < 0 || pthread_create(&thread, NULL, encrypt_later, &op) != 0)
		return 12;
	if (recv(op, text, sizeof(text), 0) != 16 || memcmp(text, aes_cipher, 16) != 0)
		return 13;
	(void)pthread_join(thread, NULL);
	return close(op) < 0 || close(parent) < 0 ? 14 : 0;
}

/* A child goes on with what its parent has begun. */
static int hash_in_child(void)
{
	uint8_t digest[32];
	int parent = bind_to("hash", "sha256"), op = accept(parent, NULL, 0), status = -1;
	pid_t child;

	if (op < 0 || send(op, "a", 1, MSG_MORE) != 1)
		return 21;
	child = fork();
	if (child == 0)
		_exit(send(op, "bc", 2, 0) != 2);
	if (waitpid(child, &status, 0) != child || status != 0)
		return 22;
	if (recv(op, digest, sizeof(digest), 0) != 32 || memcmp(digest, abc_sha256, 32) != 0)
		return 23;
	return close(op) < 0 || close(parent) < 0 ? 24 : 0;
}

int main(void)
{
	int result = hash();

	if (result == 0)
		result = sleep_for_cipher();
	return result ? result : hash_in_child();
}
