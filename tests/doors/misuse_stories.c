/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "misuse.h"
#include "support/afalg.h"
#include "ualg/if_alg.h"

static const uint8_t key[16] = {1, 2, 3, 4, 5, 6, 7, 8};
static uint8_t data[300000];

static const uint8_t sha256_abc[32] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
};

/* A parent of its own for a story; the tables have shown that making one works. */
static int parent_of(const char *type, const char *name, size_t key_size)
{
	static const uint8_t keys[64] = {1, 2, 3, 4, 5, 6, 7, 8};
	int parent = afalg_bind(type, name);

	if (parent >= 0 && key_size > 0)
		afalg_set_key(parent, keys, key_size);
	return parent;
}

static long take(int fd, void *place, size_t size)
{
	return misuse_result(recv(fd, place, size, MSG_DONTWAIT));
}

static long give(int fd, size_t size, int flags)
{
	return misuse_result(send(fd, data, size, flags | MSG_DONTWAIT));
}

/* Sends size zeros after telling operation, a zero IV and assoclen. */
static long give_aead(int fd, int encrypt, size_t iv_size, uint32_t assoclen, size_t size)
{
	static const uint8_t iv[16];
	struct afalg_control control = {
	    .encrypt = encrypt,
	    .iv = iv,
	    .iv_size = iv_size,
	    .has_assoclen = true,
	    .assoclen = assoclen,
	};

	return afalg_send(fd, &control, data, size, MSG_DONTWAIT);
}

static void busy_parent(void)
{
	int parent = parent_of("skcipher", "cbc(aes)", 16);
	int op = afalg_accept(parent);
	struct ualg_sockaddr other = {.salg_type = "hash", .salg_name = "md5"};

	misuse_report("O-05", "a key while an op socket is open", afalg_set_key(parent, key, 16),
		      -EBUSY);
	misuse_report("O-05", "a bad key while an op socket is open",
		      afalg_set_key(parent, NULL, 9), -EBUSY);
	misuse_report("O-05", "an unknown option while an op socket is open",
		      misuse_result(setsockopt(parent, SOL_ALG, 99, key, 16)), -EBUSY);
	misuse_report("B-12", "bind while an op socket is open",
		      misuse_result(bind(parent, (struct sockaddr *)&other, sizeof(other))),
		      -EBUSY);
	other.salg_name[0] = '?';
	misuse_report("B-12", "bind to a bad name while an op socket is open",
		      misuse_result(bind(parent, (struct sockaddr *)&other, sizeof(other))),
		      -ENOENT);
	close(op);
	misuse_report("O-05", "a key after the op socket is closed", afalg_set_key(parent, key, 16),
		      0);
	close(parent);
}

static void rebound_parent(void)
{
	struct ualg_sockaddr bad = {.salg_type = "skcipher", .salg_name = "nosuch"};
	struct ualg_sockaddr same = {.salg_type = "skcipher", .salg_name = "cbc(aes)"};
	int parent = parent_of("skcipher", "cbc(aes)", 16);
	int op;

	bind(parent, (struct sockaddr *)&bad, sizeof(bad));
	op = afalg_accept(parent);
	misuse_report("B-11", "a failed bind keeps algorithm and key", give(op, 16, 0), 16);
	close(op);
	bind(parent, (struct sockaddr *)&same, sizeof(same));
	op = afalg_accept(parent);
	misuse_report("B-13", "bound again, the key is gone", give(op, 16, 0), -ENOKEY);
	close(op);
	close(parent);
}

static void spoiled_keys(void)
{
	int parent = parent_of("aead", "gcm(aes)", 16);
	int op = afalg_accept(parent);

	close(op);
	afalg_set_key(parent, data, 5);
	op = afalg_accept(parent);
	misuse_report("O-10", "aead: a bad key takes the good one away", give(op, 16, 0), -ENOKEY);
	close(op);
	close(parent);

	parent = parent_of("skcipher", "cbc(aes)", 16);
	afalg_set_key(parent, data, 5);
	op = afalg_accept(parent);
	misuse_report("O-10", "cipher: a key out of range leaves the good one", give(op, 16, 0),
		      16);
	close(op);
	close(parent);

	parent = parent_of("skcipher", "cbc(aes)", 0);
	op = afalg_accept(parent);
	close(parent);
	misuse_report("K-03", "no key, and the parent closed", give(op, 16, 0), -ENOKEY);
	misuse_report("K-03", "nor can the op socket be given one", afalg_set_key(op, key, 16),
		      -EOPNOTSUPP);
	close(op);
}

static void aborted_accept(void)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int parent = parent_of("skcipher", "cbc(aes)", 16);

	accept(parent, (struct sockaddr *)&address, &size);
	misuse_report("A-05", "an aborted accept does not hold the parent",
		      afalg_set_key(parent, key, 16), 0);
	close(parent);
}

static void cipher_lengths(void)
{
	uint8_t out[64];
	int fd = misuse_open(OP_CIPHER);

	misuse_report("C-04", "17 bytes for cbc are taken", give(fd, 17, 0), 17);
	misuse_report("C-04", "and refused when read", take(fd, out, 17), -EINVAL);
	misuse_report("C-04", "and gone then", take(fd, out, 17), -EAGAIN);
	misuse_report("C-05", "32 bytes for cbc", give(fd, 32, 0), 32);
	misuse_report("C-05", "a buffer under one block", take(fd, out, 15), -EINVAL);
	misuse_report("C-07", "a second message before the first is read", give(fd, 16, 0),
		      -EINVAL);
	misuse_report("C-07", "even an empty one", give(fd, 0, MSG_MORE), -EINVAL);
	misuse_report("C-12", "a read-only buffer", take(fd, misuse_memory(READ_ONLY, 32), 32),
		      -EFAULT);
	misuse_report("C-12", "an unmapped buffer", take(fd, misuse_memory(UNMAPPED, 32), 32),
		      -EFAULT);
	misuse_report("C-12", "the message is still there", take(fd, out, 32), 32);
	misuse_report("C-02", "nothing more comes", take(fd, out, 32), -EAGAIN);
	misuse_close(fd);
}

static void cipher_without_room(void)
{
	int fd = misuse_open(OP_CIPHER);

	misuse_report("C-10", "more than there is room for", give(fd, 300000, MSG_MORE), 212992);
	misuse_close(fd);

	fd = misuse_open(OP_CIPHER);
	give(fd, 212992, MSG_MORE);
	misuse_report("C-10", "one byte into a full queue", give(fd, 1, MSG_MORE), -EAGAIN);
	misuse_close(fd);
}

static void aead_lengths(void)
{
	uint8_t out[128];
	int fd = misuse_open(OP_AEAD);

	give_aead(fd, 1, 12, 16, 32);
	misuse_report("E-05", "not even AAD and tag fit", take(fd, out, 31), -EINVAL);
	misuse_report("E-05", "the message is kept", take(fd, out, 48), 48);
	give_aead(fd, 0, 12, 0, 15);
	misuse_report("E-07", "less than a tag to open", take(fd, out, 16), -EINVAL);
	misuse_report("E-07", "which stays so", take(fd, out, 16), -EINVAL);
	misuse_close(fd);

	fd = misuse_open(OP_AEAD);
	give_aead(fd, 1, 12, 17, 16);
	misuse_report("E-06", "more AAD than data", take(fd, out, 64), -EINVAL);
	misuse_report("E-06", "no other message is taken then", give(fd, 16, 0), -EINVAL);
	misuse_close(fd);

	fd = misuse_open(OP_AEAD);
	give_aead(fd, 0, 12, 0, 32);
	misuse_report("E-03", "a wrong tag", take(fd, out, 16), -EBADMSG);
	misuse_report("E-03", "is consumed", take(fd, out, 16), -EAGAIN);
	give_aead(fd, 1, 12, 0, 16);
	misuse_report("E-19", "a read-only buffer", take(fd, misuse_memory(READ_ONLY, 32), 32),
		      -EFAULT);
	misuse_report("E-19", "the message is still there", take(fd, out, 32), 32);
	misuse_close(fd);
}

static void aead_of_a_kind(void)
{
	uint8_t out[128];
	int parent = parent_of("aead", "ccm(aes)", 16);
	int op = afalg_accept(parent);

	give_aead(op, 1, 16, 0, 16);
	misuse_report("E-15", "ccm: an IV that begins with 0", take(op, out, 32), -EINVAL);
	close(op);
	close(parent);

	parent = parent_of("aead", "rfc4106(gcm(aes))", 20);
	op = afalg_accept(parent);
	give_aead(op, 1, 8, 8, 32);
	misuse_report("E-16", "rfc4106: an AAD of 8 bytes", take(op, out, 48), -EINVAL);
	close(op);
	close(parent);

	parent = parent_of("skcipher", "xts(aes)", 32);
	op = afalg_accept(parent);
	give(op, 15, 0);
	misuse_report("C-09", "xts: less than a block", take(op, out, 15), -EINVAL);
	give(op, 0, 0);
	misuse_report("C-09", "xts: nothing", take(op, out, 16), -EINVAL);
	close(op);
	close(parent);
}

static void hash_readings(void)
{
	uint8_t out[64] = {0};
	struct iovec iov = {.iov_base = out, .iov_len = 10};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	int fd = misuse_open(OP_HASH);

	misuse_result(send(fd, "abc", 3, 0));
	misuse_report("H-07", "a buffer shorter than the digest", recvmsg(fd, &message, 0), 10);
	misuse_report("H-07", "says so", message.msg_flags, MSG_TRUNC);
	misuse_report("H-07", "and the rest is gone",
		      take(fd, out, 32) == 32 && memcmp(out, sha256_abc, 32) != 0, 1);
	send(fd, "xyz", 3, MSG_MORE);
	send(fd, misuse_memory(UNMAPPED, 16), 16, MSG_MORE);
	send(fd, "abc", 3, 0);
	misuse_report("H-14", "a fault abandons the message",
		      take(fd, out, 32) == 32 && memcmp(out, sha256_abc, 32) == 0, 1);
	/* What this send returns, kernels do not agree about (V-05). */
	send(fd, misuse_memory(HALF, 64), 64, MSG_MORE);
	send(fd, "abc", 3, 0);
	misuse_report("H-14", "so does a fault half way through",
		      take(fd, out, 32) == 32 && memcmp(out, sha256_abc, 32) == 0, 1);
	misuse_close(fd);
}

static void late_seed(void)
{
	uint8_t out[16];
	int parent = parent_of("rng", "drbg_nopr_hmac_sha256", 0);
	int op = afalg_accept(parent);

	misuse_report("R-07", "a seed while an op socket is open", afalg_set_key(parent, key, 16),
		      -EBUSY);
	close(op);
	misuse_report(
	    "R-03", "a NULL seed of 16 bytes",
	    misuse_result(setsockopt(parent, SOL_ALG, ALG_SET_KEY, misuse_memory(NOTHING, 0), 16)),
	    -EFAULT);
	afalg_set_key(parent, key, 16);
	op = afalg_accept(parent);
	misuse_report("R-08", "a read-only buffer", take(op, misuse_memory(READ_ONLY, 16), 16),
		      -EFAULT);
	misuse_report("R-01", "more than 128 bytes", take(op, data, 1000), 128);
	misuse_report("R-09", "any flag",
		      misuse_result(recv(op, out, sizeof(out), MSG_OOB | MSG_PEEK)), sizeof(out));
	memset(data, 0, sizeof(data));
	close(op);
	close(parent);
}

/* A number that was an op socket's a moment ago is a file's now: nothing of the socket is left. */
static void reused_number(void)
{
	uint8_t out[32];
	int parent = parent_of("hash", "sha256", 0);
	int op = afalg_accept(parent);

	send(op, "abc", 3, MSG_MORE);
	close(op);
	int file = open("/tmp", O_RDWR | O_TMPFILE, 0600);
	misuse_report("F-04", "the number is used again", file, op);
	misuse_report("F-04", "send on it", give(file, 16, 0), -ENOTSOCK);
	misuse_report("F-04", "write goes to the file", misuse_result(write(file, "file", 4)), 4);
	misuse_report("F-04", "and is found there", misuse_result(pread(file, out, sizeof(out), 0)),
		      4);
	misuse_report("F-04", "accept on it", afalg_accept(file), -ENOTSOCK);
	close(file);

	op = afalg_accept(parent);
	misuse_report("C-23", "a new op socket has no old message",
		      send(op, "abc", 3, 0) == 3 && take(op, out, 32) == 32 &&
			  memcmp(out, sha256_abc, 32) == 0,
		      1);
	close(op);
	close(parent);
}

static void copied_number(void)
{
	uint8_t out[32];
	int parent = parent_of("hash", "sha256", 0);
	int op = afalg_accept(parent);
	int copy = dup(op);

	send(op, "ab", 2, MSG_MORE);
	close(op);
	send(copy, "c", 1, 0);
	misuse_report("F-01", "a copy outlives the number it was made of",
		      take(copy, out, 32) == 32 && memcmp(out, sha256_abc, 32) == 0, 1);
	dup2(parent, copy);
	misuse_report("F-01", "dup2 over it ends it", take(copy, out, 32), -EOPNOTSUPP);
	close(copy);
	misuse_report("F-04", "close twice", misuse_result(close(copy)), -EBADF);
	close(parent);
}

void misuse_run_stories(void)
{
	busy_parent();
	rebound_parent();
	spoiled_keys();
	aborted_accept();
	cipher_lengths();
	cipher_without_room();
	aead_lengths();
	aead_of_a_kind();
	hash_readings();
	late_seed();
	reused_number();
	copied_number();
}

void misuse_run_splice(void)
{
	static const struct {
		enum misuse_place place;
		const char *what;
		long want;
	} rows[] = {
	    {UNBOUND, "splice: unbound", -EOPNOTSUPP},
	    {BOUND_HASH, "splice: bound", -EOPNOTSUPP},
	    {OP_RNG, "splice: generator", -EOPNOTSUPP},
	    {OP_HMAC, "splice: no key", -ENOKEY},
	    {OP_CIPHER_BARE, "splice: no key, cipher", -ENOKEY},
	};
	loff_t offset = 0;
	int ends[2];

	if (pipe(ends) < 0 || write(ends[1], "in the pipe", 11) != 11)
		return misuse_report("Z-03", "a pipe", -errno, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = misuse_open(rows[i].place);
		long got = misuse_result(splice(ends[0], NULL, fd, NULL, 11, SPLICE_F_NONBLOCK));

		misuse_close(fd);
		misuse_report("Z-03", rows[i].what, got, rows[i].want);
	}
	int fd = misuse_open(OP_HASH);
	misuse_report("Z-06", "splice: with an offset",
		      misuse_result(splice(ends[0], NULL, fd, &offset, 11, SPLICE_F_NONBLOCK)),
		      -EINVAL);
	misuse_report("Z-06", "tee", misuse_result(tee(ends[0], fd, 11, SPLICE_F_NONBLOCK)),
		      -EINVAL);
	misuse_close(fd);
	close(ends[0]);
	close(ends[1]);
}
