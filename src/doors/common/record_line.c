/* SPDX-License-Identifier: MIT */
#include "doors/common/record_line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/json.h"
#include "doors/common/system.h"

/* Bytes that a text may take in a line: all that can stand in one are less than the line has. */
#define PATH_ROOM 2400u
#define NAME_ROOM 640u

#define DIGITS 21 /* of a number, with NUL */

bool record_begun;

static char record_path[PATH_MAX];
static struct record_program own;

/* A number as text, at the end of digits. */
static const char *write_digits(uint64_t number, char digits[DIGITS])
{
	char *at = digits + DIGITS - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	return at;
}

static void find_by_link(long id, struct record_program *out)
{
	char link[16 + DIGITS] = "/proc/";
	char digits[DIGITS];
	long size;

	strcat(link, write_digits((uint64_t)id, digits));
	strcat(link, "/exe");
	out->id = id;
	size = DOOR_CALL_4(SYS_readlinkat, AT_FDCWD, link, out->path, sizeof(out->path) - 1);
	out->path[size > 0 ? size : 0] = '\0';
}

void record_begin(const char *path, long self)
{
	struct stat status;
	long result;

	record_begun = false;
	if (!path || path[0] != '/' || strlen(path) >= sizeof(record_path))
		return;
	result = DOOR_CALL_4(SYS_newfstatat, AT_FDCWD, path, &status, 0);
	if (result == 0 && !S_ISREG(status.st_mode))
		return; /* a pipe could end the program, or make it wait */
	strcpy(record_path, path);
	find_by_link(self, &own);
	record_begun = true;
}

void record_program_find(long id, struct record_program *out)
{
	if (id == own.id)
		*out = own;
	else
		find_by_link(id, out);
}

void record_program_forked(long self)
{
	own.id = self;
}

static void put_plain(struct record_line *line, const char *text)
{
	size_t size = strlen(text);

	if (size > sizeof(line->bytes) - line->used)
		return;
	memcpy(line->bytes + line->used, text, size);
	line->used += size;
}

static void put_key(struct record_line *line, const char *key)
{
	put_plain(line, line->used ? ",\"" : "{\"");
	put_plain(line, key);
	put_plain(line, "\":");
}

/* The text is cut at `most` bytes. */
static void put_text(struct record_line *line, const char *key, const char *text, size_t most)
{
	size_t start;

	put_key(line, key);
	put_plain(line, "\"");
	start = line->used;
	while (*text) {
		char piece[JSON_ESCAPE_MAX];
		size_t size = json_escape(&text, piece);

		if (line->used + size > start + most || line->used + size > sizeof(line->bytes))
			break;
		memcpy(line->bytes + line->used, piece, size);
		line->used += size;
	}
	put_plain(line, "\"");
}

void record_line_text(struct record_line *line, const char *key, const char *text)
{
	put_text(line, key, text, NAME_ROOM);
}

void record_line_number(struct record_line *line, const char *key, uint64_t number)
{
	char digits[DIGITS];

	put_key(line, key);
	put_plain(line, write_digits(number, digits));
}

void record_line_error(struct record_line *line, int error)
{
	const char *name = strerrorname_np(error);

	record_line_text(line, "error", name ? name : "unknown");
}

void record_line_begin(struct record_line *line, const char *event,
		       const struct record_program *program)
{
	line->used = 0;
	record_line_text(line, "event", event);
	record_line_number(line, "pid", (uint64_t)program->id);
	put_text(line, "program", program->path, PATH_ROOM);
}

void record_line_algorithm(struct record_line *line, const char *type, const char *name,
			   const char *driver)
{
	record_line_text(line, "type", type);
	record_line_text(line, "name", name);
	if (driver)
		record_line_text(line, "driver", driver);
}

/* Beyond RLIMIT_FSIZE a write fails, and brings the thread a signal that would end the program. */
static void write_unpunished(int file, const void *bytes, size_t size)
{
	const uint64_t signal = UINT64_C(1) << (SIGXFSZ - 1);
	const struct timespec at_once = {0};
	uint64_t mask = 0, pending = 0;

	(void)DOOR_CALL_4(SYS_rt_sigprocmask, SIG_BLOCK, &signal, &mask, sizeof(mask));
	(void)DOOR_CALL_2(SYS_rt_sigpending, &pending, sizeof(pending));
	if (DOOR_CALL_3(SYS_write, file, bytes, size) == -EFBIG && !(pending & signal))
		(void)DOOR_CALL_4(SYS_rt_sigtimedwait, &signal, NULL, &at_once, sizeof(signal));
	(void)DOOR_CALL_4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
}

void record_line_end(struct record_line *line)
{
	int file;

	put_plain(line, "}\n");
	file = (int)DOOR_CALL_4(SYS_openat, AT_FDCWD, record_path,
				O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
				0666);
	if (file < 0)
		return;
	write_unpunished(file, line->bytes, line->used);
	(void)DOOR_CALL_1(SYS_close, file);
}
