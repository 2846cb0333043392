/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads a file of /proc as a string; false: there is nothing to be read. */
static bool read_file(const char *path, char *text, size_t room)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (file < 0)
		return false;
	size = read(file, text, room - 1);
	(void)close(file);
	text[size > 0 ? size : 0] = 0;
	return size > 0;
}

bool proc_is_nonblocking(pid_t thread, int number)
{
	char path[64], text[256];
	const char *flags;

	(void)snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", thread, number);
	if (!read_file(path, text, sizeof(text)))
		return false;
	flags = strstr(text, "flags:");
	return flags && strtoul(flags + 6, NULL, 8) & O_NONBLOCK;
}

/* Signals that do nothing where no handler is set, as bits of a mask: signal(7). */
#define HARMLESS                                                                                   \
	(UINT64_C(1) << (SIGCHLD - 1) | UINT64_C(1) << (SIGCONT - 1) |                             \
	 UINT64_C(1) << (SIGURG - 1) | UINT64_C(1) << (SIGWINCH - 1))

static uint64_t field(const char *status, const char *name)
{
	const char *line = strstr(status, name);

	return line ? strtoull(line + strlen(name), NULL, 16) : 0;
}

/* What /proc says of a thread; false: it is gone. */
static bool read_status(pid_t thread, char *status, size_t room)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/status", thread);
	return read_file(path, status, room);
}

pid_t proc_process_of(pid_t thread)
{
	char status[512];
	const char *line;

	if (!read_status(thread, status, sizeof(status)))
		return -1;
	line = strstr(status, "\nTgid:");
	return line ? (pid_t)strtol(line + 6, NULL, 10) : -1;
}

static bool is_alone(const char *status)
{
	const char *threads = strstr(status, "\nThreads:");

	return threads && strtol(threads + 9, NULL, 10) == 1;
}

bool proc_is_alone(pid_t process)
{
	char status[4096];

	return read_status(process, status, sizeof(status)) && is_alone(status);
}

uint64_t proc_capabilities(pid_t thread)
{
	char status[4096];

	return read_status(thread, status, sizeof(status)) ? field(status, "\nCapEff:") : 0;
}

/* The signals that something is done for. */
static uint64_t that_count(const char *status)
{
	return ~field(status, "\nSigIgn:") & ~(HARMLESS & ~field(status, "\nSigCgt:"));
}

enum proc_signal proc_signal_for(pid_t thread)
{
	char status[4096];
	uint64_t wanted;

	if (!read_status(thread, status, sizeof(status)))
		return PROC_SIGNAL_NONE;
	wanted = ~field(status, "\nSigBlk:") & that_count(status);
	if (field(status, "\nSigPnd:") & wanted)
		return PROC_SIGNAL_OWN;
	if (!(field(status, "\nShdPnd:") & wanted))
		return PROC_SIGNAL_NONE;
	return is_alone(status) ? PROC_SIGNAL_OWN : PROC_SIGNAL_SHARED;
}

enum proc_reach proc_signal_reaches(pid_t thread, int signal_number)
{
	const uint64_t bit = UINT64_C(1) << (signal_number - 1);
	char status[4096];

	if (!read_status(thread, status, sizeof(status)))
		return PROC_REACH_NOT;
	if (!(field(status, "\nSigBlk:") & bit))
		return PROC_REACH_NOW;
	return field(status, "\nSigPnd:") & bit ? PROC_REACH_NOT : PROC_REACH_BLOCKED;
}

bool proc_signal_counts(pid_t thread, int signal_number)
{
	char status[4096];

	return read_status(thread, status, sizeof(status)) &&
	       that_count(status) >> (signal_number - 1) & 1;
}

static bool is_stopped(pid_t process, const char *thread)
{
	char path[300], text[512];
	const char *state;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", process, thread);
	if (!read_file(path, text, sizeof(text)))
		return false;
	state = strrchr(text, ')');
	return state && strncmp(state, ") T", 3) == 0;
}

bool proc_is_stopping(pid_t process)
{
	char path[64];
	const struct dirent *entry;
	bool stopping = false;
	DIR *threads;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", process);
	threads = opendir(path);
	if (!threads)
		return false;
	while (!stopping && (entry = readdir(threads)) != NULL)
		stopping = is_stopped(process, entry->d_name);
	(void)closedir(threads);
	return stopping;
}
