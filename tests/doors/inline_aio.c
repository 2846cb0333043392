/* SPDX-License-Identifier: MIT */
/*
 * libaio's own code, which makes system calls by the instruction and reads a context's ring of
 * events in memory: a digest is read through it.  TAP; skipped where libaio is not installed.
 */
#include <dlfcn.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "support/afalg.h"

/* FIPS 180-2, appendix B.1: "abc". */
static const uint8_t begins[] = {0xba, 0x78, 0x16, 0xbf};

static struct {
	int (*setup)(int count, void **context);
	int (*submit)(void *context, long count, struct iocb **list);
	int (*getevents)(void *context, long least, long most, struct io_event *events, void *time);
	int (*destroy)(void *context);
} aio;

static bool find(void)
{
	void *library = dlopen("libaio.so.1", RTLD_NOW);

	if (!library)
		return false;
	*(void **)&aio.setup = dlsym(library, "io_setup");
	*(void **)&aio.submit = dlsym(library, "io_submit");
	*(void **)&aio.getevents = dlvsym(library, "io_getevents", "LIBAIO_0.4");
	*(void **)&aio.destroy = dlsym(library, "io_destroy");
	return aio.setup && aio.submit && aio.getevents && aio.destroy;
}

/* What went wrong first, or NULL. */
static const char *read_digest(int op)
{
	uint8_t digest[32] = {0};
	struct iocb one = {.aio_data = 7,
			   .aio_fildes = (uint32_t)op,
			   .aio_lio_opcode = IOCB_CMD_PREAD,
			   .aio_buf = (uintptr_t)digest,
			   .aio_nbytes = sizeof(digest)};
	struct iocb *list = &one;
	struct io_event event = {0};
	void *context = NULL;

	if (send(op, "abc", 3, 0) != 3)
		return "send";
	if (aio.setup(8, &context) != 0)
		return "io_setup";
	if (aio.submit(context, 1, &list) != 1)
		return "io_submit";
	if (aio.getevents(context, 1, 1, &event, NULL) != 1)
		return "io_getevents";
	if (event.obj != (uintptr_t)&one || event.data != 7 || event.res != sizeof(digest))
		return "the event";
	if (memcmp(digest, begins, sizeof(begins)) != 0)
		return "the digest";
	return aio.destroy(context) == 0 ? NULL : "io_destroy";
}

int main(void)
{
	int parent = afalg_bind("hash", "sha256");
	int op = parent < 0 ? parent : afalg_accept(parent);
	const char *wrong;

	puts("1..1");
	if (!find()) {
		puts("ok 1 - libaio # SKIP libaio.so.1 is not installed");
		return 0;
	}
	wrong = op < 0 ? "accept" : read_digest(op);
	if (wrong)
		printf("not ok 1 - libaio: %s\n", wrong);
	else
		puts("ok 1 - libaio");
	return wrong != NULL;
}
