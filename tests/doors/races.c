/* SPDX-License-Identifier: MIT */
/*
 * Eight threads at a time on alg sockets of their own, on shared ones, and on numbers that others
 * close and give away meanwhile.  What a call returns must be something that it may return in some
 * order of the calls; afterwards nothing may be left.  scripts/races.sh runs this under
 * ThreadSanitizer, which sees what the results do not show.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/afalg.h"
#include "ualg/if_alg.h"

#define THREADS 8
#define ROUNDS  400
#define NUMBERS 8   /* that threads take from each other */
#define FIRST   200 /* of them: above all that accept and dup give */
#define BLOCK   16
#define DIGEST  32

static const uint8_t key[BLOCK];
static const uint8_t zeros[64];
static const struct afalg_control encrypt = {.encrypt = true, .iv = zeros, .iv_size = BLOCK};

/* AES-128 of a block of zeros under a key of zeros (FIPS 197; NIST's KAT vectors, VarTxt 0). */
static const uint8_t cipher_zeros[BLOCK] = {0x66, 0xe9, 0x4b, 0xd4, 0xef, 0x8a, 0x2c, 0x3b,
					    0x88, 0x4c, 0xfa, 0x59, 0xca, 0x34, 0x2b, 0x2e};

/* FIPS 180-2, appendix B.1: sha256("abc"). */
static const uint8_t digest_abc[DIGEST] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};

/* What a scene's threads share. */
static int shared_parent, shared_op, shared_pair[2];
static _Atomic unsigned wrong;

static unsigned scenes, failures;

static void expect(bool good)
{
	if (!good)
		atomic_fetch_add(&wrong, 1);
}

/* Whether a failed call failed in one of the ways that a race can bring about. */
static bool failed_with(long result, int first, int second, int third)
{
	return result < 0 && (errno == first || errno == second || errno == third);
}

static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static int hash_op(void)
{
	int parent = afalg_bind("hash", "sha256");
	int op = afalg_accept(parent);

	close(parent);
	return op;
}

static int keyed_parent(void)
{
	int parent = afalg_bind("skcipher", "cbc(aes)");

	expect(afalg_set_key(parent, key, sizeof(key)) == 0);
	return parent;
}

/* ---- each its own ---- */

static void own_sockets(uint32_t seed)
{
	uint8_t result[DIGEST];
	int parent = keyed_parent(), cipher = afalg_accept(parent), hash = hash_op();

	(void)seed;
	for (int i = 0; i < ROUNDS; i++) {
		expect(send(hash, "abc", 3, 0) == 3);
		expect(recv(hash, result, DIGEST, 0) == DIGEST);
		expect(memcmp(result, digest_abc, DIGEST) == 0);
		expect(afalg_send(cipher, &encrypt, zeros, BLOCK, 0) == BLOCK);
		expect(recv(cipher, result, BLOCK, 0) == BLOCK);
		expect(memcmp(result, cipher_zeros, BLOCK) == 0);
	}
	close(cipher);
	expect(afalg_set_key(parent, key, sizeof(key)) == 0);
	close(parent);
	close(hash);
}

/* ---- op sockets of one parent, which is keyed and bound again in between ---- */

static void one_parent(uint32_t seed)
{
	uint8_t result[BLOCK];
	int changed, op;

	for (int i = 0; i < ROUNDS; i++) {
		if (next(&seed) % 4 == 0) {
			changed = afalg_set_key(shared_parent, key, sizeof(key));
			expect(changed == 0 || changed == -EBUSY);
		}
		op = afalg_accept(shared_parent);
		expect(op >= 0);
		expect(afalg_send(op, &encrypt, zeros, BLOCK, 0) == BLOCK);
		expect(recv(op, result, BLOCK, 0) == BLOCK);
		expect(memcmp(result, cipher_zeros, BLOCK) == 0);
		close(op);
	}
}

/* ---- one op socket ---- */

static void one_hash(uint32_t seed)
{
	(void)seed;
	for (int i = 0; i < ROUNDS; i++)
		expect(send(shared_op, zeros, sizeof(zeros), MSG_MORE) == sizeof(zeros));
}

static bool is_digest_of_all(int op)
{
	uint8_t digest[DIGEST], wanted[DIGEST];
	int other = hash_op();

	for (int i = 0; i < THREADS * ROUNDS; i++)
		expect(send(other, zeros, sizeof(zeros), MSG_MORE) == sizeof(zeros));
	expect(recv(op, digest, DIGEST, 0) == DIGEST);
	expect(recv(other, wanted, DIGEST, 0) == DIGEST);
	close(other);
	return memcmp(digest, wanted, DIGEST) == 0;
}

/* Whatever the order, output is whole blocks of a chain that began with zeros. */
static void one_cipher(uint32_t seed)
{
	uint8_t result[4 * BLOCK];
	ssize_t done;

	for (int i = 0; i < ROUNDS; i++) {
		if (next(&seed) % 2) {
			done = afalg_send(shared_op, &encrypt, zeros, BLOCK, MSG_DONTWAIT);
			errno = done < 0 ? (int)-done : 0;
			expect(done == BLOCK || failed_with(done, EAGAIN, EBUSY, EINVAL));
		} else {
			done = recv(shared_op, result, sizeof(result), MSG_DONTWAIT);
			expect(done % BLOCK == 0 || failed_with(done, EAGAIN, EBUSY, EINVAL));
		}
	}
}

/* ---- watchers and workers ---- */

static void watch_once(uint32_t kind, int epoll)
{
	struct pollfd entry = {.fd = shared_op, .events = POLLIN | POLLOUT};
	struct timeval time = {0, 1000};
	struct epoll_event event;
	fd_set readable;

	if (kind % 3 == 0) {
		expect(poll(&entry, 1, 1) == 1);
		expect(entry.revents & (POLLIN | POLLOUT));
	} else if (kind % 3 == 1) {
		FD_ZERO(&readable);
		FD_SET(shared_op, &readable);
		expect(select(shared_op + 1, &readable, NULL, NULL, &time) >= 0);
	} else {
		expect(epoll_wait(epoll, &event, 1, 1) >= 0);
	}
}

static void watch_and_work(uint32_t seed)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET};
	int epoll = epoll_create1(0);

	expect(epoll_ctl(epoll, EPOLL_CTL_ADD, shared_op, &event) == 0);
	for (int i = 0; i < ROUNDS / 4; i++) {
		uint32_t kind = next(&seed);

		watch_once(kind, epoll);
		if (kind % 5 < 2)
			(void)afalg_send(shared_op, &encrypt, zeros, BLOCK, MSG_DONTWAIT);
		else if (kind % 5 < 4)
			(void)recv(shared_op, (uint8_t[BLOCK]){0}, BLOCK, MSG_DONTWAIT);
	}
	close(epoll);
}

/*
 * ---- numbers that others close and give away ----
 *
 * Behind the preload door the last moment of a number shows its placeholder: ENOTCONN.
 */

static void use_number(uint32_t kind, int number, int hash, int cipher)
{
	uint8_t result[DIGEST];
	ssize_t done;
	int copy;

	switch (kind % 8) {
	case 0:
		expect(dup2(kind & 8 ? hash : cipher, number) == number);
		break;
	case 1:
		expect(close(number) == 0 || errno == EBADF);
		break;
	case 2:
		copy = dup(number);
		expect(copy >= 0 || errno == EBADF);
		if (copy >= 0)
			close(copy);
		break;
	case 3:
	case 4:
	case 5:
		done = send(number, zeros, BLOCK, MSG_DONTWAIT | MSG_MORE);
		expect(done == BLOCK || (done < 0 && errno == ENOTCONN) ||
		       failed_with(done, EBADF, EAGAIN, EINVAL));
		break;
	case 6:
		done = setsockopt(number, SOL_ALG, ALG_SET_KEY, key, sizeof(key));
		expect(failed_with(done, EBADF, EOPNOTSUPP, EBUSY));
		break;
	default:
		done = recv(number, result, sizeof(result), MSG_DONTWAIT);
		expect(done >= 0 || (done < 0 && errno == ENOTCONN) ||
		       failed_with(done, EBADF, EAGAIN, EINVAL));
	}
}

static void taken_numbers(uint32_t seed)
{
	int hash = hash_op(), cipher = afalg_accept(shared_parent);

	for (int i = 0; i < ROUNDS; i++) {
		uint32_t kind = next(&seed);

		use_number(kind >> 8, FIRST + (int)(kind % NUMBERS), hash, cipher);
	}
	close(hash);
	close(cipher);
}

/* ---- sleeping calls, and descriptors in messages ---- */

static void sleepers(uint32_t seed)
{
	uint8_t result[BLOCK];
	int op;

	if (seed % 2) {
		for (int i = 0; i < ROUNDS; i++) {
			expect(recv(shared_op, result, BLOCK, 0) == BLOCK);
			op = dup(shared_op);
			expect(op >= 0);
			close(op);
		}
		return;
	}
	for (int i = 0; i < ROUNDS;) {
		ssize_t sent = afalg_send(shared_op, &encrypt, zeros, BLOCK, 0);

		/* What was sent before is not read yet, or another send sleeps. */
		expect(sent == BLOCK || sent == -EBUSY || sent == -EINVAL);
		i += sent == BLOCK;
	}
}

static void passed_on(uint32_t seed)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	char byte = 'x';
	struct iovec iov = {&byte, 1};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control};
	int op, got;

	(void)seed;
	for (int i = 0; i < ROUNDS / 8; i++) {
		op = afalg_accept(shared_parent);
		memset(&control, 0, sizeof(control));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		message.msg_controllen = sizeof(control);
		memcpy(CMSG_DATA(&control.head), &op, sizeof(op));
		expect(sendmsg(shared_pair[0], &message, 0) == 1);
		close(op);
		message.msg_controllen = sizeof(control);
		expect(recvmsg(shared_pair[1], &message, 0) == 1);
		memcpy(&got, CMSG_DATA(&control.head), sizeof(got));
		expect(afalg_send(got, &encrypt, zeros, BLOCK, 0) == BLOCK);
		close(got);
	}
}

/* Some fork while the others make op sockets, clones of them, and end them. */
static void forks(uint32_t seed)
{
	uint8_t digest[32];

	for (int i = 0; i < ROUNDS / 4; i++) {
		int op, clone, status = 1;
		pid_t child;

		if (seed % 4 == 0) {
			child = fork();
			if (child == 0)
				_exit(0);
			expect(waitpid(child, &status, 0) == child && status == 0);
			continue;
		}
		op = hash_op();
		clone = afalg_accept(op);
		expect(send(clone, "abc", 3, 0) == 3 && recv(clone, digest, 32, 0) == 32);
		close(op);
		close(clone);
	}
}

/* ---- the scenes ---- */

struct scene {
	const char *name;
	void (*work)(uint32_t seed);
};

struct role {
	const struct scene *scene;
	uint32_t seed;
};

static void *play(void *argument)
{
	const struct role *role = argument;

	role->scene->work(role->seed);
	return NULL;
}

static void run(const struct scene *scene)
{
	struct role roles[THREADS];
	pthread_t threads[THREADS];

	shared_parent = keyed_parent();
	shared_op = scene->work == one_hash ? hash_op() : afalg_accept(shared_parent);
	if (scene->work == one_parent)
		close(shared_op);
	expect(socketpair(AF_UNIX, SOCK_DGRAM, 0, shared_pair) == 0);
	for (unsigned i = 0; i < THREADS; i++) {
		roles[i] = (struct role){.scene = scene, .seed = 1000 + i};
		expect(pthread_create(&threads[i], NULL, play, &roles[i]) == 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	if (scene->work == one_hash)
		expect(is_digest_of_all(shared_op));
	if (scene->work != one_parent)
		close(shared_op);
	for (int i = 0; i < NUMBERS; i++)
		(void)close(FIRST + i);
	close(shared_pair[0]);
	close(shared_pair[1]);
	/* No op socket is left, nor a reference to one. */
	expect(afalg_set_key(shared_parent, key, sizeof(key)) == 0);
	close(shared_parent);
	scenes++;
	if (wrong)
		failures++;
	printf("%sok %u - %s", wrong ? "not " : "", scenes, scene->name);
	if (wrong)
		printf(": %u wrong results", wrong);
	putchar('\n');
	fflush(stdout);
	wrong = 0;
}

int main(void)
{
	static const struct scene all[] = {
	    {"sockets of their own", own_sockets},
	    {"op sockets of one parent", one_parent},
	    {"one hash", one_hash},
	    {"one cipher", one_cipher},
	    {"watchers and workers", watch_and_work},
	    {"numbers taken from each other", taken_numbers},
	    {"sleeping receivers", sleepers},
	    {"descriptors in messages", passed_on},
	    {"forks", forks},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		run(&all[i]);
	printf("1..%u\n", scenes);
	return failures != 0;
}
