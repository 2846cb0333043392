/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "misuse.h"
#include "ualg/if_alg.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- malformed struct msghdr ---- */

static const struct message_row {
	const char *rule, *what;
	enum misuse_place place;
	int receive;
	enum misuse_pointer message, iov, name, control;
	size_t iov_count, iov_length, control_size;
	int name_size;
	long want;
} message_rows[] = {
    {"M-17", "sendmsg: no message", OP_CIPHER, 0, NOTHING, GOOD, NOTHING, NOTHING, 1, 16, 0, 0,
     -EFAULT},
    {"M-17", "sendmsg: unmapped message", OP_CIPHER, 0, UNMAPPED, GOOD, NOTHING, NOTHING, 1, 16, 0,
     0, -EFAULT},
    {"H-01", "recvmsg: no message", OP_HASH, 1, NOTHING, GOOD, NOTHING, NOTHING, 1, 16, 0, 0,
     -EFAULT},
    {"H-01", "recvmsg: unmapped message", OP_HASH, 1, UNMAPPED, GOOD, NOTHING, NOTHING, 1, 16, 0, 0,
     -EFAULT},
    {"C-13", "sendmsg: unmapped parts", OP_CIPHER, 0, GOOD, UNMAPPED, NOTHING, NOTHING, 1, 16, 0, 0,
     -EFAULT},
    {"C-13", "recvmsg: unmapped parts", OP_HASH, 1, GOOD, UNMAPPED, NOTHING, NOTHING, 1, 16, 0, 0,
     -EFAULT},
    {"C-13", "sendmsg: 1025 parts", OP_CIPHER, 0, GOOD, GOOD, NOTHING, NOTHING, 1025, 16, 0, 0,
     -EMSGSIZE},
    {"C-13", "recvmsg: 1025 parts", OP_HASH, 1, GOOD, GOOD, NOTHING, NOTHING, 1025, 16, 0, 0,
     -EMSGSIZE},
    {"C-13", "sendmsg: a part of a negative size", OP_CIPHER, 0, GOOD, GOOD, NOTHING, NOTHING, 1,
     (size_t)1 << 63, 0, 0, -EINVAL},
    {"M-17", "sendmsg: NULL control", OP_CIPHER, 0, GOOD, GOOD, NOTHING, NOTHING, 1, 16, 32, 0,
     -EFAULT},
    {"M-17", "sendmsg: unmapped control", OP_CIPHER, 0, GOOD, GOOD, NOTHING, UNMAPPED, 1, 16, 32, 0,
     -EFAULT},
    {"M-17", "sendmsg: control cut by a bad page", OP_CIPHER, 0, GOOD, GOOD, NOTHING, HALF, 1, 16,
     64, 0, -EFAULT},
    {"M-17", "sendmsg: huge control", OP_CIPHER, 0, GOOD, GOOD, NOTHING, GOOD, 1, 16,
     (size_t)1 << 40, 0, -ENOBUFS},
    {"H-17", "sendmsg: an address of negative size", OP_HASH, 0, GOOD, GOOD, GOOD, NOTHING, 1, 3, 0,
     -1, -EINVAL},
    {"H-17", "sendmsg: an unmapped address", OP_HASH, 0, GOOD, GOOD, UNMAPPED, NOTHING, 1, 3, 0, 16,
     -EFAULT},
    {"S-11", "sendmsg: bound", BOUND_CIPHER, 0, GOOD, GOOD, NOTHING, NOTHING, 1, 16, 0, 0,
     -EOPNOTSUPP},
    {"K-01", "sendmsg: no key", OP_CIPHER_BARE, 0, GOOD, GOOD, NOTHING, NOTHING, 1, 16, 0, 0,
     -ENOKEY},
    {"F-04", "sendmsg: closed descriptor", CLOSED, 0, GOOD, GOOD, NOTHING, NOTHING, 1, 16, 0, 0,
     -EBADF},
    {"F-04", "recvmsg: closed descriptor", CLOSED, 1, GOOD, GOOD, NOTHING, NOTHING, 1, 16, 0, 0,
     -EBADF},
    {"F-04", "sendmsg: a pipe", FOREIGN_PIPE, 0, GOOD, GOOD, NOTHING, NOTHING, 1, 16, 0, 0,
     -ENOTSOCK},
    {"F-04", "recvmsg: a file", FOREIGN_FILE, 1, GOOD, GOOD, NOTHING, NOTHING, 1, 16, 0, 0,
     -ENOTSOCK},
};

static void run_message(const struct message_row *row)
{
	uint8_t data[16] = {0};
	struct iovec iov = {.iov_base = data, .iov_len = row->iov_length};
	struct msghdr header = {
	    .msg_iov = row->iov == GOOD ? &iov : misuse_memory(row->iov, sizeof(iov)),
	    .msg_iovlen = row->iov_count,
	    .msg_name = row->name == GOOD ? data : misuse_memory(row->name, 16),
	    .msg_namelen = (socklen_t)row->name_size,
	    .msg_control = row->control == GOOD ? data : misuse_memory(row->control, 64),
	    .msg_controllen = row->control_size,
	};
	struct msghdr *message =
	    row->message == GOOD ? &header : misuse_memory(row->message, sizeof(header));
	int fd = misuse_open(row->place);
	long got = misuse_result(row->receive ? recvmsg(fd, message, MSG_DONTWAIT)
					      : sendmsg(fd, message, MSG_DONTWAIT));

	misuse_close(fd);
	misuse_report(row->rule, row->what, got, row->want);
}

/* ---- control messages ---- */

/* One control message: any cmsg_len, any size of the control buffer, any words as its data. */
static const struct control_row {
	const char *rule, *what;
	enum misuse_place place;
	int level, type;
	size_t length; /* cmsg_len */
	size_t size;   /* msg_controllen */
	uint32_t words[2];
	long want;
} control_rows[] = {
    {"M-03", "operation 2", OP_CIPHER, SOL_ALG, ALG_SET_OP, 20, 24, {2}, -EINVAL},
    {"M-03", "operation -1", OP_CIPHER, SOL_ALG, ALG_SET_OP, 20, 24, {UINT32_MAX}, -EINVAL},
    {"M-03", "operation 2, aead", OP_AEAD, SOL_ALG, ALG_SET_OP, 20, 24, {2}, -EINVAL},
    {"M-05", "length 0", OP_CIPHER, SOL_ALG, ALG_SET_OP, 0, 24, {1}, -EINVAL},
    {"M-05", "length below the header", OP_CIPHER, SOL_ALG, ALG_SET_OP, 15, 24, {1}, -EINVAL},
    {"M-05", "length of the header alone", OP_CIPHER, SOL_ALG, ALG_SET_OP, 16, 24, {1}, -EINVAL},
    {"M-05", "operation of three bytes", OP_CIPHER, SOL_ALG, ALG_SET_OP, 19, 24, {1}, -EINVAL},
    {"M-05", "length beyond the buffer", OP_CIPHER, SOL_ALG, ALG_SET_OP, 25, 24, {1}, -EINVAL},
    {"M-05", "length near the largest", OP_CIPHER, SOL_ALG, ALG_SET_OP, SIZE_MAX, 24, {1}, -EINVAL},
    {"M-05",
     "length that wraps when aligned",
     OP_CIPHER,
     SOL_ALG,
     ALG_SET_OP,
     SIZE_MAX - 6,
     24,
     {1},
     -EINVAL},
    {"M-06", "a buffer of a header", OP_CIPHER, SOL_ALG, ALG_SET_OP, 20, 16, {1}, -EINVAL},
    {"M-07", "IV without length", OP_CIPHER, SOL_ALG, ALG_SET_IV, 16, 40, {16}, -EINVAL},
    {"M-07",
     "IV with three bytes of length",
     OP_CIPHER,
     SOL_ALG,
     ALG_SET_IV,
     19,
     40,
     {16},
     -EINVAL},
    {"M-07", "IV one byte short", OP_CIPHER, SOL_ALG, ALG_SET_IV, 35, 40, {16}, -EINVAL},
    {"M-08", "IV of 0 bytes", OP_CIPHER, SOL_ALG, ALG_SET_IV, 36, 40, {0}, -EINVAL},
    {"M-08", "IV of 15 bytes", OP_CIPHER, SOL_ALG, ALG_SET_IV, 36, 40, {15}, -EINVAL},
    {"M-08", "IV of 17 bytes", OP_CIPHER, SOL_ALG, ALG_SET_IV, 40, 40, {17}, -EINVAL},
    {"M-08", "IV longer than its message", OP_CIPHER, SOL_ALG, ALG_SET_IV, 36, 40, {4096}, -EINVAL},
    {"M-08",
     "IV of the largest size",
     OP_CIPHER,
     SOL_ALG,
     ALG_SET_IV,
     36,
     40,
     {UINT32_MAX},
     -EINVAL},
    {"M-08",
     "IV whose size wraps",
     OP_CIPHER,
     SOL_ALG,
     ALG_SET_IV,
     36,
     40,
     {UINT32_MAX - 19},
     -EINVAL},
    {"M-08", "IV of 16 bytes, gcm", OP_AEAD, SOL_ALG, ALG_SET_IV, 36, 40, {16}, -EINVAL},
    {"M-09", "type 0", OP_CIPHER, SOL_ALG, 0, 20, 24, {1}, -EINVAL},
    {"M-09", "type KEY", OP_CIPHER, SOL_ALG, ALG_SET_KEY, 20, 24, {1}, -EINVAL},
    {"M-09", "type AUTHSIZE", OP_AEAD, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, 20, 24, {1}, -EINVAL},
    {"M-09", "type 99", OP_CIPHER, SOL_ALG, 99, 20, 24, {1}, -EINVAL},
    {"M-09", "type -1", OP_CIPHER, SOL_ALG, -1, 20, 24, {1}, -EINVAL},
    {"M-12",
     "assoclen 2^31",
     OP_AEAD,
     SOL_ALG,
     ALG_SET_AEAD_ASSOCLEN,
     20,
     24,
     {0x80000000u},
     -EINVAL},
    {"M-12",
     "assoclen of two bytes",
     OP_AEAD,
     SOL_ALG,
     ALG_SET_AEAD_ASSOCLEN,
     18,
     24,
     {1},
     -EINVAL},
    {"M-18", "a header of zeros behind", OP_CIPHER, SOL_ALG, ALG_SET_OP, 20, 40, {1}, -EINVAL},
};

static long send_control(int fd, const struct control_row *row)
{
	_Alignas(struct cmsghdr) uint8_t control[64] = {0};
	struct cmsghdr header = {
	    .cmsg_len = row->length,
	    .cmsg_level = row->level,
	    .cmsg_type = row->type,
	};
	uint8_t data[16] = {0};
	struct iovec iov = {.iov_base = data, .iov_len = sizeof(data)};
	struct msghdr message = {
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = row->size,
	};

	memcpy(control, &header, sizeof(header));
	memcpy(control + sizeof(header), row->words, sizeof(row->words));
	return misuse_result(sendmsg(fd, &message, MSG_DONTWAIT));
}

static void run_control(const struct control_row *row)
{
	uint8_t data[16];
	int fd = misuse_open(row->place);
	long got = send_control(fd, row);

	/* Refused control messages change nothing: no message has begun (M-15). */
	long after = misuse_result(recv(fd, data, sizeof(data), MSG_DONTWAIT));
	misuse_close(fd);
	misuse_report(row->rule, row->what, got, row->want);
	misuse_report("M-15", "and no message has begun", after, -EAGAIN);
}

static void run_hash_control(void)
{
	static const struct control_row bad = {
	    .level = SOL_ALG, .type = 99, .length = 20, .size = 24};
	static const struct control_row broken = {.level = SOL_ALG, .length = 3, .size = 24};
	int fd = misuse_open(OP_HASH);

	misuse_report("M-16", "hash: an unknown type is not looked at", send_control(fd, &bad), 16);
	misuse_report("M-16", "hash: a bad length is not looked at", send_control(fd, &broken), 16);
	misuse_close(fd);
}

void misuse_run_messages(void)
{
	for (size_t i = 0; i < COUNT(message_rows); i++)
		run_message(&message_rows[i]);
	for (size_t i = 0; i < COUNT(control_rows); i++)
		run_control(&control_rows[i]);
	run_hash_control();
}
