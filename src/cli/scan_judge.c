/* SPDX-License-Identifier: MIT */
/* From signs to a verdict: a table of rules. */
#include "cli/scan_evidence.h"

const char *const scan_confidences[] = {"none", "low", "medium", "high"};

/* What a user of AF_ALG imports. */
#define IMPORTS (SCAN_SOCKET | SCAN_BIND | SCAN_ACCEPT)

/* Rules are of one subject; the first one of a subject that holds counts. */
enum subject { CALL, ADDRESS, KCAPI, NETLINK, TEXTS, NAME, GO, SCRIPT };

static const struct {
	enum subject subject;
	unsigned all;  /* signs that have to be there */
	unsigned none; /* and those that must not */
	enum scan_confidence confidence;
	const char *reason;
} rules[] = {
    {CALL, SCAN_CALL | IMPORTS, 0, SCAN_HIGH, "calls socket(AF_ALG)"},
    {CALL, SCAN_CALL | SCAN_STATIC | SCAN_TYPE, 0, SCAN_HIGH, "calls socket(AF_ALG), static"},
    {CALL, SCAN_CALL | SCAN_STATIC | SCAN_ADDRESS, 0, SCAN_HIGH, "calls socket(AF_ALG), static"},
    {CALL, SCAN_CALL | SCAN_STATIC | SCAN_OTHER_TYPE, 0, SCAN_MEDIUM,
     "code like socket(AF_ALG), static"},
    {CALL, SCAN_CALL | SCAN_STATIC, 0, SCAN_LOW, "code like socket(AF_ALG), static"},
    {CALL, SCAN_CALL | SCAN_SOCKET, 0, SCAN_MEDIUM, "calls socket(AF_ALG), accepts nothing"},
    {CALL, SCAN_SYSTEM_CALL | SCAN_SYSCALL, 0, SCAN_MEDIUM, "calls syscall(SYS_socket, AF_ALG)"},
    {CALL, SCAN_SYSTEM_CALL | SCAN_STATIC | SCAN_TYPE, 0, SCAN_MEDIUM,
     "code like syscall(SYS_socket, AF_ALG), static"},
    {ADDRESS, SCAN_ADDRESS | SCAN_SOCKET, 0, SCAN_HIGH, "has an address of AF_ALG"},
    {ADDRESS, SCAN_ADDRESS, SCAN_SCRIPT, SCAN_MEDIUM, "has an address of AF_ALG"},
    {KCAPI, SCAN_LINKS_KCAPI, 0, SCAN_HIGH, "links libkcapi"},
    {KCAPI, SCAN_NAMES_KCAPI, SCAN_SCRIPT, SCAN_LOW, "names libkcapi.so"},
    {NETLINK, SCAN_NETLINK | SCAN_SOCKET, 0, SCAN_MEDIUM, "opens NETLINK_CRYPTO"},
    {NETLINK, SCAN_NETLINK | SCAN_STATIC | SCAN_TYPE, 0, SCAN_LOW,
     "code like socket(NETLINK_CRYPTO), static"},
    {TEXTS, SCAN_TYPE | IMPORTS, 0, SCAN_MEDIUM, "has \"skcipher\", and makes sockets"},
    {TEXTS, SCAN_TYPE, SCAN_SCRIPT, SCAN_LOW, "has \"skcipher\""},
    {NAME, SCAN_WORD | SCAN_OPTION | IMPORTS, 0, SCAN_MEDIUM,
     "names AF_ALG and ALG_SET_KEY, and makes sockets"},
    {NAME, SCAN_WORD, SCAN_SCRIPT, SCAN_LOW, "names AF_ALG"},
    {GO, SCAN_GO, SCAN_SCRIPT, SCAN_LOW, "has Go's address of AF_ALG"},
    {SCRIPT, SCAN_SCRIPT | SCAN_WORD, 0, SCAN_MEDIUM, "a script that names AF_ALG"},
    {SCRIPT, SCAN_SCRIPT | SCAN_COMMENT, 0, SCAN_LOW, "a script with a comment on AF_ALG"},
};

void scan_judge(const struct scan_evidence *evidence, struct scan_verdict *out)
{
	unsigned subjects = 0;

	*out = (struct scan_verdict){.confidence = SCAN_NONE};
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if ((evidence->signs & rules[i].all) != rules[i].all ||
		    (evidence->signs & rules[i].none) || (subjects & 1u << rules[i].subject))
			continue;
		subjects |= 1u << rules[i].subject;
		if (out->reason_count < SCAN_REASONS_MAX)
			out->reasons[out->reason_count++] = rules[i].reason;
		if (rules[i].confidence > out->confidence)
			out->confidence = rules[i].confidence;
	}
}
