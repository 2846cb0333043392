/* SPDX-License-Identifier: MIT */
/*
 * The small language of the conformance table: what a command's words mean.
 *
 * A command is a verb and words: `o = accept s nonblock`.  Every command gives one token, without a
 * blank: a number, an errno's name, or what its verb says.  A word of a command is
 *
 *   NAME              a descriptor that an earlier command has made; or a number, -1 too
 *   more dontwait...  a flag of send, recv, accept, splice
 *   KEY=VALUE         an option of the verb
 *   data, joined by + "text"  xHEX  N (N bytes 80 81 82...)  N@B (N bytes from byte B on)
 *                     N*BB (N times byte BB, hexadecimal)  $NAME (saved by save=NAME)
 *                     $NAME:FROM:SIZE (a part of it)  and ~ behind it: its last bit is turned
 *   a place           N (N bytes of good memory)  null/N  bad/N  ro/N (a pointer to nothing, to
 *                     no page, to a page that cannot be written; and the size told)
 *
 * Mistakes in the table end the case with a token that starts with "!".
 */
#ifndef UALG_TESTS_LANGUAGE_H
#define UALG_TESTS_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMAND_WORDS 40
#define COMMAND_SIZE  2048 /* bytes of a command's text */
#define TOKEN_SIZE    4096 /* bytes of a token */

struct command {
	const char *line;        /* all of it, as it was written */
	char text[COMMAND_SIZE]; /* the words, each ended by NUL */
	char *words[COMMAND_WORDS];
	int count;
};

/* Memory as a command names it: at may be NULL or invalid (is_good false). */
struct place {
	uint8_t *at;
	size_t size;
	bool is_good;
};

/* Splits text into words, from the second on if there is "NAME =" before; see command_target. */
void command_parse(const char *text, struct command *command);

/* The name before "=", or NULL.  To be called before command_parse, which leaves it out. */
bool command_target(const char *text, char *name, size_t size);

/* The word at an index; ends the case where there is none. */
const char *command_word(const struct command *command, int index);

/* What stands behind the first count words, as it was written: a command inside a command. */
const char *command_rest(const struct command *command, int count);

/* The value of KEY=VALUE, or NULL. */
const char *command_option(const struct command *command, const char *key);

/* Whether a word is given as it stands. */
bool command_has(const struct command *command, const char *word);

/* All flags among the words, as bits: MSG_*. */
int command_flags(const struct command *command);

/* Whether a word is a flag or an option: not data and not a place. */
bool word_is_setting(const char *word);

/* Numbers: decimal, hexadecimal with 0x, negative. */
long word_number(const char *word);

/* The descriptor that a word names. */
int word_fd(const char *word);

/* Data in fresh memory that lives as long as the case, or a place. */
struct place word_data(const char *word);

/* Room to read into: fresh memory filled with 0xee, or a place that is not good. */
struct place word_room(const char *word);

/* Good memory of size bytes, filled with 0xee. */
struct place place_make(size_t size);

/* A name or type: a word without the mark of a quoted one. */
const char *word_text(const char *word);

void fd_set_name(const char *name, int fd);

/* Calls visit for every descriptor that has a name. */
void fd_each(void (*visit)(const char *name, int fd, void *argument), void *argument);

/* Keeps bytes as $NAME. */
void data_save(const char *name, const void *bytes, size_t size);

/* Fills a token: a number, or the name of errno where it is negative. */
void token_number(char *token, long value);

/* A token that says "ok" for anything not negative: for descriptors. */
void token_ok(char *token, long value);

/* SIZE:HEX, with a fingerprint in the place of HEX from 65 bytes on; or the name of errno. */
void token_bytes(char *token, long size, const uint8_t *bytes);

/* All bytes in hexadecimal. */
void token_hex(char *token, const uint8_t *bytes, size_t size);

/* Adds text to a token. */
void token_add(char *token, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The name of an errno. */
const char *errno_name(int error);

/* Adds "!leak" to a token where LeakSanitizer is in force and finds memory that nothing points to;
 * it says on stderr which.  For the end of a process: blocks that are found are found again. */
void token_leaks(char *token);

/* Says that the table is wrong, and ends the case. */
_Noreturn void table_error(const char *what, const char *where);

#endif
