/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <unistd.h>

#include "alg_socket.h"
#include "extras.h"
#include "measure.h"
#include "results.h"
#include "ualg/if_alg.h"

#define MANY        10000u
#define TURNS       256u
#define HAND        32u
#define REPETITIONS 101u
#define QUICK       21u
#define LIVES       50u

/* ---- the life of a socket ---- */

static void alg_lives(void *context, size_t count)
{
	const struct ualg_sockaddr address = {
	    .salg_family = AF_ALG, .salg_type = "hash", .salg_name = "sha256"};

	(void)context;
	for (; count > 0; count--) {
		int parent = socket(AF_ALG, SOCK_SEQPACKET, 0), op;

		measure_check(bind(parent, (const void *)&address, sizeof(address)) == 0, "bind");
		op = accept(parent, NULL, NULL);
		measure_check(op >= 0 && close(op) == 0 && close(parent) == 0, "close");
	}
}

/* The system calls that a placeholder takes: architecture.md says what it is. */
static int unix_life(void)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	measure_check(bind(fd, (const void *)&address, sizeof(address.sun_family)) == 0 &&
			  listen(fd, 0) == 0,
		      "unix socket");
	return fd;
}

static void unix_lives(void *context, size_t count)
{
	(void)context;
	for (; count > 0; count--) {
		int first = unix_life(), second = unix_life();

		measure_check(close(second) == 0 && close(first) == 0, "close");
	}
}

static void measure_lives(unsigned repetitions)
{
	static struct measure alg = {.name = "socket bind accept close close", .body = alg_lives};
	static struct measure plain = {.name = "the placeholders' own system calls",
				       .body = unix_lives};
	struct measure *const all[] = {&alg, &plain};
	double added;

	measure_run(all, 2, repetitions, LIVES);
	measure_print(&alg);
	measure_print(&plain);
	added = (measure_quarter(&alg, 2) - measure_quarter(&plain, 2)) / 1000;
	result_add("sockets", "life, us added", added);
	measure_goal("bind, accept and close, added", 3, added, "us");
}

/* ---- memory ---- */

static double resident(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	measure_check(file && fscanf(file, "%*s %ld", &pages) == 1, "statm");
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static unsigned raise_limit(unsigned wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted + 64) {
		limit.rlim_cur = limit.rlim_max < wanted + 64 ? limit.rlim_max : wanted + 64;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur < wanted + 64 ? (unsigned)limit.rlim_cur - 64 : wanted;
}

/* What each of many op sockets takes, as it is made and after one message. */
static void measure_memory(const struct job *job)
{
	unsigned count = raise_limit(MANY);
	int *ops = calloc(count, sizeof(*ops));
	struct alg_socket_message message;
	static bool first = true;
	double begin, made, used;
	int parent = alg_socket_parent(job);
	bool hash = strcmp(job->type, "hash") == 0;

	measure_check(ops && parent >= 0, job->name);
	memset(ops, 1, count * sizeof(*ops));
	alg_socket_message(&message, job);
	begin = resident();
	for (unsigned i = 0; i < count; i++)
		ops[i] = accept(parent, NULL, NULL);
	made = resident();
	for (unsigned i = 0; i < count; i++)
		measure_check(
		    (hash ? send(ops[i], way_in, job->size, 0)
			  : sendmsg(ops[i], &message.header, 0)) > 0 &&
			recv(ops[i], way_out, hash ? job->tag_size : message.result_size, 0) > 0,
		    job->name);
	used = resident();
	for (unsigned i = 0; i < count; i++)
		close(ops[i]);
	close(parent);
	free(ops);
	printf("  %-42s %10.0f B, %.0f B after one message of %zu B (%u of them)\n", job->name,
	       (made - begin) / count, (used - begin) / count, job->size, count);
	result_add("memory", job->name, (made - begin) / count);
	if (first)
		measure_goal("memory of an idle op socket", 1024, (made - begin) / count, "B");
	first = false;
}

/* ---- many sockets in turn ---- */

struct turns {
	struct alg_socket_message message;
	int op[TURNS];
	unsigned next;
};

static void take_turns(void *context, size_t count)
{
	struct turns *turns = context;

	for (; count > 0; count--) {
		int op = turns->op[turns->next++ % TURNS];

		measure_check(sendmsg(op, &turns->message.header, 0) > 0 &&
				  recv(op, way_out, turns->message.result_size, 0) > 0,
			      "gcm(aes)");
	}
}

static void measure_turns(const struct job *job, unsigned repetitions)
{
	static struct turns turns;
	static struct measure measure = {.name = "a 64-byte gcm(aes), 256 sockets in turn",
					 .body = take_turns,
					 .context = &turns};
	struct measure *const all[] = {&measure};

	alg_socket_message(&turns.message, job);
	for (unsigned i = 0; i < TURNS; i++) {
		turns.op[i] = alg_socket_op(job);
		measure_check(turns.op[i] >= 0, job->name);
	}
	measure_run(all, 1, repetitions, 1024);
	measure_print(&measure);
	result_add("sockets", "gcm(aes) 64 B, 256 sockets in turn, ns",
		   measure_quarter(&measure, 2));
	for (unsigned i = 0; i < TURNS; i++)
		close(turns.op[i]);
}

/* ---- many messages in hand ---- */

struct hand {
	struct alg_socket_message message;
	int op[HAND];
};

static void send_all_receive_all(void *context, size_t count)
{
	struct hand *hand = context;

	for (; count > 0; count -= HAND) {
		for (unsigned i = 0; i < HAND; i++)
			measure_check(sendmsg(hand->op[i], &hand->message.header, 0) > 0, "send");
		for (unsigned i = 0; i < HAND; i++)
			measure_check(recv(hand->op[i], way_out, hand->message.result_size, 0) > 0,
				      "recv");
	}
}

static void measure_hand(const struct job *job, unsigned repetitions)
{
	static struct hand hand;
	static struct measure measure = {.name = "a 64-KiB gcm(aes), 32 sockets with one queued",
					 .body = send_all_receive_all,
					 .context = &hand};
	struct measure *const all[] = {&measure};

	alg_socket_message(&hand.message, job);
	for (unsigned i = 0; i < HAND; i++) {
		hand.op[i] = alg_socket_op(job);
		measure_check(hand.op[i] >= 0, job->name);
	}
	measure_run(all, 1, repetitions, 2 * HAND);
	measure_print(&measure);
	result_add("sockets", "gcm(aes) 64 KiB, 32 sockets with one queued, ns",
		   measure_quarter(&measure, 2));
	for (unsigned i = 0; i < HAND; i++)
		close(hand.op[i]);
}

void extra_sockets(bool quick)
{
	static const struct job hash = {"hash", "sha256", 0, 0, 0, 32, 64};
	static const struct job cipher = {"skcipher", "cbc(aes)", 16, 16, 0, 0, 64};
	static const struct job aead = {"aead", "gcm(aes)", 16, 12, 16, 16, 64};
	static const struct job large = {"aead", "gcm(aes)", 16, 12, 16, 16, 65536};
	unsigned repetitions = quick ? QUICK : REPETITIONS;

	/* First: of what others leave, new sockets would be made. */
	printf("\nmemory of an op socket\n");
	measure_memory(&cipher);
	measure_memory(&aead);
	measure_memory(&hash);
	printf("sockets\n");
	measure_turns(&aead, repetitions);
	measure_hand(&large, repetitions);
	measure_lives(repetitions);
}
