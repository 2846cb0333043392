/* SPDX-License-Identifier: MIT */
/*
 * Machine code that hands certain constants to a function: the instructions that compilers choose
 * to load them into the registers (or, on i386, the stack) of the calling conventions, near each
 * other and in any order.
 */
#include <elf.h>
#include <string.h>

#include "cli/scan_evidence.h"

#define DISTANCE    24u /* bytes between two instructions, either way */
#define CHOICES_MAX 5u

struct instruction {
	uint8_t size; /* bytes; 0: none */
	uint8_t bytes[8];
};

/* An argument's instruction, and those of others: of each list one has to be near; an empty list
 * asks for nothing. */
struct pattern {
	uint16_t machine;
	enum scan_sign sign;
	struct instruction first;
	struct instruction second[CHOICES_MAX];
	struct instruction third[CHOICES_MAX];
};

/* AF_ALG is 38, SOCK_SEQPACKET 5, SOCK_CLOEXEC 0x80000, SOCK_NONBLOCK 0x800; AF_NETLINK is 16,
 * SOCK_RAW 3, SOCK_DGRAM 2, NETLINK_CRYPTO 21. */
static const struct pattern patterns[] = {
    {.machine = EM_X86_64,
     .sign = SCAN_CALL,
     .first = {5, {0xbf, 38, 0, 0, 0}},  /* mov $38,%edi */
     .second = {{5, {0xbe, 5, 0, 0, 0}}, /* mov $5,%esi */
		{5, {0xbe, 5, 0, 8, 0}}, /* mov $0x80005,%esi */
		{5, {0xbe, 5, 8, 0, 0}}, /* mov $0x805,%esi */
		{5, {0xbe, 5, 8, 8, 0}}, /* mov $0x80805,%esi */
		{3, {0x6a, 5, 0x5e}}}},  /* push $5; pop %rsi */
    {.machine = EM_X86_64,
     .sign = SCAN_CALL,
     .first = {3, {0x6a, 38, 0x5f}}, /* push $38; pop %rdi */
     .second = {{3, {0x6a, 5, 0x5e}}, {5, {0xbe, 5, 0, 8, 0}}}},
    {.machine = EM_X86_64,
     .sign = SCAN_SYSTEM_CALL,
     .first = {5, {0xbf, 41, 0, 0, 0}},     /* mov $41,%edi: SYS_socket */
     .second = {{5, {0xbe, 38, 0, 0, 0}}}}, /* mov $38,%esi */
    {.machine = EM_X86_64,
     .sign = SCAN_NETLINK,
     .first = {5, {0xbf, 16, 0, 0, 0}},    /* mov $16,%edi */
     .second = {{5, {0xba, 21, 0, 0, 0}}}, /* mov $21,%edx */
     .third = {{5, {0xbe, 3, 0, 0, 0}},    /* mov $3,%esi and so on */
	       {5, {0xbe, 3, 0, 8, 0}},
	       {5, {0xbe, 2, 0, 0, 0}},
	       {5, {0xbe, 2, 0, 8, 0}}}},
    {.machine = EM_386,
     .sign = SCAN_CALL,
     .first = {4, {0x6a, 5, 0x6a, 38}}}, /* push $5; push $38 */
    {.machine = EM_386,
     .sign = SCAN_CALL,
     .first = {7, {0x68, 5, 0, 8, 0, 0x6a, 38}}}, /* push $0x80005; push $38 */
    {.machine = EM_386,
     .sign = SCAN_CALL,
     .first = {7, {0xc7, 0x04, 0x24, 38, 0, 0, 0}},       /* movl $38,(%esp) */
     .second = {{8, {0xc7, 0x44, 0x24, 4, 5, 0, 0, 0}},   /* movl $5,4(%esp) */
		{8, {0xc7, 0x44, 0x24, 4, 5, 0, 8, 0}}}}, /* movl $0x80005,4(%esp) */
    {.machine = EM_AARCH64,
     .sign = SCAN_CALL,
     .first = {4, {0xc0, 0x04, 0x80, 0x52}},     /* mov w0,#38 */
     .second = {{4, {0xa1, 0x00, 0x80, 0x52}},   /* mov w1,#5, perhaps movk w1,#8,lsl #16 */
		{4, {0xa1, 0x00, 0x81, 0x52}}}}, /* mov w1,#0x805 */
    {.machine = EM_AARCH64,
     .sign = SCAN_SYSTEM_CALL,
     .first = {3, {0xc0, 0x18, 0x80}},     /* mov x0,#198: SYS_socket; or w0 */
     .second = {{3, {0xc1, 0x04, 0x80}}}}, /* mov w1,#38, or x1 */
    {.machine = EM_AARCH64,
     .sign = SCAN_NETLINK,
     .first = {4, {0x00, 0x02, 0x80, 0x52}},    /* mov w0,#16 */
     .second = {{4, {0xa2, 0x02, 0x80, 0x52}}}, /* mov w2,#21 */
     .third = {{4, {0x61, 0x00, 0x80, 0x52}},   /* mov w1,#3, perhaps movk */
	       {4, {0x41, 0x00, 0x80, 0x52}}}}, /* mov w1,#2 */
    {.machine = EM_S390,
     .sign = SCAN_CALL,
     .first = {4, {0xa7, 0x29, 0, 38}},          /* lghi %r2,38 */
     .second = {{4, {0xa7, 0x39, 0, 5}},         /* lghi %r3,5 */
		{6, {0xc0, 0x31, 0, 8, 0, 5}}}}, /* lgfi %r3,0x80005 */
};

static bool has_one_of(const struct instruction list[CHOICES_MAX], const uint8_t *from, size_t size)
{
	for (unsigned i = 0; i < CHOICES_MAX && list[i].size; i++)
		if (memmem(from, size, list[i].bytes, list[i].size))
			return true;
	return list[0].size == 0;
}

static bool matches(const struct pattern *pattern, const uint8_t *code, size_t size)
{
	const size_t reach = DISTANCE + sizeof(pattern->first.bytes);
	const uint8_t *end = code + size;
	const uint8_t *at = code;

	while ((at = memmem(at, (size_t)(end - at), pattern->first.bytes, pattern->first.size))) {
		const uint8_t *from = (size_t)(at - code) > reach ? at - reach : code;
		const uint8_t *to = (size_t)(end - at) > 2 * reach ? at + 2 * reach : end;

		if (has_one_of(pattern->second, from, (size_t)(to - from)) &&
		    has_one_of(pattern->third, from, (size_t)(to - from)))
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
