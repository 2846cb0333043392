/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/compiler.h"
#include "misuse.h"
#include "ualg/if_alg.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- bind ---- */

static const struct bind_row {
	const char *rule, *what;
	enum misuse_place place;
	enum misuse_pointer pointer;
	int length; /* as told to bind */
	const char *type, *name;
	uint32_t feat, mask;
	long want;
} bind_rows[] = {
    {"B-02", "bind: no length", UNBOUND, GOOD, 0, "hash", "md5", 0, 0, -EINVAL},
    {"B-02", "bind: negative length", UNBOUND, GOOD, -1, "hash", "md5", 0, 0, -EINVAL},
    {"B-02", "bind: the family alone", UNBOUND, GOOD, 2, "hash", "md5", 0, 0, -EINVAL},
    {"B-02", "bind: no name at all", UNBOUND, GOOD, 24, "hash", "md5", 0, 0, -EINVAL},
    {"B-03", "bind: the name's last letter cut off", UNBOUND, GOOD, 27, "hash", "md5", 0, 0,
     -ENOENT},
    {"B-02", "bind: longer than any address", UNBOUND, GOOD, 129, "hash", "md5", 0, 0, -EINVAL},
    {"B-02", "bind: a huge length", UNBOUND, GOOD, 1 << 30, "hash", "md5", 0, 0, -EINVAL},
    {"B-09", "bind: NULL", UNBOUND, NOTHING, 88, "hash", "md5", 0, 0, -EFAULT},
    {"B-09", "bind: NULL without length", UNBOUND, NOTHING, 0, "hash", "md5", 0, 0, -EINVAL},
    {"B-09", "bind: unmapped address", UNBOUND, UNMAPPED, 88, "hash", "md5", 0, 0, -EFAULT},
    {"B-09", "bind: address cut by a bad page", UNBOUND, HALF, 88, "hash", "md5", 0, 0, -EFAULT},
    {"B-09", "bind: closed descriptor", CLOSED, GOOD, 88, "hash", "md5", 0, 0, -EBADF},
    {"B-09", "bind: a file", FOREIGN_FILE, GOOD, 88, "hash", "md5", 0, 0, -ENOTSOCK},
    {"B-09", "bind: a pipe", FOREIGN_PIPE, GOOD, 88, "hash", "md5", 0, 0, -ENOTSOCK},
    {"B-09", "bind: a unix socket", FOREIGN_SOCKET, GOOD, 88, "hash", "md5", 0, 0, -EINVAL},
    {"B-05", "bind: no type", UNBOUND, GOOD, 88, "", "md5", 0, 0, -ENOENT},
    {"B-05", "bind: type in capitals", UNBOUND, GOOD, 88, "HASH", "md5", 0, 0, -ENOENT},
    {"B-05", "bind: type with more behind it", UNBOUND, GOOD, 88, "hashx", "md5", 0, 0, -ENOENT},
    {"B-05", "bind: a type inside the kernel", UNBOUND, GOOD, 88, "shash", "md5", 0, 0, -ENOENT},
    {"B-07", "bind: unknown feature", UNBOUND, GOOD, 88, "hash", "md5", 1, 0, -EINVAL},
    {"B-07", "bind: unknown mask", UNBOUND, GOOD, 88, "hash", "md5", 0, 0x2000, -EINVAL},
    {"B-08", "bind: bad feature, bad type", UNBOUND, GOOD, 88, "x", "md5", 1, 0, -EINVAL},
    {"B-14", "bind: an op socket", OP_HASH, GOOD, 88, "hash", "md5", 0, 0, -EOPNOTSUPP},
    {"B-15", "bind: a hash as cipher", UNBOUND, GOOD, 88, "skcipher", "sha256", 0, 0, -ENOENT},
    {"N-01", "bind: no name", UNBOUND, GOOD, 88, "hash", "", 0, 0, -ENOENT},
    {"N-01", "bind: name in capitals", UNBOUND, GOOD, 88, "hash", "MD5", 0, 0, -ENOENT},
    {"N-01", "bind: name and a blank", UNBOUND, GOOD, 88, "hash", "md5 ", 0, 0, -ENOENT},
    {"N-03", "bind: parenthesis missing", UNBOUND, GOOD, 88, "hash", "hmac(md5", 0, 0, -ENOENT},
    {"N-03", "bind: parenthesis too many", UNBOUND, GOOD, 88, "hash", "hmac(md5))", 0, 0, -ENOENT},
    {"N-03", "bind: no argument", UNBOUND, GOOD, 88, "hash", "hmac()", 0, 0, -ENOENT},
    {"N-03", "bind: parentheses alone", UNBOUND, GOOD, 88, "hash", "(((((((())))))))", 0, 0,
     -ENOENT},
    {"N-04", "bind: unknown template", UNBOUND, GOOD, 88, "hash", "nosuch(md5)", 0, 0, -ENOENT},
    {"N-04", "bind: unknown part", UNBOUND, GOOD, 88, "hash", "hmac(nosuch)", 0, 0, -ENOENT},
    {"N-05", "bind: unsuitable part", UNBOUND, GOOD, 88, "hash", "hmac(aes)", 0, 0, -ENOENT},
    {"N-09", "bind: an internal name", UNBOUND, GOOD, 88, "skcipher", "__cbc(aes)", 0, 0, -ENOENT},
    {"N-12", "bind: a compression", UNBOUND, GOOD, 88, "hash", "deflate", 0, 0, -ENOENT},
    {"B-12", "bind: bound anew while unused is fine", BOUND_HASH, GOOD, 88, "hash", "md5", 0, 0, 0},
};

static void run_bind(const struct bind_row *row)
{
	struct ualg_sockaddr address = {
	    .salg_family = AF_ALG,
	    .salg_feat = row->feat,
	    .salg_mask = row->mask,
	};
	void *place = misuse_memory(row->pointer, sizeof(address));
	int fd = misuse_open(row->place);

	memcpy(address.salg_type, row->type, strlen(row->type));
	memcpy(address.salg_name, row->name, strlen(row->name));
	if (row->pointer == GOOD)
		memcpy(place, &address, sizeof(address));
	long got = misuse_result(bind(fd, place, (socklen_t)row->length));
	misuse_close(fd);
	misuse_report(row->rule, row->what, got, row->want);
}

/* ---- setsockopt ---- */

static const struct option_row {
	const char *rule, *what;
	enum misuse_place place;
	int level, option;
	enum misuse_pointer pointer;
	int length;
	long want;
} option_rows[] = {
    {"O-01", "key: unbound", UNBOUND, SOL_ALG, ALG_SET_KEY, GOOD, 16, -ENOPROTOOPT},
    {"O-01", "key: hash op socket", OP_HASH, SOL_ALG, ALG_SET_KEY, GOOD, 16, -EOPNOTSUPP},
    {"O-01", "key: cipher op socket", OP_CIPHER, SOL_ALG, ALG_SET_KEY, GOOD, 16, -EOPNOTSUPP},
    {"O-02", "key: keyless op socket", OP_HMAC, SOL_ALG, ALG_SET_KEY, GOOD, 16, -EOPNOTSUPP},
    {"O-02", "tag size: op socket", OP_AEAD, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, NOTHING, 16,
     -EOPNOTSUPP},
    {"O-03", "level 0: bound", BOUND_CIPHER, 0, ALG_SET_KEY, GOOD, 16, -ENOPROTOOPT},
    {"O-03", "level 278: bound", BOUND_CIPHER, 278, ALG_SET_KEY, GOOD, 16, -ENOPROTOOPT},
    {"O-03", "level -1: bound", BOUND_CIPHER, -1, ALG_SET_KEY, GOOD, 16, -ENOPROTOOPT},
    {"O-03", "level 6: op socket", OP_CIPHER, 6, ALG_SET_KEY, GOOD, 16, -EOPNOTSUPP},
    {"O-04", "option 0", BOUND_CIPHER, SOL_ALG, 0, GOOD, 16, -ENOPROTOOPT},
    {"O-04", "option IV", BOUND_CIPHER, SOL_ALG, ALG_SET_IV, GOOD, 20, -ENOPROTOOPT},
    {"O-04", "option OP", BOUND_CIPHER, SOL_ALG, ALG_SET_OP, GOOD, 4, -ENOPROTOOPT},
    {"O-04", "option ASSOCLEN", BOUND_AEAD, SOL_ALG, ALG_SET_AEAD_ASSOCLEN, GOOD, 4, -ENOPROTOOPT},
    {"O-04", "option 99", BOUND_CIPHER, SOL_ALG, 99, GOOD, 16, -ENOPROTOOPT},
    {"O-04", "option -1", BOUND_CIPHER, SOL_ALG, -1, GOOD, 16, -ENOPROTOOPT},
    {"O-14", "entropy: not a generator", BOUND_HASH, SOL_ALG, ALG_SET_DRBG_ENTROPY, GOOD, 16,
     -ENOPROTOOPT},
    {"O-07", "key: NULL", BOUND_CIPHER, SOL_ALG, ALG_SET_KEY, NOTHING, 16, -EFAULT},
    {"O-07", "key: unmapped", BOUND_CIPHER, SOL_ALG, ALG_SET_KEY, UNMAPPED, 16, -EFAULT},
    {"O-07", "key: cut by a bad page", BOUND_CIPHER, SOL_ALG, ALG_SET_KEY, HALF, 16, -EFAULT},
    {"O-07", "key: of read-only memory is fine", BOUND_CIPHER, SOL_ALG, ALG_SET_KEY, READ_ONLY, 16,
     0},
    {"O-07", "key: empty", BOUND_CIPHER, SOL_ALG, ALG_SET_KEY, NOTHING, 0, -EINVAL},
    {"O-07", "key: negative length", BOUND_CIPHER, SOL_ALG, ALG_SET_KEY, GOOD, -1, -EINVAL},
    {"O-07", "key: empty is fine for hmac", BOUND_HMAC, SOL_ALG, ALG_SET_KEY, NOTHING, 0, 0},
    {"O-09", "key: for a hash without", BOUND_HASH, SOL_ALG, ALG_SET_KEY, GOOD, 16, -ENOSYS},
    {"O-09", "key: empty, for a hash without", BOUND_HASH, SOL_ALG, ALG_SET_KEY, GOOD, 0, -ENOSYS},
    {"O-10", "key: 15 bytes for aes", BOUND_CIPHER, SOL_ALG, ALG_SET_KEY, GOOD, 15, -EINVAL},
    {"O-10", "key: 17 bytes for aes", BOUND_CIPHER, SOL_ALG, ALG_SET_KEY, GOOD, 17, -EINVAL},
    {"O-10", "key: 33 bytes for gcm", BOUND_AEAD, SOL_ALG, ALG_SET_KEY, GOOD, 33, -EINVAL},
    {"K-08", "key: 33 bytes for xts", BOUND_XTS, SOL_ALG, ALG_SET_KEY, GOOD, 33, -EINVAL},
    {"K-08", "key: 16 bytes for xts", BOUND_XTS, SOL_ALG, ALG_SET_KEY, GOOD, 16, -EINVAL},
    {"K-10", "key: authenc without blob", BOUND_AUTHENC, SOL_ALG, ALG_SET_KEY, GOOD, 48, -EINVAL},
    {"K-10", "key: authenc, less than a header", BOUND_AUTHENC, SOL_ALG, ALG_SET_KEY, GOOD, 7,
     -EINVAL},
    {"O-11", "tag size: 0", BOUND_AEAD, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, GOOD, 0, -EINVAL},
    {"O-11", "tag size: 5", BOUND_AEAD, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, GOOD, 5, -EINVAL},
    {"O-11", "tag size: 17", BOUND_AEAD, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, GOOD, 17, -EINVAL},
    {"O-11", "tag size: negative", BOUND_AEAD, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, GOOD, -4, -EINVAL},
    {"O-12", "tag size: its value is not read", BOUND_AEAD, SOL_ALG, ALG_SET_AEAD_AUTHSIZE,
     UNMAPPED, 12, 0},
    {"O-12", "tag size: hash", BOUND_HASH, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, GOOD, 4, -ENOPROTOOPT},
    {"O-12", "tag size: cipher", BOUND_CIPHER, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, GOOD, 4,
     -ENOPROTOOPT},
    {"S-15", "SO_SNDBUF: two bytes", OP_CIPHER, SOL_SOCKET, SO_SNDBUF, GOOD, 2, -EINVAL},
    {"S-15", "SO_SNDBUF: NULL", OP_CIPHER, SOL_SOCKET, SO_SNDBUF, NOTHING, 4, -EFAULT},
    {"S-15", "unknown SOL_SOCKET option", OP_CIPHER, SOL_SOCKET, 9999, GOOD, 4, -ENOPROTOOPT},
    {"F-04", "key: closed descriptor", CLOSED, SOL_ALG, ALG_SET_KEY, GOOD, 16, -EBADF},
    {"F-04", "key: a file", FOREIGN_FILE, SOL_ALG, ALG_SET_KEY, GOOD, 16, -ENOTSOCK},
    {"F-04", "key: a unix socket", FOREIGN_SOCKET, SOL_ALG, ALG_SET_KEY, GOOD, 16, -EOPNOTSUPP},
};

static void run_option(const struct option_row *row)
{
	size_t size = row->length > 0 ? (size_t)row->length : 4;
	void *value = misuse_memory(row->pointer, size);
	int fd = misuse_open(row->place);

	if (row->pointer == GOOD)
		memset(value, 0, size);
	long got =
	    misuse_result(setsockopt(fd, row->level, row->option, value, (socklen_t)row->length));
	misuse_close(fd);
	misuse_report(row->rule, row->what, got, row->want);
}

/* ---- send, recv, read, write ---- */

enum data_call { SEND, RECV, WRITE, READ };

static const struct data_row {
	const char *rule, *what;
	enum misuse_place place;
	enum data_call call;
	enum misuse_pointer pointer;
	size_t size;
	long want;
} data_rows[] = {
    {"S-11", "send: unbound", UNBOUND, SEND, GOOD, 16, -EOPNOTSUPP},
    {"S-11", "send: bound", BOUND_CIPHER, SEND, GOOD, 16, -EOPNOTSUPP},
    {"S-11", "send: bound, of bad memory", BOUND_CIPHER, SEND, UNMAPPED, 16, -EOPNOTSUPP},
    {"S-11", "write: bound, nothing", BOUND_HASH, WRITE, GOOD, 0, -EOPNOTSUPP},
    {"S-12", "recv: unbound", UNBOUND, RECV, GOOD, 16, -EOPNOTSUPP},
    {"S-12", "recv: bound, nothing", BOUND_HASH, RECV, GOOD, 0, -EOPNOTSUPP},
    {"S-12", "read: bound", BOUND_HASH, READ, GOOD, 32, -EOPNOTSUPP},
    {"S-12", "read: bound, nothing", BOUND_HASH, READ, GOOD, 0, 0},
    {"K-01", "send: hmac without key", OP_HMAC, SEND, GOOD, 16, -ENOKEY},
    {"K-01", "send: hmac without key, bad memory", OP_HMAC, SEND, UNMAPPED, 16, -ENOKEY},
    {"K-01", "recv: hmac without key", OP_HMAC, RECV, GOOD, 32, -ENOKEY},
    {"K-01", "send: cipher without key", OP_CIPHER_BARE, SEND, GOOD, 16, -ENOKEY},
    {"K-01", "recv: cipher without key", OP_CIPHER_BARE, RECV, GOOD, 16, -ENOKEY},
    {"K-01", "recv: cipher without key, nothing", OP_CIPHER_BARE, RECV, GOOD, 0, -ENOKEY},
    {"H-14", "send: hash, unmapped", OP_HASH, SEND, UNMAPPED, 16, -EFAULT},
    {"H-14", "send: hash, NULL", OP_HASH, SEND, NOTHING, 16, -EFAULT},
    {"H-15", "recv: hash, unmapped", OP_HASH, RECV, UNMAPPED, 32, -EFAULT},
    {"H-15", "recv: hash, read-only", OP_HASH, RECV, READ_ONLY, 32, -EFAULT},
    {"H-15", "read: hash, cut by a bad page", OP_HASH, READ, HALF, 32, -EFAULT},
    {"H-09", "recv: hash, no room", OP_HASH, RECV, GOOD, 0, 0},
    {"C-12", "send: cipher, unmapped", OP_CIPHER, SEND, UNMAPPED, 16, -EFAULT},
    {"C-12", "send: cipher, NULL", OP_CIPHER, SEND, NOTHING, 16, -EFAULT},
    {"C-12", "send: aead, cut by a bad page", OP_AEAD, SEND, HALF, 64, -EFAULT},
    {"C-03", "recv: cipher, before send", OP_CIPHER, RECV, GOOD, 16, -EAGAIN},
    {"C-03", "recv: cipher, before send, bad memory", OP_CIPHER, RECV, UNMAPPED, 16, -EAGAIN},
    {"C-03", "recv: cipher, nothing", OP_CIPHER, RECV, GOOD, 0, 0},
    {"E-11", "recv: aead, before send", OP_AEAD, RECV, GOOD, 16, -EAGAIN},
    {"R-02", "recv: generator without seed", OP_RNG, RECV, GOOD, 16, -EINVAL},
    {"R-04", "send: generator", OP_RNG, SEND, GOOD, 16, -EOPNOTSUPP},
    {"R-04", "write: generator, nothing", OP_RNG, WRITE, GOOD, 0, -EOPNOTSUPP},
    {"F-04", "send: closed descriptor", CLOSED, SEND, GOOD, 16, -EBADF},
    {"F-04", "recv: closed descriptor", CLOSED, RECV, GOOD, 16, -EBADF},
    {"F-04", "write: closed descriptor", CLOSED, WRITE, GOOD, 16, -EBADF},
    {"F-04", "read: closed descriptor", CLOSED, READ, GOOD, 16, -EBADF},
    {"F-04", "send: a file", FOREIGN_FILE, SEND, GOOD, 16, -ENOTSOCK},
    {"F-04", "recv: a pipe", FOREIGN_PIPE, RECV, GOOD, 16, -ENOTSOCK},
};

static void run_data(const struct data_row *row)
{
	void *data = misuse_memory(row->pointer, row->size);
	int fd = misuse_open(row->place);
	ssize_t returned = -1;

	switch (row->call) {
	case SEND:
		returned = send(fd, data, row->size, MSG_DONTWAIT);
		break;
	case RECV:
		returned = recv(fd, data, row->size, MSG_DONTWAIT);
		break;
	case WRITE:
		returned = write(fd, data, row->size);
		break;
	case READ:
		returned = read(fd, data, row->size);
		break;
	}
	long got = misuse_result(returned);
	misuse_close(fd);
	misuse_report(row->rule, row->what, got, row->want);
}

/* ---- calls that take a descriptor and nothing of interest ---- */

static long call_accept(int fd)
{
	int accepted = accept(fd, NULL, NULL);

	if (accepted < 0)
		return -1;
	close(accepted);
	return 0;
}

static long call_accept_address(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	return accept(fd, (struct sockaddr *)&address, &size);
}

#if !ADDRESS_SANITIZER
/* AddressSanitizer's own accept reads the length before anybody else can see the call. */
static long call_accept_bad_address(int fd)
{
	return accept(fd, misuse_memory(UNMAPPED, 16), misuse_memory(UNMAPPED, 4));
}
#endif

static long call_accept4_flags(int fd)
{
	return accept4(fd, NULL, NULL, 0x10);
}

static long call_connect(int fd)
{
	struct ualg_sockaddr address = {.salg_family = AF_ALG};

	return connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static long call_listen(int fd)
{
	return listen(fd, 1);
}

static long call_shutdown(int fd)
{
	return shutdown(fd, SHUT_RDWR);
}

static long call_shutdown_bad(int fd)
{
	return shutdown(fd, 77);
}

static long call_getsockname(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	return getsockname(fd, (struct sockaddr *)&address, &size);
}

static long call_getpeername(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	return getpeername(fd, (struct sockaddr *)&address, &size);
}

static long call_getsockopt(int fd)
{
	uint8_t value[64];
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_ALG, ALG_SET_KEY, value, &size);
}

static long call_lseek(int fd)
{
	return lseek(fd, 0, SEEK_SET);
}

static long call_pread(int fd)
{
	char byte;

	return pread(fd, &byte, 1, 0);
}

static long call_pwrite(int fd)
{
	return pwrite(fd, "x", 1, 5);
}

static long call_fsync(int fd)
{
	return fsync(fd);
}

static long call_ftruncate(int fd)
{
	return ftruncate(fd, 0);
}

static long call_mmap(int fd)
{
	return mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0;
}

static long call_ioctl(int fd)
{
	int value;

	return ioctl(fd, FIONREAD, &value);
}

static long call_ioctl_clone(int fd)
{
	return ioctl(fd, FICLONE, -1);
}

static long call_ioctl_interfaces(int fd)
{
	struct ifconf interfaces = {.ifc_len = 0};

	return ioctl(fd, SIOCGIFCONF, &interfaces);
}

static long call_writev_null(int fd)
{
	return writev(fd, misuse_memory(NOTHING, 0), 1);
}

static long call_writev_many(int fd)
{
	static const struct iovec many[1025];

	return writev(fd, many, 1025);
}

static long call_readv_negative(int fd)
{
	struct iovec iov = {.iov_base = misuse_memory(GOOD, 16), .iov_len = 16};
	volatile int count = -1;

	return readv(fd, &iov, count);
}

static long call_sendto_long_address(int fd)
{
	static const char address[256];

	return sendto(fd, "abc", 3, MSG_DONTWAIT, (const struct sockaddr *)address, 129);
}

static const struct call_row {
	const char *rule, *what;
	enum misuse_place place;
	long (*call)(int fd);
	long want;
} call_rows[] = {
    {"A-01", "accept: unbound", UNBOUND, call_accept, -EINVAL},
    {"A-03", "accept4: unknown flag", BOUND_HASH, call_accept4_flags, -EINVAL},
    {"A-05", "accept: with an address", BOUND_HASH, call_accept_address, -ECONNABORTED},
#if !ADDRESS_SANITIZER
    {"A-05", "accept: with a bad address", BOUND_HASH, call_accept_bad_address, -ECONNABORTED},
#endif
    {"A-06", "accept: cipher op socket", OP_CIPHER, call_accept, -EOPNOTSUPP},
    {"A-06", "accept: aead op socket", OP_AEAD, call_accept, -EOPNOTSUPP},
    {"A-06", "accept: generator op socket", OP_RNG, call_accept, -EOPNOTSUPP},
    {"A-07", "accept: keyless hmac op socket", OP_HMAC, call_accept, -ENOKEY},
    {"H-19", "accept: hash op socket, with an address", OP_HASH, call_accept_address,
     -ECONNABORTED},
    {"A-10", "accept: closed descriptor", CLOSED, call_accept, -EBADF},
    {"A-10", "accept: a file", FOREIGN_FILE, call_accept, -ENOTSOCK},
    {"S-06", "connect: bound", BOUND_HASH, call_connect, -EOPNOTSUPP},
    {"S-06", "connect: op socket", OP_CIPHER, call_connect, -EOPNOTSUPP},
    {"S-07", "listen: unbound", UNBOUND, call_listen, -EOPNOTSUPP},
    {"S-07", "listen: bound", BOUND_HASH, call_listen, -EOPNOTSUPP},
    {"S-08", "getsockname: bound", BOUND_HASH, call_getsockname, -EOPNOTSUPP},
    {"S-09", "getpeername: op socket", OP_HASH, call_getpeername, -EOPNOTSUPP},
    {"S-10", "shutdown: op socket", OP_CIPHER, call_shutdown, -EOPNOTSUPP},
    {"S-10", "shutdown: a direction that is none", OP_HASH, call_shutdown_bad, -EOPNOTSUPP},
    {"S-14", "getsockopt: the key of a bound socket", BOUND_CIPHER, call_getsockopt, -EOPNOTSUPP},
    {"S-14", "getsockopt: the key of an op socket", OP_CIPHER, call_getsockopt, -EOPNOTSUPP},
    {"S-16", "ioctl FIONREAD: op socket", OP_HASH, call_ioctl, -EOPNOTSUPP},
    {"S-16", "ioctl FICLONE: op socket", OP_HASH, call_ioctl_clone, -EBADF},
    {"S-16", "ioctl SIOCGIFCONF: op socket", OP_HASH, call_ioctl_interfaces, 0},
    {"S-17", "mmap: op socket", OP_CIPHER, call_mmap, -ENODEV},
    {"S-18", "lseek: op socket", OP_HASH, call_lseek, -ESPIPE},
    {"S-18", "pread: op socket", OP_HASH, call_pread, -ESPIPE},
    {"S-18", "pwrite: op socket", OP_HASH, call_pwrite, -ESPIPE},
    {"S-18", "fsync: op socket", OP_HASH, call_fsync, -EINVAL},
    {"S-18", "ftruncate: op socket", OP_HASH, call_ftruncate, -EINVAL},
    {"C-13", "writev: NULL", OP_CIPHER, call_writev_null, -EFAULT},
    {"C-13", "writev: 1025 parts", OP_CIPHER, call_writev_many, -EINVAL},
    {"C-13", "readv: a negative count", OP_CIPHER, call_readv_negative, -EINVAL},
    {"H-17", "sendto: an address of 129 bytes", OP_HASH, call_sendto_long_address, -EINVAL},
};

static void run_call(const struct call_row *row)
{
	int fd = misuse_open(row->place);
	long got = misuse_result(row->call(fd));

	misuse_close(fd);
	misuse_report(row->rule, row->what, got, row->want);
}

/* ---- socket, socketpair ---- */

static const struct socket_row {
	const char *rule, *what;
	int pair, type, protocol;
	long want;
} socket_rows[] = {
    {"S-01", "socket: SOCK_STREAM", 0, SOCK_STREAM, 0, -ESOCKTNOSUPPORT},
    {"S-01", "socket: SOCK_DGRAM", 0, SOCK_DGRAM, 0, -ESOCKTNOSUPPORT},
    {"S-01", "socket: type 0", 0, 0, 0, -ESOCKTNOSUPPORT},
    {"S-01", "socket: type 11", 0, 11, 0, -EINVAL},
    {"S-02", "socket: protocol 1", 0, SOCK_SEQPACKET, 1, -EPROTONOSUPPORT},
    {"S-02", "socket: protocol -1", 0, SOCK_SEQPACKET, -1, -EPROTONOSUPPORT},
    {"S-03", "socket: unknown flag", 0, SOCK_SEQPACKET | 0x100, 0, -EINVAL},
    {"S-05", "socketpair", 1, SOCK_SEQPACKET, 0, -EOPNOTSUPP},
    {"S-05", "socketpair: SOCK_STREAM", 1, SOCK_STREAM, 0, -ESOCKTNOSUPPORT},
};

static void run_socket(const struct socket_row *row)
{
	int fds[2];
	int returned = row->pair ? socketpair(AF_ALG, row->type, row->protocol, fds)
				 : socket(AF_ALG, row->type, row->protocol);

	misuse_report(row->rule, row->what, misuse_result(returned), row->want);
}

void misuse_run_calls(void)
{
	for (size_t i = 0; i < COUNT(socket_rows); i++)
		run_socket(&socket_rows[i]);
	for (size_t i = 0; i < COUNT(bind_rows); i++)
		run_bind(&bind_rows[i]);
	for (size_t i = 0; i < COUNT(option_rows); i++)
		run_option(&option_rows[i]);
	for (size_t i = 0; i < COUNT(data_rows); i++)
		run_data(&data_rows[i]);
	for (size_t i = 0; i < COUNT(call_rows); i++)
		run_call(&call_rows[i]);
}
