/* SPDX-License-Identifier: MIT */
/* Data in and out: send and recv in all their shapes, control messages. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ualg/if_alg.h"
#include "verbs.h"

#define PARTS_MAX    1200
#define CONTROL_SIZE 4096

static int fd_of(const struct command *command)
{
	return word_fd(command_word(command, 1));
}

/* ---- parts: the words that are data or room ---- */

struct parts {
	struct iovec iov[PARTS_MAX];
	size_t count;
	size_t size;
	bool is_good;
};

static void parts_add(struct parts *parts, struct place place)
{
	parts->iov[parts->count++] = (struct iovec){place.at, place.size};
	parts->size += place.size;
	parts->is_good &= place.is_good;
}

/* The words from the second on; times=N repeats the last one. */
static struct parts *collect(const struct command *command, struct place (*make)(const char *))
{
	static _Thread_local struct parts parts;
	const char *times = command_option(command, "times");
	const char *last = NULL;

	parts = (struct parts){.is_good = true};
	for (int i = 2; i < command->count; i++) {
		if (word_is_setting(command->words[i]))
			continue;
		last = command->words[i];
		parts_add(&parts, make(last));
	}
	for (long n = times ? word_number(times) : 1; last && n > 1 && parts.count < PARTS_MAX; n--)
		parts_add(&parts, make(last));
	return &parts;
}

/* SIZE:HEX of what came into the parts; keeps it under save=NAME. */
static void deliver(const struct command *command, char *token, long result,
		    const struct parts *parts)
{
	const char *name = command_option(command, "save");
	struct place whole;
	size_t used = 0;

	if (result <= 0 || !parts->is_good || (size_t)result > parts->size ||
	    command_has(command, "hide=1")) {
		token_number(token, result);
		return;
	}
	whole = place_make((size_t)result);
	for (size_t i = 0; i < parts->count && used < whole.size; i++) {
		size_t piece = parts->iov[i].iov_len;

		if (piece > whole.size - used)
			piece = whole.size - used;
		memcpy(whole.at + used, parts->iov[i].iov_base, piece);
		used += piece;
	}
	if (command_has(command, "all=1"))
		token_hex(token, whole.at, whole.size);
	else
		token_bytes(token, result, whole.at);
	if (name)
		data_save(name, whole.at, whole.size);
}

/* ---- sending ---- */

/* send FD DATA [FLAG...] */
static void run_send(const struct command *command, char *token)
{
	struct place data = word_data(command_word(command, 2));

	token_number(token, send(fd_of(command), data.at, data.size, command_flags(command)));
}

/* write FD DATA */
static void run_write(const struct command *command, char *token)
{
	struct place data = word_data(command_word(command, 2));

	token_number(token, write(fd_of(command), data.at, data.size));
}

/* writev FD DATA... [times=N] */
static void run_writev(const struct command *command, char *token)
{
	struct parts *parts = collect(command, word_data);

	token_number(token, writev(fd_of(command), parts->iov, (int)parts->count));
}

/* sendto FD DATA address=N   an address of N bytes, which may be a wrong size */
static void run_sendto(const struct command *command, char *token)
{
	struct place data = word_data(command_word(command, 2));
	struct sockaddr_storage address = {.ss_family = AF_ALG};
	const char *size = command_option(command, "address");

	token_number(token, sendto(fd_of(command), data.at, data.size, command_flags(command),
				   (struct sockaddr *)&address, (socklen_t)word_number(size)));
}

/* Messages as the words tell them, one behind the other. */
struct control {
	_Alignas(struct cmsghdr) uint8_t bytes[CONTROL_SIZE];
	size_t size;
};

/* told: the header's length, where it is to be another than that of size bytes of data. */
static void control_add(struct control *control, int level, int type, const void *data, size_t size,
			long told)
{
	struct cmsghdr header = {.cmsg_level = level, .cmsg_type = type};

	if (control->size + CMSG_SPACE(size) > CONTROL_SIZE)
		table_error("too many control messages", "");
	header.cmsg_len = told >= 0 ? (size_t)told : CMSG_LEN(size);
	memcpy(control->bytes + control->size, &header, sizeof(header));
	if (size)
		memcpy(control->bytes + control->size + CMSG_LEN(0), data, size);
	control->size += CMSG_SPACE(size);
}

static void control_add_iv(struct control *control, const char *word, const char *told)
{
	struct place iv = word_data(word);
	struct place message = place_make(sizeof(uint32_t) + iv.size);
	uint32_t size = told ? (uint32_t)word_number(told) : (uint32_t)iv.size;

	memcpy(message.at, &size, sizeof(size));
	memcpy(message.at + sizeof(size), iv.at, iv.size);
	control_add(control, SOL_ALG, ALG_SET_IV, message.at, message.size, -1);
}

/* LEVEL/TYPE/LENGTH/DATA; LENGTH of the header, "-" for the right one */
static void control_add_raw(struct control *control, const char *word)
{
	char *copy = strdup(word), *rest = copy;
	const char *level = strsep(&rest, "/"), *type = strsep(&rest, "/");
	const char *told = strsep(&rest, "/");

	if (!told || !rest)
		table_error("not LEVEL/TYPE/LENGTH/DATA", word);
	struct place data = word_data(rest);
	control_add(control, (int)word_number(level), (int)word_number(type), data.at, data.size,
		    strcmp(told, "-") == 0 ? -1 : word_number(told));
	free(copy);
}

static void control_add_u32(struct control *control, int type, uint32_t value)
{
	control_add(control, SOL_ALG, type, &value, sizeof(value), -1);
}

/* Adds the message that a word tells, if it tells one. */
static void control_of_word(struct control *control, const struct command *command,
			    const char *word)
{
	if (strncmp(word, "op=", 3) == 0)
		control_add_u32(control, ALG_SET_OP,
				strcmp(word + 3, "enc") == 0   ? ALG_OP_ENCRYPT
				: strcmp(word + 3, "dec") == 0 ? ALG_OP_DECRYPT
							       : (uint32_t)word_number(word + 3));
	else if (strncmp(word, "iv=", 3) == 0)
		control_add_iv(control, word + 3, command_option(command, "ivlen"));
	else if (strncmp(word, "aad=", 4) == 0)
		control_add_u32(control, ALG_SET_AEAD_ASSOCLEN, (uint32_t)word_number(word + 4));
	else if (strncmp(word, "raw=", 4) == 0)
		control_add_raw(control, word + 4);
}

/*
 * msg FD [op=enc|dec|N] [iv=DATA] [ivlen=N] [aad=N] [raw=LEVEL/TYPE/LENGTH/DATA] DATA... [FLAG...]
 *        [control=N|bad|null]   another msg_controllen, or a bad pointer
 */
static void run_msg(const struct command *command, char *token)
{
	struct parts *parts = collect(command, word_data);
	struct control control = {.size = 0};
	struct msghdr message = {.msg_iov = parts->iov, .msg_iovlen = parts->count};
	const char *odd = command_option(command, "control");

	for (int i = 2; i < command->count; i++)
		control_of_word(&control, command, command->words[i]);
	message.msg_control = control.size > 0 || odd ? control.bytes : NULL;
	message.msg_controllen = control.size;
	if (odd && strchr("bn", odd[0])) {
		message.msg_control = odd[0] == 'b' ? word_data("bad/64").at : NULL;
		message.msg_controllen = 64;
	} else if (odd) {
		message.msg_controllen = (size_t)word_number(odd);
	}
	token_number(token, sendmsg(fd_of(command), &message, command_flags(command)));
}

/* mmsg FD DATA... [FLAG...]   sendmmsg, a message for each */
static void run_mmsg(const struct command *command, char *token)
{
	struct parts *parts = collect(command, word_data);
	struct mmsghdr messages[16] = {0};
	unsigned count = parts->count < 16 ? (unsigned)parts->count : 16;

	for (unsigned i = 0; i < count; i++)
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts->iov[i], .msg_iovlen = 1};
	token_number(token, sendmmsg(fd_of(command), messages, count, command_flags(command)));
	for (unsigned i = 0; i < count; i++)
		token_add(token, ",%u", messages[i].msg_len);
}

/* ---- receiving ---- */

/* recv FD ROOM [FLAG...] [save=NAME] [hide=1] [all=1]
 * hide: the size only, where bytes are random; all: only the bytes, without a fingerprint */
static void run_recv(const struct command *command, char *token)
{
	struct parts *parts = collect(command, word_room);
	long result = recv(fd_of(command), parts->iov[0].iov_base, parts->iov[0].iov_len,
			   command_flags(command));

	deliver(command, token, result, parts);
}

/* read FD ROOM [save=NAME] [hide=1] */
static void run_read(const struct command *command, char *token)
{
	struct parts *parts = collect(command, word_room);

	deliver(command, token, read(fd_of(command), parts->iov[0].iov_base, parts->iov[0].iov_len),
		parts);
}

/* readv FD ROOM... [times=N] [save=NAME] */
static void run_readv(const struct command *command, char *token)
{
	struct parts *parts = collect(command, word_room);

	deliver(command, token, readv(fd_of(command), parts->iov, (int)parts->count), parts);
}

/* recvmsg FD ROOM... [FLAG...]   and msg_flags, msg_namelen, msg_controllen behind it */
static void run_recvmsg(const struct command *command, char *token)
{
	struct parts *parts = collect(command, word_room);
	struct sockaddr_storage name;
	uint8_t control[64];
	struct msghdr message = {.msg_iov = parts->iov,
				 .msg_iovlen = parts->count,
				 .msg_name = &name,
				 .msg_namelen = sizeof(name),
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	long result = recvmsg(fd_of(command), &message, command_flags(command));

	deliver(command, token, result, parts);
	if (result >= 0)
		token_add(token, ",%s,name=%u,control=%zu",
			  message.msg_flags == MSG_TRUNC ? "trunc"
			  : message.msg_flags == 0       ? "0"
							 : "other",
			  message.msg_namelen, message.msg_controllen);
}

/* recvfrom FD ROOM   and the length of the address behind it */
static void run_recvfrom(const struct command *command, char *token)
{
	struct parts *parts = collect(command, word_room);
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	long result = recvfrom(fd_of(command), parts->iov[0].iov_base, parts->iov[0].iov_len,
			       command_flags(command), (struct sockaddr *)&name, &size);

	deliver(command, token, result, parts);
	token_add(token, ",name=%u", size);
}

/* rmmsg FD ROOM...   recvmmsg, a message for each */
static void run_rmmsg(const struct command *command, char *token)
{
	struct parts *parts = collect(command, word_room);
	struct mmsghdr messages[16] = {0};
	unsigned count = parts->count < 16 ? (unsigned)parts->count : 16;
	int result;

	for (unsigned i = 0; i < count; i++)
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts->iov[i], .msg_iovlen = 1};
	result = recvmmsg(fd_of(command), messages, count, command_flags(command), NULL);
	token_number(token, result);
	for (int i = 0; i < result; i++) {
		token_add(token, ",");
		token_bytes(token, messages[i].msg_len, parts->iov[i].iov_base);
	}
}

/* inplace FD SIZE   reads over a buffer whose content was sent from the same place before */
static void run_inplace(const struct command *command, char *token)
{
	struct place data = word_data(command_word(command, 2));
	long result = send(fd_of(command), data.at, data.size, 0);

	if (result < 0) {
		token_number(token, result);
		return;
	}
	memset(data.at + data.size / 2, 0, data.size - data.size / 2); /* C-17: it was copied */
	token_bytes(token, recv(fd_of(command), data.at, data.size, MSG_DONTWAIT), data.at);
}

/* sendeach FD DATA   a send with MSG_MORE for each byte, then an empty one */
static void run_sendeach(const struct command *command, char *token)
{
	struct place data = word_data(command_word(command, 2));
	long result = 0;

	for (size_t i = 0; i < data.size && result >= 0; i++)
		result = send(fd_of(command), data.at + i, 1, MSG_MORE | MSG_DONTWAIT);
	token_number(token, result < 0 ? result : send(fd_of(command), NULL, 0, 0));
}

const struct verb verbs_data[] = {
    {"send", run_send},       {"write", run_write},       {"writev", run_writev},
    {"sendto", run_sendto},   {"msg", run_msg},           {"mmsg", run_mmsg},
    {"recv", run_recv},       {"read", run_read},         {"readv", run_readv},
    {"recvmsg", run_recvmsg}, {"recvfrom", run_recvfrom}, {"rmmsg", run_rmmsg},
    {"inplace", run_inplace}, {"sendeach", run_sendeach}, {NULL, NULL},
};
