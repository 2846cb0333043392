/* SPDX-License-Identifier: MIT */
/* Sockets: made, bound, accepted, and their options. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ualg/if_alg.h"
#include "verbs.h"

union address {
	struct ualg_sockaddr alg;
	struct sockaddr any;
	char bytes[8192];
};

static uint32_t option_u32(const struct command *command, const char *key, uint32_t otherwise)
{
	const char *value = command_option(command, key);

	return value ? (uint32_t)word_number(value) : otherwise;
}

/* Fills an address; returns its length, which grows with the name. */
static socklen_t make_address(const struct command *command, const char *type, const char *name,
			      union address *out)
{
	size_t name_size = strlen(name);
	size_t size = UALG_SOCKADDR_NAME_OFFSET + name_size + 1;

	memset(out, 0, sizeof(*out));
	out->alg.salg_family = (uint16_t)option_u32(command, "family", AF_ALG);
	memcpy(out->alg.salg_type, type, strnlen(type, sizeof(out->alg.salg_type)));
	out->alg.salg_feat = option_u32(command, "feat", 0);
	out->alg.salg_mask = option_u32(command, "mask", 0);
	if (size > sizeof(out->bytes))
		table_error("a name is too long", name);
	memcpy(out->bytes + UALG_SOCKADDR_NAME_OFFSET, name, name_size);
	if (size < sizeof(out->alg))
		size = sizeof(out->alg);
	return (socklen_t)option_u32(command, "length", (uint32_t)size);
}

/* socket [TYPE] [PROTOCOL]   TYPE with flags as a number; 5 is SOCK_SEQPACKET */
static void run_socket(const struct command *command, char *token)
{
	int type = command->count > 1 ? (int)word_number(command->words[1]) : SOCK_SEQPACKET;
	int protocol = command->count > 2 ? (int)word_number(command->words[2]) : 0;
	int fd = socket(AF_ALG, type, protocol);

	verb_made(fd);
	token_ok(token, fd);
}

/* pair [TYPE] */
static void run_pair(const struct command *command, char *token)
{
	int type = command->count > 1 ? (int)word_number(command->words[1]) : SOCK_SEQPACKET;
	int fds[2];

	token_number(token, socketpair(AF_ALG, type, 0, fds));
}

/* bind S TYPE NAME [feat=N] [mask=N] [family=N] [length=N] */
static void run_bind(const struct command *command, char *token)
{
	union address address;
	socklen_t size = make_address(command, word_text(command_word(command, 2)),
				      word_text(command_word(command, 3)), &address);

	token_number(token, bind(word_fd(command_word(command, 1)), &address.any, size));
}

/* bindraw S DATA   an address as bytes, or a bad place */
static void run_bindraw(const struct command *command, char *token)
{
	struct place address = word_data(command_word(command, 2));

	token_number(token, bind(word_fd(command_word(command, 1)), (struct sockaddr *)address.at,
				 (socklen_t)address.size));
}

static int bound_socket(const struct command *command, char *token)
{
	union address address;
	socklen_t size = make_address(command, word_text(command_word(command, 1)),
				      word_text(command_word(command, 2)), &address);
	const char *key = command_option(command, "key");
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0);

	if (fd < 0 || bind(fd, &address.any, size) < 0) {
		token_add(token, "bind=");
		token_number(token, -1);
		return -1;
	}
	if (key) {
		struct place bytes = word_data(key);

		if (setsockopt(fd, SOL_ALG, ALG_SET_KEY, bytes.at, (socklen_t)bytes.size) < 0) {
			token_add(token, "key=");
			token_number(token, -1);
		}
	}
	return fd;
}

/* bound TYPE NAME [key=DATA]   socket, bind and ALG_SET_KEY together */
static void run_bound(const struct command *command, char *token)
{
	int fd = bound_socket(command, token);

	verb_made(fd);
	if (token[0] == '\0')
		token_add(token, "ok");
}

/* op TYPE NAME [key=DATA]   and accept; the bound socket is closed */
static void run_op(const struct command *command, char *token)
{
	int fd = bound_socket(command, token);
	int op = fd < 0 ? -1 : accept(fd, NULL, NULL);

	if (fd >= 0)
		close(fd);
	verb_made(op);
	if (token[0] == '\0')
		token_ok(token, op);
}

/* accept S [nonblock] [cloexec] [flags=N] [address] [length]   the latter two: pointers given */
static void run_accept(const struct command *command, char *token)
{
	const char *more = command_option(command, "flags");
	int flags = (command_has(command, "nonblock") ? SOCK_NONBLOCK : 0) |
		    (command_has(command, "cloexec") ? SOCK_CLOEXEC : 0) |
		    (more ? (int)word_number(more) : 0);
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int fd = accept4(word_fd(command_word(command, 1)),
			 command_has(command, "address") ? (struct sockaddr *)&address : NULL,
			 command_has(command, "address") || command_has(command, "length") ? &size
											   : NULL,
			 flags);

	verb_made(fd);
	token_ok(token, fd);
}

/* key S DATA */
static void run_key(const struct command *command, char *token)
{
	struct place key = word_data(command_word(command, 2));

	token_number(token, setsockopt(word_fd(command_word(command, 1)), SOL_ALG, ALG_SET_KEY,
				       key.at, (socklen_t)key.size));
}

/* authsize S N */
static void run_authsize(const struct command *command, char *token)
{
	token_number(token,
		     setsockopt(word_fd(command_word(command, 1)), SOL_ALG, ALG_SET_AEAD_AUTHSIZE,
				NULL, (socklen_t)word_number(command_word(command, 2))));
}

/* set S LEVEL OPTION DATA [length=N] */
static void run_set(const struct command *command, char *token)
{
	struct place value = word_data(command_word(command, 4));

	token_number(token, setsockopt(word_fd(command_word(command, 1)),
				       (int)word_number(command_word(command, 2)),
				       (int)word_number(command_word(command, 3)), value.at,
				       option_u32(command, "length", (uint32_t)value.size)));
}

/* get S LEVEL OPTION SIZE   what comes: 4 bytes as a number, else SIZE:HEX */
static void run_get(const struct command *command, char *token)
{
	struct place room = word_room(command_word(command, 4));
	socklen_t size = (socklen_t)room.size;
	int result = getsockopt(word_fd(command_word(command, 1)),
				(int)word_number(command_word(command, 2)),
				(int)word_number(command_word(command, 3)), room.at, &size);
	int value;

	if (result == 0 && size == sizeof(value)) {
		memcpy(&value, room.at, sizeof(value));
		token_add(token, "%d", value);
		return;
	}
	token_bytes(token, result < 0 ? result : (long)size, room.at);
}

/* rebuffer S OPTION VALUE   sets SO_SNDBUF (7) or SO_RCVBUF (8) and tells what is there then */
static void run_rebuffer(const struct command *command, char *token)
{
	int fd = word_fd(command_word(command, 1));
	int option = (int)word_number(command_word(command, 2));
	int value = (int)word_number(command_word(command, 3));
	socklen_t size = sizeof(value);

	token_number(token, setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value)));
	if (getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0)
		token_add(token, ">%d", value);
}

const struct verb verbs_socket[] = {
    {"socket", run_socket},
    {"pair", run_pair},
    {"bind", run_bind},
    {"bindraw", run_bindraw},
    {"bound", run_bound},
    {"op", run_op},
    {"accept", run_accept},
    {"key", run_key},
    {"authsize", run_authsize},
    {"set", run_set},
    {"get", run_get},
    {"rebuffer", run_rebuffer},
    {NULL, NULL},
};
