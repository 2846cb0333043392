/* SPDX-License-Identifier: MIT */
/*
 * Files by which programs ask about the kernel's crypto: /proc/crypto, fips_enabled, which
 * is there wherever the kernel has its own crypto, and the line of AF_ALG in /proc/net/protocols
 * (S-20).
 *
 * The real call comes first, and what it says decides whether the path is looked at: only where the
 * kernel has read it, so that a bad pointer stays the kernel's to refuse, and every other path
 * costs a comparison.  What we give instead is a memory file with the text of that moment, opened
 * anew under its name in /proc/self/fd, so that flags, mode and position are the program's own; and
 * where no text is wanted (stat, access, opening for writing), another file of /proc that has the
 * same owner, mode and size.
 *
 * Only these very paths count: none that leads there by a link, a relative name or `..`.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doors/common/system.h"
#include "doors/common/text.h"
#include "doors/common/text_file.h"
#include "doors/preload/front.h"

/*
 * Writes the text to the memory file.  present: the kernel has the file.  False: nothing is to be
 * given in its place.
 */
typedef bool writer(int file, bool present);

/* With UALG_WHEN=missing the kernel's own list is the one that counts. */
static bool write_crypto(int file, bool present)
{
	const char *when = secure_getenv("UALG_WHEN");
	const struct preload_functions *to;

	if (present && when && strcmp(when, "missing") == 0)
		return false;
	to = front_open_door();
	return to && to->write_catalog(file) == 0;
}

struct file {
	const char *path;
	const char *like; /* a file of the same owner, mode and size */
	writer *write;
};

static const struct file files[] = {
    {DOOR_TEXT_CATALOG, "/proc/filesystems", write_crypto},
    {DOOR_TEXT_FIPS_ENABLED, "/proc/sys/kernel/ostype", door_text_fips_enabled},
    {DOOR_TEXT_PROTOCOLS, "/proc/filesystems", door_text_protocols},
};

static const struct file *find(const char *path)
{
	if (strncmp(path, "/proc/", 6) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(path, files[i].path) == 0)
			return &files[i];
	return NULL;
}

/* The file that a call on a path was about; only for paths that the kernel has read. */
static const struct file *asked_for(const char *path, bool failed)
{
	if (failed && errno != ENOENT && errno != EACCES)
		return NULL;
	return find(path);
}

/* ---- opening ---- */

/* A file that holds a text; path leads to it. */
struct text {
	struct door_text_file file;
	char path[32];
};

/* The caller ends text->file where this is true. */
static bool make_text(const struct file *file, bool present, struct text *text)
{
	int saved = errno;
	bool made = door_text_file_make(&text->file);

	if (made && !file->write(text->file.writer, present)) {
		door_text_file_end(&text->file);
		made = false;
	}
	errno = saved;
	if (!made)
		return false;
	(void)DOOR_CALL_2(SYS_fchmod, text->file.reader, 0444);
	snprintf(text->path, sizeof(text->path), "/proc/self/fd/%d", text->file.reader);
	return true;
}

/* Opens the text of a file instead of what a call has given: that call's result where not. */
static int open_text(const struct file *file, int result, int flags)
{
	struct text text;

	if (!make_text(file, result >= 0, &text))
		return result;
	if (result >= 0)
		(void)DOOR_CALL_1(SYS_close, result);
	result = REAL(open64)(text.path, flags & ~(O_CREAT | O_NOFOLLOW), 0);
	door_text_file_end(&text.file);
	return result;
}

/* Whether flags ask for the text, and not for something that needs none. */
static bool reads(int flags)
{
	return (flags & (O_ACCMODE | O_PATH | O_DIRECTORY | O_TRUNC)) == O_RDONLY &&
	       (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
}

static int open_instead(const struct file *file, int result, int flags)
{
	int cancel_state;

	/* The kernel has it, and this program may not read it. */
	if (result < 0 && errno == EACCES && !(flags & O_CREAT))
		return result;
	if (!reads(flags))
		return result < 0 ? REAL(open64)(file->like, flags & ~O_NOFOLLOW, 0) : result;
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	result = open_text(file, result, flags);
	(void)pthread_setcancelstate(cancel_state, &cancel_state);
	return result;
}

/* What an opening call gives in the end; before: errno as it was, which success leaves alone. */
static int opened(int result, const char *path, int flags, int before)
{
	const struct file *file = asked_for(path, result < 0);

	if (!file)
		return result;
	result = open_instead(file, result, flags);
	if (result >= 0)
		errno = before;
	return result;
}

/* The mode of open, where there is one. */
#define TAKE_MODE(flags, mode)                                                                     \
	do {                                                                                       \
		va_list arguments;                                                                 \
                                                                                                   \
		va_start(arguments, flags);                                                        \
		if ((flags)&O_CREAT || ((flags)&O_TMPFILE) == O_TMPFILE)                           \
			(mode) = va_arg(arguments, mode_t);                                        \
		va_end(arguments);                                                                 \
	} while (0)

#define X(name)                                                                                    \
	FRONT_EXPORT int front_##name(const char *path, int flags, ...) __asm__(#name);            \
	int front_##name(const char *path, int flags, ...)                                         \
	{                                                                                          \
		int before = errno;                                                                \
		mode_t mode = 0;                                                                   \
                                                                                                   \
		TAKE_MODE(flags, mode);                                                            \
		return opened(REAL(name)(path, flags, mode), path, flags, before);                 \
	}
X(open)
X(open64)
#undef X

#define X(name)                                                                                    \
	FRONT_EXPORT int front_##name(int folder, const char *path, int flags,                     \
				      ...) __asm__(#name);                                         \
	int front_##name(int folder, const char *path, int flags, ...)                             \
	{                                                                                          \
		int before = errno;                                                                \
		mode_t mode = 0;                                                                   \
                                                                                                   \
		TAKE_MODE(flags, mode);                                                            \
		return opened(REAL(name)(folder, path, flags, mode), path, flags, before);         \
	}
X(openat)
X(openat64)
#undef X

#define X(name)                                                                                    \
	FRONT_EXPORT int front_##name(const char *path, int flags) __asm__(#name);                 \
	int front_##name(const char *path, int flags)                                              \
	{                                                                                          \
		int before = errno;                                                                \
                                                                                                   \
		return opened(REAL(name)(path, flags), path, flags, before);                       \
	}
X(__open_2)
X(__open64_2)
#undef X

#define X(name)                                                                                    \
	FRONT_EXPORT int front_##name(int folder, const char *path, int flags) __asm__(#name);     \
	int front_##name(int folder, const char *path, int flags)                                  \
	{                                                                                          \
		int before = errno;                                                                \
                                                                                                   \
		return opened(REAL(name)(folder, path, flags), path, flags, before);               \
	}
X(__openat_2)
X(__openat64_2)
#undef X

/* ---- streams ---- */

static bool mode_reads(const char *mode)
{
	return mode[0] == 'r' && !strchr(mode, '+');
}

static FILE *stream_opened(FILE *stream, const char *path, const char *mode, int before)
{
	const struct file *file = asked_for(path, !stream);
	struct text text;

	if (!file)
		return stream;
	if (!mode_reads(mode))
		return stream ? stream : REAL(fopen64)(file->like, mode);
	if (!make_text(file, stream != NULL, &text))
		return stream;
	errno = before;
	if (stream)
		(void)REAL(fclose)(stream);
	stream = REAL(fopen64)(text.path, mode);
	door_text_file_end(&text.file);
	return stream;
}

#define X(name)                                                                                    \
	FRONT_EXPORT FILE *front_##name(const char *path, const char *mode) __asm__(#name);        \
	FILE *front_##name(const char *path, const char *mode)                                     \
	{                                                                                          \
		int before = errno;                                                                \
                                                                                                   \
		return stream_opened(REAL(name)(path, mode), path, mode, before);                  \
	}
X(fopen)
X(fopen64)
#undef X

/* A stream cannot be opened twice, so here the kernel is asked first whether the path is there. */
static const struct file *reopened(const char *path, bool *present)
{
	long result;

	if (!path)
		return NULL;
	result = DOOR_CALL_3(SYS_faccessat, AT_FDCWD, path, F_OK);
	*present = result == 0;
	return result == 0 || result == -ENOENT ? find(path) : NULL;
}

#define X(name)                                                                                    \
	FRONT_EXPORT FILE *front_##name(const char *path, const char *mode,                        \
					FILE *stream) __asm__(#name);                              \
	FILE *front_##name(const char *path, const char *mode, FILE *stream)                       \
	{                                                                                          \
		const struct preload_functions *to = front_door();                                 \
		bool present;                                                                      \
		const struct file *file = reopened(path, &present);                                \
		struct text text;                                                                  \
		bool made = file && mode_reads(mode) && make_text(file, present, &text);           \
		FILE *result;                                                                      \
                                                                                                   \
		if (made)                                                                          \
			path = text.path;                                                          \
		result = to ? to->name(path, mode, stream) : REAL(name)(path, mode, stream);       \
		if (made)                                                                          \
			door_text_file_end(&text.file);                                            \
		return result;                                                                     \
	}
X(freopen)
X(freopen64)
#undef X

/* ---- asking about a path ---- */

/* The path to ask about once more, after a call has failed; NULL: its result stands. */
static const char *like(int result, const char *path)
{
	const struct file *file;

	if (result >= 0 || errno != ENOENT)
		return NULL;
	file = find(path);
	return file ? file->like : NULL;
}

#define X(name, parameters, arguments, again)                                                      \
	FRONT_EXPORT int front_##name parameters __asm__(#name);                                   \
	int front_##name parameters                                                                \
	{                                                                                          \
		int before = errno;                                                                \
		int result = REAL(name) arguments;                                                 \
		const char *other = like(result, path);                                            \
                                                                                                   \
		if (!other)                                                                        \
			return result;                                                             \
		errno = before;                                                                    \
		return REAL(name) again;                                                           \
	}
#define BY_PATH(name, buffer) X(name, (const char *path, buffer *out), (path, out), (other, out))
BY_PATH(stat, struct stat)
BY_PATH(stat64, struct stat64)
BY_PATH(lstat, struct stat)
BY_PATH(lstat64, struct stat64)
#define BY_VERSION(name, buffer)                                                                   \
	X(name, (int version, const char *path, buffer *out), (version, path, out),                \
	  (version, other, out))
BY_VERSION(__xstat, struct stat)
BY_VERSION(__xstat64, struct stat64)
BY_VERSION(__lxstat, struct stat)
BY_VERSION(__lxstat64, struct stat64)
#define BY_FOLDER(name, buffer)                                                                    \
	X(name, (int folder, const char *path, buffer *out, int flags),                            \
	  (folder, path, out, flags), (folder, other, out, flags))
BY_FOLDER(fstatat, struct stat)
BY_FOLDER(fstatat64, struct stat64)
#define BY_BOTH(name, buffer)                                                                      \
	X(name, (int version, int folder, const char *path, buffer *out, int flags),               \
	  (version, folder, path, out, flags), (version, folder, other, out, flags))
BY_BOTH(__fxstatat, struct stat)
BY_BOTH(__fxstatat64, struct stat64)
X(statx, (int folder, const char *path, int flags, unsigned mask, struct statx *out),
  (folder, path, flags, mask, out), (folder, other, flags, mask, out))
X(access, (const char *path, int mode), (path, mode), (other, mode))
X(euidaccess, (const char *path, int mode), (path, mode), (other, mode))
X(eaccess, (const char *path, int mode), (path, mode), (other, mode))
X(faccessat, (int folder, const char *path, int mode, int flags), (folder, path, mode, flags),
  (folder, other, mode, flags))
#undef X

/* ---- by number ---- */

/* Where the path stands among the arguments of a call, and the flags of one that opens. */
static const struct path_call {
	long number;
	int path;
	int flags; /* -1: opens nothing */
} path_calls[] = {
#ifdef SYS_open
    {SYS_open, 0, 1},        {SYS_access, 0, -1},    {SYS_stat, 0, -1},  {SYS_lstat, 0, -1},
#endif
    {SYS_openat, 1, 2},      {SYS_faccessat, 1, -1}, {SYS_statx, 1, -1}, {SYS_newfstatat, 1, -1},
#ifdef SYS_faccessat2
    {SYS_faccessat2, 1, -1},
#endif
};

static const struct path_call *find_call(long number)
{
	for (size_t i = 0; i < sizeof(path_calls) / sizeof(path_calls[0]); i++)
		if (path_calls[i].number == number)
			return &path_calls[i];
	return NULL;
}

static long system_result(long number, const long x[6])
{
	long result = door_system_call(number, x[0], x[1], x[2], x[3], x[4], x[5]);

	if (result >= 0 || result <= -4096)
		return result;
	errno = (int)-result;
	return -1;
}

bool front_files_call(long number, const long arguments[6], long *result)
{
	const struct path_call *call = find_call(number);
	int before = errno;
	const char *path, *other;
	long x[6];

	if (!call)
		return false;
	*result = system_result(number, arguments);
	path = (const char *)arguments[call->path];
	if (call->flags >= 0) {
		*result = opened((int)*result, path, (int)arguments[call->flags], before);
		return true;
	}
	other = like((int)*result, path);
	if (other) {
		errno = before;
		memcpy(x, arguments, sizeof(x));
		x[call->path] = (long)other;
		*result = system_result(number, x);
	}
	return true;
}
