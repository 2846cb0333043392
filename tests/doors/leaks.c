/* SPDX-License-Identifier: MIT */
/*
 * Ten thousand sockets, opened, used and closed, leave the process as it was: descriptors, heap,
 * and resident memory.  With an argument it makes one short round of everything, for a program that
 * watches memory (scripts/leaks.sh).
 */
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/afalg.h"
#include "ualg/if_alg.h"

#define SOCKETS     10000
#define WARM_UP     200
#define RESIDENT_KB 512 /* by which resident memory may differ: the heap keeps its pages */

static const uint8_t key[64];

struct use {
	const char *type, *name;
	size_t key_size, iv_size;
	int (*work)(int op, const struct use *use);
};

static int use_hash(int op, const struct use *use)
{
	uint8_t digest[64];

	(void)use;
	if (send(op, "abc", 3, MSG_MORE) != 3 || send(op, "def", 3, 0) != 3)
		return -1;
	return recv(op, digest, sizeof(digest), 0) > 0 ? 0 : -1;
}

static int use_cipher(int op, const struct use *use)
{
	struct afalg_control control = {.encrypt = true, .iv = key, .iv_size = use->iv_size};
	struct pollfd entry = {.fd = op, .events = POLLIN};
	uint8_t data[64] = {0};

	if (afalg_send(op, &control, data, sizeof(data), 0) != sizeof(data) ||
	    poll(&entry, 1, 0) != 1 || recv(op, data, 32, 0) != 32)
		return -1;
	return 0; /* the rest is left in the queue */
}

static int use_aead(int op, const struct use *use)
{
	struct afalg_control control = {.encrypt = true,
					.iv = key,
					.iv_size = use->iv_size,
					.has_assoclen = true,
					.assoclen = 16};
	uint8_t data[64] = {0};

	if (afalg_send(op, &control, data, 48, 0) != 48)
		return -1;
	return recv(op, data, sizeof(data), 0) == 64 ? 0 : -1;
}

static int use_rng(int op, const struct use *use)
{
	uint8_t data[32];

	(void)use;
	return recv(op, data, sizeof(data), 0) == sizeof(data) ? 0 : -1;
}

static const struct use uses[] = {
    {"hash", "sha256", 0, 0, use_hash},
    {"hash", "hmac(sha256)", 20, 0, use_hash},
    {"hash", "sha3-512", 0, 0, use_hash},
    {"hash", "cmac(aes)", 16, 0, use_hash},
    {"skcipher", "cbc(aes)", 16, 16, use_cipher},
    {"skcipher", "xts(aes)", 64, 16, use_cipher},
    {"skcipher", "cbc(serpent)", 16, 16, use_cipher},
    {"aead", "gcm(aes)", 16, 12, use_aead},
    {"rng", "drbg_nopr_hmac_sha256", 16, 0, use_rng},
};

enum { USES = sizeof(uses) / sizeof(uses[0]) };

/* One life of one socket, with all that may hang on it: a failed bind, keys, a duplicate. */
static bool live_and_die(const struct use *use)
{
	int parent = afalg_bind(use->type, use->name), op, copy;
	bool good = parent >= 0 && afalg_bind(use->type, "no-such-name") == -ENOENT;

	if (good && use->key_size)
		good = afalg_set_key(parent, key, use->key_size) == 0;
	op = afalg_accept(parent);
	copy = dup(op);
	good = good && op >= 0 && copy >= 0 && use->work(copy, use) == 0;
	close(op);
	close(parent);
	close(copy);
	return good;
}

static bool lives(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (live_and_die(&uses[i % USES]))
			continue;
		printf("# %s failed: %s\n", uses[i % USES].name, strerror(errno));
		return false;
	}
	return true;
}

static int descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	if (!directory)
		return -1;
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static long resident_kb(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[128];
	long size = -1;

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "VmRSS: %ld", &size) == 1)
			break;
	if (status)
		fclose(status);
	return size;
}

struct state {
	long descriptors, heap, resident;
};

static void look(struct state *state)
{
	state->descriptors = descriptors();
	state->resident = resident_kb();
	state->heap = (long)mallinfo2().uordblks;
}

static unsigned rows, failures;

static void report(const char *what, bool good, long before, long after)
{
	rows++;
	failures += !good;
	printf("%sok %u - %s: %ld before, %ld after\n", good ? "" : "not ", rows, what, before,
	       after);
}

int main(int count, char **arguments)
{
	struct state before, after;
	bool good;

	(void)arguments;
	if (count > 1)
		return lives(USES) ? 0 : 1;
	good = lives(WARM_UP); /* libraries are loaded, pools and caches filled */
	look(&before);
	look(&before);
	good = good && lives(SOCKETS);
	look(&after);
	report("sockets", good, 0, SOCKETS);
	report("descriptors", after.descriptors == before.descriptors, before.descriptors,
	       after.descriptors);
	report("bytes of heap", after.heap == before.heap, before.heap, after.heap);
	report("KiB resident", after.resident <= before.resident + RESIDENT_KB, before.resident,
	       after.resident);
	printf("1..%u\n", rows);
	return failures != 0;
}
