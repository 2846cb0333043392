/* SPDX-License-Identifier: MIT */
#include "misuse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/afalg.h"
#include "ualg/if_alg.h"

#define FD_LIMIT 256 /* numbers that this program can come to use */

static unsigned rows, failures;

static _Noreturn void give_up(const char *what, int error)
{
	printf("Bail out! %s: %s\n", what, strerror(error));
	exit(1);
}

/* ---- bystanders: descriptors that no misuse may touch ---- */

static const char bystander_text[] = "not to be touched";
static int bystander_pipe[2], bystander_socket[2], bystander_file;

static void bystanders_open(void)
{
	const size_t size = sizeof(bystander_text);

	bystander_file = open("/tmp", O_RDWR | O_TMPFILE, 0600);
	if (bystander_file < 0 || pipe(bystander_pipe) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, bystander_socket) < 0)
		give_up("bystanders", errno);
	if (write(bystander_file, bystander_text, size) != (ssize_t)size ||
	    write(bystander_pipe[1], bystander_text, size) != (ssize_t)size ||
	    write(bystander_socket[1], bystander_text, size) != (ssize_t)size ||
	    lseek(bystander_file, 3, SEEK_SET) != 3)
		give_up("bystanders", errno);
}

static int waiting_bytes(int fd)
{
	int bytes = -1;

	return ioctl(fd, FIONREAD, &bytes) < 0 ? -1 : bytes;
}

/* Whether amounts and offset are as they were: asked after every row. */
static int bystanders_same(void)
{
	const int size = sizeof(bystander_text);

	return waiting_bytes(bystander_pipe[0]) == size &&
	       waiting_bytes(bystander_socket[0]) == size &&
	       lseek(bystander_file, 0, SEEK_CUR) == 3 &&
	       lseek(bystander_file, 0, SEEK_END) == size &&
	       lseek(bystander_file, 3, SEEK_SET) == 3;
}

static int same_content(int fd)
{
	char content[sizeof(bystander_text) + 1];

	return read(fd, content, sizeof(content)) == (ssize_t)sizeof(bystander_text) &&
	       memcmp(content, bystander_text, sizeof(bystander_text)) == 0;
}

static int bystanders_content(void)
{
	return lseek(bystander_file, 0, SEEK_SET) == 0 && same_content(bystander_file) &&
	       same_content(bystander_pipe[0]) && same_content(bystander_socket[0]);
}

static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < FD_LIMIT; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* ---- places ---- */

static const uint8_t some_key[32] = {1, 2, 3, 4, 5, 6, 7, 8};

/* How an AF_ALG place comes about; type NULL: it is made otherwise. */
static const struct {
	const char *type, *name;
	size_t key_size; /* 0: no key is set */
	int accepted;
} places[] = {
    [BOUND_HASH] = {"hash", "sha256", 0, 0},
    [BOUND_HMAC] = {"hash", "hmac(sha256)", 0, 0},
    [BOUND_CIPHER] = {"skcipher", "cbc(aes)", 16, 0},
    [BOUND_XTS] = {"skcipher", "xts(aes)", 0, 0},
    [BOUND_AEAD] = {"aead", "gcm(aes)", 16, 0},
    [BOUND_AUTHENC] = {"aead", "authenc(hmac(sha256),cbc(aes))", 0, 0},
    [BOUND_RNG] = {"rng", "drbg_nopr_hmac_sha256", 0, 0},
    [OP_HASH] = {"hash", "sha256", 0, 1},
    [OP_HMAC] = {"hash", "hmac(sha256)", 0, 1},
    [OP_CIPHER] = {"skcipher", "cbc(aes)", 16, 1},
    [OP_CIPHER_BARE] = {"skcipher", "cbc(aes)", 0, 1},
    [OP_AEAD] = {"aead", "gcm(aes)", 16, 1},
    [OP_RNG] = {"rng", "drbg_nopr_hmac_sha256", 0, 1},
    [CLOSED] = {"hash", "sha256", 0, 1},
    [FOREIGN_SOCKET] = {NULL, NULL, 0, 0},
};

static int companion =
    -1; /* what belongs to the descriptor at hand: its parent, a pipe's other end */

static int open_foreign(enum misuse_place place)
{
	int ends[2];

	if (place == UNBOUND)
		return socket(AF_ALG, SOCK_SEQPACKET, 0);
	if (place == FOREIGN_FILE)
		return open("/tmp", O_RDWR | O_TMPFILE, 0600);
	if (place == FOREIGN_SOCKET)
		return socket(AF_UNIX, SOCK_SEQPACKET, 0);
	if (pipe(ends) < 0)
		return -1;
	companion = ends[0];
	return ends[1];
}

int misuse_open(enum misuse_place place)
{
	companion = -1;
	if (places[place].type == NULL) {
		int fd = open_foreign(place);
		if (fd < 0)
			give_up("a descriptor to misuse", errno);
		return fd;
	}

	int parent = afalg_bind(places[place].type, places[place].name);
	if (parent < 0)
		give_up(places[place].name, -parent);

	int result = places[place].key_size > 0
			 ? afalg_set_key(parent, some_key, places[place].key_size)
			 : 0;
	if (result < 0)
		give_up("a key", -result);
	if (!places[place].accepted)
		return parent;

	int op = afalg_accept(parent);
	if (op < 0)
		give_up("accept", -op);
	companion = parent;
	if (place == CLOSED)
		close(op);
	return op;
}

void misuse_close(int fd)
{
	close(fd);
	if (companion >= 0)
		close(companion);
	companion = -1;
}

/* ---- memory ---- */

static uint8_t *pages; /* one to use, one forbidden, one to read */
static size_t page_size;

static void memory_open(void)
{
	page_size = (size_t)sysconf(_SC_PAGESIZE);
	pages =
	    mmap(NULL, 3 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		give_up("memory", errno);
	memset(pages, 0, 3 * page_size);
	if (mprotect(pages + page_size, page_size, PROT_NONE) < 0 ||
	    mprotect(pages + 2 * page_size, page_size, PROT_READ) < 0)
		give_up("memory", errno);
}

void *misuse_memory(enum misuse_pointer pointer, size_t size)
{
	switch (pointer) {
	case GOOD:
		return pages + page_size - size;
	case UNMAPPED:
		return pages + page_size;
	case READ_ONLY:
		return pages + 2 * page_size;
	case HALF:
		return pages + page_size - size / 2;
	case NOTHING:
		break;
	}
	return NULL;
}

/* ---- reports ---- */

long misuse_result(long returned)
{
	return returned < 0 ? -errno : returned;
}

static const char *name_of(long result, char text[32])
{
	if (result < 0)
		return strerror((int)-result);
	snprintf(text, 32, "%ld", result);
	return text;
}

void misuse_report(const char *rule, const char *what, long got, long want)
{
	char got_text[32], want_text[32];
	int same = bystanders_same();
	int good = got == want && same;

	printf("%s %u - %s %s\n", good ? "ok" : "not ok", ++rows, rule, what);
	if (got != want)
		printf("# got %s, the kernel gives %s\n", name_of(got, got_text),
		       name_of(want, want_text));
	if (!same)
		printf("# a bystander was touched\n");
	failures += !good;
	fflush(stdout);
}

static const struct {
	const char *name;
	void (*run)(void);
} groups[] = {
    {"calls", misuse_run_calls},
    {"messages", misuse_run_messages},
    {"stories", misuse_run_stories},
    {"splice", misuse_run_splice},
};

static int chosen(const char *group, int count, char **names)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(names[i], group) == 0)
			return 1;
	}
	return count == 0;
}

/* Runs the groups of rows that are named, or all. */
int main(int argc, char **argv)
{
	bystanders_open();
	memory_open();
	misuse_close(misuse_open(OP_CIPHER)); /* so that what is opened once is open */

	int before = open_descriptors();
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (chosen(groups[i].name, argc - 1, argv + 1))
			groups[i].run();
	}
	if (rows == 0)
		give_up("no such group of rows", EINVAL);
	misuse_report("F-04", "no descriptor is left over", open_descriptors(), before);
	misuse_report("C-23", "what bystanders hold is as it was", bystanders_same(), 1);

	int content = bystanders_content();
	printf("%s %u - C-23 the bystanders' content is as it was\n", content ? "ok" : "not ok",
	       ++rows);
	failures += !content;
	printf("1..%u\n", rows);
	return failures != 0;
}
