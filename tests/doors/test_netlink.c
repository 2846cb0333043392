/* SPDX-License-Identifier: MIT */
/*
 * NETLINK_CRYPTO sockets by plain libc calls: on a kernel that has them the same answers come.  One
 * test is the door's alone; it is left out where LD_PRELOAD is not set.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <linux/cryptouser.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include "doors/common/system.h"
#include "support/afalg.h"

struct request {
	struct nlmsghdr header;
	struct crypto_user_alg body;
};

static struct request ask(const char *name)
{
	struct request request = {
	    .header = {.nlmsg_len = sizeof(request),
		       .nlmsg_type = CRYPTO_MSG_GETALG,
		       .nlmsg_flags = NLM_F_REQUEST,
		       .nlmsg_seq = 1},
	};

	memcpy(request.body.cru_name, name, strlen(name));
	return request;
}

static uint8_t answer[65536];

static int open_netlink(int type)
{
	int fd = socket(AF_NETLINK, type, NETLINK_CRYPTO);

	assert_true(fd >= 0);
	return fd;
}

static void send_ask(int fd, const char *name)
{
	struct request request = ask(name);

	assert_int_equal(send(fd, &request, sizeof(request), 0), sizeof(request));
}

static ssize_t receive(int fd)
{
	memset(answer, 0xee, sizeof(answer));
	return recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
}

/* The error of the NLMSG_ERROR that is there to be read. */
static int received_error(int fd)
{
	struct nlmsghdr header;
	int error;

	assert_true(receive(fd) >= (ssize_t)(sizeof(header) + sizeof(error)));
	memcpy(&header, answer, sizeof(header));
	assert_int_equal(header.nlmsg_type, NLMSG_ERROR);
	memcpy(&error, answer + sizeof(header), sizeof(error));
	return error;
}

static uint32_t port_of(int fd)
{
	struct sockaddr_nl name = {0};
	socklen_t size = sizeof(name);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
	assert_int_equal(size, sizeof(name));
	assert_int_equal(name.nl_family, AF_NETLINK);
	return name.nl_pid;
}

static void assert_fails(long result, int error)
{
	int got = errno;

	assert_int_equal(result, -1);
	assert_int_equal(got, error);
}

/* U-07, and what the socket says of itself. */
static void test_socket(void **state)
{
	struct sockaddr_nl name = {.nl_family = AF_NETLINK};
	socklen_t size = sizeof(name);
	int fd = open_netlink(SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK);
	int other = open_netlink(SOCK_DGRAM);
	int value = 0;

	(void)state;
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_int_equal(port_of(fd), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(bind(other, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_not_equal(port_of(fd), 0);
	assert_int_not_equal(port_of(other), 0);
	assert_int_not_equal(port_of(fd), port_of(other));
	assert_fails(bind(fd, (struct sockaddr *)&name, sizeof(name)), EINVAL);
	assert_int_equal(getpeername(fd, (struct sockaddr *)&name, &size), 0);
	assert_int_equal(size, sizeof(name));
	assert_int_equal(name.nl_family, AF_NETLINK);
	assert_int_equal(name.nl_pid, 0);
	size = sizeof(value);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &value, &size), 0);
	assert_int_equal(value, NETLINK_CRYPTO);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &size), 0);
	assert_int_equal(value, SOCK_RAW);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &value, &size), 0);
	assert_int_equal(value, AF_NETLINK);
	assert_fails(socket(AF_NETLINK, SOCK_SEQPACKET, NETLINK_CRYPTO), ESOCKTNOSUPPORT);
	assert_fails(socket(AF_NETLINK, SOCK_STREAM, NETLINK_CRYPTO), ESOCKTNOSUPPORT);
	close(fd);
	close(other);
}

static ssize_t by_send(int fd, struct request *request)
{
	return send(fd, request, sizeof(*request), 0);
}

static ssize_t by_write(int fd, struct request *request)
{
	return write(fd, request, sizeof(*request));
}

static ssize_t by_sendto(int fd, struct request *request)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};

	return sendto(fd, request, sizeof(*request), 0, (struct sockaddr *)&to, sizeof(to));
}

static ssize_t by_writev(int fd, struct request *request)
{
	struct iovec parts[] = {{request, 7}, {(uint8_t *)request + 7, sizeof(*request) - 7}};

	return writev(fd, parts, 2);
}

static ssize_t by_sendmsg(int fd, struct request *request)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	struct iovec parts[] = {{request, 1}, {(uint8_t *)request + 1, sizeof(*request) - 1}};
	struct msghdr message = {
	    .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = parts, .msg_iovlen = 2};

	return sendmsg(fd, &message, 0);
}

static ssize_t by_sendmmsg(int fd, struct request *request)
{
	struct iovec part = {request, sizeof(*request)};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};

	assert_int_equal(sendmmsg(fd, &message, 1, 0), 1);
	return message.msg_len;
}

static ssize_t by_system_call(int fd, struct request *request)
{
	return syscall(SYS_sendto, fd, request, sizeof(*request), 0, NULL, 0);
}

/* Every call that sends, and none that touches errno. */
static void test_sending(void **state)
{
	static ssize_t (*const ways[])(int, struct request *) = {
	    by_send, by_write, by_sendto, by_writev, by_sendmsg, by_sendmmsg, by_system_call,
	};
	int fd = open_netlink(SOCK_RAW);

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct request request = ask("sha256");

		errno = 0;
		assert_int_equal(ways[i](fd, &request), sizeof(request));
		assert_int_equal(errno, 0);
		assert_int_equal(receive(fd), 308);
		assert_string_equal((char *)answer + sizeof(struct nlmsghdr), "sha256");
	}
	close(fd);
}

/* Each gives the kernel's address, port 0. */
static void test_receiving(void **state)
{
	struct sockaddr_nl from;
	socklen_t size = sizeof(from);
	struct iovec part = {answer, sizeof(answer)};
	struct msghdr message = {
	    .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &part, .msg_iovlen = 1};
	struct mmsghdr messages = {.msg_hdr = message};
	int fd = open_netlink(SOCK_RAW);

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		send_ask(fd, "sha256");
	memset(&from, 0xff, sizeof(from));
	assert_int_equal(recvfrom(fd, answer, 400, 0, (struct sockaddr *)&from, &size), 308);
	assert_int_equal(size, sizeof(from));
	assert_int_equal(from.nl_pid, 0);
	memset(&from, 0xff, sizeof(from));
	assert_int_equal(recvmsg(fd, &message, 0), 308);
	assert_int_equal(message.msg_namelen, sizeof(from));
	assert_int_equal(from.nl_pid, 0);
	assert_int_equal(from.nl_groups, 0);
	memset(&from, 0xff, sizeof(from));
	assert_int_equal(recvmmsg(fd, &messages, 1, 0, NULL), 1);
	assert_int_equal(messages.msg_len, 308);
	assert_int_equal(from.nl_pid, 0);
	assert_int_equal(read(fd, answer, 400), 308);
	close(fd);
}

static void test_flags(void **state)
{
	struct pollfd poll_entry = {.events = POLLIN | POLLOUT};
	int fd = open_netlink(SOCK_RAW);

	(void)state;
	poll_entry.fd = fd;
	assert_int_equal(poll(&poll_entry, 1, 0), 1);
	assert_int_equal(poll_entry.revents, POLLOUT);
	assert_fails(recv(fd, answer, 16, MSG_DONTWAIT), EAGAIN);
	send_ask(fd, "sha256");
	assert_int_equal(poll(&poll_entry, 1, 0), 1);
	assert_int_equal(poll_entry.revents, POLLIN | POLLOUT);
	assert_int_equal(recv(fd, answer, 1, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT), 308);
	assert_int_equal(recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC), 308);
	assert_int_equal(recv(fd, answer, 16, 0), 16);
	assert_fails(recv(fd, answer, 16, MSG_DONTWAIT), EAGAIN);
	close(fd);
}

static void test_errors(void **state)
{
	struct request request = ask("nosuch");
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	int fd = open_netlink(SOCK_RAW);
	int size = 4096;
	static uint8_t large[65536];

	(void)state;
	assert_int_equal(by_send(fd, &request), sizeof(request));
	assert_int_equal(received_error(fd), -ENOENT);
	assert_fails(send(fd, &request, 0, 0), ENODATA);
	assert_fails(send(fd, &request, sizeof(request), MSG_OOB), EOPNOTSUPP);
	assert_fails(syscall(SYS_sendto, fd, 8, sizeof(request), 0, NULL, 0), EFAULT);
	assert_fails(sendto(fd, &request, 16, 0, (struct sockaddr *)&to, 4), EINVAL);
	to.nl_family = AF_UNIX;
	assert_fails(sendto(fd, &request, 16, 0, (struct sockaddr *)&to, sizeof(to)), EINVAL);
	assert_fails(connect(fd, (struct sockaddr *)&to, sizeof(to)), EINVAL);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	assert_fails(send(fd, large, sizeof(large), 0), EMSGSIZE);
	assert_fails(listen(fd, 1), EOPNOTSUPP);
	assert_fails(accept(fd, NULL, NULL), EOPNOTSUPP);
	assert_fails(shutdown(fd, SHUT_RDWR), EOPNOTSUPP);
	assert_fails(receive(fd), EAGAIN);
	to.nl_family = AF_NETLINK;
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	send_ask(fd, "sha256");
	assert_int_equal(receive(fd), 308);
	close(fd);
}

/* NETLINK_CAP_ACK is the socket's own. */
static void test_capped(void **state)
{
	struct request request = ask("nosuch");
	int fd = open_netlink(SOCK_RAW);
	int on = 1;

	(void)state;
	assert_int_equal(by_send(fd, &request), sizeof(request));
	assert_int_equal(receive(fd), 244);
	assert_int_equal(setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)), 0);
	assert_int_equal(by_send(fd, &request), sizeof(request));
	assert_int_equal(receive(fd), 36);
	close(fd);
}

/* Every algorithm, however small the queue is; read as it comes. */
static void test_listing(void **state)
{
	struct nlmsghdr request = {.nlmsg_len = sizeof(request),
				   .nlmsg_type = CRYPTO_MSG_GETALG,
				   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
				   .nlmsg_seq = 5};
	int fd = open_netlink(SOCK_RAW);
	int size = 4096, before = 0, after = 0;
	socklen_t length = sizeof(before);
	bool found = false, ended = false;

	(void)state;
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &before, &length), 0);
	assert_int_equal(send(fd, &request, sizeof(request), 0), sizeof(request));
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &after, &length), 0);
	assert_int_equal(before, after);
	while (!ended) {
		ssize_t got = receive(fd);
		struct nlmsghdr header;

		assert_true(got > 0);
		for (size_t at = 0; at + sizeof(header) <= (size_t)got; at += header.nlmsg_len) {
			memcpy(&header, answer + at, sizeof(header));
			assert_true(header.nlmsg_len >= sizeof(header));
			assert_int_equal(header.nlmsg_seq, 5);
			assert_true(header.nlmsg_flags & NLM_F_MULTI);
			ended = ended || header.nlmsg_type == NLMSG_DONE;
			found = found || (!ended && strcmp((char *)answer + at + sizeof(header),
							   "hmac(sha256)") == 0);
		}
	}
	assert_true(found);
	assert_fails(receive(fd), EAGAIN);
	close(fd);
}

/* F-01, F-02 for these: a duplicate and a child have the same socket. */
/* Who lists and does not read has no memory of the kernel's without end. */
static void test_unread(void **state)
{
	struct request request = ask("");
	uint32_t memory[16] = {0};
	socklen_t size = sizeof(memory);
	int fd = open_netlink(SOCK_RAW);

	(void)state;
	request.header.nlmsg_flags |= NLM_F_DUMP;
	for (unsigned i = 0; i < 400; i++)
		if (send(fd, &request, sizeof(request), 0) < 0)
			break;
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &size), 0);
	assert_in_range(memory[SK_MEMINFO_RMEM_ALLOC], 1, 10 << 20);
	close(fd);
}

static void test_numbers(void **state)
{
	struct request request = ask("sha256");
	int fd = open_netlink(SOCK_RAW);
	int copy = dup(fd);
	int third = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	int pair[2], status;
	char byte = 'x';
	pid_t child;

	(void)state;
	close(fd);
	assert_fails(by_send(fd, &request), EBADF);
	send_ask(copy, "sha256");
	assert_int_equal(receive(third), 308);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(by_write(third, &request) == sizeof(request) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(receive(copy), 308);
	/* The number of another file, whichever way it came to it. */
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(dup2(pair[1], copy), copy);
	assert_int_equal(write(copy, &byte, 1), 1);
	assert_int_equal(DOOR_CALL_3(SYS_dup3, pair[1], third, 0), third);
	assert_int_equal(write(third, &byte, 1), 1);
	assert_int_equal(read(pair[0], answer, 10), 2);
	close(copy);
	close(third);
	close(pair[0]);
	close(pair[1]);
}

static int as_user(int (*work)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
			_exit(100);
		_exit(work());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int error_of_sending(int fd, struct sockaddr_nl to)
{
	struct request request = ask("sha256");

	return sendto(fd, &request, sizeof(request), 0, (struct sockaddr *)&to, sizeof(to)) < 0
		   ? errno
		   : 0;
}

/* U-04: the number of the step that went wrong. */
static int user_work(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_CRYPTO);
	struct sockaddr_nl port = {.nl_family = AF_NETLINK, .nl_pid = 4242};
	struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = 1};
	struct request request = ask("sha256");

	if (fd < 0 || by_send(fd, &request) != sizeof(request) || receive(fd) != 308)
		return 1;
	if (error_of_sending(fd, port) != EPERM || error_of_sending(fd, group) != EPERM)
		return 2;
	if (connect(fd, (struct sockaddr *)&port, sizeof(port)) == 0 || errno != EPERM)
		return 3;
	for (unsigned type = CRYPTO_MSG_NEWALG; type <= CRYPTO_MSG_DELRNG; type++) {
		if (type == CRYPTO_MSG_GETALG)
			continue;
		request.header.nlmsg_type = (uint16_t)type;
		if (by_send(fd, &request) != sizeof(request) || received_error(fd) != -EPERM)
			return 10 + (int)type;
	}
	return 0;
}

static void test_user(void **state)
{
	(void)state;
	assert_int_equal(as_user(user_work), 0);
}

/* What goes past the door is not taken for an answer, and nobody else can send one. */
static void test_past_the_door(void **state)
{
	struct request request = ask("sha256");
	int fd = open_netlink(SOCK_RAW);

	(void)state;
	send_ask(fd, "sha256");
	assert_int_equal(receive(fd), 308);
	(void)DOOR_CALL_6(SYS_sendto, fd, &request, sizeof(request), 0, 0, 0);
	assert_fails(receive(fd), EAGAIN);
	close(fd);
}

/* Nobody else puts an answer into the queue. */
static void test_forged(void **state)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	struct nlmsghdr forged = {.nlmsg_len = sizeof(forged), .nlmsg_type = NLMSG_DONE};
	int fd = open_netlink(SOCK_RAW), other = socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);

	(void)state;
	assert_true(other >= 0);
	send_ask(fd, "sha256");
	assert_int_equal(receive(fd), 308);
	to.nl_pid = port_of(fd);
	assert_fails(sendto(other, &forged, sizeof(forged), 0, (struct sockaddr *)&to, sizeof(to)),
		     ECONNREFUSED);
	assert_fails(receive(fd), EAGAIN);
	close(fd);
	close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_socket),    cmocka_unit_test(test_sending),
	    cmocka_unit_test(test_receiving), cmocka_unit_test(test_flags),
	    cmocka_unit_test(test_errors),    cmocka_unit_test(test_capped),
	    cmocka_unit_test(test_listing),   cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_unread),    cmocka_unit_test(test_user),
	    cmocka_unit_test(test_forged),    cmocka_unit_test(test_past_the_door),
	};
	size_t count = sizeof(tests) / sizeof(tests[0]);

	/* Nothing gets past a supervisor. */
	if (!getenv("LD_PRELOAD"))
		count--;

	/* U-02: what nobody has asked for is not there. */
	afalg_bind("hash", "sha256");
	afalg_bind("hash", "hmac(sha256)");
	return _cmocka_run_group_tests("netlink", tests, count, NULL, NULL);
}
