/* SPDX-License-Identifier: MIT */
/* What tells about algorithms, and keys by serial: /proc/crypto, NETLINK_CRYPTO, keyrings. */
#include <errno.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ualg/if_alg.h"
#include "verbs.h"

/* ---- /proc/crypto ---- */

/* One line: its key and, where it does not hang on the driver, its value. */
static void tell_line(char *token, char *line)
{
	static const char *const told[] = {"name",        "blocksize", "digestsize", "min keysize",
					   "max keysize", "ivsize",    "chunksize",  "maxauthsize",
					   "selftest",    "internal"};
	char *colon = strchr(line, ':');

	if (!colon)
		return;
	char *end = colon;
	while (end > line && end[-1] == ' ')
		*--end = '\0';
	for (char *c = line; *c; c++)
		if (*c == ' ')
			*c = '_';
	token_add(token, ",%s", line);
	for (char *c = line; *c; c++)
		if (*c == '_')
			*c = ' ';
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (strcmp(line, told[i]) == 0)
			token_add(token, "=%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
}

/* proc NAME   the lines of the first algorithm of that name */
static void run_proc(const struct command *command, char *token)
{
	const char *name = word_text(command_word(command, 1));
	FILE *file = fopen("/proc/crypto", "r");
	char line[256], wanted[128];
	bool inside = false;

	if (!file) {
		token_number(token, -1);
		return;
	}
	snprintf(wanted, sizeof(wanted), "name         : %s\n", name);
	while (fgets(line, sizeof(line), file)) {
		if (inside && line[0] == '\n')
			break;
		inside |= strcmp(line, wanted) == 0;
		if (inside)
			tell_line(token, line);
	}
	fclose(file);
	if (token[0] == '\0')
		token_add(token, "missing");
}

/* procmode   opening /proc/crypto for reading, and for writing */
static void run_procmode(const struct command *command, char *token)
{
	FILE *file;

	(void)command;
	file = fopen("/proc/crypto", "r");
	token_ok(token, file ? 0 : -1);
	if (file)
		fclose(file);
	file = fopen("/proc/crypto", "r+");
	token_add(token, ",");
	token_ok(token, file ? 0 : -1);
	if (file)
		fclose(file);
}

/* ---- NETLINK_CRYPTO ---- */

struct crypto_request {
	struct nlmsghdr header;
	struct {
		char name[64], driver[64], module[64];
		uint32_t type, mask, refcnt, flags;
	} body;
};

/* N = netlink [TYPE] */
static void run_netlink(const struct command *command, char *token)
{
	int type = command->count > 1 ? (int)word_number(command->words[1]) : SOCK_RAW;
	int fd = socket(AF_NETLINK, type, NETLINK_CRYPTO);

	verb_made(fd);
	token_ok(token, fd);
}

static void tell_attributes(char *token, const struct nlmsghdr *header)
{
	const uint8_t *at = (const uint8_t *)header + sizeof(struct crypto_request);
	const uint8_t *end = (const uint8_t *)header + header->nlmsg_len;

	while (at + sizeof(struct nlattr) <= end) {
		struct nlattr attribute;

		memcpy(&attribute, at, sizeof(attribute));
		if (attribute.nla_len < sizeof(attribute))
			break;
		token_add(token, ",attribute=%u:%u", attribute.nla_type, attribute.nla_len);
		at += NLMSG_ALIGN(attribute.nla_len);
	}
}

static void tell_reply(char *token, const struct nlmsghdr *header, bool bare)
{
	struct nlmsgerr error;

	if (header->nlmsg_type == NLMSG_ERROR) {
		memcpy(&error, NLMSG_DATA(header), sizeof(error));
		token_add(token, "%s", error.error ? errno_name(-error.error) : "ack");
		return;
	}
	token_add(token, "type=%u,flags=%u", header->nlmsg_type, header->nlmsg_flags);
	if (!bare && header->nlmsg_len > sizeof(struct crypto_request))
		tell_attributes(token, header);
}

/* crypto N TYPE NAME [driver=NAME] [flags=N] [size=N] [terminated=0] [bare=1]
 * One request, and its first reply; bare: without its attributes. */
static void run_crypto(const struct command *command, char *token)
{
	struct crypto_request request = {0};
	const char *driver = command_option(command, "driver");
	const char *size = command_option(command, "size");
	const char *flags = command_option(command, "flags");
	const char *name = word_text(command_word(command, 3));
	struct place room = place_make(65536);
	int fd = word_fd(command_word(command, 1));

	request.header.nlmsg_type = (uint16_t)word_number(command_word(command, 2));
	request.header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (flags ? word_number(flags) : 0));
	request.header.nlmsg_len = size ? (uint32_t)word_number(size) : sizeof(request);
	snprintf(request.body.name, sizeof(request.body.name), "%s", name);
	if (driver)
		snprintf(request.body.driver, sizeof(request.body.driver), "%s", driver);
	if (command_option(command, "terminated"))
		memset(request.body.name, 'x', sizeof(request.body.name));
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0 ||
	    recv(fd, room.at, room.size, MSG_DONTWAIT) < (ssize_t)sizeof(struct nlmsghdr)) {
		token_number(token, -1);
		return;
	}
	tell_reply(token, (struct nlmsghdr *)(void *)room.at, command_has(command, "bare=1"));
}

/* ---- keyrings ---- */

/* K = addkey TYPE NAME DATA   into this process's keyring; K is the serial number */
static void run_addkey(const struct command *command, char *token)
{
	const char *type = command_word(command, 1);
	struct place payload = word_data(command_word(command, 3));
	bool empty = payload.size == 0;
	long serial = syscall(SYS_add_key, type, command_word(command, 2),
			      empty ? NULL : payload.at, payload.size, KEY_SPEC_PROCESS_KEYRING);

	verb_made((int)serial);
	token_ok(token, serial);
}

/* keyctl OPERATION K [N]   by their numbers in linux/keyctl.h */
static void run_keyctl(const struct command *command, char *token)
{
	long argument = command->count > 3 ? word_number(command->words[3]) : 0;

	token_number(token, syscall(SYS_keyctl, word_number(command_word(command, 1)),
				    word_fd(command_word(command, 2)), argument));
}

/* serial S K [length=N]   ALG_SET_KEY_BY_KEY_SERIAL */
static void run_serial(const struct command *command, char *token)
{
	const char *length = command_option(command, "length");
	int32_t serial = word_fd(command_word(command, 2));

	token_number(token, setsockopt(word_fd(command_word(command, 1)), SOL_ALG,
				       ALG_SET_KEY_BY_KEY_SERIAL, &serial,
				       length ? (socklen_t)word_number(length) : sizeof(serial)));
}

const struct verb verbs_crypto[] = {
    {"proc", run_proc},       {"procmode", run_procmode},
    {"netlink", run_netlink}, {"crypto", run_crypto},
    {"addkey", run_addkey},   {"keyctl", run_keyctl},
    {"serial", run_serial},   {NULL, NULL},
};
