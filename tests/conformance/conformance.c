/* SPDX-License-Identifier: MIT */
/*
 * Runs the conformance table and prints one line for each case: `RULE NAME: TOKEN TOKEN...`, a
 * token for each command.  The same program runs on a kernel that has AF_ALG, statically linked or
 * not, and behind a door.  docs/design/conformance.md tells how results are compared.
 *
 *   conformance FILE...                  every case of these files
 *   conformance --case RULE[:NAME] FILE...
 *   conformance --bind TYPE NAME         0 where the name can be bound, else 1
 *
 * A file has, for each case, a line `RULE NAME` and then lines of commands, which begin with a
 * blank; several stand on a line with ";" between.  "#" begins a comment.  See language.h and
 * verbs_*.c for the commands.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "verbs.h"

#define CASE_LIMIT_S 20
#define CASE_SIZE    (64u * 1024)

static const struct verb *const tables[] = {verbs_socket, verbs_data,    verbs_system,
					    verbs_pipe,   verbs_process, verbs_crypto};

static _Thread_local int made_fd;

void verb_made(int fd)
{
	made_fd = fd;
}

_Noreturn void table_error(const char *what, const char *where)
{
	printf("!%s:%s\n", what, where);
	fflush(stdout);
	_exit(2);
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct verb *verb = tables[i]; verb->name; verb++)
			if (strcmp(verb->name, name) == 0)
				return verb;
	table_error("no such verb", name);
}

void verb_run(const char *text, char *token)
{
	struct command command;
	char target[16];

	command_parse(text, &command);
	made_fd = -1;
	find_verb(command_word(&command, 0))->run(&command, token);
	if (command_target(text, target, sizeof(target)))
		fd_set_name(target, made_fd);
}

/* ---- one case ---- */

/* The next command of a case, ended by NUL in place; NULL at the end.  Quoted text is skipped. */
static char *next_command(char **rest)
{
	char *start = *rest + strspn(*rest, " \t\n;");
	char *end = start;
	bool quoted = false;

	while (*end && (quoted || (*end != '\n' && *end != ';')))
		quoted ^= *end++ == '"';
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return *start ? start : NULL;
}

static void tell(const char *token)
{
	printf(" %s", token);
	fflush(stdout);
}

static void close_named(const char *name, int fd, void *argument)
{
	(void)name;
	(void)argument;
	close(fd);
}

static void run_commands(char *text)
{
	char token[TOKEN_SIZE];
	char *command;

	while ((command = next_command(&text)) != NULL) {
		token[0] = '\0';
		verb_run(command, token);
		tell(token);
	}
	/* Whatever a closed socket leaves behind is a leak. */
	fd_each(close_named, NULL);
	token[0] = '\0';
	token_leaks(token);
	if (token[0])
		tell(token);
}

/* Copies what a case prints, until it ends or its time is over. */
static bool relay(int from)
{
	time_t end = time(NULL) + CASE_LIMIT_S;
	char bytes[TOKEN_SIZE];

	while (time(NULL) < end) {
		struct pollfd poller = {.fd = from, .events = POLLIN};

		if (poll(&poller, 1, 500) == 0)
			continue;
		ssize_t got = read(from, bytes, sizeof(bytes));
		if (got <= 0)
			return true;
		fwrite(bytes, 1, (size_t)got, stdout);
	}
	return false;
}

/* A process of its own for each case, with all that it starts. */
static void run_case(const char *title, char *text)
{
	int ends[2], status;
	bool in_time;
	pid_t child;

	printf("%s:", title);
	fflush(stdout);
	if (pipe(ends) < 0 || (child = fork()) < 0)
		table_error("no process", title);
	if (child == 0) {
		setpgid(0, 0);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		run_commands(text);
		_exit(0);
	}
	setpgid(child, child);
	close(ends[1]);
	in_time = relay(ends[0]);
	close(ends[0]);
	kill(-child, SIGKILL);
	waitpid(child, &status, 0);
	if (!in_time)
		printf(" !timeout");
	else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		printf(" !signal-%d", WTERMSIG(status));
	printf("\n");
	fflush(stdout);
}

/* ---- files ---- */

/* RULE, or RULE:NAME, or nothing for all */
static bool is_wanted(const char *title, const char *wanted)
{
	size_t length = wanted ? strcspn(wanted, ":") : 0;

	if (!wanted)
		return true;
	if (strncmp(title, wanted, length) != 0 || title[length] != ' ')
		return false;
	return wanted[length] == '\0' || strcmp(title + length + 1, wanted + length + 1) == 0;
}

static size_t run_pending(char *title, char *text, const char *wanted)
{
	bool run = title[0] && is_wanted(title, wanted);

	if (run)
		run_case(title, text);
	title[0] = text[0] = '\0';
	return run;
}

/* All of a file, ended by NUL; the caller frees it. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file || getdelim(&text, &size, '\0', file) < 0)
		table_error(strerror(errno), path);
	fclose(file);
	return text;
}

/* The file is closed before the first case: what a process does to its open files when it ends
 * would move the place in it for us, too. */
static size_t run_file(const char *path, const char *wanted)
{
	static char text[CASE_SIZE];
	char *file = read_file(path), *rest = file, *line, title[128] = "";
	size_t count = 0, used = 0;

	text[0] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (line[0] != ' ' && line[0] != '\t') {
			count += run_pending(title, text, wanted);
			snprintf(title, sizeof(title), "%s", line);
			used = 0;
			continue;
		}
		if (used + strlen(line) + 1 >= CASE_SIZE)
			table_error("a case is too long", title);
		used += (size_t)snprintf(text + used, CASE_SIZE - used, "%s\n", line);
	}
	count += run_pending(title, text, wanted);
	free(file);
	return count;
}

static int try_bind(const char *type, const char *name)
{
	char text[COMMAND_SIZE], token[TOKEN_SIZE] = "";

	snprintf(text, sizeof(text), "bound %s \"%s\"", type, name);
	verb_run(text, token);
	return strcmp(token, "ok") != 0;
}

int main(int count, char **arguments)
{
	const char *wanted = NULL;
	size_t cases = 0;
	int first = 1;

	signal(SIGPIPE, SIG_IGN);
	if (count > 3 && strcmp(arguments[1], "--exec") == 0)
		return verb_main_after_exec(count - 2, arguments + 2);
	if (count > 3 && strcmp(arguments[1], "--bind") == 0)
		return try_bind(arguments[2], arguments[3]);
	if (count > 3 && strcmp(arguments[1], "--case") == 0) {
		wanted = arguments[2];
		first = 3;
	}
	for (int i = first; i < count; i++)
		cases += run_file(arguments[i], wanted);
	return cases == 0;
}
