/* SPDX-License-Identifier: MIT */
#include "catalog/netlink.h"

#include <errno.h>
#include <linux/cryptouser.h>
#include <linux/netlink.h>
#include <string.h>

#include "catalog/catalog.h"
#include "crypto/aliases.h"
#include "crypto/registry.h"

/* The kernel's own errno for what it was built without; no user header has it. */
#define ENOTSUPP_KERNEL 524

/* Bits of cru_flags above the type (observed on 6.1: U-01). */
#define FLAG_TESTED       0x0400u
#define FLAG_INSTANCE     0x0800u
#define FLAG_INTERNAL     0x2000u
#define FLAG_OPTIONAL_KEY 0x4000u

/* Sizes as numbers without sign, which <linux/netlink.h> does not give. */
#define MESSAGE_HEADER   sizeof(struct nlmsghdr)
#define ATTRIBUTE_HEADER sizeof(struct nlattr)
#define ALIGNED(size)    (((size) + 3u) & ~(size_t)3u)

/* A handler's result beside 0 and a negative errno: nothing more is to be said. */
#define ANSWERED 1

static const uint32_t type_bits[] = {
    [ALG_TYPE_CIPHER] = 1, [ALG_TYPE_AEAD] = 3,  [ALG_TYPE_SKCIPHER] = 5,
    [ALG_TYPE_RNG] = 12,   [ALG_TYPE_HASH] = 14,
};

#define TYPE_COUNT (sizeof(type_bits) / sizeof(type_bits[0]))

struct request {
	struct catalog_netlink *link;
	const uint8_t *message;
	struct nlmsghdr header;
	struct crypto_user_alg body;
	bool has_priority;
	uint32_t priority;
	int failure; /* of send */
};

/* The largest answer: header, body, priority, and the report of a cipher. */
struct answer {
	uint8_t data[512];
	size_t size;
};

_Static_assert(MESSAGE_HEADER + sizeof(struct crypto_user_alg) + 3 * ATTRIBUTE_HEADER +
		       sizeof(uint32_t) + sizeof(struct crypto_report_blkcipher) <=
		   sizeof(((struct answer *)0)->data),
	       "an answer has room");

static bool is_instance(const struct alg *alg)
{
	return alg->part[0] != NULL;
}

static uint32_t flag_word(const struct alg *alg)
{
	uint32_t flags = type_bits[alg->type] | FLAG_TESTED;

	if (is_instance(alg))
		flags |= FLAG_INSTANCE;
	if (alg->internal)
		flags |= FLAG_INTERNAL;
	if (alg->type == ALG_TYPE_HASH && alg->key == ALG_KEY_OPTIONAL)
		flags |= FLAG_OPTIONAL_KEY;
	return flags;
}

/* Into a zeroed field; a name that is too long is cut. */
static void set_text(char *field, size_t room, const char *text)
{
	memcpy(field, text, strnlen(text, room - 1));
}

#define SET_TEXT(field, text) set_text(field, sizeof(field), text)

static void add_attribute(struct answer *answer, uint16_t type, const void *value, size_t size)
{
	const struct nlattr header = {.nla_len = (uint16_t)(ATTRIBUTE_HEADER + size),
				      .nla_type = type};

	memcpy(answer->data + answer->size, &header, sizeof(header));
	memcpy(answer->data + answer->size + ATTRIBUTE_HEADER, value, size);
	answer->size += ALIGNED(ATTRIBUTE_HEADER + size);
}

static void add_report(struct answer *answer, const struct alg *alg)
{
	static const char geniv[] = "<none>";
	const char *type = catalog_type_name(alg->type);
	struct crypto_report_cipher cipher = {.blocksize = alg->blocksize,
					      .min_keysize = alg->min_keysize,
					      .max_keysize = alg->max_keysize};
	struct crypto_report_hash hash = {.blocksize = alg->blocksize,
					  .digestsize = alg->digestsize};
	struct crypto_report_blkcipher skcipher = {.blocksize = alg->blocksize,
						   .min_keysize = alg->min_keysize,
						   .max_keysize = alg->max_keysize,
						   .ivsize = alg->ivsize};
	struct crypto_report_aead aead = {
	    .blocksize = alg->blocksize, .maxauthsize = alg->digestsize, .ivsize = alg->ivsize};
	struct crypto_report_rng rng = {.seedsize = alg->seedsize};

	switch (alg->type) {
	case ALG_TYPE_CIPHER:
		SET_TEXT(cipher.type, type);
		add_attribute(answer, CRYPTOCFGA_REPORT_CIPHER, &cipher, sizeof(cipher));
		break;
	case ALG_TYPE_HASH:
		SET_TEXT(hash.type, type);
		add_attribute(answer, CRYPTOCFGA_REPORT_HASH, &hash, sizeof(hash));
		break;
	case ALG_TYPE_SKCIPHER:
		SET_TEXT(skcipher.type, type);
		SET_TEXT(skcipher.geniv, geniv);
		add_attribute(answer, CRYPTOCFGA_REPORT_BLKCIPHER, &skcipher, sizeof(skcipher));
		break;
	case ALG_TYPE_AEAD:
		SET_TEXT(aead.type, type);
		SET_TEXT(aead.geniv, geniv);
		add_attribute(answer, CRYPTOCFGA_REPORT_AEAD, &aead, sizeof(aead));
		break;
	case ALG_TYPE_RNG:
		SET_TEXT(rng.type, type);
		add_attribute(answer, CRYPTOCFGA_REPORT_RNG, &rng, sizeof(rng));
		break;
	}
}

/* All about one algorithm: 308 bytes for a hash (U-01). */
static void make_answer(const struct request *request, const struct alg *alg, uint16_t flags,
			struct answer *answer)
{
	const uint32_t priority = (uint32_t)alg->priority;
	struct crypto_user_alg body = {.cru_refcnt = 1, .cru_flags = flag_word(alg)};
	struct nlmsghdr header = {.nlmsg_type = CRYPTO_MSG_GETALG,
				  .nlmsg_flags = flags,
				  .nlmsg_seq = request->header.nlmsg_seq,
				  .nlmsg_pid = request->link->port};

	SET_TEXT(body.cru_name, alg->name);
	SET_TEXT(body.cru_driver_name, alg->driver);
	SET_TEXT(body.cru_module_name, alg->backend ? alg->backend : "own");
	answer->size = MESSAGE_HEADER + sizeof(body);
	memcpy(answer->data + MESSAGE_HEADER, &body, sizeof(body));
	add_attribute(answer, CRYPTOCFGA_PRIORITY_VAL, &priority, sizeof(priority));
	add_report(answer, alg);
	header.nlmsg_len = (uint32_t)answer->size;
	memcpy(answer->data, &header, sizeof(header));
}

static void send_pieces(struct request *request, const struct iovec *pieces, unsigned count)
{
	if (request->failure == 0)
		request->failure = request->link->send(request->link, pieces, count);
}

static void send_bytes(struct request *request, const void *data, size_t size)
{
	const struct iovec piece = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};

	send_pieces(request, &piece, 1);
}

/* NLMSG_ERROR: the whole message comes back with an error, its header with an ACK. */
static void send_result(struct request *request, int result)
{
	bool whole = result < 0 && !request->link->capped;
	uint32_t payload = whole ? request->header.nlmsg_len : (uint32_t)MESSAGE_HEADER;
	const struct nlmsghdr header = {
	    .nlmsg_len = (uint32_t)(MESSAGE_HEADER + sizeof(result) + ALIGNED(payload)),
	    .nlmsg_type = NLMSG_ERROR,
	    .nlmsg_flags = whole ? 0 : NLM_F_CAPPED,
	    .nlmsg_seq = request->header.nlmsg_seq,
	    .nlmsg_pid = request->link->port,
	};
	uint8_t padding[3] = {0};
	const struct iovec pieces[] = {
	    {(void *)(uintptr_t)&header, sizeof(header)},
	    {&result, sizeof(result)},
	    {(void *)(uintptr_t)request->message, payload},
	    {padding, ALIGNED(payload) - payload},
	};

	send_pieces(request, pieces, sizeof(pieces) / sizeof(pieces[0]));
}

/* U-06: all algorithms, as many in a datagram as fit, and the end in one of its own. */
static int send_all(struct request *request)
{
	uint8_t page[CATALOG_NETLINK_PAGE];
	size_t used = 0;
	struct answer answer;
	const int nothing = 0;
	const struct nlmsghdr end = {
	    .nlmsg_len = MESSAGE_HEADER + sizeof(nothing),
	    .nlmsg_type = NLMSG_DONE,
	    .nlmsg_flags = NLM_F_MULTI,
	    .nlmsg_seq = request->header.nlmsg_seq,
	    .nlmsg_pid = request->link->port,
	};

	for (const struct alg *alg = registry_first(); alg; alg = alg->next) {
		make_answer(request, alg, NLM_F_MULTI, &answer);
		if (used + answer.size > sizeof(page)) {
			send_bytes(request, page, used);
			used = 0;
		}
		memcpy(page + used, answer.data, answer.size);
		used += answer.size;
	}
	if (used)
		send_bytes(request, page, used);
	memcpy(page, &end, sizeof(end));
	memcpy(page + sizeof(end), &nothing, sizeof(nothing));
	send_bytes(request, page, end.nlmsg_len);
	return ANSWERED;
}

static bool names_end(const struct crypto_user_alg *body)
{
	return memchr(body->cru_name, '\0', sizeof(body->cru_name)) &&
	       memchr(body->cru_driver_name, '\0', sizeof(body->cru_driver_name));
}

static bool type_suits(const struct crypto_user_alg *body, uint32_t flags)
{
	return ((flags ^ body->cru_type) & body->cru_mask) == 0;
}

static const struct alg *find_name(const struct crypto_user_alg *body, const char *name,
				   bool is_driver)
{
	for (const struct alg *alg = registry_first(); alg; alg = alg->next)
		if (type_suits(body, flag_word(alg)) &&
		    strcmp(is_driver ? alg->driver : alg->name, name) == 0)
			return alg;
	return NULL;
}

/*
 * The newest of those that are meant: a driver name counts alone where there is one.  by_driver:
 * without one nothing is meant.
 */
static const struct alg *find(const struct crypto_user_alg *body, bool by_driver)
{
	char ours[ALG_NAME_MAX];
	const struct alg *alg;

	if (!by_driver && !body->cru_driver_name[0])
		return find_name(body, body->cru_name, false);
	alg = find_name(body, body->cru_driver_name, true);
	if (!alg && aliases_translate(body->cru_driver_name, ours))
		alg = find_name(body, ours, true); /* the kernel's name of it */
	return alg;
}

static int get_alg(struct request *request)
{
	const struct alg *alg = find(&request->body, false);
	struct answer answer;

	if (!alg)
		return -ENOENT;
	make_answer(request, alg, 0, &answer);
	send_bytes(request, answer.data, answer.size);
	return 0;
}

static int new_alg(struct request *request)
{
	const struct crypto_user_alg *body = &request->body;
	const char *name = body->cru_driver_name[0] ? body->cru_driver_name : body->cru_name;
	const struct alg *alg;

	if (request->has_priority && !body->cru_driver_name[0])
		return -EINVAL;
	if (find(body, request->has_priority))
		return -EEXIST;
	for (enum alg_type type = 0; type < TYPE_COUNT; type++) {
		if (!((type_bits[type] ^ body->cru_type) & body->cru_mask & 0xf) &&
		    registry_find(type, name, &alg) == 0) {
			if (request->has_priority)
				registry_set_priority(alg, (int)request->priority);
			return 0;
		}
	}
	return -ENOENT;
}

static int update_alg(struct request *request)
{
	const struct alg *alg;

	if (request->has_priority && !request->body.cru_driver_name[0])
		return -EINVAL;
	alg = find(&request->body, true);
	if (!alg)
		return -ENOENT;
	if (request->has_priority)
		registry_set_priority(alg, (int)request->priority);
	return 0;
}

static int delete_alg(struct request *request)
{
	const struct alg *alg = find(&request->body, true);

	if (!alg)
		return -ENOENT;
	return is_instance(alg) ? -EBUSY : -EINVAL;
}

/* The kernel drops the generator that it keeps for its own use; here is none. */
static int delete_rng(struct request *request)
{
	(void)request;
	return 0;
}

static int get_statistics(struct request *request)
{
	(void)request;
	return -ENOTSUPP_KERNEL; /* U-03 */
}

static const struct handler {
	bool has_body;
	bool for_everyone; /* U-04 */
	int (*handle)(struct request *request);
} handlers[] = {
    [CRYPTO_MSG_NEWALG - CRYPTO_MSG_BASE] = {true, false, new_alg},
    [CRYPTO_MSG_DELALG - CRYPTO_MSG_BASE] = {true, false, delete_alg},
    [CRYPTO_MSG_UPDATEALG - CRYPTO_MSG_BASE] = {true, false, update_alg},
    [CRYPTO_MSG_GETALG - CRYPTO_MSG_BASE] = {true, true, get_alg},
    [CRYPTO_MSG_DELRNG - CRYPTO_MSG_BASE] = {false, false, delete_rng},
    [CRYPTO_MSG_GETSTAT - CRYPTO_MSG_BASE] = {true, true, get_statistics},
};

/* What does not look like an attribute ends the list.  -ERANGE: a priority that is cut off. */
static int read_attributes(struct request *request, size_t at)
{
	size_t end = request->header.nlmsg_len;
	struct nlattr attribute;

	while (at + sizeof(attribute) <= end) {
		memcpy(&attribute, request->message + at, sizeof(attribute));
		if (attribute.nla_len < ATTRIBUTE_HEADER || attribute.nla_len > end - at)
			break;
		if ((attribute.nla_type & NLA_TYPE_MASK) == CRYPTOCFGA_PRIORITY_VAL) {
			if (attribute.nla_len < ATTRIBUTE_HEADER + sizeof(request->priority))
				return -ERANGE;
			memcpy(&request->priority, request->message + at + ATTRIBUTE_HEADER,
			       sizeof(request->priority));
			request->has_priority = true;
		}
		at += ALIGNED((size_t)attribute.nla_len);
	}
	return 0;
}

static int read_body(struct request *request)
{
	const size_t end = MESSAGE_HEADER + sizeof(request->body);

	if (request->header.nlmsg_len < end)
		return -EINVAL; /* U-03 */
	memcpy(&request->body, request->message + MESSAGE_HEADER, sizeof(request->body));
	return read_attributes(request, end);
}

static int handle(struct request *request)
{
	unsigned type = request->header.nlmsg_type;
	const struct handler *handler;
	int result;

	/* Without the flag, and of netlink's own types: nothing is done. */
	if (!(request->header.nlmsg_flags & NLM_F_REQUEST) || type < NLMSG_MIN_TYPE)
		return 0;
	if (type > CRYPTO_MSG_MAX)
		return -EINVAL; /* U-03 */
	if (type == CRYPTO_MSG_GETALG && request->header.nlmsg_flags & NLM_F_DUMP)
		return send_all(request);
	handler = &handlers[type - CRYPTO_MSG_BASE];
	result = handler->has_body ? read_body(request) : 0;
	if (result < 0)
		return result;
	if (!handler->for_everyone && !request->link->privileged)
		return -EPERM;
	if (!names_end(&request->body))
		return -EINVAL; /* U-02 */
	return handler->handle(request);
}

static int serve_one(struct catalog_netlink *link, const uint8_t *message,
		     const struct nlmsghdr *header)
{
	struct request request = {.link = link, .message = message, .header = *header};
	int result = handle(&request);

	if (result < 0 || (result != ANSWERED && header->nlmsg_flags & NLM_F_ACK))
		send_result(&request, result);
	return request.failure;
}

int catalog_netlink_serve(struct catalog_netlink *link, const void *data, size_t size)
{
	const uint8_t *message = data;
	struct nlmsghdr header;
	int result = 0;

	while (result == 0 && size >= sizeof(header)) {
		size_t step;

		memcpy(&header, message, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > size)
			break;
		result = serve_one(link, message, &header);
		step = ALIGNED((size_t)header.nlmsg_len);
		if (step > size)
			break;
		message += step;
		size -= step;
	}
	return result;
}
