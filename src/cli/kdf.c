/* SPDX-License-Identifier: MIT */
/* `ualg kdf`: keys from keys, by SP 800-108r1 and HKDF (RFC 5869). */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/key.h"
#include "cli/result.h"
#include "cli/values.h"
#include "ualg/ualg.h"

#define OUTPUT_MAX ((size_t)1024 * 1024)

static const char *const kinds[] = {"hkdf", "counter", "feedback", "double-pipeline", NULL};

static const char *kind;
static const char *mac;
static const char *bytes;
static const char *label;
static const char *context;
static const char *salt;
static const char *output_path;
static bool hex;
static struct cli_key_source key_source;

static const struct cli_option options[] = {
    {"kind", "KIND", "the function", kinds, NULL, &kind},
    {"mac", "NAME", "a keyed digest: hmac(sha256) if it is not named", NULL, NULL, &mac},
    {"bytes", "N", "of the derived key", NULL, NULL, &bytes},
    CLI_KEY_OPTIONS(key_source),
    {"label", "TEXT", "SP 800-108: the label, what the key is for", NULL, NULL, &label},
    {"context", "HEX", "SP 800-108: the context; hkdf: the info", NULL, NULL, &context},
    {"salt", "HEX", "hkdf: the salt", NULL, NULL, &salt},
    {"hex", NULL, "as hexadecimal digits", NULL, &hex, NULL},
    {"output", "FILE", "write there; it appears when it is complete", NULL, NULL, &output_path},
    {0},
};

static enum ualg_kdf_mode mode(void)
{
	if (strcmp(kind, "counter") == 0)
		return UALG_KDF_COUNTER;
	if (strcmp(kind, "feedback") == 0)
		return UALG_KDF_FEEDBACK;
	return UALG_KDF_DOUBLE_PIPELINE;
}

static bool is_hkdf(void)
{
	return strcmp(kind, "hkdf") == 0;
}

static int check_usage(void)
{
	if (!kind) {
		cli_message("--kind is missing: hkdf, counter, feedback or double-pipeline");
		return CLI_USAGE;
	}
	if (!bytes) {
		cli_message("--bytes is missing: how long is the key to be?");
		return CLI_USAGE;
	}
	if (is_hkdf() ? label != NULL : salt != NULL) {
		cli_message("--%s is not for '%s'", label && is_hkdf() ? "label" : "salt", kind);
		return CLI_USAGE;
	}
	return CLI_OK;
}

/* Digits of an option as bytes; not given: none. */
static int take_hex(const char *what, const char *text, struct files_secret *out)
{
	if (secret_new(out, text ? strlen(text) : 0) != 0)
		return cli_refused(mac, -ENOMEM);
	return text ? cli_hex(what, text, out->data, out->size, &out->size) : CLI_OK;
}

static int derive(const struct files_secret *key, const struct files_secret *context_bytes,
		  const struct files_secret *salt_bytes, struct files_secret *out)
{
	int error;

	if (is_hkdf())
		error = ualg_hkdf(mac, key->data, key->size, salt_bytes->data, salt_bytes->size,
				  context_bytes->data, context_bytes->size, out->data, out->size);
	else
		error =
		    ualg_kdf(mode(), mac, key->data, key->size, label, label ? strlen(label) : 0,
			     context_bytes->data, context_bytes->size, out->data, out->size);
	if (error == -EINVAL) {
		cli_message("'%s' with '%s' does not take this key, or gives less than %s bytes",
			    kind, mac, bytes);
		return CLI_FAILURE;
	}
	return error ? cli_refused(mac, error) : CLI_OK;
}

static int run(int argc, char **argv)
{
	struct files_secret key = {0}, context_bytes = {0}, salt_bytes = {0}, out = {0};
	size_t size = 0;
	int result = cli_no_operands(&cli_kdf_command, argc, argv);

	if (result == CLI_OK)
		result = check_usage();
	if (result == CLI_OK)
		result = cli_size("--bytes", bytes, 1, OUTPUT_MAX, &size);
	if (result != CLI_OK)
		return result;
	if (!mac)
		mac = "hmac(sha256)";
	result = take_hex("--context", context, &context_bytes);
	if (result == CLI_OK)
		result = take_hex("--salt", salt, &salt_bytes);
	if (result == CLI_OK && secret_new(&out, size) != 0)
		result = cli_refused(mac, -ENOMEM);
	if (result == CLI_OK)
		result = cli_key_read(&key_source, &key);
	if (result == CLI_OK)
		result = derive(&key, &context_bytes, &salt_bytes, &out);
	if (result == CLI_OK)
		result = cli_write_result(output_path, out.data, out.size, hex, true);
	secret_free(&key);
	secret_free(&context_bytes);
	secret_free(&salt_bytes);
	secret_free(&out);
	return result;
}

const struct cli_command cli_kdf_command = {
    .name = "kdf",
    .help = "Derive a key from a key",
    .operands = "",
    .details = "hkdf is RFC 5869; the others are SP 800-108r1 with a 32-bit counter before\n"
	       "label, a zero byte, context and the length in 32 bits.  A file is made for its\n"
	       "owner only.\n",
    .options = options,
    .usage_exit = CLI_USAGE,
    .mixed = true,
    .run = run,
};
