/* SPDX-License-Identifier: MIT */
#include "files/cleanup.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

static const int caught[] = {SIGHUP, SIGINT, SIGTERM};

#define CAUGHT (sizeof(caught) / sizeof(caught[0]))

static const char *_Atomic doomed;
static atomic_int terminal = -1;
static struct termios terminal_modes;
static struct sigaction before[CAUGHT];
static bool installed;

/* Calls async-signal-safe functions only. */
static void put_right(int signal_number)
{
	const char *path = atomic_load(&doomed);
	int fd = atomic_load(&terminal);

	if (path)
		unlink(path);
	if (fd >= 0)
		tcsetattr(fd, TCSANOW, &terminal_modes);
	/* SA_RESETHAND has put the default back; it takes effect when this handler returns. */
	raise(signal_number);
}

static void install(void)
{
	struct sigaction action = {.sa_handler = put_right, .sa_flags = (int)SA_RESETHAND};

	if (installed)
		return;
	installed = true;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < CAUGHT; i++) {
		sigaction(caught[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN)
			sigaction(caught[i], &action, NULL);
	}
}

static void uninstall_if_idle(void)
{
	if (!installed || atomic_load(&doomed) || atomic_load(&terminal) >= 0)
		return;
	installed = false;
	for (size_t i = 0; i < CAUGHT; i++)
		sigaction(caught[i], &before[i], NULL);
}

void cleanup_remove(const char *path)
{
	atomic_store(&doomed, path);
	install();
}

void cleanup_forget_file(void)
{
	atomic_store(&doomed, NULL);
	uninstall_if_idle();
}

void cleanup_restore(int fd, const struct termios *modes)
{
	terminal_modes = *modes;
	atomic_store(&terminal, fd);
	install();
}

void cleanup_forget_terminal(void)
{
	atomic_store(&terminal, -1);
	uninstall_if_idle();
}
