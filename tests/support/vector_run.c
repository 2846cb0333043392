/* SPDX-License-Identifier: MIT */
#include "support/vector_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "support/afalg.h"
#include "support/vector.h"

#define GUARD_SIZE  64
#define GUARD_BYTE  0xa5
#define PIECES_MAX  48
#define ROUNDS      8                   /* in pieces, of each message */
#define BIG_MESSAGE ((size_t)256 << 10) /* from here on fewer rounds, bytes */

struct bytes {
	const uint8_t *data;
	size_t size;
};

struct runner {
	const struct vector_transport *transport;
	uint64_t random;
	unsigned count;
	unsigned failed;
	char reason[256]; /* why the stanza at hand failed */
};

/* One stanza's sockets. */
struct session {
	struct runner *runner;
	void *parent;
	void *op;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct runner *runner, const char *format,
						       ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(runner->reason, sizeof(runner->reason), format, arguments);
	va_end(arguments);
	return false;
}

/* A number below limit (not 0); xorshift is random enough to cut messages. */
static size_t pick(struct runner *runner, size_t limit)
{
	runner->random ^= runner->random << 13;
	runner->random ^= runner->random >> 7;
	runner->random ^= runner->random << 17;
	return (size_t)(runner->random % limit);
}

static void *allocate(size_t size)
{
	void *memory = malloc(size ? size : 1);
	if (memory == NULL) {
		printf("Bail out! no memory for %zu bytes\n", size);
		exit(1);
	}
	return memory;
}

/* The size of the next piece of a message: often tiny, sometimes 0, sometimes anything. */
static size_t pick_piece(struct runner *runner, size_t left)
{
	size_t size = pick(runner, 2) ? pick(runner, 40) : pick(runner, left + 1);

	return size < left ? size : left;
}

/* Sends a message whole, or in random pieces.  Control messages go with the first piece. */
static bool send_message(struct session *session, const struct afalg_control *control,
			 struct bytes message, bool in_pieces)
{
	struct runner *runner = session->runner;
	size_t at = 0, pieces = in_pieces ? 2 + pick(runner, PIECES_MAX - 1) : 1;

	for (size_t i = 0; i < pieces; i++) {
		bool last = i + 1 == pieces;
		size_t left = message.size - at;
		size_t size = last ? left : pick_piece(runner, left);
		ssize_t sent = runner->transport->send(session->op, i == 0 ? control : NULL,
						       message.data + at, size, !last);

		if (sent < 0)
			return fail(runner, "send of %zu bytes at %zu: %s", size, at,
				    strerror((int)-sent));
		if ((size_t)sent != size)
			return fail(runner, "send of %zu bytes at %zu took %zd", size, at, sent);
		at += size;
	}
	return true;
}

static bool guard_intact(const uint8_t *guard)
{
	for (size_t i = 0; i < GUARD_SIZE; i++) {
		if (guard[i] != GUARD_BYTE)
			return false;
	}
	return true;
}

static bool check_output(struct runner *runner, const uint8_t *got, struct bytes want)
{
	if (!guard_intact(got + want.size))
		return fail(runner, "bytes behind the output were written");
	for (size_t i = 0; i < want.size; i++) {
		if (got[i] != want.data[i])
			return fail(runner, "byte %zu of %zu is %02x, expected %02x", i, want.size,
				    got[i], want.data[i]);
	}
	return true;
}

/* Receives want.size bytes.  error 0: they must be want; else receiving must fail with error. */
static bool receive_message(struct session *session, struct bytes want, int error)
{
	struct runner *runner = session->runner;
	uint8_t *got = allocate(want.size + GUARD_SIZE);
	bool good;

	memset(got, GUARD_BYTE, want.size + GUARD_SIZE);
	ssize_t received = runner->transport->receive(session->op, got, want.size);
	if (received != (error != 0 ? -error : (ssize_t)want.size))
		good = fail(runner, "receive of %zu bytes: %s, expected %s", want.size,
			    received < 0 ? strerror((int)-received) : "success",
			    error != 0 ? strerror(error) : "success");
	else if (error != 0)
		good = guard_intact(got + want.size) ||
		       fail(runner, "a failed receive wrote behind the output");
	else
		good = check_output(runner, got, want);
	free(got);
	return good;
}

/* One message in, one message out, whole and in pieces. */
static bool exchange(struct session *session, const struct afalg_control *control, struct bytes in,
		     struct bytes out)
{
	unsigned rounds = in.size < BIG_MESSAGE ? ROUNDS : 2;

	for (unsigned round = 0; round <= rounds; round++) {
		if (!send_message(session, control, in, round > 0) ||
		    !receive_message(session, out, 0))
			return false;
	}
	return true;
}

static bool session_open(struct session *session, const struct vector *vector)
{
	struct runner *runner = session->runner;
	const struct vector_transport *transport = runner->transport;
	const struct vector_field *key = vector_field(vector, "key");
	const struct vector_field *tag = vector_field(vector, "tag");

	int result = transport->bind(vector_text(vector, "type"), vector_text(vector, "alg"),
				     &session->parent);
	if (result < 0) {
		session->parent = NULL;
		return fail(runner, "bind: %s", strerror(-result));
	}
	if (key != NULL) {
		result = transport->set_key(session->parent, key->data, key->size);
		if (result < 0)
			return fail(runner, "key of %zu bytes: %s", key->size, strerror(-result));
	}
	if (tag != NULL && tag->size > 0) {
		result = transport->set_authsize(session->parent, tag->size);
		if (result < 0)
			return fail(runner, "tag of %zu bytes: %s", tag->size, strerror(-result));
	}
	result = transport->accept(session->parent, &session->op);
	if (result < 0) {
		session->op = NULL;
		return fail(runner, "accept: %s", strerror(-result));
	}
	return true;
}

static void session_close(struct session *session)
{
	if (session->op != NULL)
		session->runner->transport->close(session->op);
	if (session->parent != NULL)
		session->runner->transport->close(session->parent);
}

/* A field's bytes; none where there is no such field. */
static struct bytes bytes_of(const struct vector *vector, const char *name)
{
	const struct vector_field *field = vector_field(vector, name);

	if (field == NULL)
		return (struct bytes){.data = (const uint8_t *)"", .size = 0};
	return (struct bytes){.data = field->data, .size = field->size};
}

static bool run_hash(struct session *session, const struct vector *vector)
{
	return exchange(session, NULL, bytes_of(vector, "in"), bytes_of(vector, "digest"));
}

static bool run_skcipher(struct session *session, const struct vector *vector)
{
	struct bytes iv = bytes_of(vector, "iv");
	struct bytes plain = bytes_of(vector, "plain"), cipher = bytes_of(vector, "cipher");
	struct afalg_control control = {.encrypt = true, .iv = iv.data, .iv_size = iv.size};

	if (plain.size != cipher.size)
		return fail(session->runner, "plain and cipher differ in size");
	if (!exchange(session, &control, plain, cipher))
		return false;
	control.encrypt = false;
	return exchange(session, &control, cipher, plain);
}

/* Joins up to three parts in memory that the caller frees. */
static struct bytes join(struct bytes a, struct bytes b, struct bytes c)
{
	uint8_t *data = allocate(a.size + b.size + c.size);

	memcpy(data, a.data, a.size);
	memcpy(data + a.size, b.data, b.size);
	memcpy(data + a.size + b.size, c.data, c.size);
	return (struct bytes){.data = data, .size = a.size + b.size + c.size};
}

/* With one bit of the byte at a place turned over, sealed must be refused. */
static bool refuse_tampered(struct session *session, const struct afalg_control *control,
			    struct bytes sealed, size_t place, size_t out_size)
{
	uint8_t *bad = allocate(sealed.size);

	memcpy(bad, sealed.data, sealed.size);
	bad[place] ^= (uint8_t)(1u << pick(session->runner, 8));

	struct bytes message = {.data = bad, .size = sealed.size};
	bool good = send_message(session, control, message, pick(session->runner, 2) != 0) &&
		    receive_message(session, (struct bytes){.size = out_size}, EBADMSG);
	free(bad);
	return good;
}

static bool run_tampered(struct session *session, const struct afalg_control *control,
			 struct bytes sealed, size_t aad_size, size_t tag_size)
{
	size_t out_size = sealed.size - tag_size;
	size_t text_size = out_size - aad_size;

	for (size_t i = 0; i < tag_size; i++) {
		if (!refuse_tampered(session, control, sealed, out_size + i, out_size))
			return false;
	}
	if (text_size > 0 &&
	    !refuse_tampered(session, control, sealed, aad_size + pick(session->runner, text_size),
			     out_size))
		return false;
	/* The first byte: the end of the AAD is left out of the tag by some (E-16). */
	return aad_size == 0 || refuse_tampered(session, control, sealed, 0, out_size);
}

static bool run_aead(struct session *session, const struct vector *vector)
{
	static const struct bytes nothing = {.data = (const uint8_t *)"", .size = 0};
	struct bytes iv = bytes_of(vector, "iv"), aad = bytes_of(vector, "aad");
	struct bytes tag = bytes_of(vector, "tag");
	struct bytes opened = join(aad, bytes_of(vector, "plain"), nothing);
	struct bytes sealed = join(aad, bytes_of(vector, "cipher"), tag);
	struct afalg_control seal = {
	    .encrypt = true,
	    .iv = iv.data,
	    .iv_size = iv.size,
	    .has_assoclen = true,
	    .assoclen = (uint32_t)aad.size,
	};
	struct afalg_control open = seal;
	open.encrypt = false;

	bool good = opened.size + tag.size == sealed.size ||
		    fail(session->runner, "plain and cipher differ in size");
	good = good && exchange(session, &seal, opened, sealed) &&
	       exchange(session, &open, sealed, opened) &&
	       run_tampered(session, &open, sealed, aad.size, tag.size) &&
	       exchange(session, &open, sealed, opened);
	free((void *)(uintptr_t)opened.data);
	free((void *)(uintptr_t)sealed.data);
	return good;
}

/* What a stanza of each type must have, may have, and how it is run. */
static const struct vector_kind {
	const char *type;
	const char *needed[6];
	const char *optional[4];
	bool (*run)(struct session *session, const struct vector *vector);
} kinds[] = {
    {"hash", {"alg", "in", "digest"}, {"key"}, run_hash},
    {"skcipher", {"alg", "key", "plain", "cipher"}, {"iv"}, run_skcipher},
    {"aead", {"alg", "key", "iv", "plain", "cipher", "tag"}, {"aad"}, run_aead},
};

static bool listed(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count && names[i] != NULL; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static bool check_fields(struct runner *runner, const struct vector_kind *kind,
			 const struct vector *vector)
{
	static const char *const common[] = {"source", "derived", "type"};

	if (*vector_text(vector, "source") == '\0' && *vector_text(vector, "derived") == '\0')
		return fail(runner, "neither source nor derived is given");
	for (size_t i = 0; i < 6 && kind->needed[i] != NULL; i++) {
		if (vector_field(vector, kind->needed[i]) == NULL)
			return fail(runner, "a %s stanza needs '%s'", kind->type, kind->needed[i]);
	}
	for (size_t i = 0; i < vector->fields; i++) {
		const char *name = vector->field[i].name;

		if (!listed(common, 3, name) && !listed(kind->needed, 6, name) &&
		    !listed(kind->optional, 4, name))
			return fail(runner, "a %s stanza has no '%s'", kind->type, name);
	}
	return true;
}

static void swap_pair(uint8_t *data)
{
	uint8_t first = data[0];

	data[0] = data[1];
	data[1] = first;
}

/* Turns what is in native byte order round, from the little-endian order of the files. */
static void make_native(const struct vector *vector)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	const char *alg = vector_text(vector, "alg");
	const struct vector_field *key = vector_field(vector, "key");
	const struct vector_field *digest = vector_field(vector, "digest");

	/* A key blob's header: two numbers of 16 bits (K-10). */
	if ((strstr(alg, "authenc") || strstr(alg, "krb5enc")) && key && key->size >= 4) {
		swap_pair(key->data);
		swap_pair(key->data + 2);
	}
	if (strcmp(alg, "crct10dif") == 0 && digest && digest->size == 2)
		swap_pair(digest->data);
#else
	(void)vector;
	(void)swap_pair;
#endif
}

static bool run_stanza(struct runner *runner, const struct vector *vector)
{
	const char *type = vector_text(vector, "type");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct session session = {.runner = runner};

		if (strcmp(kinds[i].type, type) != 0)
			continue;
		make_native(vector);
		if (!check_fields(runner, &kinds[i], vector))
			return false;

		bool good = session_open(&session, vector) && kinds[i].run(&session, vector);
		session_close(&session);
		return good;
	}
	return fail(runner, "no runner for type '%s'", type);
}

static bool is_offered(const struct runner *runner, const struct vector *vector)
{
	const struct vector_transport *transport = runner->transport;

	return !transport->has ||
	       transport->has(vector_text(vector, "type"), vector_text(vector, "alg"));
}

static void report_stanza(const struct vector *vector, void *context)
{
	struct runner *runner = context;
	bool good;

	if (!is_offered(runner, vector)) {
		printf("ok %u - %s:%u %s # SKIP not offered by %s\n", ++runner->count, vector->file,
		       vector->line, vector_text(vector, "alg"), runner->transport->name);
		return;
	}
	good = run_stanza(runner, vector);
	printf("%s %u - %s:%u %s\n", good ? "ok" : "not ok", ++runner->count, vector->file,
	       vector->line, vector_text(vector, "alg"));
	if (!good) {
		printf("# %s\n", runner->reason);
		runner->failed++;
	}
}

static uint64_t choose_seed(void)
{
	const char *given = getenv("UALG_TEST_SEED");
	uint64_t seed = 0;

	if (given != NULL)
		seed = strtoull(given, NULL, 0);
	else if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = 1;
	return seed != 0 ? seed : 1; /* 0 is where xorshift stays */
}

int vector_run(const struct vector_transport *transport, int count, char **files)
{
	struct runner runner = {.transport = transport, .random = choose_seed()};

	printf("# %s, UALG_TEST_SEED=%" PRIu64 "\n", transport->name, runner.random);
	for (int i = 0; i < count; i++) {
		if (vector_each(files[i], report_stanza, &runner) == 0) {
			printf("Bail out! no vector in %s\n", files[i]);
			return 1;
		}
	}
	printf("1..%u\n", runner.count);
	if (runner.count == 0)
		printf("# no vector files were given\n");
	return runner.count == 0 || runner.failed != 0;
}
