/* SPDX-License-Identifier: MIT */
/* Files that `ualg scan` and `ualg run` look at: ELF of both classes and orders, and scripts. */
#include <elf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/scan_evidence.h"
#include "fuzz/fuzz.h"

#define NAMES "\0socket\0bind\0accept4\0libkcapi.so.1\0skcipher"

/* What a small library of a class has, each member in the file's order of bytes. */
#define LIBRARY(class)                                                                             \
	struct {                                                                                   \
		Elf##class##_Ehdr header;                                                          \
		Elf##class##_Phdr segments[3];                                                     \
		Elf##class##_Dyn dynamic[5];                                                       \
		Elf##class##_Sym symbols[4];                                                       \
		char names[sizeof(NAMES)];                                                         \
		char loader[8];                                                                    \
		uint8_t code[16];                                                                  \
	}

typedef LIBRARY(64) library64;
typedef LIBRARY(32) library32;

#define HALF(value) __builtin_bswap16(value)
#define WORD(value) __builtin_bswap32(value)

static const library64 little = {
    .header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
	       .e_type = ET_DYN,
	       .e_machine = EM_X86_64,
	       .e_phoff = offsetof(library64, segments),
	       .e_phentsize = sizeof(Elf64_Phdr),
	       .e_phnum = 3},
    .segments = {{.p_type = PT_LOAD, .p_flags = PF_X, .p_filesz = sizeof(library64)},
		 {.p_type = PT_DYNAMIC,
		  .p_offset = offsetof(library64, dynamic),
		  .p_filesz = 5 * sizeof(Elf64_Dyn)},
		 {.p_type = PT_INTERP, .p_offset = offsetof(library64, loader), .p_filesz = 8}},
    .dynamic = {{DT_NEEDED, {21}},
		{DT_STRTAB, {offsetof(library64, names)}},
		{DT_STRSZ, {sizeof(NAMES)}},
		{DT_SYMTAB, {offsetof(library64, symbols)}},
		{DT_NULL, {0}}},
    .symbols = {{0}, {.st_name = 1}, {.st_name = 8}, {.st_name = 13}},
    .names = NAMES,
    .loader = "/lib/ld",
    .code = {0xbe, 5, 0, 0, 0, 0xbf, 38, 0, 0, 0},
};

static const library32 big = {
    .header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2MSB, EV_CURRENT},
	       .e_type = HALF(ET_DYN),
	       .e_machine = HALF(EM_PPC),
	       .e_phoff = WORD(offsetof(library32, segments)),
	       .e_phentsize = HALF(sizeof(Elf32_Phdr)),
	       .e_phnum = HALF(3)},
    .segments = {{.p_type = WORD(PT_LOAD),
		  .p_flags = WORD(PF_X),
		  .p_filesz = WORD(sizeof(library32))},
		 {.p_type = WORD(PT_DYNAMIC),
		  .p_offset = WORD(offsetof(library32, dynamic)),
		  .p_filesz = WORD(5 * sizeof(Elf32_Dyn))},
		 {.p_type = WORD(PT_INTERP),
		  .p_offset = WORD(offsetof(library32, loader)),
		  .p_filesz = WORD(8)}},
    .dynamic = {{WORD(DT_NEEDED), {WORD(21)}},
		{WORD(DT_STRTAB), {WORD(offsetof(library32, names))}},
		{WORD(DT_STRSZ), {WORD(sizeof(NAMES))}},
		{WORD(DT_SYMTAB), {WORD(offsetof(library32, symbols))}},
		{DT_NULL, {0}}},
    .symbols = {{0}, {.st_name = WORD(1)}, {.st_name = WORD(8)}, {.st_name = WORD(13)}},
    .names = NAMES,
    .loader = "/lib/ld",
};

static const char script[] = "#!/usr/bin/python3\n# AF_ALG\nbind('hmac(sha256)', socket.AF_ALG)\n";

const struct fuzz_sample fuzz_samples[] = {
    {&little, sizeof(little)},
    {&big, sizeof(big)},
    {script, sizeof(script) - 1},
};

const size_t fuzz_samples_count = sizeof(fuzz_samples) / sizeof(fuzz_samples[0]);

/* What the samples themselves have to give. */
#define OF_LIBRARY (SCAN_SOCKET | SCAN_BIND | SCAN_ACCEPT | SCAN_LINKS_KCAPI | SCAN_TYPE)
static const unsigned sample_signs[] = {
    SCAN_CALL | OF_LIBRARY,
    OF_LIBRARY,
    SCAN_SCRIPT | SCAN_WORD | SCAN_COMMENT,
};

static void check_sample(const uint8_t *data, size_t size, unsigned signs)
{
	for (size_t i = 0; i < fuzz_samples_count; i++)
		if (size == fuzz_samples[i].size && memcmp(data, fuzz_samples[i].data, size) == 0 &&
		    (signs & sample_signs[i]) != sample_signs[i])
			abort();
}

static void check_loader(int fd)
{
	char loader[16];
	struct elf elf;

	if (!elf_open(fd, &elf))
		return;
	memset(loader, 'x', sizeof(loader));
	if (elf_loader(&elf, loader, sizeof(loader)) && !memchr(loader, '\0', sizeof(loader)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan_evidence evidence;
	struct scan_verdict verdict;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (scan_file(fd, size & 1, &evidence) != 0)
		abort();
	scan_judge(&evidence, &verdict);
	if (evidence.name_count > SCAN_NAMES_MAX || verdict.reason_count > SCAN_REASONS_MAX ||
	    (verdict.confidence == SCAN_NONE) != (verdict.reason_count == 0))
		abort();
	check_sample(data, size, evidence.signs);
	check_loader(fd);
	close(fd);
	return 0;
}
