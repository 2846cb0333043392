/* SPDX-License-Identifier: MIT */
#include "files/secret.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "files/cleanup.h"
#include "files/hex.h"
#include "files/input.h"
#include "files/output.h"
#include "ualg/ualg.h"

#define LINE_MAX_SIZE 1024
#define ASKED_AT_MOST 3

int secret_new(struct files_secret *secret, size_t size)
{
	*secret = (struct files_secret){.data = ualg_secure_alloc(size), .size = size};
	return secret->data ? 0 : -ENOMEM;
}

void secret_free(struct files_secret *secret)
{
	ualg_secure_free(secret->data);
	*secret = (struct files_secret){0};
}

static int read_input(struct files_secret *secret, struct files_input *input)
{
	ssize_t got;
	int result = secret_new(secret, SECRET_MAX + 1);

	if (result != 0)
		return result;
	got = input_read(input, secret->data, secret->size);
	if (got < 0 || (size_t)got > SECRET_MAX) {
		secret_free(secret);
		return got < 0 ? (int)got : -EFBIG;
	}
	secret->size = (size_t)got;
	return 0;
}

int secret_read_fd(struct files_secret *secret, int fd)
{
	struct files_input input = {.fd = fd};

	*secret = (struct files_secret){0};
	return read_input(secret, &input);
}

int secret_read_file(struct files_secret *secret, const char *path)
{
	struct files_input input;
	int result = input_open(&input, path);

	*secret = (struct files_secret){0};
	if (result != 0)
		return result;
	result = read_input(secret, &input);
	input_close(&input);
	return result;
}

/* Reads a line of a terminal, which the terminal hands over whole. */
static int read_line(int terminal, struct files_secret *secret)
{
	ssize_t got;
	int result = secret_new(secret, LINE_MAX_SIZE);

	if (result != 0)
		return result;
	do
		got = read(terminal, secret->data, secret->size);
	while (got < 0 && errno == EINTR);
	if (got <= 0) {
		secret_free(secret);
		return got < 0 ? -errno : -ENODATA;
	}
	/* What is longer would be cut without a word. */
	if (secret->data[got - 1] != '\n' && (size_t)got == secret->size) {
		secret_free(secret);
		return -EFBIG;
	}
	secret->size = (size_t)got;
	secret_cut_line(secret);
	return 0;
}

static int ask_once(int terminal, const char *what, const char *more, struct files_secret *secret)
{
	struct termios modes, silent;
	char prompt[160];
	int result;

	if (tcgetattr(terminal, &modes) != 0)
		return -errno;
	silent = modes;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	silent.c_lflag |= ICANON | ECHONL | ISIG;
	cleanup_restore(terminal, &modes);
	tcsetattr(terminal, TCSAFLUSH, &silent);
	snprintf(prompt, sizeof(prompt), "%s%s: ", what, more);
	result = output_write_fd(terminal, prompt, strlen(prompt));
	if (result == 0)
		result = read_line(terminal, secret);
	tcsetattr(terminal, TCSAFLUSH, &modes);
	cleanup_forget_terminal();
	return result;
}

static int ask_twice(int terminal, const char *what, struct files_secret *secret)
{
	static const char differ[] = "They are not the same.\n";
	struct files_secret second;

	for (int tries = 0; tries < ASKED_AT_MOST; tries++) {
		bool same;
		int result = ask_once(terminal, what, "", secret);

		if (result != 0)
			return result;
		result = ask_once(terminal, what, " again", &second);
		if (result != 0) {
			secret_free(secret);
			return result;
		}
		same = secret->size == second.size &&
		       ualg_secure_equal(secret->data, second.data, second.size);
		secret_free(&second);
		if (same)
			return 0;
		secret_free(secret);
		(void)output_write_fd(terminal, differ, sizeof(differ) - 1);
	}
	return -EINVAL;
}

int secret_ask(struct files_secret *secret, const char *what, bool again)
{
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int result;

	*secret = (struct files_secret){0};
	if (terminal < 0)
		return -errno;
	if (again)
		result = ask_twice(terminal, what, secret);
	else
		result = ask_once(terminal, what, "", secret);
	close(terminal);
	return result;
}

void secret_cut_line(struct files_secret *secret)
{
	uint8_t *end = memchr(secret->data, '\n', secret->size);

	if (!end)
		return;
	if (end > secret->data && end[-1] == '\r')
		end--;
	ualg_secure_wipe(end, secret->size - (size_t)(end - secret->data));
	secret->size = (size_t)(end - secret->data);
}

int secret_from_hex(struct files_secret *secret)
{
	size_t digits = 0;
	ssize_t size;

	for (size_t i = 0; i < secret->size; i++)
		if (!isspace(secret->data[i]))
			secret->data[digits++] = secret->data[i];
	size = hex_read(secret->data, secret->size, (const char *)secret->data, digits);
	if (size < 0)
		return (int)size;
	ualg_secure_wipe(secret->data + size, secret->size - (size_t)size);
	secret->size = (size_t)size;
	return 0;
}
