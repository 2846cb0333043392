/* SPDX-License-Identifier: MIT */
/* Messages of NETLINK_CRYPTO, bytes against bytes: what a kernel 6.1 answered (rules U). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <linux/cryptouser.h>
#include <linux/netlink.h>

#include "catalog/netlink.h"
#include "crypto/registry.h"

#define PORT    4711u
#define BODY    sizeof(struct crypto_user_alg)
#define HEADER  sizeof(struct nlmsghdr)
#define REQUEST (HEADER + BODY)

#define MAX_DATAGRAMS 256

struct reader {
	struct catalog_netlink link;
	unsigned refuse_after; /* datagrams until sending fails; 0: never */
	unsigned count;
	size_t size[MAX_DATAGRAMS];
	uint8_t data[MAX_DATAGRAMS][CATALOG_NETLINK_PAGE];
};

static struct reader reader;

static int take(struct catalog_netlink *link, const struct iovec *pieces, unsigned count)
{
	struct reader *to = (struct reader *)link;
	size_t size = 0;

	if (to->refuse_after && to->count == to->refuse_after)
		return -ENOBUFS;
	assert_true(to->count < MAX_DATAGRAMS);
	for (unsigned i = 0; i < count; i++) {
		assert_true(size + pieces[i].iov_len <= sizeof(to->data[0]));
		memcpy(to->data[to->count] + size, pieces[i].iov_base, pieces[i].iov_len);
		size += pieces[i].iov_len;
	}
	to->size[to->count++] = size;
	return 0;
}

static int ask(const void *data, size_t size)
{
	reader.link.port = PORT;
	reader.link.send = take;
	reader.count = 0;
	return catalog_netlink_serve(&reader.link, data, size);
}

static int setup(void **state)
{
	(void)state;
	memset(&reader, 0, sizeof(reader));
	reader.link.privileged = true;
	return 0;
}

/* A request with room for attributes. */
struct request {
	struct nlmsghdr header;
	struct crypto_user_alg body;
	struct nlattr attribute;
	int32_t value;
};

static struct request make(unsigned type, unsigned flags, const char *name, const char *driver)
{
	struct request request = {
	    .header = {.nlmsg_len = REQUEST,
		       .nlmsg_type = (uint16_t)type,
		       .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
		       .nlmsg_seq = 99,
		       .nlmsg_pid = 5},
	};

	memcpy(request.body.cru_name, name, strlen(name));
	memcpy(request.body.cru_driver_name, driver, strlen(driver));
	return request;
}

static void add_priority(struct request *request, int32_t priority)
{
	request->attribute.nla_len = sizeof(request->attribute) + sizeof(priority);
	request->attribute.nla_type = CRYPTOCFGA_PRIORITY_VAL;
	request->value = priority;
	request->header.nlmsg_len += request->attribute.nla_len;
}

static void send_request(const struct request *request)
{
	assert_int_equal(ask(request, request->header.nlmsg_len), 0);
}

static struct nlmsghdr header_of(unsigned datagram)
{
	struct nlmsghdr header;

	assert_true(datagram < reader.count);
	assert_true(reader.size[datagram] >= sizeof(header));
	memcpy(&header, reader.data[datagram], sizeof(header));
	return header;
}

/* The error of an NLMSG_ERROR. */
static int error_of(unsigned datagram)
{
	struct nlmsghdr header = header_of(datagram);
	int error;

	assert_int_equal(header.nlmsg_type, NLMSG_ERROR);
	assert_int_equal(header.nlmsg_len, reader.size[datagram]);
	assert_int_equal(header.nlmsg_pid, PORT);
	assert_int_equal(header.nlmsg_seq, 99);
	memcpy(&error, reader.data[datagram] + HEADER, sizeof(error));
	return error;
}

static int only_error(const struct request *request)
{
	send_request(request);
	assert_int_equal(reader.count, 1);
	return error_of(0);
}

static int simple(unsigned type, const char *name, const char *driver)
{
	struct request request = make(type, NLM_F_ACK, name, driver);

	return only_error(&request);
}

static uint32_t word(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* The head of an attribute as one number: size and type, 16 bits each. */
static uint32_t attribute(size_t size, unsigned type)
{
	const uint16_t head[2] = {(uint16_t)size, (uint16_t)type};
	uint32_t value;

	memcpy(&value, head, sizeof(value));
	return value;
}

static const struct alg *registered(enum alg_type type, const char *name)
{
	const struct alg *alg;

	assert_int_equal(registry_find(type, name, &alg), 0);
	return alg;
}

/* What follows the report's type and geniv. */
struct report {
	enum alg_type type;
	const char *name;
	size_t size;    /* of the message */
	uint32_t flags; /* its low nibble */
	uint16_t attribute;
	const char *word; /* the type's */
	size_t texts;     /* bytes of texts in the report */
	uint32_t numbers[4];
	unsigned count;
};

static const struct report reports[] = {
    {ALG_TYPE_HASH, "sha256", 308, 14, 3, "shash", 64, {64, 32}, 2},
    {ALG_TYPE_SKCIPHER, "cbc(aes)", 380, 5, 4, "skcipher", 128, {16, 16, 32, 16}, 4},
    {ALG_TYPE_AEAD, "gcm(aes)", 376, 3, 5, "aead", 128, {1, 16, 12}, 3},
    {ALG_TYPE_CIPHER, "aes", 312, 1, 8, "cipher", 64, {16, 16, 32}, 3},
};

static void check_report(const struct report *report)
{
	const struct alg *alg = registered(report->type, report->name);
	struct request request = make(CRYPTO_MSG_GETALG, 0, "", alg->driver);
	const uint8_t *data = reader.data[0];
	struct crypto_user_alg body;
	struct nlmsghdr header;
	size_t at = REQUEST;

	send_request(&request);
	assert_int_equal(reader.count, 1);
	assert_int_equal(reader.size[0], report->size);
	header = header_of(0);
	assert_int_equal(header.nlmsg_len, report->size);
	assert_int_equal(header.nlmsg_type, CRYPTO_MSG_GETALG);
	assert_int_equal(header.nlmsg_flags, 0);
	assert_int_equal(header.nlmsg_seq, 99);
	assert_int_equal(header.nlmsg_pid, PORT);
	memcpy(&body, data + HEADER, sizeof(body));
	assert_string_equal(body.cru_name, report->name);
	assert_string_equal(body.cru_driver_name, alg->driver);
	assert_string_equal(body.cru_module_name, alg->backend);
	assert_int_equal(body.cru_type, 0);
	assert_int_equal(body.cru_mask, 0);
	assert_int_equal(body.cru_flags & 0xf, report->flags);
	assert_int_equal(word(data + at), attribute(8, CRYPTOCFGA_PRIORITY_VAL));
	assert_int_equal(word(data + at + 4), alg->priority);
	at += 8;
	assert_int_equal(word(data + at), attribute(report->size - at, report->attribute));
	at += 4;
	assert_string_equal((const char *)data + at, report->word);
	if (report->texts == 128)
		assert_string_equal((const char *)data + at + 64, "<none>");
	at += report->texts;
	for (unsigned i = 0; i < report->count; i++)
		assert_int_equal(word(data + at + 4 * i), report->numbers[i]);
	assert_int_equal(at + 4 * report->count, report->size);
}

static void test_reports(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		check_report(&reports[i]);
}

static void test_report_of_rng(void **state)
{
	const struct alg *alg = registered(ALG_TYPE_RNG, "stdrng");
	struct request request = make(CRYPTO_MSG_GETALG, 0, "", alg->driver);

	(void)state;
	send_request(&request);
	assert_int_equal(reader.size[0], 304);
	assert_int_equal(word(reader.data[0] + 300), alg->seedsize);
}

/* U-01: a driver name counts alone; by the generic name the newest is meant. */
static void test_which_is_meant(void **state)
{
	struct request request = make(CRYPTO_MSG_GETALG, 0, "md5", "");
	const struct alg *alg = registered(ALG_TYPE_HASH, "sha1");
	struct crypto_user_alg body;

	(void)state;
	memcpy(request.body.cru_driver_name, alg->driver, strlen(alg->driver));
	send_request(&request);
	memcpy(&body, reader.data[0] + HEADER, sizeof(body));
	assert_string_equal(body.cru_name, "sha1");

	for (alg = registry_first(); strcmp(alg->name, "stdrng") != 0; alg = alg->next)
		;
	request = make(CRYPTO_MSG_GETALG, 0, "stdrng", "");
	send_request(&request);
	memcpy(&body, reader.data[0] + HEADER, sizeof(body));
	assert_string_equal(body.cru_driver_name, alg->driver);
}

/* U-02 */
static void test_unknown(void **state)
{
	struct request request;

	(void)state;
	assert_int_equal(simple(CRYPTO_MSG_GETALG, "nosuch", ""), -ENOENT);
	assert_int_equal(simple(CRYPTO_MSG_GETALG, "", "nosuch"), -ENOENT);
	assert_int_equal(simple(CRYPTO_MSG_GETALG, "", ""), -ENOENT);
	/* Not there until it is bound. */
	assert_int_equal(simple(CRYPTO_MSG_GETALG, "hmac(sha384)", ""), -ENOENT);
	(void)registered(ALG_TYPE_HASH, "hmac(sha384)");
	request = make(CRYPTO_MSG_GETALG, 0, "hmac(sha384)", "");
	send_request(&request);
	assert_int_equal(reader.size[0], 308);
	/* Of another type. */
	request = make(CRYPTO_MSG_GETALG, 0, "hmac(sha384)", "");
	request.body.cru_type = 3;
	request.body.cru_mask = 15;
	assert_int_equal(only_error(&request), -ENOENT);
	request.body.cru_type = 14;
	send_request(&request);
	assert_int_equal(reader.size[0], 308);
}

static void test_names_without_end(void **state)
{
	struct request request = make(CRYPTO_MSG_GETALG, 0, "", "");

	(void)state;
	memset(request.body.cru_name, 'a', sizeof(request.body.cru_name));
	assert_int_equal(only_error(&request), -EINVAL);
	request = make(CRYPTO_MSG_GETALG, 0, "", "");
	memset(request.body.cru_driver_name, 'a', sizeof(request.body.cru_driver_name));
	assert_int_equal(only_error(&request), -EINVAL);
}

/* U-03, U-04: each type short and whole, by a user and by one with the capability. */
static void test_types(void **state)
{
	static const struct {
		unsigned type;
		int user_short, user, root;
	} rows[] = {
	    {CRYPTO_MSG_NEWALG, -EINVAL, -EPERM, -ENOENT},
	    {CRYPTO_MSG_DELALG, -EINVAL, -EPERM, -ENOENT},
	    {CRYPTO_MSG_UPDATEALG, -EINVAL, -EPERM, -ENOENT},
	    {CRYPTO_MSG_GETALG, -EINVAL, -ENOENT, -ENOENT},
	    {CRYPTO_MSG_DELRNG, -EPERM, -EPERM, 0},
	    {CRYPTO_MSG_GETSTAT, -EINVAL, -524, -524},
	    {CRYPTO_MSG_GETSTAT + 1, -EINVAL, -EINVAL, -EINVAL},
	    {0xffff, -EINVAL, -EINVAL, -EINVAL},
	    {NLMSG_MIN_TYPE - 1, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request request = make(rows[i].type, NLM_F_ACK, "nosuch", "");

		reader.link.privileged = true;
		assert_int_equal(only_error(&request), rows[i].root);
		reader.link.privileged = false;
		assert_int_equal(only_error(&request), rows[i].user);
		request.header.nlmsg_len = HEADER;
		assert_int_equal(only_error(&request), rows[i].user_short);
		request.header.nlmsg_len = REQUEST - 1;
		assert_int_equal(only_error(&request), rows[i].user_short);
	}
}

/* An error brings the message back unless that is capped; an ACK, its header alone. */
static void test_forms_of_errors(void **state)
{
	struct request request = make(CRYPTO_MSG_GETALG, 0, "nosuch", "");

	(void)state;
	assert_int_equal(only_error(&request), -ENOENT);
	assert_int_equal(reader.size[0], 244);
	assert_int_equal(header_of(0).nlmsg_flags, 0);
	assert_memory_equal(reader.data[0] + 20, &request, REQUEST);
	reader.link.capped = true;
	assert_int_equal(only_error(&request), -ENOENT);
	assert_int_equal(reader.size[0], 36);
	assert_int_equal(header_of(0).nlmsg_flags, NLM_F_CAPPED);
	reader.link.capped = false;
	/* Ends on a multiple of four. */
	request.header.nlmsg_len = REQUEST - 1;
	assert_int_equal(only_error(&request), -EINVAL);
	assert_int_equal(reader.size[0], 244);
	request = make(CRYPTO_MSG_GETALG, NLM_F_ACK, "", registered(ALG_TYPE_HASH, "md5")->driver);
	send_request(&request);
	assert_int_equal(reader.count, 2);
	assert_int_equal(reader.size[0], 308);
	assert_int_equal(error_of(1), 0);
	assert_int_equal(reader.size[1], 36);
	assert_int_equal(header_of(1).nlmsg_flags, NLM_F_CAPPED);
	assert_memory_equal(reader.data[1] + 20, &request, HEADER);
}

static void test_without_request_flag(void **state)
{
	struct request request = make(CRYPTO_MSG_GETALG, 0, "nosuch", "");

	(void)state;
	request.header.nlmsg_flags = 0;
	send_request(&request);
	assert_int_equal(reader.count, 0);
	request.header.nlmsg_flags = NLM_F_ACK;
	assert_int_equal(only_error(&request), 0);
}

/* Lengths that cannot be end a datagram without a word. */
static void test_lengths(void **state)
{
	static const uint32_t lengths[] = {0, 15, REQUEST + 1, REQUEST + 4, 0xffffffff};
	struct request request = make(CRYPTO_MSG_GETALG, NLM_F_ACK, "nosuch", "");

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		request.header.nlmsg_len = lengths[i];
		assert_int_equal(ask(&request, REQUEST), 0);
		assert_int_equal(reader.count, 0);
	}
	for (size_t size = 0; size < REQUEST; size++) {
		request.header.nlmsg_len = REQUEST;
		assert_int_equal(ask(&request, size), 0);
		assert_int_equal(reader.count, 0);
	}
}

static void test_several_messages(void **state)
{
	struct request first = make(CRYPTO_MSG_GETALG, 0, "nosuch", "");
	struct request second =
	    make(CRYPTO_MSG_GETALG, 0, "", registered(ALG_TYPE_HASH, "md5")->driver);
	uint8_t both[2 * REQUEST];

	(void)state;
	memcpy(both, &first, REQUEST);
	memcpy(both + REQUEST, &second, REQUEST);
	assert_int_equal(ask(both, sizeof(both)), 0);
	assert_int_equal(reader.count, 2);
	assert_int_equal(error_of(0), -ENOENT);
	assert_int_equal(reader.size[1], 308);
	/* What cannot be sent ends it. */
	reader.refuse_after = 1;
	assert_int_equal(ask(both, sizeof(both)), -ENOBUFS);
	assert_int_equal(reader.count, 1);
}

static void test_attributes(void **state)
{
	struct request request = make(CRYPTO_MSG_GETALG, 0, "nosuch", "");

	(void)state;
	add_priority(&request, 1);
	request.attribute.nla_len = 5;
	assert_int_equal(only_error(&request), -ERANGE);
	request.attribute.nla_len = 200; /* beyond the message: not there */
	assert_int_equal(only_error(&request), -ENOENT);
	request.attribute.nla_len = 2;
	assert_int_equal(only_error(&request), -ENOENT);
	request.attribute.nla_len = 8;
	request.attribute.nla_type = 77;
	assert_int_equal(only_error(&request), -ENOENT);
}

/* U-05 */
static void test_new_algorithm(void **state)
{
	const struct alg *alg;
	struct request request;

	(void)state;
	assert_int_equal(simple(CRYPTO_MSG_NEWALG, "sha256", ""), -EEXIST);
	assert_int_equal(simple(CRYPTO_MSG_NEWALG, "cbc(nosuch)", ""), -ENOENT);
	assert_int_equal(simple(CRYPTO_MSG_GETALG, "hmac(sha224)", ""), -ENOENT);
	assert_int_equal(simple(CRYPTO_MSG_NEWALG, "hmac(sha224)", ""), 0);
	assert_int_equal(simple(CRYPTO_MSG_NEWALG, "hmac(sha224)", ""), -EEXIST);
	request = make(CRYPTO_MSG_NEWALG, NLM_F_ACK, "cbc(nosuch)", "");
	add_priority(&request, 1);
	assert_int_equal(only_error(&request), -EINVAL);

	alg = registered(ALG_TYPE_HASH, "hmac(sha224)");
	request = make(CRYPTO_MSG_UPDATEALG, NLM_F_ACK, "", alg->driver);
	add_priority(&request, 31337);
	assert_int_equal(only_error(&request), 0);
	assert_int_equal(alg->priority, 31337);
	assert_int_equal(simple(CRYPTO_MSG_UPDATEALG, "", alg->driver), 0);
	assert_int_equal(alg->priority, 31337);
	assert_int_equal(simple(CRYPTO_MSG_UPDATEALG, "hmac(sha224)", ""), -ENOENT);
	request = make(CRYPTO_MSG_UPDATEALG, NLM_F_ACK, "hmac(sha224)", "");
	add_priority(&request, 1);
	assert_int_equal(only_error(&request), -EINVAL);

	assert_int_equal(simple(CRYPTO_MSG_DELALG, "", alg->driver), -EBUSY);
	alg = registered(ALG_TYPE_HASH, "sha256");
	assert_int_equal(simple(CRYPTO_MSG_DELALG, "", alg->driver), -EINVAL);
	assert_int_equal(simple(CRYPTO_MSG_DELALG, "sha256", ""), -ENOENT);
}

/* U-06: every algorithm once, newest first, by a header alone. */
static void test_listing(void **state)
{
	struct nlmsghdr ask_all = {
	    .nlmsg_len = HEADER,
	    .nlmsg_type = CRYPTO_MSG_GETALG,
	    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ROOT | NLM_F_ACK,
	    .nlmsg_seq = 99,
	};
	const struct alg *alg = registry_first();

	(void)state;
	assert_int_equal(ask(&ask_all, sizeof(ask_all)), 0);
	assert_true(reader.count > 2);
	for (unsigned i = 0; i + 1 < reader.count; i++) {
		for (size_t at = 0; at < reader.size[i]; alg = alg->next) {
			struct nlmsghdr header;
			struct crypto_user_alg body;

			assert_non_null(alg);
			memcpy(&header, reader.data[i] + at, sizeof(header));
			memcpy(&body, reader.data[i] + at + HEADER, sizeof(body));
			assert_int_equal(header.nlmsg_flags, NLM_F_MULTI);
			assert_memory_equal(body.cru_driver_name, alg->driver,
					    strnlen(alg->driver, sizeof(body.cru_driver_name) - 1));
			at += header.nlmsg_len;
			assert_true(at <= reader.size[i]);
		}
	}
	assert_null(alg);
	assert_int_equal(reader.size[reader.count - 1], 20);
	assert_int_equal(header_of(reader.count - 1).nlmsg_type, NLMSG_DONE);
	assert_int_equal(header_of(reader.count - 1).nlmsg_flags, NLM_F_MULTI);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_reports, setup),
	    cmocka_unit_test_setup(test_report_of_rng, setup),
	    cmocka_unit_test_setup(test_which_is_meant, setup),
	    cmocka_unit_test_setup(test_unknown, setup),
	    cmocka_unit_test_setup(test_names_without_end, setup),
	    cmocka_unit_test_setup(test_types, setup),
	    cmocka_unit_test_setup(test_forms_of_errors, setup),
	    cmocka_unit_test_setup(test_without_request_flag, setup),
	    cmocka_unit_test_setup(test_lengths, setup),
	    cmocka_unit_test_setup(test_several_messages, setup),
	    cmocka_unit_test_setup(test_attributes, setup),
	    cmocka_unit_test_setup(test_new_algorithm, setup),
	    cmocka_unit_test_setup(test_listing, setup),
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
