/* SPDX-License-Identifier: MIT */
/* Programs that have little left: what costs a kernel nothing must not end them. */
#include "preload_common.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define FEW 64 /* descriptors */

/* ---- descriptors ---- */

static const char *const names[][2] = {
    {"hash", "sha256"},
    {"skcipher", "cbc(aes)"},
    {"skcipher", "cbc(camellia)"},
    {"hash", "hmac(blake2s-256)"},
    {"rng", "stdrng"},
    {"aead", "gcm(aes)"},
};
#define NAMES (sizeof(names) / sizeof(names[0]))

/* 0, or the errno. */
static int bind_to(int parent, const char *const name[2])
{
	struct ualg_sockaddr address = {.salg_family = AF_ALG};

	strcpy((char *)address.salg_type, name[0]);
	strcpy((char *)address.salg_name, name[1]);
	return bind(parent, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : errno;
}

static int limit_descriptors(bool hard)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -1;
	limit.rlim_cur = FEW;
	if (hard)
		limit.rlim_max = FEW;
	return setrlimit(RLIMIT_NOFILE, &limit);
}

/* Takes all descriptors but some; those above the limit are not looked at. */
static int leave(int free_ones)
{
	int taken, last = -1;

	while ((taken = dup(STDIN_FILENO)) >= 0)
		last = taken;
	for (int i = 0; i < free_ones; i++)
		if (close(last - i) < 0)
			return -1;
	return errno == EMFILE && last >= 0 ? last : -1;
}

static struct {
	bool hard; /* the limit cannot be raised */
	int free_ones;
} few;

/* In a child, which has loaded nothing yet: 0, or what went wrong. */
static int bind_with_few(void)
{
	int parents[NAMES], last, result;
	struct rlimit limit;

	for (size_t i = 0; i < NAMES; i++)
		if ((parents[i] = socket(AF_ALG, SOCK_SEQPACKET, 0)) < 0)
			return 10;
	if (limit_descriptors(few.hard) < 0 || (last = leave(few.free_ones)) < 0)
		return 11;
	for (size_t i = 0; i < NAMES; i++) {
		result = bind_to(parents[i], names[i]);
		/* Where nothing can be had it is said, as for memory. */
		if (result != 0 && !(few.hard && result == ENOMEM))
			return 12;
		if (result == 0)
			parents[i] = -1;
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur != FEW)
		return 13;
	for (int i = few.free_ones; i < 10; i++)
		(void)close(last - i);
	for (size_t i = 0; i < NAMES; i++)
		if (parents[i] >= 0 && bind_to(parents[i], names[i]) != 0)
			return 14;
	return 0;
}

static void bind_in_children(bool hard)
{
	few.hard = hard;
	for (few.free_ones = 0; few.free_ones < 3; few.free_ones++)
		assert_exits_well(in_child(bind_with_few));
}

static void binds_with_few_descriptors(void **state)
{
	(void)state;
	bind_in_children(false);
}

/* N-13: a look-up that failed for want of something is no answer for good. */
static void looks_again_when_there_are_more(void **state)
{
	(void)state;
	bind_in_children(true);
}

/* ---- sizes of files ---- */

#define CRYPTO "/proc/crypto"

static int limit_files(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_FSIZE, &none);
}

/* Whether a file has paragraphs of /proc/crypto, and ends. */
static bool has_names(FILE *file)
{
	static const char key[] = "name         : ";
	char line[256];
	int names_read = 0;

	while (fgets(line, sizeof(line), file))
		names_read += strncmp(line, key, sizeof(key) - 1) == 0;
	return names_read > 10 && feof(file) && fclose(file) == 0;
}

static int open_without_size(void)
{
	FILE *stream = NULL;
	int number;

	if (hash_op() < 0 || limit_files() < 0)
		return 10;
	number = open(CRYPTO, O_RDONLY | O_CLOEXEC);
	if (number < 0 || fcntl(number, F_GETFD) != FD_CLOEXEC || !has_names(fdopen(number, "r")))
		return 11;
	stream = fopen(CRYPTO, "r");
	if (!stream || !has_names(stream))
		return 12;
	stream = freopen(CRYPTO, "r", stdin);
	if (!stream || !has_names(stream))
		return 13;
	return 0;
}

static void opens_texts_where_no_file_may_grow(void **state)
{
	(void)state;
	assert_exits_well(in_child(open_without_size));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(binds_with_few_descriptors),
	    cmocka_unit_test(looks_again_when_there_are_more),
	    cmocka_unit_test(opens_texts_where_no_file_may_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
