/* SPDX-License-Identifier: MIT */
/*
 * Programs that make it hard for a supervisor, or that look what it leaves behind (hardship.py):
 *
 *   hardship hash COUNT         hashes, each with sockets of its own
 *   hardship threads COUNT      as many threads, each on sockets of its own
 *   hardship sockets COUNT      that many op sockets at once
 *   hardship search             sets a key, wipes its copy, and searches all of its own memory, and
 * a child of its own, for the key and for its schedule: "found" or "absent" hardship until-refused
 * prints "ready", then hashes until a call fails, and tells the errno hardship asleep prints
 * "ready" and sleeps in a recv that nothing ends
 *
 * Exit status 0: all answers were right.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/afalg.h"

/* FIPS 180-2, appendix B.1: "abc". */
static const uint8_t abc_sha256[32] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};

/* FIPS 197, appendix A.1: a key, and the words of its schedule that come behind it.  Both stand
 * here inverted, so that a search does not find this program's own. */
static const uint8_t inverted_key[16] = {0xd4, 0x81, 0xea, 0xe9, 0xd7, 0x51, 0x2d, 0x59,
					 0x54, 0x08, 0xea, 0x77, 0xf6, 0x30, 0xb0, 0xc3};
static const uint8_t inverted_round[16] = {0x5f, 0x05, 0x01, 0xe8, 0x77, 0xab, 0xd3, 0x4e,
					   0xdc, 0x5c, 0xc6, 0xc6, 0xd5, 0x93, 0x89, 0xfa};

/* 0, or the errno that a step failed with. */
static int hash_once(void)
{
	uint8_t digest[32] = {0};
	int parent = afalg_bind("hash", "sha256");
	int op, result = 0;

	if (parent < 0)
		return -parent;
	op = afalg_accept(parent);
	if (op < 0)
		result = -op;
	else if (send(op, "abc", 3, 0) != 3 || recv(op, digest, sizeof(digest), 0) != 32)
		result = errno;
	else if (memcmp(digest, abc_sha256, sizeof(digest)) != 0)
		result = EILSEQ;
	if (op >= 0)
		close(op);
	close(parent);
	return result;
}

static int hash_times(int count)
{
	int result = 0;

	for (int i = 0; i < count && result == 0; i++)
		result = hash_once();
	if (result)
		fprintf(stderr, "hash: %s\n", strerror(result));
	return result != 0;
}

static void *hash_in_thread(void *unused)
{
	(void)unused;
	return (void *)(intptr_t)hash_times(40);
}

static int thread_times(int count)
{
	pthread_t *threads = calloc((size_t)count, sizeof(*threads));
	int failed = 0;

	if (!threads)
		return 1;
	for (int i = 0; i < count; i++)
		failed |= pthread_create(&threads[i], NULL, hash_in_thread, NULL) != 0;
	for (int i = 0; i < count; i++) {
		void *result = NULL;

		failed |= pthread_join(threads[i], &result) != 0 || result != NULL;
	}
	free(threads);
	return failed;
}

static int many_sockets(int count)
{
	int parent = afalg_bind("hash", "sha256");
	int *ops = calloc((size_t)count, sizeof(*ops));
	int failed = parent < 0 || !ops;

	for (int i = 0; i < count && !failed; i++) {
		ops[i] = afalg_accept(parent);
		if (ops[i] < 0)
			fprintf(stderr, "accept %d: %s\n", i, strerror(-ops[i]));
		failed = ops[i] < 0 || send(ops[i], "abc", 3, 0) != 3;
	}
	for (int i = count - 1; i >= 0 && !failed; i--) {
		uint8_t digest[32];

		failed = recv(ops[i], digest, sizeof(digest), 0) != 32 ||
			 memcmp(digest, abc_sha256, sizeof(digest)) != 0;
	}
	free(ops);
	return failed;
}

/* ---- search ---- */

#define CHUNK 65536

static bool is_inverted(const uint8_t *at, const uint8_t *inverted)
{
	for (int i = 0; i < 16; i++)
		if (at[i] + inverted[i] != 0xff)
			return false;
	return true;
}

/* Reads a region through a buffer that is inverted at once, and so never holds what is looked for
 * as it stands. */
static bool region_has(int memory, unsigned long start, unsigned long end)
{
	static uint8_t buffer[CHUNK + 16];

	for (unsigned long at = start; at < end; at += CHUNK) {
		ssize_t size = pread(memory, buffer, sizeof(buffer), (off_t)at);

		for (ssize_t i = 0; i + 16 <= size; i++) {
			if (is_inverted(buffer + i, inverted_key) ||
			    is_inverted(buffer + i, inverted_round)) {
				memset(buffer, 0, sizeof(buffer));
				return true;
			}
		}
		memset(buffer, 0, sizeof(buffer));
	}
	return false;
}

static bool memory_has_key(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int memory = open("/proc/self/mem", O_RDONLY);
	unsigned long start, end;
	bool found = false;
	char line[512], rights[8];

	while (maps && memory >= 0 && !found && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %7s", &start, &end, rights) == 3 && rights[0] == 'r' &&
		    !strstr(line, "[vvar") && !strstr(line, "[vsyscall"))
			found = region_has(memory, start, end);
	if (maps)
		fclose(maps);
	if (memory >= 0)
		close(memory);
	return found;
}

static bool child_has_key(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(memory_has_key());
	return child < 0 || waitpid(child, &status, 0) < 0 || status != 0;
}

static int set_key_and_forget(int parent)
{
	volatile uint8_t all = 0xff; /* so that no compiler makes the key a constant */
	uint8_t key[16];
	int result;

	for (int i = 0; i < 16; i++)
		key[i] = inverted_key[i] ^ all;
	result = afalg_set_key(parent, key, sizeof(key));
	explicit_bzero(key, sizeof(key));
	return result;
}

static int search(void)
{
	struct afalg_control control = {.encrypt = true};
	uint8_t text[16] = {0};
	int parent = afalg_bind("skcipher", "ecb(aes)");
	int op, failed = parent < 0 || set_key_and_forget(parent) < 0;

	op = failed ? -1 : afalg_accept(parent);
	failed |= op < 0 || afalg_send(op, &control, text, sizeof(text), 0) != sizeof(text) ||
		  afalg_receive(op, text, sizeof(text)) != sizeof(text);
	if (failed)
		return 1;
	puts(memory_has_key() || child_has_key() ? "found" : "absent");
	return 0;
}

/* ---- faults ---- */

static int until_refused(void)
{
	int result;

	puts("ready");
	fflush(stdout);
	while ((result = hash_once()) == 0)
		usleep(1000);
	printf("%s\n", strerrorname_np(result));
	return 0;
}

static int asleep(void)
{
	uint8_t text[16];
	int parent = afalg_bind("skcipher", "ecb(aes)");
	int op;

	if (parent < 0 || set_key_and_forget(parent) < 0)
		return 1;
	op = afalg_accept(parent);
	puts("ready");
	fflush(stdout);
	return recv(op, text, sizeof(text), 0) >= 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int count = argc > 2 ? atoi(argv[2]) : 0;

	if (strcmp(what, "hash") == 0)
		return hash_times(count);
	if (strcmp(what, "threads") == 0)
		return thread_times(count);
	if (strcmp(what, "sockets") == 0)
		return many_sockets(count);
	if (strcmp(what, "search") == 0)
		return search();
	if (strcmp(what, "until-refused") == 0)
		return until_refused();
	if (strcmp(what, "asleep") == 0)
		return asleep();
	return 2;
}
