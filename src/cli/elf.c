/* SPDX-License-Identifier: MIT */
#include "cli/elf.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENTS_MAX 256u        /* more than any sane file has */
#define TABLE_MAX    (64u << 20) /* bytes of a table that is read as a whole */
#define RECORD_MAX   64u         /* bytes of the largest record: a header */
#define NO_OFFSET    UINT64_MAX

_Static_assert(sizeof(Elf64_Ehdr) <= RECORD_MAX && sizeof(Elf64_Shdr) <= RECORD_MAX, "RECORD_MAX");

/* Where a member of a record is, and its bytes: the two classes differ in that alone. */
struct member {
	uint8_t at, size;
};

#define MEMBER(type, name)                                                                         \
	{                                                                                          \
		offsetof(type, name), sizeof(((type *)0)->name)                                    \
	}
#define BOTH(record, name)                                                                         \
	{                                                                                          \
		MEMBER(Elf32_##record, name), MEMBER(Elf64_##record, name)                         \
	}
#define BOTH_SIZES(record)                                                                         \
	{                                                                                          \
		sizeof(Elf32_##record), sizeof(Elf64_##record)                                     \
	}

/* Members by class: [0] of 32 bits, [1] of 64. */
static const struct member header_type[] = BOTH(Ehdr, e_type),
			   header_machine[] = BOTH(Ehdr, e_machine),
			   header_segments[] = BOTH(Ehdr, e_phoff),
			   header_segment_size[] = BOTH(Ehdr, e_phentsize),
			   header_segment_count[] = BOTH(Ehdr, e_phnum),
			   header_sections[] = BOTH(Ehdr, e_shoff),
			   header_section_size[] = BOTH(Ehdr, e_shentsize),
			   header_section_count[] = BOTH(Ehdr, e_shnum),
			   segment_type[] = BOTH(Phdr, p_type),
			   segment_flags[] = BOTH(Phdr, p_flags),
			   segment_address[] = BOTH(Phdr, p_vaddr),
			   segment_offset[] = BOTH(Phdr, p_offset),
			   segment_size[] = BOTH(Phdr, p_filesz),
			   section_type[] = BOTH(Shdr, sh_type),
			   section_offset[] = BOTH(Shdr, sh_offset),
			   section_size[] = BOTH(Shdr, sh_size), dynamic_tag[] = BOTH(Dyn, d_tag),
			   dynamic_value[] = BOTH(Dyn, d_un.d_val),
			   symbol_name[] = BOTH(Sym, st_name),
			   symbol_section[] = BOTH(Sym, st_shndx);

static const uint16_t header_bytes[] = BOTH_SIZES(Ehdr), segment_bytes[] = BOTH_SIZES(Phdr),
		      section_bytes[] = BOTH_SIZES(Shdr), dynamic_bytes[] = BOTH_SIZES(Dyn),
		      symbol_bytes[] = BOTH_SIZES(Sym);

/* A member of a record, in our byte order. */
static uint64_t get(const struct elf *elf, const uint8_t *record, const struct member member[2])
{
	const struct member *where = &member[elf->is64];
	uint64_t value = 0;

	for (unsigned i = 0; i < where->size; i++) {
		unsigned byte = elf->big_endian ? i : where->size - 1u - i;

		value = value << 8 | record[where->at + byte];
	}
	return value;
}

/* Whether the file has size bytes at an offset. */
static bool is_within(const struct elf *elf, uint64_t offset, uint64_t size)
{
	return offset <= elf->size && size <= elf->size - offset;
}

bool elf_read(const struct elf *elf, uint64_t offset, void *to, size_t size)
{
	return is_within(elf, offset, size) &&
	       pread(elf->fd, to, size, (off_t)offset) == (ssize_t)size;
}

/* A part of the file in memory that the caller frees, with a NUL behind it; NULL: not there. */
static uint8_t *load(const struct elf *elf, uint64_t offset, uint64_t size)
{
	uint8_t *bytes;

	if (size > TABLE_MAX || !is_within(elf, offset, size))
		return NULL;
	bytes = malloc((size_t)size + 1);
	if (!bytes)
		return NULL;
	if (!elf_read(elf, offset, bytes, (size_t)size)) {
		free(bytes);
		return NULL;
	}
	bytes[size] = '\0';
	return bytes;
}

static bool read_header(struct elf *out, const uint8_t *header)
{
	bool wide = out->is64;

	out->type = (uint16_t)get(out, header, header_type);
	out->machine = (uint16_t)get(out, header, header_machine);
	out->segments = get(out, header, header_segments);
	out->segment_count = (unsigned)get(out, header, header_segment_count);
	out->sections = get(out, header, header_sections);
	out->section_count = (unsigned)get(out, header, header_section_count);
	if (out->segment_count > SEGMENTS_MAX ||
	    (out->segment_count && get(out, header, header_segment_size) != segment_bytes[wide]))
		return false;
	/* Without sections a file works as well as with. */
	if (get(out, header, header_section_size) != section_bytes[wide] ||
	    !is_within(out, out->sections, (uint64_t)out->section_count * section_bytes[wide]))
		out->section_count = 0;
	return is_within(out, out->segments, (uint64_t)out->segment_count * segment_bytes[wide]);
}

bool elf_open(int fd, struct elf *out)
{
	uint8_t header[RECORD_MAX];
	struct stat status;

	memset(out, 0, sizeof(*out));
	if (fstat(fd, &status) < 0 || status.st_size < EI_NIDENT)
		return false;
	out->fd = fd;
	out->size = (uint64_t)status.st_size;
	if (!elf_read(out, 0, header, EI_NIDENT) || memcmp(header, ELFMAG, SELFMAG) != 0)
		return false;
	out->is64 = header[EI_CLASS] == ELFCLASS64;
	out->big_endian = header[EI_DATA] == ELFDATA2MSB;
	if ((!out->is64 && header[EI_CLASS] != ELFCLASS32) ||
	    (!out->big_endian && header[EI_DATA] != ELFDATA2LSB))
		return false;
	return elf_read(out, 0, header, header_bytes[out->is64]) && read_header(out, header);
}

bool elf_segment(const struct elf *elf, unsigned index, struct elf_segment *out)
{
	uint8_t record[RECORD_MAX];
	unsigned size = segment_bytes[elf->is64];

	if (index >= elf->segment_count ||
	    !elf_read(elf, elf->segments + (uint64_t)index * size, record, size))
		return false;
	out->type = (uint32_t)get(elf, record, segment_type);
	out->flags = (uint32_t)get(elf, record, segment_flags);
	out->address = get(elf, record, segment_address);
	out->offset = get(elf, record, segment_offset);
	out->size = get(elf, record, segment_size);
	return true;
}

bool elf_find_segment(const struct elf *elf, uint32_t type, struct elf_segment *out)
{
	for (unsigned i = 0; i < elf->segment_count; i++)
		if (elf_segment(elf, i, out) && out->type == type)
			return true;
	return false;
}

bool elf_loader(const struct elf *elf, char *out, size_t room)
{
	struct elf_segment segment;
	size_t size;

	if (room == 0 || !elf_find_segment(elf, PT_INTERP, &segment) || segment.size == 0)
		return false;
	size = segment.size < room ? (size_t)segment.size : room - 1;
	if (!elf_read(elf, segment.offset, out, size))
		return false;
	out[size] = '\0';
	return true;
}

/* Where in the file an address of the program comes from, or NO_OFFSET. */
static uint64_t offset_of(const struct elf *elf, uint64_t address)
{
	struct elf_segment segment;

	for (unsigned i = 0; i < elf->segment_count; i++)
		if (elf_segment(elf, i, &segment) && segment.type == PT_LOAD &&
		    address >= segment.address && address - segment.address < segment.size)
			return segment.offset + (address - segment.address);
	return NO_OFFSET;
}

/* ---- names ---- */

/* What the dynamic section says, and parts of the file in memory. */
struct dynamic {
	uint8_t *entries;
	size_t entry_count;
	uint64_t names_at, names_size; /* the texts */
	uint64_t symbols_at;
	char *names;
};

static uint64_t tag_of(const struct elf *elf, const struct dynamic *dynamic, size_t index)
{
	return get(elf, dynamic->entries + index * dynamic_bytes[elf->is64], dynamic_tag);
}

static uint64_t value_of(const struct elf *elf, const struct dynamic *dynamic, size_t index)
{
	return get(elf, dynamic->entries + index * dynamic_bytes[elf->is64], dynamic_value);
}

/* Finds out what the dynamic section says of the texts, and reads these. */
static bool read_dynamic(const struct elf *elf, struct dynamic *out)
{
	struct elf_segment segment;
	uint64_t names = 0, symbols = 0;

	if (!elf_find_segment(elf, PT_DYNAMIC, &segment))
		return false;
	out->entries = load(elf, segment.offset, segment.size);
	if (!out->entries)
		return false;
	out->entry_count = (size_t)segment.size / dynamic_bytes[elf->is64];
	for (size_t i = 0; i < out->entry_count && tag_of(elf, out, i) != DT_NULL; i++) {
		uint64_t value = value_of(elf, out, i);

		switch (tag_of(elf, out, i)) {
		case DT_STRTAB:
			names = value;
			break;
		case DT_STRSZ:
			out->names_size = value;
			break;
		case DT_SYMTAB:
			symbols = value;
			break;
		default:
			break;
		}
	}
	out->names_at = offset_of(elf, names);
	out->symbols_at = offset_of(elf, symbols);
	out->names = (char *)load(elf, out->names_at, out->names_size);
	return out->names != NULL;
}

/* The text at an offset of the texts, which ends at their end at the latest; NULL: beyond. */
static const char *name_at(const struct dynamic *dynamic, uint64_t offset)
{
	return offset < dynamic->names_size ? dynamic->names + offset : NULL;
}

static void each_library(const struct elf *elf, const struct dynamic *dynamic,
			 void (*library)(void *argument, const char *name), void *argument)
{
	for (size_t i = 0; i < dynamic->entry_count; i++) {
		uint64_t tag = tag_of(elf, dynamic, i);
		const char *name = name_at(dynamic, value_of(elf, dynamic, i));

		if (tag == DT_NULL)
			return;
		if (tag == DT_NEEDED && name)
			library(argument, name);
	}
}

/*
 * The bytes of the table of symbols.  Nothing that a loader reads tells them: the section does, and
 * where a file has no sections, the texts that stand behind the symbols.
 */
static uint64_t symbols_size(const struct elf *elf, const struct dynamic *dynamic)
{
	uint8_t record[RECORD_MAX];
	unsigned size = section_bytes[elf->is64];

	for (unsigned i = 0; i < elf->section_count; i++)
		if (elf_read(elf, elf->sections + (uint64_t)i * size, record, size) &&
		    get(elf, record, section_type) == SHT_DYNSYM &&
		    get(elf, record, section_offset) == dynamic->symbols_at)
			return get(elf, record, section_size);
	return dynamic->names_at > dynamic->symbols_at ? dynamic->names_at - dynamic->symbols_at
						       : 0;
}

static bool each_symbol(const struct elf *elf, const struct dynamic *dynamic,
			void (*symbol)(void *argument, const char *name), void *argument)
{
	uint64_t size = symbols_size(elf, dynamic);
	unsigned step = symbol_bytes[elf->is64];
	uint8_t *symbols = load(elf, dynamic->symbols_at, size);

	if (!symbols)
		return false;
	for (uint64_t at = 0; at + step <= size; at += step) {
		const char *name = name_at(dynamic, get(elf, symbols + at, symbol_name));

		if (get(elf, symbols + at, symbol_section) == SHN_UNDEF && name && name[0])
			symbol(argument, name);
	}
	free(symbols);
	return true;
}

bool elf_dynamic_names(const struct elf *elf, void (*library)(void *argument, const char *name),
		       void (*symbol)(void *argument, const char *name), void *argument)
{
	struct dynamic dynamic = {.entries = NULL};
	bool result = read_dynamic(elf, &dynamic);

	if (result && library)
		each_library(elf, &dynamic, library, argument);
	if (result && symbol)
		result = each_symbol(elf, &dynamic, symbol, argument);
	free(dynamic.entries);
	free(dynamic.names);
	return result;
}
