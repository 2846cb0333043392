/* SPDX-License-Identifier: MIT */
#include "tools/kcapi.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/hex.h"
#include "ualg/ualg.h"

#define SALT_SIZE    32u
#define SALT_MAX     256u
#define KEY_SIZE     32u
#define MILLISECONDS 100u

bool kcapi_take(struct kcapi_options *options, int option, const char *value)
{
	const struct {
		int option;
		const char **text;
	} texts[] = {
	    {'c', &options->cipher},
	    {'i', &options->infile},
	    {'o', &options->outfile},
	    {'s', &options->salt},
	    {'p', &options->password},
	    {KCAPI_PASSWD_FD, &options->password_fd},
	    {KCAPI_ITERATIONS, &options->iterations},
	    {KCAPI_MAC, &options->mac},
	    {KCAPI_KEY_FD, &options->key_fd},
	};

	if (option == 'q')
		options->quiet = true;
	else if (option == 'v')
		options->verbose++;
	else
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
			if (texts[i].option != option)
				continue;
			*texts[i].text = value;
			return true;
		}
	return option == 'q' || option == 'v';
}

bool kcapi_has_key(const struct kcapi_options *options)
{
	return options->key_fd || options->password || options->password_fd;
}

static void say(const char *program, const char *kind, const char *format, va_list arguments)
{
	fprintf(stderr, "%s - %s: ", program, kind);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void kcapi_error(const struct kcapi_options *options, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(options->program, "Error", format, arguments);
	va_end(arguments);
}

void kcapi_warning(const struct kcapi_options *options, const char *format, ...)
{
	va_list arguments;

	if (options->quiet)
		return;
	va_start(arguments, format);
	say(options->program, "Warning", format, arguments);
	va_end(arguments);
}

void kcapi_verbose(const struct kcapi_options *options, const char *format, ...)
{
	va_list arguments;

	if (options->verbose == 0)
		return;
	va_start(arguments, format);
	say(options->program, "Verbose", format, arguments);
	va_end(arguments);
}

ssize_t kcapi_hex(const char *text, uint8_t *out, size_t room)
{
	size_t digits = strlen(text), all = (digits + 1) / 2;
	char pair[3] = "0";

	for (size_t i = 0; i < all; i++) {
		bool alone = i == 0 && digits % 2;
		uint8_t byte;

		pair[0] = alone ? '0' : *text++;
		pair[1] = *text++;
		if (hex_read(&byte, 1, pair, 2) < 0)
			return -EINVAL;
		if (i < room)
			out[i] = byte;
	}
	return (ssize_t)all;
}

static int read_fd(const struct kcapi_options *options, const char *text,
		   struct files_secret *secret)
{
	char *end;
	long fd = strtol(text, &end, 10);
	int error = end != text && *end == '\0' && fd >= 0 && fd <= INT32_MAX
			? secret_read_fd(secret, (int)fd)
			: -EBADF;

	if (error == 0)
		return 0;
	kcapi_error(options, "cannot read from descriptor %s: %s", text, strerror(-error));
	return -EPERM;
}

/* The original takes so much of a key and leaves the rest; what it made has to be readable. */
static int read_key(const struct kcapi_options *options, struct files_secret *key)
{
	int error = read_fd(options, options->key_fd, key);

	if (error != 0 || key->size <= KEY_SIZE)
		return error;
	kcapi_warning(options, "only the first %u bytes of the key are used", KEY_SIZE);
	ualg_secure_wipe(key->data + KEY_SIZE, key->size - KEY_SIZE);
	key->size = KEY_SIZE;
	return 0;
}

static int read_password(const struct kcapi_options *options, struct files_secret *password)
{
	int error;

	if (!options->password)
		return read_fd(options, options->password_fd, password);
	kcapi_warning(options, "Password on command line is visible in process listing and /proc! "
			       "Use --passwdfd command line option!");
	error = secret_new(password, strlen(options->password));
	if (error == 0)
		memcpy(password->data, options->password, password->size);
	return error;
}

/* The salt as given, or a random one that has to be told. */
static int take_salt(const struct kcapi_options *options, uint8_t salt[SALT_MAX], size_t *size)
{
	char text[2 * SALT_SIZE + 1];
	ssize_t got;
	int error;

	if (options->salt) {
		got = kcapi_hex(options->salt, salt, SALT_MAX);
		if (got >= 0 && (size_t)got <= SALT_MAX) {
			*size = (size_t)got;
			return 0;
		}
		kcapi_error(options, "'%s' is not up to %u bytes in hexadecimal digits",
			    options->salt, SALT_MAX);
		return -EINVAL;
	}
	*size = SALT_SIZE;
	error = ualg_random(salt, SALT_SIZE);
	hex_write(text, salt, SALT_SIZE);
	if (error == 0)
		kcapi_warning(options, "PBKDF2 salt used: %s", text);
	return error;
}

static int take_iterations(const struct kcapi_options *options, const char *mac, uint64_t *count)
{
	int error;

	*count = options->iterations ? strtoul(options->iterations, NULL, 10) : 0;
	if (*count > 0)
		return 0;
	error = ualg_pbkdf2_iterations(mac, KEY_SIZE, MILLISECONDS, count);
	if (error == 0)
		kcapi_warning(options, "PBKDF2 iterations used: %" PRIu64, *count);
	return error;
}

int kcapi_key(const struct kcapi_options *options, struct files_secret *key)
{
	const char *mac = options->mac ? options->mac : "hmac(sha256)";
	struct files_secret password = {0};
	uint8_t salt[SALT_MAX];
	uint64_t iterations;
	size_t salt_size;
	int error;

	if (options->key_fd)
		return read_key(options, key);
	error = read_password(options, &password);
	if (error == 0 && password.size == 0)
		error = -EINVAL;
	if (error == 0)
		error = take_iterations(options, mac, &iterations);
	if (error == 0)
		error = take_salt(options, salt, &salt_size);
	if (error == 0)
		error = secret_new(key, KEY_SIZE);
	if (error == 0)
		error = ualg_pbkdf2(mac, password.data, password.size, salt, salt_size, iterations,
				    key->data, key->size);
	secret_free(&password);
	if (error != 0)
		secret_free(key);
	return error;
}

int kcapi_open(const struct kcapi_options *options, struct files_input *input,
	       struct files_output *output)
{
	int error = input_open(input, options->infile ? options->infile : "-");

	if (error == -EISDIR) {
		kcapi_error(options, "%s is no regular file or symlink", options->infile);
		return -EINVAL;
	}
	if (error != 0) {
		kcapi_error(options, "Cannot open file %s: %s", options->infile, strerror(-error));
		return -EIO;
	}
	error = output_open(output, options->outfile ? options->outfile : "-", false);
	if (error == 0)
		return 0;
	kcapi_error(options, "Cannot open file %s: %s", options->outfile, strerror(-error));
	input_close(input);
	return -EIO;
}

int kcapi_usage(const char *title, const char *lines)
{
	fprintf(stderr, "\n%s\n\nAs Debian's kcapi-tools 1.4.0; ualg %s\n\nUsage:\n%s", title,
		ualg_version(), lines);
	return 1;
}

int kcapi_version(void)
{
	fprintf(stderr, "Version ualg %s\n", ualg_version());
	return 0;
}
