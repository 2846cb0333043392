/* SPDX-License-Identifier: MIT */
/*
 * Machine code that hands certain constants to a function: the instructions that compilers choose
 * to load them into the registers (or, on i386, the stack) of the calling conventions, near each
 * other and in any order.
 */
#include <elf.h>
#include <string.h>

#include "cli/scan_evidence.h"

#define DISTANCE     24u /* bytes between the two instructions, either way */
#define PARTNERS_MAX 5u

struct instruction {
	uint8_t size; /* bytes; 0: none */
	uint8_t bytes[8];
};

/* The first argument's instruction, and those one of which has to be near; none: it is enough. */
struct pattern {
	uint16_t machine;
	enum scan_sign sign;
	struct instruction first;
	struct instruction partners[PARTNERS_MAX];
};

/* AF_ALG is 38, SOCK_SEQPACKET 5, SOCK_CLOEXEC 0x80000, SOCK_NONBLOCK 0x800; AF_NETLINK is 16,
 * NETLINK_CRYPTO 21. */
static const struct pattern patterns[] = {
    /* mov $38,%edi; mov $type,%esi or push $5, pop %rsi */
    {EM_X86_64,
     SCAN_CALL,
     {5, {0xbf, 38, 0, 0, 0}},
     {{5, {0xbe, 5, 0, 0, 0}},
      {5, {0xbe, 5, 0, 8, 0}},
      {5, {0xbe, 5, 8, 0, 0}},
      {5, {0xbe, 5, 8, 8, 0}},
      {3, {0x6a, 5, 0x5e}}}},
    /* push $38, pop %rdi */
    {EM_X86_64, SCAN_CALL, {3, {0x6a, 38, 0x5f}}, {{3, {0x6a, 5, 0x5e}}, {5, {0xbe, 5, 0, 8, 0}}}},
    /* mov $41,%edi (SYS_socket); mov $38,%esi */
    {EM_X86_64, SCAN_SYSTEM_CALL, {5, {0xbf, 41, 0, 0, 0}}, {{5, {0xbe, 38, 0, 0, 0}}}},
    /* mov $16,%edi; mov $21,%edx */
    {EM_X86_64, SCAN_NETLINK, {5, {0xbf, 16, 0, 0, 0}}, {{5, {0xba, 21, 0, 0, 0}}}},
    /* push $type; push $38 */
    {EM_386, SCAN_CALL, {4, {0x6a, 5, 0x6a, 38}}, {{0}}},
    {EM_386, SCAN_CALL, {7, {0x68, 5, 0, 8, 0, 0x6a, 38}}, {{0}}},
    /* movl $38,(%esp); movl $type,4(%esp) */
    {EM_386,
     SCAN_CALL,
     {7, {0xc7, 0x04, 0x24, 38, 0, 0, 0}},
     {{8, {0xc7, 0x44, 0x24, 4, 5, 0, 0, 0}}, {8, {0xc7, 0x44, 0x24, 4, 5, 0, 8, 0}}}},
    /* mov w0,#38; mov w1,#5 (and movk for SOCK_CLOEXEC), mov w1,#0x805 */
    {EM_AARCH64,
     SCAN_CALL,
     {4, {0xc0, 0x04, 0x80, 0x52}},
     {{4, {0xa1, 0x00, 0x80, 0x52}}, {4, {0xa1, 0x00, 0x81, 0x52}}}},
    /* mov x0,#198 (SYS_socket) or w0; mov w1,#38 or x1 */
    {EM_AARCH64, SCAN_SYSTEM_CALL, {3, {0xc0, 0x18, 0x80}}, {{3, {0xc1, 0x04, 0x80}}}},
    /* mov w0,#16; mov w2,#21 */
    {EM_AARCH64, SCAN_NETLINK, {4, {0x00, 0x02, 0x80, 0x52}}, {{4, {0xa2, 0x02, 0x80, 0x52}}}},
    /* lghi %r2,38; lghi %r3,5 or lgfi %r3,0x80005 */
    {EM_S390,
     SCAN_CALL,
     {4, {0xa7, 0x29, 0, 38}},
     {{4, {0xa7, 0x39, 0, 5}}, {6, {0xc0, 0x31, 0, 8, 0, 5}}}},
};

static bool has_partner(const struct pattern *pattern, const uint8_t *from, size_t size)
{
	for (unsigned i = 0; i < PARTNERS_MAX && pattern->partners[i].size; i++)
		if (memmem(from, size, pattern->partners[i].bytes, pattern->partners[i].size))
			return true;
	return pattern->partners[0].size == 0;
}

static bool matches(const struct pattern *pattern, const uint8_t *code, size_t size)
{
	const size_t reach = DISTANCE + sizeof(pattern->first.bytes);
	const uint8_t *end = code + size;
	const uint8_t *at = code;

	while ((at = memmem(at, (size_t)(end - at), pattern->first.bytes, pattern->first.size))) {
		const uint8_t *from = (size_t)(at - code) > reach ? at - reach : code;
		const uint8_t *to = (size_t)(end - at) > 2 * reach ? at + 2 * reach : end;

		if (has_partner(pattern, from, (size_t)(to - from)))
			return true;
		at++;
	}
	return false;
}

unsigned scan_code(uint16_t machine, const uint8_t *code, size_t size)
{
	unsigned signs = 0;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (patterns[i].machine == machine && matches(&patterns[i], code, size))
			signs |= patterns[i].sign;
	return signs;
}
