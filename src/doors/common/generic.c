/* SPDX-License-Identifier: MIT */
#include "doors/common/generic.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/sockios.h>
#include <stdint.h>
#include <sys/socket.h>

#include "doors/common/system.h"
#include "ualg/if_alg.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

static const int type_answer = SOCK_SEQPACKET;
static const int domain_answer = AF_ALG;
static const int zero_answer;
static const struct {
	int32_t pid;
	uint32_t uid;
	uint32_t gid;
} nobody_answer = {0, UINT32_MAX, UINT32_MAX};

/* S-13: where a unix socket would say something else than an alg socket. */
static const struct {
	int option;
	int error; /* 0, or what getsockopt fails with */
	const void *value;
	size_t size;
} answers[] = {
    {SO_TYPE, 0, &type_answer, sizeof(type_answer)},
    {SO_DOMAIN, 0, &domain_answer, sizeof(domain_answer)},
    {SO_PROTOCOL, 0, &zero_answer, sizeof(zero_answer)},
    {SO_ERROR, 0, &zero_answer, sizeof(zero_answer)},
    {SO_ACCEPTCONN, 0, &zero_answer, sizeof(zero_answer)},
    {SO_PEERCRED, 0, &nobody_answer, sizeof(nobody_answer)},
    {SO_PEERNAME, -ENOTCONN, NULL, 0},
    {SO_PEERSEC, -ENOPROTOOPT, NULL, 0},
    {SO_PEERGROUPS, -ENODATA, NULL, 0},
    {SO_PEERPIDFD, -ENOPROTOOPT, NULL, 0},
    {SO_PEEK_OFF, -EOPNOTSUPP, NULL, 0},
};

int door_generic_getsockopt(int option, const void **value, size_t *size)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i].option != option)
			continue;
		*value = answers[i].value;
		*size = answers[i].size;
		return answers[i].error;
	}
	return DOOR_ANSWER_PLACEHOLDER;
}

int door_generic_setsockopt(int option)
{
	return option == SO_PEEK_OFF ? -EOPNOTSUPP : DOOR_ANSWER_PLACEHOLDER;
}

bool door_generic_asks_privilege(int option)
{
	return option == SO_SNDBUFFORCE || option == SO_RCVBUFFORCE;
}

bool door_generic_sets_buffers(int option)
{
	return option == SO_SNDBUF || option == SO_RCVBUF || door_generic_asks_privilege(option);
}

#define USUAL_BUFFER 212992u /* of the kernel that the profile strict is, the limit as well */

unsigned door_generic_buffer(enum sock_profile profile, int option, unsigned wanted)
{
	if (profile != SOCK_PROFILE_STRICT || door_generic_asks_privilege(option))
		return wanted;
	return wanted > USUAL_BUFFER ? USUAL_BUFFER : wanted;
}

static unsigned buffer_of(int descriptor, int option)
{
	unsigned size = USUAL_BUFFER;
	socklen_t length = sizeof(size);

	if (DOOR_CALL_5(SYS_getsockopt, descriptor, SOL_SOCKET, option, &size, &length) < 0)
		return USUAL_BUFFER;
	return size;
}

void door_generic_new_buffers(unsigned *sndbuf, unsigned *rcvbuf)
{
	int descriptor = (int)DOOR_CALL_3(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*sndbuf = buffer_of(descriptor, SO_SNDBUF);
	*rcvbuf = buffer_of(descriptor, SO_RCVBUF);
	if (descriptor >= 0)
		(void)DOOR_CALL_1(SYS_close, descriptor);
}

bool door_generic_capable(uint64_t effective, enum sock_capability capability)
{
	static const unsigned bits[] = {
	    [SOCK_CAP_SYS_ADMIN] = CAP_SYS_ADMIN,
	    [SOCK_CAP_NET_ADMIN] = CAP_NET_ADMIN,
	};

	return effective >> bits[capability] & 1;
}

/* What the kernel answers above the protocol, and so alike for every socket. */
static const unsigned long generic_requests[] = {
    FIOCLEX,          FIONCLEX,  FIONBIO,   FIOASYNC,       FIOQSIZE,         FIOSETOWN,
    FIOGETOWN,        SIOCSPGRP, SIOCGPGRP, SIOCGSTAMP_OLD, SIOCGSTAMPNS_OLD, SIOCGSTAMP_NEW,
    SIOCGSTAMPNS_NEW, SIOCGSKNS, FIGETBSZ,  SIOCGIFCONF,    FICLONE,
};

#define SOCKET_REQUESTS 0x8900u /* ioctl_list(2): the second byte of SIOC... */

/*
 * A 32-bit program's request reaches the protocol where the kernel knows that it is one to sockets;
 * nobody has an answer to others.
 */
static int refusal_of_compat(unsigned long request)
{
	bool is_to_sockets = request == FIONREAD || request == TIOCOUTQ ||
			     ((uint32_t)request & ~0xffu) == SOCKET_REQUESTS;

	return is_to_sockets ? -EOPNOTSUPP : -ENOTTY;
}

int door_generic_ioctl(unsigned long request, bool compat)
{
	/* The kernel looks at 32 bits. */
	for (size_t i = 0; i < sizeof(generic_requests) / sizeof(generic_requests[0]); i++)
		if ((uint32_t)generic_requests[i] == (uint32_t)request)
			return DOOR_ANSWER_PLACEHOLDER;
	return compat ? refusal_of_compat(request) : -EOPNOTSUPP;
}
