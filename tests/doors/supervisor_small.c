/* SPDX-License-Identifier: MIT */
/*
 * What the kernel says otherwise to a 32-bit program than to others (M-17, S-16): to be made as
 * one, and by its C library alone.  Exit status 0 there and under a door; else the step that went
 * wrong.
 */
#include <errno.h>
#include <linux/fs.h>
#include <linux/if_alg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef SOL_ALG
#define SOL_ALG 279
#endif

#define BLOCK       16
#define COMPAT_FLAG 0x80000000u /* by which the kernel marks a 32-bit program's messages */

_Static_assert(sizeof(void *) == 4, "this is about 32-bit programs");

static uint8_t block[BLOCK];
/* A message of the least kind that says something, and room behind it. */
static union {
	struct cmsghdr head;
	uint8_t bytes[65000];
} control;

static int open_cipher(void)
{
	struct sockaddr_alg address = {
	    .salg_family = AF_ALG, .salg_type = "skcipher", .salg_name = "ecb(aes)"};
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0);

	if (parent < 0 || bind(parent, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(parent, SOL_ALG, ALG_SET_KEY, block, sizeof(block)) < 0)
		return -1;
	return accept(parent, NULL, NULL);
}

/* ---- control data ---- */

#define WHOLE 16 /* CMSG_SPACE(4) of a 32-bit program */

static const struct control_row {
	int there; /* 0: NULL; 1: the union above; 2: an address that is none */
	uint32_t first;
	size_t size;
	int want; /* 0 or a negative errno */
} controls[] = {
    {1, WHOLE, WHOLE, 0},
    {1, WHOLE, 0, 0},
    {1, WHOLE, 1, -EINVAL},
    {1, WHOLE, 5, -EINVAL},
    {1, WHOLE, 11, -EINVAL},
    {1, WHOLE, 12, -EINVAL},
    {1, WHOLE, WHOLE + 1, -EINVAL},
    {1, WHOLE, WHOLE + 11, -EINVAL},
    {1, WHOLE, WHOLE + 12, -EINVAL},
    {1, WHOLE + 1, WHOLE, -EINVAL},
    {1, 11, WHOLE, -EINVAL},
    {1, 0, 65000, -EINVAL},
    {1, 40000, 40000, -ENOMEM},
    {1, WHOLE, 0x80000000u, -ENOBUFS},
    {0, 0, 0, 0},
    {0, 0, 5, -EINVAL},
    {0, 0, 24, -EINVAL},
    {2, 0, 24, -EFAULT},
    {2, 0, 5, -EINVAL},
};

static int check_control(int op, const struct control_row *row)
{
	void *places[] = {NULL, &control, (void *)8};
	struct iovec iov = {block, sizeof(block)};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = places[row->there],
				 .msg_controllen = row->size};
	uint32_t operation = ALG_OP_ENCRYPT;
	ssize_t got;

	memset(&control, 0, sizeof(control));
	control.head.cmsg_len = row->first;
	control.head.cmsg_level = SOL_ALG;
	control.head.cmsg_type = ALG_SET_OP;
	memcpy(CMSG_DATA(&control.head), &operation, sizeof(operation));
	got = sendmsg(op, &message, MSG_DONTWAIT);
	if (got < 0)
		return -errno == row->want;
	return row->want == 0 && got == BLOCK &&
	       recv(op, block, sizeof(block), MSG_DONTWAIT) == BLOCK;
}

/* ---- flags ---- */

static int check_flags(int op)
{
	struct iovec iov = {block, sizeof(block)};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}};
	const int flags = (int)(COMPAT_FLAG | MSG_DONTWAIT);

	if (sendmsg(op, &message.msg_hdr, flags) != BLOCK)
		return 41;
	if (recvmsg(op, &message.msg_hdr, flags) != BLOCK || message.msg_hdr.msg_flags != 0)
		return 42;
	if (sendmmsg(op, &message, 1, (unsigned)flags) != 1)
		return 43;
	if (recvmmsg(op, &message, 1, flags, NULL) != 1 || message.msg_len != BLOCK)
		return 44;
	return 0;
}

/* ---- ioctl ---- */

static const struct request_row {
	unsigned long request;
	int want;
} requests[] = {
    {0x5401 /* TCGETS */, -ENOTTY},
    {TIOCGWINSZ, -ENOTTY},
    {FS_IOC_GETFLAGS, -ENOTTY},
    {0x12345678, -ENOTTY},
    {FIONREAD, -EOPNOTSUPP},
    {TIOCOUTQ, -EOPNOTSUPP},
    {0x8905 /* SIOCATMARK */, -EOPNOTSUPP},
    {0x8910 /* SIOCGIFNAME */, -EOPNOTSUPP},
};

int main(void)
{
	int op = open_cipher();

	if (op < 0)
		return 1;
	for (unsigned i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		if (!check_control(op, &controls[i]))
			return 10 + (int)i;
	for (unsigned i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		long room[16];

		if (ioctl(op, requests[i].request, room) != -1 || -errno != requests[i].want)
			return 50 + (int)i;
	}
	return check_flags(op);
}
