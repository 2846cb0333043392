/* SPDX-License-Identifier: MIT */
/*
 * What programs that use AF_ALG ask of it, found by watching them: one case for each demand.
 * Splice, asynchronous I/O, netlink and the files of /proc have larger tests of their own beside
 * this one; D21 is not AF_ALG, D24 is not for this door, and D25 is a rate (bench/).
 */
#include "preload_common.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/cryptouser.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#define BLOCK 16

static const uint8_t zeros[64];

/* AES-128 of a block of zeros under a key of zeros (FIPS 197). */
static const uint8_t once[BLOCK] = {0x66, 0xe9, 0x4b, 0xd4, 0xef, 0x8a, 0x2c, 0x3b,
				    0x88, 0x4c, 0xfa, 0x59, 0xca, 0x34, 0x2b, 0x2e};

static struct ualg_sockaddr address_of(const char *type, const char *name)
{
	struct ualg_sockaddr address = {.salg_family = AF_ALG};

	strncpy((char *)address.salg_type, type, sizeof(address.salg_type) - 1);
	strncpy((char *)address.salg_name, name, sizeof(address.salg_name) - 1);
	return address;
}

static int bind_again(int parent, const char *type, const char *name)
{
	struct ualg_sockaddr address = address_of(type, name);

	return bind(parent, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

static bool encrypts_zeros(int op)
{
	const struct afalg_control control = {.encrypt = true, .iv = zeros, .iv_size = BLOCK};
	uint8_t block[BLOCK];

	return afalg_send(op, &control, zeros, BLOCK, 0) == BLOCK &&
	       read(op, block, BLOCK) == BLOCK && memcmp(block, once, BLOCK) == 0;
}

static void D1_the_calls(void **state)
{
	static const int flags[] = {0, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_CLOEXEC | SOCK_NONBLOCK};
	struct ualg_sockaddr address = address_of("skcipher", "cbc(aes)");

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		int parent = socket(AF_ALG, SOCK_SEQPACKET | flags[i], 0), first, second;

		assert_true(parent >= 0);
		assert_int_equal(bind(parent, (struct sockaddr *)&address, sizeof(address)), 0);
		assert_int_equal(setsockopt(parent, SOL_ALG, ALG_SET_KEY, zeros, BLOCK), 0);
		first = accept(parent, NULL, NULL);
		second = accept4(parent, NULL, NULL, SOCK_CLOEXEC);
		assert_int_equal(fcntl(parent, F_GETFD), flags[i] & SOCK_CLOEXEC ? FD_CLOEXEC : 0);
		assert_int_equal(fcntl(second, F_GETFD), FD_CLOEXEC);
		assert_true(encrypts_zeros(first));
		assert_true(encrypts_zeros(second));
		assert_int_equal(close(first), 0);
		assert_int_equal(close(second), 0);
		assert_int_equal(close(parent), 0);
	}
}

static void D2_bound_again_and_again(void **state)
{
	static const char *const names[][2] = {{"hash", "sha1"},         {"skcipher", "cbc(aes)"},
					       {"aead", "gcm(aes)"},     {"hash", "hmac(sha256)"},
					       {"skcipher", "ecb(des)"}, {"hash", "sha256"}};
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0), op;

	(void)state;
	for (int round = 0; round < 75; round++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			assert_int_equal(bind_again(parent, names[i][0], names[i][1]), 0);
	op = afalg_accept(parent);
	assert_true(hashes_abc(op));
	assert_int_equal(bind_again(parent, "hash", "sha1"), -EBUSY);
	close(op);
	assert_int_equal(bind_again(parent, "hash", "sha1"), 0);
	close(parent);
}

static void D3_parent_closed_first(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	int parent = afalg_bind("hash", "sha256");
	int first = afalg_accept(parent), second = afalg_accept(parent);

	(void)state;
	close(parent);
	assert_int_equal(send(first, "ab", 2, MSG_MORE), 2);
	assert_true(hashes_abc(second));
	assert_int_equal(send(first, "c", 1, 0), 1);
	assert_int_equal(read(first, digest, DIGEST_SIZE), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
	close(first);
	close(second);
}

static void D4_key_after_accept(void **state)
{
	int parent = afalg_bind("skcipher", "cbc(aes)"), op = afalg_accept(parent);

	(void)state;
	assert_int_equal(afalg_set_key(parent, zeros, BLOCK), 0);
	assert_true(encrypts_zeros(op));
	close(op);
	close(parent);
}

static void D5_key_for_each_operation(void **state)
{
	int parent = afalg_bind("skcipher", "ecb(aes)");

	(void)state;
	for (uint8_t i = 0; i < 20; i++) {
		const struct afalg_control control = {.encrypt = true};
		uint8_t key[BLOCK] = {i}, block[BLOCK];
		int op;

		assert_int_equal(afalg_set_key(parent, key, BLOCK), 0);
		op = afalg_accept(parent);
		assert_int_equal(afalg_send(op, &control, zeros, BLOCK, 0), BLOCK);
		assert_int_equal(read(op, block, BLOCK), BLOCK);
		assert_int_equal(memcmp(block, once, BLOCK) == 0, i == 0);
		close(op);
	}
	close(parent);
}

static void D6_hash_in_pieces(void **state)
{
	uint8_t digest[DIGEST_SIZE], part[4];
	int op = hash_op();

	(void)state;
	for (const char *c = "abc"; *c; c++)
		assert_int_equal(send(op, c, 1, MSG_MORE), 1);
	/* recv ends the message, and a short one gives the beginning. */
	assert_int_equal(recv(op, part, sizeof(part), 0), sizeof(part));
	assert_memory_equal(part, digest_abc, sizeof(part));
	/* A send of nothing: the digest of nothing (FIPS 180-4 of the empty message). */
	assert_int_equal(send(op, "", 0, 0), 0);
	assert_int_equal(read(op, digest, DIGEST_SIZE), DIGEST_SIZE);
	assert_int_equal(digest[0], 0xe3);
	assert_int_equal(digest[DIGEST_SIZE - 1], 0x55);
	assert_true(hashes_abc(op));
	close(op);
}

static void D7_clone_of_a_running_hash(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	int op = hash_op(), clone;

	(void)state;
	assert_int_equal(send(op, "ab", 2, MSG_MORE), 2);
	clone = accept4(op, NULL, NULL, SOCK_CLOEXEC);
	assert_true(clone >= 0);
	assert_int_equal(send(op, "x", 1, 0), 1);
	assert_int_equal(send(clone, "c", 1, 0), 1);
	assert_int_equal(read(clone, digest, DIGEST_SIZE), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
	assert_int_equal(read(op, digest, DIGEST_SIZE), DIGEST_SIZE);
	assert_memory_not_equal(digest, digest_abc, DIGEST_SIZE);
	close(clone);
	close(op);
}

/* A control message; returns the room it takes. */
static size_t put(char *at, int level, int type, const void *data, size_t size, size_t length)
{
	struct cmsghdr *head = (struct cmsghdr *)(void *)at;

	head->cmsg_level = level;
	head->cmsg_type = type;
	head->cmsg_len = length;
	memcpy(CMSG_DATA(head), data, size);
	return CMSG_SPACE(size);
}

static ssize_t send_control(int op, char *control, size_t size, size_t data_size, int flags)
{
	struct iovec iov = {(void *)(uintptr_t)zeros, data_size};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = size,
				 .msg_flags = MSG_MORE}; /* of no effect: OpenSSL sets it */

	return sendmsg(op, &message, flags);
}

static void D8_control_messages(void **state)
{
	const uint32_t encrypt = ALG_OP_ENCRYPT, none = 0;
	_Alignas(struct cmsghdr) char control[256] = {0};
	uint8_t iv[4 + BLOCK] = {BLOCK}, block[BLOCK];
	size_t size;
	int op = cipher_op(), parent, ecb;

	(void)state;
	/* Another level's first, the IV before the operation, one of CMSG_SPACE and one of
	 * CMSG_LEN.
	 */
	size = put(control, SOL_SOCKET + 1000, 77, &none, 4, CMSG_LEN(4));
	size += put(control + size, SOL_ALG, ALG_SET_IV, iv, sizeof(iv), CMSG_SPACE(sizeof(iv)));
	size += put(control + size, SOL_ALG, ALG_SET_OP, &encrypt, 4, CMSG_LEN(4));
	assert_int_equal(send_control(op, control, size, BLOCK, 0), BLOCK);
	assert_int_equal(read(op, block, BLOCK), BLOCK);
	assert_memory_equal(block, once, BLOCK);
	/* The IV alone, with MSG_MORE and no data; then the operation with the data. */
	size = put(control, SOL_ALG, ALG_SET_IV, iv, sizeof(iv), CMSG_LEN(sizeof(iv)));
	assert_int_equal(send_control(op, control, size, 0, MSG_MORE), 0);
	assert_int_equal(send(op, zeros, BLOCK, 0), BLOCK);
	assert_int_equal(read(op, block, BLOCK), BLOCK);
	close(op);
	/* An IV of no bytes, for ECB. */
	parent = afalg_bind("skcipher", "ecb(aes)");
	assert_int_equal(afalg_set_key(parent, zeros, BLOCK), 0);
	ecb = afalg_accept(parent);
	size = put(control, SOL_ALG, ALG_SET_OP, &encrypt, 4, CMSG_LEN(4));
	size += put(control + size, SOL_ALG, ALG_SET_IV, &none, 4, CMSG_LEN(4));
	assert_int_equal(send_control(ecb, control, size, BLOCK, 0), BLOCK);
	assert_int_equal(read(ecb, block, BLOCK), BLOCK);
	assert_memory_equal(block, once, BLOCK);
	close(ecb);
	close(parent);
}

static void assert_digest_of_abc(int op)
{
	uint8_t digest[DIGEST_SIZE];

	assert_int_equal(read(op, digest, DIGEST_SIZE), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
}

static void D9_splice_from_a_pipe(void **state)
{
	struct iovec pieces[] = {{"a", 1}, {"bc", 2}};
	int op = hash_op(), ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(vmsplice(ends[1], &pieces[0], 1, SPLICE_F_GIFT), 1);
	assert_int_equal(splice(ends[0], NULL, op, NULL, 1, SPLICE_F_MORE), 1);
	assert_int_equal(vmsplice(ends[1], &pieces[1], 1, SPLICE_F_GIFT), 2);
	assert_int_equal(splice(ends[0], NULL, op, NULL, 2, 0), 2);
	assert_digest_of_abc(op);
	close(ends[0]);
	close(ends[1]);
	close(op);
}

static void D10_sendfile(void **state)
{
	char name[] = "/tmp/ualg-demand-XXXXXX";
	int op = hash_op(), file = mkstemp(name);
	off_t offset = 1;

	(void)state;
	assert_true(file >= 0);
	(void)unlink(name);
	assert_int_equal(write(file, "xabc", 4), 4);
	assert_int_equal(sendfile(op, file, &offset, 3), 3);
	assert_int_equal(offset, 4);
	assert_digest_of_abc(op);
	assert_int_equal(lseek(file, 1, SEEK_SET), 1);
	/* More than there is: short, and the message stays open; read ends it (Z-05). */
	assert_int_equal(sendfile64(op, file, NULL, 1u << 20), 3);
	assert_int_equal(lseek(file, 0, SEEK_CUR), 4);
	assert_digest_of_abc(op);
	assert_int_equal(sendfile(op, file, NULL, 1u << 20), 0);
	close(file);
	close(op);
}

static void D11_asynchronous_reads(void **state)
{
	uint8_t blocks[2][BLOCK];
	int op = cipher_op(), notice = eventfd(0, 0);
	const struct afalg_control control = {.encrypt = true, .iv = zeros, .iv_size = BLOCK};
	struct timespec no_time = {0};
	struct io_event events[2];
	struct iocb reads[2];
	struct iocb *list[2] = {&reads[0], &reads[1]};
	aio_context_t context = 0;
	uint64_t ready;

	(void)state;
	assert_int_equal(syscall(SYS_io_setup, 8, &context), 0);
	assert_int_equal(afalg_send(op, &control, zeros, 2 * BLOCK, 0), 2 * BLOCK);
	for (size_t i = 0; i < 2; i++)
		reads[i] = (struct iocb){.aio_lio_opcode = IOCB_CMD_PREAD,
					 .aio_fildes = (uint32_t)op,
					 .aio_buf = (uint64_t)(uintptr_t)blocks[i],
					 .aio_nbytes = BLOCK,
					 .aio_flags = IOCB_FLAG_RESFD,
					 .aio_resfd = (uint32_t)notice,
					 .aio_data = i};
	assert_int_equal(syscall(SYS_io_submit, context, 2L, list), 2);
	assert_int_equal(read(notice, &ready, sizeof(ready)), sizeof(ready));
	assert_int_equal(ready, 2);
	assert_int_equal(syscall(SYS_io_getevents, context, 1L, 2L, events, &no_time), 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(events[i].res, BLOCK);
	assert_memory_equal(blocks[0], once, BLOCK);
	assert_int_equal(syscall(SYS_io_destroy, context), 0);
	close(notice);
	close(op);
}

/* The size of the answer to GETALG of a name; -1: it was an error's. */
static ssize_t ask_netlink(int fd, const char *name)
{
	struct {
		struct nlmsghdr header;
		struct crypto_user_alg body;
	} request = {.header = {.nlmsg_len = sizeof(request),
				.nlmsg_type = CRYPTO_MSG_GETALG,
				.nlmsg_flags = NLM_F_REQUEST}};
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	_Alignas(struct nlmsghdr) uint8_t answer[1024];
	ssize_t size;

	strncpy(request.body.cru_name, name, sizeof(request.body.cru_name) - 1);
	assert_int_equal(
	    sendto(fd, &request, sizeof(request), 0, (struct sockaddr *)&kernel, sizeof(kernel)),
	    sizeof(request));
	size = recv(fd, answer, 1, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
	assert_int_equal(recv(fd, answer, sizeof(answer), 0), size);
	return ((struct nlmsghdr *)answer)->nlmsg_type == CRYPTO_MSG_GETALG ? size : -1;
}

static void D12_netlink_tells_of_algorithms(void **state)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_CRYPTO);
	struct sockaddr_nl own = {.nl_family = AF_NETLINK};
	socklen_t size = sizeof(own);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &size), 0);
	assert_int_equal(size, sizeof(own));
	assert_int_not_equal(own.nl_pid, 0);
	assert_int_equal(ask_netlink(fd, "sha256"), 308);
	assert_int_equal(ask_netlink(fd, "cbc(aes)"), 380);
	assert_int_equal(ask_netlink(fd, "stdrng"), 304);
	assert_int_equal(ask_netlink(fd, "no such name"), -1);
	close(fd);
}

static bool file_has_line(const char *path, const char *wanted)
{
	char line[256];
	FILE *file = fopen64(path, "r");
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = strcmp(line, wanted) == 0;
	(void)fclose(file);
	return found;
}

static void D13_the_list_of_algorithms(void **state)
{
	(void)state;
	assert_true(file_has_line("/proc/crypto", "name         : sha256\n"));
	assert_true(file_has_line("/proc/crypto", "type         : shash\n"));
	assert_false(file_has_line("/proc/crypto", "name         : no such name\n"));
}

static void D14_no_fips_mode(void **state)
{
	(void)state;
	assert_true(file_has_line("/proc/sys/crypto/fips_enabled", "0\n"));
}

static void D15_sockets_have_no_names(void **state)
{
	int parent = afalg_bind("hash", "sha256"), op = afalg_accept(parent);
	const int both[] = {parent, op};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct sockaddr_storage name;
		socklen_t size = sizeof(name);

		assert_int_equal(getsockname(both[i], (struct sockaddr *)&name, &size), -1);
		assert_int_equal(errno, EOPNOTSUPP);
		assert_int_equal(getpeername(both[i], (struct sockaddr *)&name, &size), -1);
		assert_int_equal(errno, EOPNOTSUPP);
	}
	close(op);
	close(parent);
}

static void D16_vectors(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	struct iovec in[8], out[2] = {{digest, 5}, {digest + 5, DIGEST_SIZE - 5}};
	struct msghdr message = {.msg_iov = in, .msg_iovlen = 8};
	int op = hash_op();

	(void)state;
	for (int i = 0; i < 8; i++)
		in[i] = (struct iovec){(char *)(uintptr_t) "abc" + (i < 3 ? i : 0), i < 3};
	errno = 77;
	assert_int_equal(writev(op, in, 8), 3);
	assert_int_equal(readv(op, out, 2), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
	memset(digest, 0, sizeof(digest));
	assert_int_equal(sendmsg(op, &message, 0), 3);
	message.msg_iov = out;
	message.msg_iovlen = 2;
	assert_int_equal(recvmsg(op, &message, 0), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
	assert_int_equal(write(op, "abc", 3), 3);
	assert_int_equal(read(op, digest, DIGEST_SIZE), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
	assert_int_equal(errno, 77); /* libkcapi looks at it after good calls */
	close(op);
}

static void D17_flags_of_recv(void **state)
{
	const struct afalg_control control = {.encrypt = true, .iv = zeros, .iv_size = BLOCK};
	uint8_t block[2 * BLOCK];
	int op = cipher_op();

	(void)state;
	assert_int_equal(recv(op, block, BLOCK, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(afalg_send(op, &control, zeros, 2 * BLOCK, 0), 2 * BLOCK);
	assert_int_equal(recv(op, block, BLOCK, MSG_PEEK), BLOCK); /* and it is gone */
	assert_memory_equal(block, once, BLOCK);
	assert_int_equal(recv(op, block, BLOCK, MSG_WAITALL), BLOCK);
	assert_memory_not_equal(block, once, BLOCK);
	assert_int_equal(recv(op, block, BLOCK, MSG_DONTWAIT), -1);
	close(op);
}

static int forked_parent, forked_op;

static int use_inherited(void)
{
	int op = afalg_accept(forked_parent);

	return encrypts_zeros(forked_op) && encrypts_zeros(op) ? 0 : 1;
}

/* Each has its own copy: what they share on a kernel is not shared here. */
static void D18_fork(void **state)
{
	(void)state;
	forked_parent = afalg_bind("skcipher", "cbc(aes)");
	assert_int_equal(afalg_set_key(forked_parent, zeros, BLOCK), 0);
	forked_op = afalg_accept(forked_parent);
	assert_exits_well(in_child(use_inherited));
	assert_int_equal(use_inherited(), 0);
	close(forked_op);
	close(forked_parent);
}

static int int_option(int fd, int option)
{
	int value = -1;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0 ? -errno : value;
}

static void expect_real_socket(int fd)
{
	struct stat status;
	char path[64], link[64] = {0}, value[64];
	socklen_t size = sizeof(value);
	int bytes;

	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_mode, S_IFSOCK | 0777);
	assert_int_equal(status.st_size, 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_true(readlink(path, link, sizeof(link) - 1) > 0);
	assert_int_equal(strncmp(link, "socket:[", 8), 0);
	assert_int_equal(strtoul(link + 8, NULL, 10), status.st_ino);
	assert_int_equal(fchown(fd, status.st_uid, status.st_gid), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), -1);
	assert_int_equal(errno, ESPIPE);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0), MAP_FAILED);
	assert_int_equal(errno, ENODEV);
	assert_int_equal(int_option(fd, SO_TYPE), SOCK_SEQPACKET);
	assert_int_equal(int_option(fd, SO_DOMAIN), AF_ALG);
	assert_int_equal(int_option(fd, SO_PROTOCOL), 0);
	assert_int_equal(int_option(fd, SO_ERROR), 0);
	assert_true(int_option(fd, SO_SNDBUF) > 0); /* what the machine's sockets have */
	assert_int_equal(getsockopt(fd, SOL_ALG, ALG_SET_KEY, value, &size), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	assert_int_equal(ioctl(fd, FIONREAD, &bytes), -1);
	assert_int_equal(errno, EOPNOTSUPP);
}

static void D19_real_sockets(void **state)
{
	int parent = afalg_bind("hash", "sha256"), op = afalg_accept(parent), cipher = cipher_op();

	(void)state;
	expect_real_socket(parent);
	expect_real_socket(op);
	expect_real_socket(cipher);
	close(parent);
	close(op);
	close(cipher);
}

static void D20_exact_errors(void **state)
{
	const struct afalg_control decrypt = {
	    .iv = zeros, .iv_size = 12, .has_assoclen = true, .assoclen = 0};
	struct ualg_sockaddr address = address_of("hash", "sha256"), odd;
	struct sockaddr_storage peer;
	socklen_t peer_size = sizeof(peer);
	uint8_t data[32];
	int parent = afalg_bind("aead", "gcm(aes)"), op, rng;

	(void)state;
	assert_int_equal(afalg_bind("hash", "no-such-hash"), -ENOENT);
	odd = address; /* CPython's names: 13 and 63 letters */
	memset(odd.salg_name, 'x', sizeof(odd.salg_name));
	assert_int_equal(bind(parent, (struct sockaddr *)&odd, sizeof(odd)), -1);
	assert_int_equal(errno, ENOENT);
	odd = address;
	memset(odd.salg_type, 'x', sizeof(odd.salg_type));
	assert_int_equal(bind(parent, (struct sockaddr *)&odd, sizeof(odd)), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(bind(parent, (struct sockaddr *)&address, 4), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(afalg_set_key(parent, zeros, 5), -EINVAL);
	assert_int_equal(send(parent, data, 1, 0), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	assert_int_equal(recv(parent, data, 1, 0), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	op = afalg_accept(parent);
	assert_int_equal(afalg_send(op, &decrypt, data, 32, 0), -ENOKEY);
	assert_int_equal(afalg_set_key(parent, zeros, BLOCK), 0);
	memset(data, 0, sizeof(data));
	assert_int_equal(afalg_send(op, &decrypt, data, 32, 0), 32);
	assert_int_equal(recv(op, data, 16, 0), -1);
	assert_int_equal(errno, EBADMSG);
	assert_int_equal(afalg_set_key(parent, zeros, BLOCK), -EBUSY);
	assert_int_equal(accept(parent, (struct sockaddr *)&peer, &peer_size), -1);
	assert_int_equal(errno, ECONNABORTED);
	assert_int_equal(accept(op, NULL, NULL), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	close(op);
	close(parent);
	parent = afalg_bind("rng", "drbg_nopr_hmac_sha256");
	rng = afalg_accept(parent);
	assert_int_equal(send(rng, data, 1, 0), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	close(rng);
	close(parent);
}

static void D22_a_kernel_of_today(void **state)
{
	struct utsname name;
	int major, minor;

	(void)state;
	assert_int_equal(uname(&name), 0);
	assert_int_equal(sscanf(name.release, "%d.%d", &major, &minor), 2);
	assert_true(major > 4 || (major == 4 && minor >= 9));
}

static int threads_parent, threads_op;

static void *work_in_thread(void *argument)
{
	int op = afalg_accept(threads_parent);
	long good = 0;

	(void)argument;
	for (int i = 0; i < 200; i++) {
		good += hashes_abc(op);
		good += send(threads_op, zeros, sizeof(zeros), MSG_MORE) == sizeof(zeros);
	}
	close(op);
	return (void *)good;
}

static void D23_threads(void **state)
{
	uint8_t digest[DIGEST_SIZE], wanted[DIGEST_SIZE];
	pthread_t threads[4];
	void *good;
	int other;

	(void)state;
	threads_parent = afalg_bind("hash", "sha256");
	threads_op = afalg_accept(threads_parent);
	other = afalg_accept(threads_parent);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work_in_thread, NULL), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &good);
		assert_int_equal((long)good, 400);
	}
	for (int i = 0; i < 800; i++)
		assert_int_equal(send(other, zeros, sizeof(zeros), MSG_MORE), sizeof(zeros));
	assert_int_equal(read(threads_op, digest, DIGEST_SIZE), DIGEST_SIZE);
	assert_int_equal(read(other, wanted, DIGEST_SIZE), DIGEST_SIZE);
	assert_memory_equal(digest, wanted, DIGEST_SIZE);
	close(other);
	close(threads_op);
	close(threads_parent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(D1_the_calls),
	    cmocka_unit_test(D2_bound_again_and_again),
	    cmocka_unit_test(D3_parent_closed_first),
	    cmocka_unit_test(D4_key_after_accept),
	    cmocka_unit_test(D5_key_for_each_operation),
	    cmocka_unit_test(D6_hash_in_pieces),
	    cmocka_unit_test(D7_clone_of_a_running_hash),
	    cmocka_unit_test(D8_control_messages),
	    cmocka_unit_test(D9_splice_from_a_pipe),
	    cmocka_unit_test(D10_sendfile),
	    cmocka_unit_test(D11_asynchronous_reads),
	    cmocka_unit_test(D12_netlink_tells_of_algorithms),
	    cmocka_unit_test(D13_the_list_of_algorithms),
	    cmocka_unit_test(D14_no_fips_mode),
	    cmocka_unit_test(D15_sockets_have_no_names),
	    cmocka_unit_test(D16_vectors),
	    cmocka_unit_test(D17_flags_of_recv),
	    cmocka_unit_test(D18_fork),
	    cmocka_unit_test(D19_real_sockets),
	    cmocka_unit_test(D20_exact_errors),
	    cmocka_unit_test(D22_a_kernel_of_today),
	    cmocka_unit_test(D23_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
