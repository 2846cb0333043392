/* SPDX-License-Identifier: MIT */
/*
 * Runs what wycheproof.py makes of Project Wycheproof's tests through AF_ALG.
 *
 *     wycheproof engine|door < LINES
 *
 * A line is a test: its number, type, algorithm, what has to come of it, and bytes in hexadecimal
 * ("-": none), with tabs between them.  What has to come of it is good; bad: not authentic;
 * padding: the plaintext has none; or the step that has to say EINVAL: key, authsize, send, recv.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/afalg.h"
#include "support/transport.h"

#define MAX_FIELDS 12
#define MAX_DATA   (256 * 1024)

struct bytes {
	uint8_t *data;
	size_t size;
};

struct test {
	const char *number;
	const char *type;
	const char *alg;
	const char *expected;
	struct bytes field[MAX_FIELDS];
};

static const struct vector_transport *transport;
static const struct test *current;

static bool fail(const char *format, ...)
{
	va_list arguments;

	printf("test %s (%s, %s): ", current->number, current->alg, current->expected);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	return false;
}

static bool expects(const char *what)
{
	return strcmp(current->expected, what) == 0;
}

/* A step that may be the one that has to refuse.  Sets *over where the test ends with it. */
static bool step(const char *name, ssize_t result, bool *over)
{
	*over = expects(name);
	if (*over)
		return result == -EINVAL || fail("%s gave %zd, not EINVAL", name, result);
	return result >= 0 || fail("%s: %s", name, strerror((int)-result));
}

/* Sends and receives one message.  What recv gave: a size, or a negative errno. */
static ssize_t exchange(void *parent, const struct afalg_control *control, struct bytes in,
			uint8_t *out, size_t room, bool *sent)
{
	void *op;
	ssize_t result = transport->accept(parent, &op);

	*sent = false;
	if (result < 0)
		return result;
	result = transport->send(op, control, in.data, in.size, false);
	if (result >= 0) {
		*sent = true;
		result = transport->receive(op, out, room);
	}
	transport->close(op);
	return result;
}

static struct bytes join(struct bytes a, struct bytes b, struct bytes c)
{
	struct bytes all = {malloc(a.size + b.size + c.size + 1), a.size + b.size + c.size};

	memcpy(all.data, a.data, a.size);
	memcpy(all.data + a.size, b.data, b.size);
	memcpy(all.data + a.size + b.size, c.data, c.size);
	return all;
}

static uint8_t out[MAX_DATA];

/* One direction of a cipher; good: out has to be that.  Otherwise the errno that recv has to give.
 */
static bool crypt(void *parent, const struct afalg_control *control, struct bytes in,
		  struct bytes expected, int error)
{
	bool sent, over;
	ssize_t result = exchange(parent, control, in, out, expected.size, &sent);

	if (!sent)
		return step("send", result, &over);
	if (expects("send"))
		return fail("send took the message");
	if (expects("recv"))
		return step("recv", result, &over);
	if (error)
		return result == -error || fail("recv gave %zd, not %s", result, strerror(error));
	if (result < 0)
		return fail("recv: %s", strerror((int)-result));
	return memcmp(out, expected.data, expected.size) == 0 || fail("other bytes");
}

/* key, iv, aad, plain, cipher, tag */
static bool run_aead(void *parent)
{
	const struct bytes *field = current->field;
	const struct bytes nothing = {field[2].data, 0};
	struct bytes opened = join(field[2], field[3], nothing);
	struct bytes sealed = join(field[2], field[4], field[5]);
	struct afalg_control control = {
	    .iv = field[1].data,
	    .iv_size = field[1].size,
	    .has_assoclen = true,
	    .assoclen = (uint32_t)field[2].size,
	};
	bool over, good;

	good = step("authsize", transport->set_authsize(parent, field[5].size), &over);
	if (good && !over) {
		struct bytes text = opened;

		text.size = sealed.size - field[5].size;
		good = crypt(parent, &control, sealed, text, expects("bad") ? EBADMSG : 0);
		control.encrypt = true;
		if (good && !expects("bad"))
			good = crypt(parent, &control, opened, sealed, 0);
	}
	free(opened.data);
	free(sealed.data);
	return good;
}

/* Whether bytes end with a padding as PKCS #7 has it. */
static bool is_padded(const uint8_t *data, size_t size)
{
	uint8_t count = size > 0 ? data[size - 1] : 0;

	if (count == 0 || count > 16 || count > size)
		return false;
	for (size_t i = 0; i < count; i++)
		if (data[size - 1 - i] != count)
			return false;
	return true;
}

/* key, iv, plain, cipher */
static bool run_skcipher(void *parent)
{
	const struct bytes *field = current->field;
	struct afalg_control control = {.iv = field[1].data, .iv_size = field[1].size};
	bool sent;

	if (expects("padding")) {
		ssize_t size = exchange(parent, &control, field[3], out, field[3].size, &sent);

		if (size < 0)
			return fail("%s", strerror((int)-size));
		return !is_padded(out, (size_t)size) || fail("the padding is good");
	}
	if (!crypt(parent, &control, field[3], field[2], 0))
		return false;
	control.encrypt = true;
	return crypt(parent, &control, field[2], field[3], 0);
}

/* key, integrity block, plain, cipher */
static bool run_wrap(void *parent)
{
	const struct bytes *field = current->field;
	struct afalg_control control = {.iv = field[1].data, .iv_size = field[1].size};
	struct bytes plain = field[2];

	plain.size = field[3].size;
	if (!crypt(parent, &control, field[3], plain, expects("bad") ? EBADMSG : 0))
		return false;
	if (!expects("good"))
		return true;
	control = (struct afalg_control){.encrypt = true};
	return crypt(parent, &control, field[2], field[3], 0);
}

/* key, message, tag, which may be a part of the MAC */
static bool run_hash(void *parent)
{
	const struct bytes *field = current->field;
	void *op;
	ssize_t result = transport->accept(parent, &op);
	bool same;

	if (result < 0)
		return fail("accept: %s", strerror((int)-result));
	result = transport->send(op, NULL, field[1].data, field[1].size, false);
	if (result >= 0) /* cut to what is asked for (H-07) */
		result = transport->receive(op, out, field[2].size);
	transport->close(op);
	if (result < 0)
		return fail("%s", strerror((int)-result));
	same = memcmp(out, field[2].data, field[2].size) == 0;
	return same == expects("good") || fail("the MAC is %s", same ? "the same" : "another");
}

static bool run_test(void)
{
	static const struct {
		const char *type;
		const char *socket_type;
		bool (*run)(void *parent);
	} types[] = {
	    {"aead", "aead", run_aead},
	    {"skcipher", "skcipher", run_skcipher},
	    {"wrap", "skcipher", run_wrap},
	    {"hash", "hash", run_hash},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		void *parent;
		int result;
		bool over, good;

		if (strcmp(types[i].type, current->type) != 0)
			continue;
		result = transport->bind(types[i].socket_type, current->alg, &parent);
		if (result < 0)
			return fail("bind: %s", strerror(-result));
		result = transport->set_key(parent, current->field[0].data, current->field[0].size);
		good = step("key", result, &over);
		if (good && !over)
			good = types[i].run(parent);
		transport->close(parent);
		return good;
	}
	return fail("no type '%s'", current->type);
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Bytes from their text, in place; one spare byte follows. */
static struct bytes parse_bytes(char *text)
{
	struct bytes bytes = {(uint8_t *)text, 0};

	if (strcmp(text, "-") == 0)
		return bytes;
	for (; text[0] && text[1]; text += 2)
		bytes.data[bytes.size++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
	return bytes;
}

static bool parse(char *line, struct test *test)
{
	char *at = line, *word[4];
	size_t fields = 0;

	for (size_t i = 0; i < 4; i++)
		if (!(word[i] = strsep(&at, "\t")))
			return false;
	*test = (struct test){word[0], word[1], word[2], word[3], {{NULL, 0}}};
	while (at && fields < MAX_FIELDS)
		test->field[fields++] = parse_bytes(strsep(&at, "\t"));
	return fields >= 3;
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;
	unsigned count = 0, failed = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: wycheproof engine|door < LINES\n");
		return 2;
	}
	transport = strcmp(argv[1], "door") == 0 ? &transport_door : &transport_engine;
	while ((size = getline(&line, &room, stdin)) > 1) {
		struct test test;

		line[strcspn(line, "\n")] = '\0';
		if (!parse(line, &test)) {
			printf("malformed line after test %u\n", count);
			return 2;
		}
		current = &test;
		count++;
		failed += !run_test();
	}
	free(line);
	printf("%u tests, %u failed\n", count, failed);
	return failed != 0 || count == 0;
}
