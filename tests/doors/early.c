/* SPDX-License-Identifier: MIT */
/*
 * A library whose constructor runs before the preload library's, and uses alg sockets and files
 * there.  Its answer is read by the program that it is loaded into: early_result.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "early.h"
#include "ualg/if_alg.h"

const char *early_result = "the constructor has not run";

static const char *use_file(void)
{
	char byte = 'x';
	int file = open("/dev/zero", O_RDWR | O_CLOEXEC);

	if (file < 0 || read(file, &byte, 1) != 1 || byte != 0 || write(file, &byte, 1) != 1)
		return "a file did not work";
	return close(file) == 0 ? NULL : "close failed";
}

static const char *use_socket(void)
{
	struct ualg_sockaddr address = {.salg_family = AF_ALG};
	uint8_t digest[64];
	int parent = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), op;

	memcpy(address.salg_type, "hash", 5);
	memcpy(address.salg_name, "sha256", 7);
	if (parent < 0 || bind(parent, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return "socket or bind failed";
	op = accept(parent, NULL, NULL);
	if (op < 0 || send(op, "abc", 3, 0) != 3 || recv(op, digest, sizeof(digest), 0) != 32)
		return "no digest";
	if (digest[0] != 0xba || digest[31] != 0xad)
		return "a wrong digest";
	return close(op) == 0 && close(parent) == 0 ? NULL : "close of a socket failed";
}

__attribute__((constructor)) static void early(void)
{
	const char *problem = use_file();

	if (!problem)
		problem = use_socket();
	if (!problem)
		problem = use_file();
	early_result = problem ? problem : "good";
}
