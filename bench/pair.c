/* SPDX-License-Identifier: MIT */
/*
 * What a 64-byte operation costs: sent to an AF_ALG socket and read back, done by a direct call of
 * the crypto library, and, as the floor of everything that crosses into a kernel, a message sent
 * and received on a unix socket pair.  Run under the preload library.
 */
#include <gcrypt.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "measure.h"
#include "ualg/if_alg.h"

#define SIZE        64u
#define AAD_SIZE    16u
#define TAG_SIZE    16u
#define IV_SIZE     16u
#define REPETITIONS 201u
#define OPERATIONS  1000u

static const uint8_t key[16] = "0123456789abcdef";
static uint8_t data[SIZE + AAD_SIZE];

static int open_operation(const char *type, const char *name, size_t key_size)
{
	struct ualg_sockaddr address = {.salg_family = AF_ALG};
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0);
	int op;

	measure_check(parent >= 0, "socket(AF_ALG); run this under the preload library");
	snprintf((char *)address.salg_type, sizeof(address.salg_type), "%s", type);
	snprintf((char *)address.salg_name, sizeof(address.salg_name), "%s", name);
	measure_check(bind(parent, (void *)&address, sizeof(address)) == 0, name);
	if (key_size)
		measure_check(
		    setsockopt(parent, SOL_ALG, ALG_SET_KEY, key, (socklen_t)key_size) == 0, "key");
	op = accept(parent, NULL, NULL);
	measure_check(op >= 0, "accept");
	close(parent);
	return op;
}

/* A message that says "encrypt, with this IV and that much associated data". */
struct message {
	int fd;
	struct msghdr header;
	struct iovec iov;
	size_t result_size;
	char control[CMSG_SPACE(4) + CMSG_SPACE(4 + IV_SIZE) + CMSG_SPACE(4)]
	    __attribute__((aligned(8)));
};

static struct cmsghdr *add_control(struct message *message, struct cmsghdr *at, int type,
				   const void *value, size_t size)
{
	at->cmsg_level = SOL_ALG;
	at->cmsg_type = type;
	at->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(at), value, size);
	message->header.msg_controllen += CMSG_SPACE(size);
	return (void *)((char *)at + CMSG_SPACE(size));
}

static void prepare(struct message *message, const char *type, const char *name, uint32_t iv_size,
		    uint32_t aad_size)
{
	uint32_t operation = ALG_OP_ENCRYPT;
	uint8_t iv[4 + IV_SIZE] = {0};
	struct cmsghdr *at = (void *)message->control;

	memcpy(iv, &iv_size, 4);
	message->fd = open_operation(type, name, sizeof(key));
	message->iov = (struct iovec){data, SIZE + aad_size};
	message->header = (struct msghdr){.msg_iov = &message->iov, .msg_iovlen = 1};
	message->header.msg_control = message->control;
	at = add_control(message, at, ALG_SET_OP, &operation, 4);
	at = add_control(message, at, ALG_SET_IV, iv, 4 + iv_size);
	message->result_size = SIZE;
	if (aad_size) {
		add_control(message, at, ALG_SET_AEAD_ASSOCLEN, &aad_size, 4);
		message->result_size += aad_size + TAG_SIZE;
	}
}

static void hash_by_socket(void *context, size_t count)
{
	int fd = *(int *)context;
	uint8_t digest[32];

	for (size_t i = 0; i < count; i++) {
		ssize_t sent = send(fd, data, SIZE, 0);
		ssize_t got = recv(fd, digest, sizeof(digest), 0);

		measure_check(sent == SIZE && got == sizeof(digest), "hash");
	}
}

static void message_by_socket(void *context, size_t count)
{
	const struct message *message = context;
	uint8_t result[AAD_SIZE + SIZE + TAG_SIZE];

	for (size_t i = 0; i < count; i++) {
		ssize_t sent = sendmsg(message->fd, &message->header, 0);
		ssize_t got = recv(message->fd, result, message->result_size, 0);

		measure_check(sent == (ssize_t)message->iov.iov_len &&
				  got == (ssize_t)message->result_size,
			      "message");
	}
}

static void hash_directly(void *context, size_t count)
{
	uint8_t digest[32];

	(void)context;
	for (size_t i = 0; i < count; i++) {
		SHA256_CTX sha;

		SHA256_Init(&sha);
		SHA256_Update(&sha, data, SIZE);
		SHA256_Final(digest, &sha);
		__asm__ volatile("" : : "r"(digest) : "memory");
	}
}

static void cbc_directly(void *context, size_t count)
{
	gcry_cipher_hd_t handle = context;
	uint8_t iv[16] = {0}, out[SIZE];

	for (size_t i = 0; i < count; i++) {
		gcry_cipher_setiv(handle, iv, sizeof(iv));
		measure_check(gcry_cipher_encrypt(handle, out, SIZE, data, SIZE) == 0,
			      "gcrypt cbc");
	}
}

static void gcm_directly(void *context, size_t count)
{
	gcry_cipher_hd_t handle = context;
	uint8_t iv[12] = {0}, out[SIZE], tag[TAG_SIZE];

	for (size_t i = 0; i < count; i++) {
		gcry_cipher_reset(handle);
		gcry_cipher_setiv(handle, iv, sizeof(iv));
		gcry_cipher_authenticate(handle, data, AAD_SIZE);
		gcry_cipher_final(handle);
		measure_check(gcry_cipher_encrypt(handle, out, SIZE, data + AAD_SIZE, SIZE) == 0 &&
				  gcry_cipher_gettag(handle, tag, sizeof(tag)) == 0,
			      "gcrypt gcm");
	}
}

static void by_unix_pair(void *context, size_t count)
{
	const int *fd = context;
	uint8_t result[SIZE];
	struct iovec out = {data, SIZE}, in = {result, SIZE};
	struct msghdr send_header = {.msg_iov = &out, .msg_iovlen = 1};

	for (size_t i = 0; i < count; i++) {
		struct msghdr header = {.msg_iov = &in, .msg_iovlen = 1};
		ssize_t sent = sendmsg(fd[0], &send_header, 0);
		ssize_t got = recvmsg(fd[1], &header, 0);

		measure_check(sent == SIZE && got == SIZE, "unix pair");
	}
}

static void two_system_calls(void *context, size_t count)
{
	(void)context;
	for (size_t i = 0; i < 2 * count; i++)
		(void)syscall(SYS_getppid);
}

static gcry_cipher_hd_t open_gcrypt(int mode)
{
	gcry_cipher_hd_t handle;

	measure_check(gcry_cipher_open(&handle, GCRY_CIPHER_AES128, mode, 0) == 0 &&
			  gcry_cipher_setkey(handle, key, sizeof(key)) == 0,
		      "gcrypt");
	return handle;
}

static double median(const struct measure *measure)
{
	return measure_quarter(measure, 2);
}

int main(void)
{
	static struct message cbc, gcm;
	int hash = open_operation("hash", "sha256", 0);
	int pair[2];

	gcry_check_version(NULL);
	measure_pin();
	measure_check(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0, "socketpair");
	prepare(&cbc, "skcipher", "cbc(aes)", 16, 0);
	prepare(&gcm, "aead", "gcm(aes)", 12, AAD_SIZE);

	static struct measure unix_pair = {.name = "unix socket pair: sendmsg, recvmsg"};
	static struct measure calls = {.name = "two empty system calls"};
	static struct measure hash_socket = {.name = "sha256: AF_ALG send, recv"};
	static struct measure hash_direct = {.name = "sha256: libcrypto's SHA256_*"};
	static struct measure cbc_socket = {.name = "cbc(aes): AF_ALG sendmsg, recv"};
	static struct measure cbc_direct = {.name = "cbc(aes): libgcrypt"};
	static struct measure gcm_socket = {.name = "gcm(aes): AF_ALG sendmsg, recv"};
	static struct measure gcm_direct = {.name = "gcm(aes): libgcrypt"};
	struct measure *const all[] = {&unix_pair,  &calls,      &hash_socket, &hash_direct,
				       &cbc_socket, &cbc_direct, &gcm_socket,  &gcm_direct};

	unix_pair.body = by_unix_pair, unix_pair.context = pair;
	calls.body = two_system_calls;
	hash_socket.body = hash_by_socket, hash_socket.context = &hash;
	hash_direct.body = hash_directly;
	cbc_socket.body = message_by_socket, cbc_socket.context = &cbc;
	cbc_direct.body = cbc_directly, cbc_direct.context = open_gcrypt(GCRY_CIPHER_MODE_CBC);
	gcm_socket.body = message_by_socket, gcm_socket.context = &gcm;
	gcm_direct.body = gcm_directly, gcm_direct.context = open_gcrypt(GCRY_CIPHER_MODE_GCM);

	measure_run(all, sizeof(all) / sizeof(all[0]), REPETITIONS, OPERATIONS);
	printf("%u-byte operations\n", SIZE);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		measure_print(all[i]);

	measure_goal("sha256 pair over the direct call", 15,
		     median(&hash_socket) - median(&hash_direct), "ns");
	measure_goal("sha256 pair, part of a unix pair", 0.15,
		     median(&hash_socket) / median(&unix_pair), "x");
	measure_goal("cbc(aes) pair, part of a unix pair", 0.10,
		     median(&cbc_socket) / median(&unix_pair), "x");
	measure_goal("gcm(aes) pair, part of a unix pair", 0.10,
		     median(&gcm_socket) / median(&unix_pair), "x");
	measure_goal("cbc(aes) pair over direct, part of two empty calls", 1.0,
		     (median(&cbc_socket) - median(&cbc_direct)) / median(&calls), "x");
	measure_goal("gcm(aes) pair over direct, part of two empty calls", 1.0,
		     (median(&gcm_socket) - median(&gcm_direct)) / median(&calls), "x");
	return 0;
}
