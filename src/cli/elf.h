/* SPDX-License-Identifier: MIT */
/*
 * A reader of ELF files of either class and byte order (System V ABI, generic part, chapters 4 and
 * 5).  A file may say anything and change meanwhile: every offset is checked against the file, and
 * what is read is read once.
 */
#ifndef UALG_CLI_ELF_H
#define UALG_CLI_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An open file, and what its header says, in our byte order. */
struct elf {
	int fd;
	uint64_t size; /* of the file, bytes */
	bool is64;
	bool big_endian;
	uint16_t type;    /* ET_ */
	uint16_t machine; /* EM_ */
	uint64_t segments;
	unsigned segment_count;
	uint64_t sections;
	unsigned section_count;
};

struct elf_segment {
	uint32_t type;  /* PT_ */
	uint32_t flags; /* PF_ */
	uint64_t address;
	uint64_t offset; /* in the file, bytes */
	uint64_t size;
};

/*
 * Reads the header.  False: no ELF file, or its tables are not in it.  The descriptor stays the
 * caller's, and has to stay open while *out is used.
 */
bool elf_open(int fd, struct elf *out);

/* Reads bytes of the file; false: they are not all there. */
bool elf_read(const struct elf *elf, uint64_t offset, void *to, size_t size);

/* The segment of a number below segment_count; false: it cannot be read. */
bool elf_segment(const struct elf *elf, unsigned index, struct elf_segment *out);

/* The first segment of a type; false: there is none. */
bool elf_find_segment(const struct elf *elf, uint32_t type, struct elf_segment *out);

/* The path of the dynamic loader, cut at room bytes; false: the file has none. */
bool elf_loader(const struct elf *elf, char *out, size_t room);

/*
 * The names of a dynamically linked file: needed libraries are handed to library, undefined symbols
 * to symbol, with argument; either may be NULL.  False: it is not dynamically linked, or the names
 * cannot be read; some may have been handed out before that was seen.
 */
bool elf_dynamic_names(const struct elf *elf, void (*library)(void *argument, const char *name),
		       void (*symbol)(void *argument, const char *name), void *argument);

#endif
