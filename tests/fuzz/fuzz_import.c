/* SPDX-License-Identifier: MIT */
/* Blocks that claim to be exported sockets. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "support/engine.h"

static const uint8_t unbound[] = "UAAG\1\0\0\0\0\0\0";
/* A parent of sha256 without key, as sock_export writes it. */
static const uint8_t parent[] = "UAAG\1\0\0\0\1\0\0\0"
				"\1\0\0\0\1\0\0\0"
				"\6\0\0\0sha256"
				"\16\0\0\0sha256-openssl"
				"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

const struct fuzz_sample fuzz_samples[] = {{unbound, sizeof(unbound)}, {parent, sizeof(parent)}};
const size_t fuzz_samples_count = 2;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sock *sock;
	uint8_t out[256];

	if (sock_import(&engine_host, NULL, data, size, &sock) < 0) {
		if (sock)
			abort();
		return 0;
	}
	(void)engine_send(sock, "some data of a message", 22, 0);
	if (engine_recv(sock, out, sizeof(out)) > (ssize_t)sizeof(out))
		abort();
	engine_close(sock);
	return 0;
}
