/* SPDX-License-Identifier: MIT */
/*
 * A program that means the supervisor harm:  hostile SEED SECONDS
 *
 * Processes of several threads make random calls on whatever numbers there are, with memory that
 * other threads unmap, map and change meanwhile, with blocks of state that nobody exported, with
 * closes, copies and signals at any moment; some processes are killed in the middle.  At the end
 * the first one asks for the digest of "abc": exit status 0 where it is right, so the supervisor is
 * well.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "doors/common/handover.h"
#include "support/afalg.h"
#include "ualg/if_alg.h"

#define THREADS   3
#define PROCESSES 3
#define AREA      (16u * 4096u)

static uint8_t *area; /* memory that comes and goes */
static time_t end;

struct chance {
	uint64_t state;
};

/* xorshift64*: any generator will do, if the seed repeats it. */
static uint32_t draw(struct chance *chance, uint32_t below)
{
	chance->state ^= chance->state >> 12;
	chance->state ^= chance->state << 25;
	chance->state ^= chance->state >> 27;
	return (uint32_t)((chance->state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

/* A number that is often an alg socket's, sometimes anything. */
static int any_number(struct chance *chance)
{
	static const int firsts[] = {896, 512, 768, 3, 1920, 1536};

	switch (draw(chance, 16)) {
	case 0:
		return (int)draw(chance, 40000);
	case 1:
		return -1 - (int)draw(chance, 100);
	case 2:
		return (int)draw(chance, 8) + 3;
	default:
		return firsts[draw(chance, 6)] + (int)draw(chance, 12);
	}
}

static void *any_memory(struct chance *chance)
{
	switch (draw(chance, 12)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(uintptr_t)(0x8000000000000000ULL + draw(chance, 1u << 30));
	case 2:
		return area + AREA - draw(chance, 64);
	default:
		return area + draw(chance, AREA - 8192);
	}
}

static size_t any_size(struct chance *chance)
{
	static const size_t odd[] = {0,        1,           15,   16,    17,       64,
				     4095,     4096,        4097, 65536, 1u << 20, (size_t)1 << 31,
				     SIZE_MAX, SIZE_MAX / 2};

	return draw(chance, 3) ? draw(chance, 600) : odd[draw(chance, 14)];
}

static int any_flags(struct chance *chance)
{
	int flags = draw(chance, 40) ? MSG_DONTWAIT : 0; /* else a signal has to end the sleep */

	if (draw(chance, 2))
		flags |= MSG_MORE;
	if (draw(chance, 20) == 0)
		flags |= (int)draw(chance, UINT32_MAX >> 1);
	return flags;
}

static void any_bind(struct chance *chance)
{
	static const char *const names[][2] = {{"hash", "sha256"},
					       {"hash", "hmac(sha1)"},
					       {"skcipher", "cbc(aes)"},
					       {"skcipher", "ctr(aes)"},
					       {"aead", "gcm(aes)"},
					       {"aead", "authenc(hmac(sha256),cbc(aes))"},
					       {"rng", "stdrng"},
					       {"hash", "cmac(aes)"},
					       {"skcipher", "xts(serpent)"},
					       {"hash", "((((((((("},
					       {"skcipher", "essiv(cbc(aes),sha256)"}};
	struct ualg_sockaddr address = {.salg_family = AF_ALG};
	const char *const *name = names[draw(chance, 11)];
	size_t size = sizeof(address);

	memcpy(address.salg_type, name[0], strlen(name[0]));
	memcpy(address.salg_name, name[1], strlen(name[1]));
	if (draw(chance, 10) == 0)
		((uint8_t *)&address)[draw(chance, sizeof(address))] = (uint8_t)draw(chance, 256);
	if (draw(chance, 10) == 0)
		size = any_size(chance);
	syscall(SYS_bind, any_number(chance), draw(chance, 10) ? &address : any_memory(chance),
		(int)size);
}

/* A header in memory that may change before it is read. */
static struct msghdr *any_message(struct chance *chance)
{
	struct msghdr *message = (struct msghdr *)(void *)(area + AREA - 8192);
	struct iovec *iov = (struct iovec *)(void *)(area + AREA - 4096);
	struct cmsghdr *head = (struct cmsghdr *)(void *)(area + AREA - 6144);
	unsigned count = draw(chance, 10) ? draw(chance, 5) : draw(chance, 2000);

	memset(message, 0, sizeof(*message));
	for (unsigned i = 0; i < count && i < 5; i++) {
		iov[i].iov_base = any_memory(chance);
		iov[i].iov_len = any_size(chance);
	}
	message->msg_iov = draw(chance, 20) ? iov : any_memory(chance);
	message->msg_iovlen = count;
	if (draw(chance, 2)) {
		message->msg_control = draw(chance, 10) ? (void *)head : any_memory(chance);
		message->msg_controllen = draw(chance, 10) ? CMSG_SPACE(20) : any_size(chance);
		head->cmsg_len = draw(chance, 5) ? CMSG_LEN(draw(chance, 21)) : any_size(chance);
		head->cmsg_level = draw(chance, 10) ? SOL_ALG : (int)draw(chance, 300);
		head->cmsg_type = (int)draw(chance, 6);
		memset(CMSG_DATA(head), (int)draw(chance, 256), 20);
		if (draw(chance, 2))
			*(uint32_t *)(void *)CMSG_DATA(head) =
			    draw(chance, 2) ? 16 : draw(chance, 64);
	}
	return message;
}

static void any_gift(struct chance *chance)
{
	struct handover_give give = {.block = (uintptr_t)any_memory(chance),
				     .size = any_size(chance),
				     .parent = draw(chance, 2) ? -1 : any_number(chance)};

	syscall(SYS_ioctl, any_number(chance), draw(chance, 8) ? HANDOVER_GIVE : HANDOVER_ASK,
		&give);
}

static void any_splice(struct chance *chance)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	(void)!write(ends[1], area, draw(chance, 2) ? draw(chance, 8192) : 0);
	if (draw(chance, 2))
		close(ends[1]), ends[1] = -1;
	if (draw(chance, 2))
		syscall(SYS_splice, ends[0], NULL, any_number(chance), NULL, any_size(chance),
			SPLICE_F_NONBLOCK | (draw(chance, 2) ? SPLICE_F_MORE : 0));
	else
		syscall(SYS_splice, any_number(chance), NULL, ends[1], NULL, any_size(chance),
			SPLICE_F_NONBLOCK);
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
}

static void any_file(struct chance *chance)
{
	off_t offset = draw(chance, 10) ? (off_t)draw(chance, 5000) : -1;
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	syscall(SYS_sendfile, any_number(chance), draw(chance, 10) ? file : any_number(chance),
		draw(chance, 2) ? &offset : NULL, any_size(chance));
	if (file >= 0)
		close(file);
}

/* A context of one of the threads, of none, and events where its ring is. */
static void any_asynchronous(struct chance *chance)
{
	static _Atomic aio_context_t shared;
	aio_context_t context = shared;
	struct iocb *block = (struct iocb *)(void *)(area + AREA - 3072);
	struct iocb **list = (struct iocb **)(void *)(area + AREA - 2048);
	struct timespec none = {0, (long)draw(chance, 1000000)};

	if (!context && syscall(SYS_io_setup, draw(chance, 64), &context) == 0)
		shared = context;
	for (unsigned i = 0; i < 4; i++) {
		block[i] = (struct iocb){.aio_lio_opcode = (uint16_t)draw(chance, 10),
					 .aio_fildes = (uint32_t)any_number(chance),
					 .aio_buf = (uintptr_t)any_memory(chance),
					 .aio_nbytes = any_size(chance),
					 .aio_flags = draw(chance, 4) == 0,
					 .aio_resfd = (uint32_t)any_number(chance)};
		list[i] = draw(chance, 20) ? &block[draw(chance, 4)] : any_memory(chance);
	}
	if (draw(chance, 200) == 0)
		context = (uintptr_t)any_memory(chance);
	if (draw(chance, 50) == 0 && context)
		memset((void *)(uintptr_t)shared, (int)draw(chance, 256), 32);
	if (draw(chance, 2))
		syscall(SYS_io_submit, context, draw(chance, 9), list);
	else
		syscall(SYS_io_getevents, context, draw(chance, 3), draw(chance, 9),
			any_memory(chance), draw(chance, 20) ? &none : any_memory(chance));
	if (draw(chance, 300) == 0 && syscall(SYS_io_destroy, shared) == 0)
		shared = 0;
}

static void any_netlink(struct chance *chance)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_pid = draw(chance, 3)};
	struct nlmsghdr *head = (struct nlmsghdr *)(void *)(area + AREA - 1024);
	int number = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_CRYPTO);
	struct msghdr *message = any_message(chance);

	if (number < 0)
		return;
	*head = (struct nlmsghdr){.nlmsg_len = draw(chance, 4) ? 224 : draw(chance, 400),
				  .nlmsg_type = (uint16_t)(16 + draw(chance, 8)),
				  .nlmsg_flags = (uint16_t)(draw(chance, 5) ? 1 : 0x301)};
	if (draw(chance, 4) == 0)
		syscall(SYS_bind, number, &address, any_size(chance));
	if (draw(chance, 8) == 0)
		syscall(SYS_connect, number, &address, sizeof(address));
	syscall(SYS_sendto, number, draw(chance, 10) ? (void *)head : any_memory(chance),
		draw(chance, 4) ? 224 : any_size(chance), 0, NULL, 0);
	message->msg_name = any_memory(chance);
	message->msg_namelen = draw(chance, 40);
	syscall(draw(chance, 2) ? SYS_recvmsg : SYS_sendmsg, number, message,
		any_flags(chance) | MSG_DONTWAIT);
	syscall(SYS_recvmmsg, number, message, draw(chance, 4), MSG_DONTWAIT, NULL);
	syscall(SYS_getpeername, number, any_memory(chance), any_memory(chance));
	close(number);
}

static void any_key(struct chance *chance)
{
	static const char *const types[] = {"user", "logon", "keyring", "no such type"};
	char name[16];
	long serial;

	(void)snprintf(name, sizeof(name), "hostile:%u", draw(chance, 8));
	serial = syscall(SYS_add_key, types[draw(chance, 4)],
			 draw(chance, 20) ? (void *)name : any_memory(chance), any_memory(chance),
			 any_size(chance), -1 - (int)draw(chance, 3));
	if (draw(chance, 2))
		syscall(SYS_keyctl, 2 + draw(chance, 4), serial, any_memory(chance),
			any_size(chance));
	if (serial > 0 && draw(chance, 2))
		syscall(SYS_setsockopt, any_number(chance), SOL_ALG, 7, &serial, 4);
	if (serial > 0)
		syscall(SYS_keyctl, 3, serial);
}

static void any_change_of_memory(struct chance *chance)
{
	uint8_t *page = area + 4096 * (size_t)draw(chance, AREA / 4096 - 2);

	switch (draw(chance, 4)) {
	case 0:
		munmap(page, 4096);
		break;
	case 1:
		(void)mprotect(page, 4096, PROT_READ);
		break;
	default:
		(void)mmap(page, 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	}
}

static void any_call(struct chance *chance)
{
	int number = any_number(chance);

	switch (draw(chance, 34)) {
	case 0:
	case 1:
		syscall(SYS_socket, AF_ALG, SOCK_SEQPACKET | (draw(chance, 2) ? SOCK_CLOEXEC : 0),
			draw(chance, 20) ? 0 : draw(chance, 9));
		break;
	case 2:
	case 3:
	case 4:
		any_bind(chance);
		break;
	case 5:
	case 6:
		syscall(SYS_accept4, number, draw(chance, 20) ? NULL : area, NULL,
			draw(chance, 2) ? SOCK_NONBLOCK : 0);
		break;
	case 7:
	case 8:
	case 9:
		syscall(SYS_setsockopt, number, draw(chance, 10) ? SOL_ALG : SOL_SOCKET,
			1 + draw(chance, 8), any_memory(chance),
			draw(chance, 2) ? 16 : (int)any_size(chance));
		break;
	case 10:
	case 11:
	case 12:
		syscall(SYS_sendmsg, number, any_message(chance), any_flags(chance));
		break;
	case 13:
	case 14:
		syscall(SYS_recvmsg, number, any_message(chance), any_flags(chance));
		break;
	case 15:
		syscall(SYS_sendto, number, any_memory(chance), any_size(chance), any_flags(chance),
			draw(chance, 5) ? NULL : any_memory(chance), 16);
		break;
	case 16:
		syscall(SYS_recvfrom, number, any_memory(chance), any_size(chance),
			any_flags(chance), NULL, NULL);
		break;
	case 17:
		syscall(SYS_sendmmsg, number, any_message(chance), draw(chance, 4),
			any_flags(chance));
		break;
	case 18:
		syscall(SYS_dup, number);
		break;
	case 19:
		if (draw(chance, 2))
			syscall(SYS_dup3, number, any_number(chance), 0);
		else
			syscall(SYS_fcntl, number, F_DUPFD, any_number(chance));
		break;
	case 20:
	case 21:
		if (number > STDERR_FILENO)
			syscall(SYS_close, number);
		break;
	case 22:
		syscall(SYS_close_range, 512 + draw(chance, 512), 512 + draw(chance, 512),
			draw(chance, 4));
		break;
	case 23:
		any_gift(chance);
		break;
	case 24:
		syscall(SYS_getsockopt, number, SOL_SOCKET, draw(chance, 80), any_memory(chance),
			any_memory(chance));
		break;
	case 25:
		any_splice(chance);
		break;
	case 26:
		syscall(SYS_socket, AF_ALG, HANDOVER_HELLO, HANDOVER_VERSION, any_memory(chance));
		break;
	case 27:
		syscall(SYS_readv, number, any_memory(chance), any_size(chance));
		break;
	case 28:
		any_file(chance);
		break;
	case 29:
		any_asynchronous(chance);
		break;
	case 30:
		any_netlink(chance);
		break;
	case 31:
		any_key(chance);
		break;
	case 32:
		syscall(SYS_socket, AF_ALG, HANDOVER_ASKED, 0, any_memory(chance));
		break;
	default:
		any_change_of_memory(chance);
	}
}

static void *play(void *seed)
{
	struct chance chance = {.state = (uint64_t)(uintptr_t)seed * 0x9e3779b97f4a7c15ULL | 1};

	for (unsigned i = 0; i % 64 || time(NULL) < end; i++)
		any_call(&chance);
	return NULL;
}

static void nothing(int number)
{
	(void)number;
}

/* Signals that end sleeps, and memory that exists while nobody has taken it away. */
static void prepare(void)
{
	struct sigaction action = {.sa_handler = nothing};
	struct itimerval often = {{0, 20000}, {0, 20000}};

	(void)sigaction(SIGALRM, &action, NULL);
	(void)sigaction(HANDOVER_SIGNAL, &action, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setitimer(ITIMER_REAL, &often, NULL);
}

/* Segments that a thread took away end a process, as they should: another one follows. */
__attribute__((noreturn)) static void be_hostile(uintptr_t seed)
{
	pthread_t threads[THREADS];

	prepare();
	for (uintptr_t i = 0; i < THREADS; i++)
		(void)pthread_create(&threads[i], NULL, play, (void *)(seed * THREADS + i + 1));
	for (unsigned i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	_exit(0);
}

static bool is_well(void)
{
	static const uint8_t begins[4] = {0xba, 0x78, 0x16, 0xbf};
	uint8_t digest[32] = {0};
	int parent = afalg_bind("hash", "sha256");
	int op = parent < 0 ? parent : afalg_accept(parent);
	bool well = op >= 0 && send(op, "abc", 3, 0) == 3 && recv(op, digest, 32, 0) == 32 &&
		    memcmp(digest, begins, sizeof(begins)) == 0;

	if (!well)
		fprintf(stderr, "the supervisor does not answer: %s\n", strerror(errno));
	if (op >= 0)
		close(op);
	if (parent >= 0)
		close(parent);
	return well;
}

int main(int argc, char **argv)
{
	uintptr_t seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	struct chance chance = {.state = seed | 1};
	bool well = true;

	area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	end = time(NULL) + (argc > 2 ? atoi(argv[2]) : 5);
	printf("seed %lu\n", (unsigned long)seed);
	fflush(stdout);
	while (well && time(NULL) < end) {
		pid_t children[PROCESSES];

		for (unsigned i = 0; i < PROCESSES; i++) {
			children[i] = fork();
			if (children[i] == 0)
				be_hostile(seed);
			seed++;
		}
		usleep(100000 + draw(&chance, 900000));
		for (unsigned i = 0; i < PROCESSES; i++)
			if (children[i] > 0)
				kill(children[i], SIGKILL);
		while (waitpid(-1, NULL, 0) > 0)
			;
		well = is_well();
	}
	return well ? 0 : 1;
}
