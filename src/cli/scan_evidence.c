/* SPDX-License-Identifier: MIT */
#include "cli/scan_evidence.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog/names.h"

#define PIECE   (256u << 10) /* bytes of a file at once */
#define OVERLAP 512u         /* of one piece with the next: longer than all that is looked for */

/* ---- texts ---- */

enum place {
	ANYWHERE,
	WORD, /* with nothing of a name before it or behind it */
	TEXT, /* the end of a text with nothing of a name before it */
};

/* What is looked for in the bytes of a file.  Addresses: the family in either byte order, then the
 * type. */
#define KEYWORD(text) text, sizeof(text) - 1
static const struct {
	const char *bytes;
	size_t size;
	enum place place;
	enum scan_sign sign;
} keywords[] = {
    {KEYWORD("skcipher"), TEXT, SCAN_TYPE},
    {KEYWORD("\0hash"), TEXT, SCAN_OTHER_TYPE},
    {KEYWORD("\0aead"), TEXT, SCAN_OTHER_TYPE},
    {KEYWORD("\0rng"), TEXT, SCAN_OTHER_TYPE},
    {KEYWORD("AF_ALG"), WORD, SCAN_WORD},
    {KEYWORD("ALG_SET_KEY"), WORD, SCAN_OPTION},
    {KEYWORD("SockaddrALG"), ANYWHERE, SCAN_GO},
    {KEYWORD("libkcapi.so"), ANYWHERE, SCAN_NAMES_KCAPI},
    {KEYWORD("\x26\0hash\0\0"), ANYWHERE, SCAN_ADDRESS},
    {KEYWORD("\x26\0skcipher\0"), ANYWHERE, SCAN_ADDRESS},
    {KEYWORD("\x26\0aead\0\0"), ANYWHERE, SCAN_ADDRESS},
    {KEYWORD("\x26\0rng\0\0\0"), ANYWHERE, SCAN_ADDRESS},
    {KEYWORD("\0\x26hash\0\0"), ANYWHERE, SCAN_ADDRESS},
    {KEYWORD("\0\x26skcipher\0"), ANYWHERE, SCAN_ADDRESS},
    {KEYWORD("\0\x26"
	     "aead\0\0"),
     ANYWHERE, SCAN_ADDRESS},
    {KEYWORD("\0\x26rng\0\0\0"), ANYWHERE, SCAN_ADDRESS},
};

static bool is_of_name(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

struct piece {
	const uint8_t *bytes;
	size_t size;
};

static bool is_in_place(const struct piece *piece, size_t at, size_t size, enum place place)
{
	size_t behind = at + size;

	if (place == ANYWHERE)
		return true;
	if (at > 0 && piece->bytes[at] != '\0' && is_of_name(piece->bytes[at - 1]))
		return false;
	if (place == WORD)
		return behind == piece->size || !is_of_name(piece->bytes[behind]);
	return behind < piece->size && piece->bytes[behind] == '\0';
}

/* Whether the line up to a place begins with a comment sign of scripts. */
static bool is_comment(const struct piece *piece, size_t at)
{
	size_t start = at;

	while (start > 0 && piece->bytes[start - 1] != '\n')
		start--;
	while (start < at && (piece->bytes[start] == ' ' || piece->bytes[start] == '\t'))
		start++;
	return piece->bytes[start] == '#';
}

static void find_keyword(const struct piece *piece, size_t keyword, struct scan_evidence *out)
{
	const uint8_t *at = piece->bytes, *end = piece->bytes + piece->size;
	size_t size = keywords[keyword].size;
	enum scan_sign sign = keywords[keyword].sign;

	while (!(out->signs & sign) &&
	       (at = memmem(at, (size_t)(end - at), keywords[keyword].bytes, size))) {
		size_t offset = (size_t)(at - piece->bytes);

		at++;
		if (!is_in_place(piece, offset, size, keywords[keyword].place))
			continue;
		if ((out->signs & SCAN_SCRIPT) && is_comment(piece, offset))
			out->signs |= SCAN_COMMENT;
		else
			out->signs |= sign;
	}
}

static void add_name(struct scan_evidence *out, const char *name)
{
	for (unsigned i = 0; i < out->name_count; i++)
		if (out->names[i] == name)
			return;
	if (out->name_count < SCAN_NAMES_MAX)
		out->names[out->name_count++] = name;
}

/* The well-known name that the text around a parenthesis is, if any. */
static void find_name(const struct piece *piece, size_t parenthesis, struct scan_evidence *out)
{
	for (size_t i = 0; i < catalog_names_count; i++) {
		const char *name = catalog_names[i].name;
		size_t before = strcspn(name, "("), size = strlen(name);

		if (before == size || before > parenthesis ||
		    size - before > piece->size - parenthesis ||
		    memcmp(piece->bytes + parenthesis - before, name, size) != 0)
			continue;
		if (is_in_place(piece, parenthesis - before, size,
				out->signs & SCAN_SCRIPT ? WORD : TEXT))
			add_name(out, name);
	}
}

static void find_names(const struct piece *piece, struct scan_evidence *out)
{
	const uint8_t *at = piece->bytes, *end = piece->bytes + piece->size;

	for (; (at = memchr(at, '(', (size_t)(end - at))); at++)
		if (at > piece->bytes && is_of_name(at[-1]))
			find_name(piece, (size_t)(at - piece->bytes), out);
}

static void find_texts(const struct piece *piece, void *argument)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		find_keyword(piece, i, argument);
	find_names(piece, argument);
}

/* ---- pieces ---- */

/*
 * Hands a part of a file on in pieces that overlap, as far as the file goes.  -EIO; -ENOMEM.
 */
static int each_piece(int fd, uint64_t offset, uint64_t size,
		      void (*visit)(const struct piece *piece, void *argument), void *argument)
{
	uint8_t *bytes = malloc(PIECE);
	uint64_t done = 0;
	int result = 0;

	if (!bytes)
		return -ENOMEM;
	while (done < size && offset + done <= INT64_MAX) {
		size_t wanted = size - done < PIECE ? (size_t)(size - done) : PIECE;
		ssize_t got = pread(fd, bytes, wanted, (off_t)(offset + done));
		struct piece piece = {bytes, got > 0 ? (size_t)got : 0};

		if (got < 0)
			result = -EIO;
		if (got <= 0)
			break;
		visit(&piece, argument);
		if ((size_t)got < PIECE)
			break;
		done += PIECE - OVERLAP;
	}
	free(bytes);
	return result;
}

/* ---- ELF files ---- */

static void library_needed(void *argument, const char *name)
{
	struct scan_evidence *out = argument;

	out->signs &= ~(unsigned)SCAN_STATIC;
	if (strncmp(name, "libkcapi.so", strlen("libkcapi.so")) == 0)
		out->signs |= SCAN_LINKS_KCAPI;
}

static void symbol_imported(void *argument, const char *name)
{
	static const struct {
		const char *name;
		enum scan_sign sign;
	} imports[] = {
	    {"accept", SCAN_ACCEPT}, {"accept4", SCAN_ACCEPT},  {"bind", SCAN_BIND},
	    {"socket", SCAN_SOCKET}, {"syscall", SCAN_SYSCALL},
	};
	struct scan_evidence *out = argument;

	if (name[0] != '_') /* start-up code of any program may know of _ITM_... */
		out->signs &= ~(unsigned)SCAN_STATIC;
	for (size_t i = 0; i < sizeof(imports) / sizeof(imports[0]); i++)
		if (strcmp(imports[i].name, name) == 0)
			out->signs |= imports[i].sign;
}

struct code_scan {
	uint16_t machine;
	struct scan_evidence *out;
};

static void find_code(const struct piece *piece, void *argument)
{
	const struct code_scan *scan = argument;

	scan->out->signs |= scan_code(scan->machine, piece->bytes, piece->size);
}

static int scan_elf(const struct elf *elf, struct scan_evidence *out)
{
	struct code_scan scan = {elf->machine, out};
	struct elf_segment segment;
	int result = 0;

	if (elf->type != ET_EXEC && elf->type != ET_DYN)
		return 0;
	if (!elf_find_segment(elf, PT_INTERP, &segment))
		out->signs |= SCAN_STATIC; /* until a library or an import is met */
	(void)elf_dynamic_names(elf, library_needed, symbol_imported, out);
	for (unsigned i = 0; result == 0 && i < elf->segment_count; i++)
		if (elf_segment(elf, i, &segment) && segment.type == PT_LOAD &&
		    (segment.flags & PF_X))
			result =
			    each_piece(elf->fd, segment.offset, segment.size, find_code, &scan);
	return result < 0 ? result : each_piece(elf->fd, 0, elf->size, find_texts, out);
}

int scan_file(int fd, bool is_script, struct scan_evidence *out)
{
	char head[2];
	struct elf elf;
	ssize_t got;

	memset(out, 0, sizeof(*out));
	got = pread(fd, head, sizeof(head), 0);
	if (got < 0)
		return -EIO;
	if (elf_open(fd, &elf))
		return scan_elf(&elf, out);
	if (!is_script && (got < 2 || memcmp(head, "#!", 2) != 0))
		return 0;
	out->signs = SCAN_SCRIPT;
	return each_piece(fd, 0, UINT64_MAX, find_texts, out);
}
