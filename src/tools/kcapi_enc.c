/* SPDX-License-Identifier: MIT */
/* kcapi-enc: a file through a cipher, or sealed and opened by an AEAD algorithm. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "files/ahead.h"
#include "files/padding.h"
#include "tools/kcapi.h"
#include "ualg/ualg.h"

#define IV_MAX    64u
#define TAG_MAX   64u
#define AAD_MAX   65536u
#define WHOLE_MAX ((size_t)1 << 30)

enum { IV = KCAPI_OWN, AAD, TAG, TAG_SIZE, CCM_NONCE, NO_UNPAD };

static const struct option long_options[] = {
    KCAPI_COMMON_OPTIONS,
    {"encrypt", no_argument, NULL, 'e'},
    {"decrypt", no_argument, NULL, 'd'},
    {"iv", required_argument, NULL, IV},
    {"aad", required_argument, NULL, AAD},
    {"tag", required_argument, NULL, TAG},
    {"taglen", required_argument, NULL, TAG_SIZE},
    {"ccm-nonce", required_argument, NULL, CCM_NONCE},
    {"nounpad", no_argument, NULL, NO_UNPAD},
    {0},
};

struct job {
	struct kcapi_options options;
	bool decrypt, no_unpad;
	const char *iv, *ccm_nonce, *aad, *tag, *tag_size;
	struct files_input input;
	struct files_output output;
};

static int usage(void)
{
	return kcapi_usage("Kernel Crypto API Symmetric Crypto Helper",
			   "\t-c --cipher <NAME>	Cipher to use\n"
			   "\t-e --encrypt		Encrypt (default)\n"
			   "\t-d --decrypt		Decrypt\n"
			   "\t-i --infile <FILE>	File with input data\n"
			   "\t-o --outfile <FILE>	File with output data\n"
			   "\t   --iv <IV>		IV\n"
			   "\t   --aad <AAD>		AAD for AEAD algorithms\n"
			   "\t   --tag <TAG>		Tag for AEAD decryption\n"
			   "\t   --taglen <BYTES>	Size of the tag of AEAD encryption\n"
			   "\t   --ccm-nonce <NONCE>	CCM nonce (instead of IV)\n"
			   "\t-s --salt <SALT>	Salt for PBKDF2\n"
			   "\t-p --passwd <PWD>	Password that the key is derived from\n"
			   "\t   --passwdfd <FD>	Descriptor with the password\n"
			   "\t   --pbkdfiter <NUM>	Number of PBKDF2 iterations\n"
			   "\t   --pbkdfmac <MAC>	Mac for PBKDF2 (default: hmac(sha256))\n"
			   "\t   --keyfd <FD>		Descriptor with the key\n"
			   "\t   --nounpad		Leave padding in the output file\n"
			   "\t-h --help		This text\n"
			   "\t   --version		Print version\n"
			   "\t-v --verbose		Say more\n"
			   "\t-q --quiet		Say nothing but errors\n\n"
			   "Standard input is worked on, the result on standard output\n");
}

/* The IV: short of digits, zeros follow; without any, it is zeros. */
static int take_iv(const struct job *job, uint8_t iv[IV_MAX], size_t size)
{
	uint8_t nonce[16] = {0};
	ssize_t got;

	memset(iv, 0, IV_MAX);
	if (!job->ccm_nonce) {
		got = job->iv ? kcapi_hex(job->iv, iv, size) : 0;
		if (got < 0)
			kcapi_error(&job->options, "'%s' is not hexadecimal digits", job->iv);
		return got < 0 ? -EINVAL : 0;
	}
	got = kcapi_hex(job->ccm_nonce, nonce, sizeof(nonce));
	return got < 0 ? -EINVAL : ualg_ccm_iv(nonce, (size_t)got, iv);
}

/* A failure that nothing was said about yet is told by the caller. */
static int write_out(struct job *job, const void *data, size_t size)
{
	int error = output_write(&job->output, data, size);

	if (error != 0)
		kcapi_error(&job->options, "Cannot write %s: %s", job->output.name,
			    strerror(-error));
	return error;
}

/* Padding is added where it is needed only, and taken off only between files. */
static int do_piece(struct job *job, struct ualg_skcipher *cipher, uint8_t *in, size_t size,
		    bool last, uint8_t *out)
{
	size_t block = ualg_skcipher_block_size(cipher), room = INPUT_PIECE + 2 * PADDING_MAX;
	bool between_files = job->options.infile && job->options.outfile;
	size_t written, rest = 0;
	int error;

	if (last && !job->decrypt && size % block)
		size = padding_add(in, size, block);
	error = ualg_skcipher_update(cipher, in, size, out, room, &written);
	if (error == 0 && last)
		error = ualg_skcipher_finish(cipher, out + written, room - written, &rest);
	written += rest;
	if (error == 0 && last && job->decrypt && block > 1 && between_files && !job->no_unpad)
		(void)padding_remove(out, &written, block);
	return error ? error : write_out(job, out, written);
}

static int in_pieces(struct job *job, struct ualg_skcipher *cipher, const uint8_t *iv)
{
	uint8_t *out = malloc(INPUT_PIECE + 2 * PADDING_MAX), *in;
	struct files_ahead ahead;
	bool last = false;
	ssize_t size;
	int error = ahead_open(&ahead, &job->input, INPUT_PIECE, PADDING_MAX);

	if (error == 0)
		error = out ? ualg_skcipher_start(cipher,
						  job->decrypt ? UALG_DECRYPT : UALG_ENCRYPT, iv)
			    : -ENOMEM;
	while (error == 0 && !last) {
		size = ahead_next(&ahead, &in, &last);
		error = size < 0 ? (int)size : do_piece(job, cipher, in, (size_t)size, last, out);
	}
	ahead_close(&ahead);
	if (out)
		ualg_secure_wipe(out, INPUT_PIECE + 2 * PADDING_MAX);
	free(out);
	return error;
}

static int whole(struct job *job, struct ualg_skcipher *cipher, const uint8_t *iv)
{
	size_t block = ualg_skcipher_block_size(cipher), size;
	uint8_t *data;
	int error = input_read_all(&job->input, WHOLE_MAX, TAG_MAX, &data, &size);

	if (error != 0)
		return error;
	if (!job->decrypt && size % block)
		size = padding_add(data, size, block);
	error = job->decrypt ? ualg_skcipher_decrypt(cipher, iv, data, data, size)
			     : ualg_skcipher_encrypt(cipher, iv, data, data, size);
	if (error == 0)
		error = write_out(job, data, size);
	ualg_secure_wipe(data, size);
	free(data);
	return error;
}

static int with_skcipher(struct job *job, struct ualg_skcipher *cipher)
{
	struct files_secret key = {0};
	uint8_t iv[IV_MAX];
	int error = kcapi_key(&job->options, &key);

	if (error == 0)
		error = ualg_skcipher_set_key(cipher, key.data, key.size);
	secret_free(&key);
	if (error == 0)
		error = take_iv(job, iv, ualg_skcipher_iv_size(cipher));
	if (error == 0)
		error = kcapi_open(&job->options, &job->input, &job->output);
	if (error != 0)
		return error;
	if (ualg_alg_streams(ualg_skcipher_alg(cipher)))
		error = in_pieces(job, cipher, iv);
	else
		error = whole(job, cipher, iv);
	return error;
}

/* The output is the AAD, the text, and of encryption the tag. */
static int one_message(struct job *job, struct ualg_aead *aead, const uint8_t *iv,
		       const struct files_secret *aad, uint8_t *tag)
{
	uint8_t *data;
	size_t size;
	int error = input_read_all(&job->input, WHOLE_MAX, TAG_MAX, &data, &size);

	if (error != 0)
		return error;
	if (job->decrypt)
		error = ualg_aead_decrypt(aead, iv, aad->data, aad->size, data, data, size, tag);
	else
		error = ualg_aead_encrypt(aead, iv, aad->data, aad->size, data, data, size, tag);
	if (error == 0)
		error = write_out(job, aad->data, aad->size);
	if (error == 0)
		error = write_out(job, data, size);
	if (error == 0 && !job->decrypt)
		error = write_out(job, tag, ualg_aead_tag_size(aead));
	ualg_secure_wipe(data, size);
	free(data);
	return error;
}

static int take_tag(const struct job *job, struct ualg_aead *aead, uint8_t tag[TAG_MAX])
{
	ssize_t size;

	if (job->decrypt)
		size = kcapi_hex(job->tag, tag, TAG_MAX);
	else
		size = (ssize_t)strtoul(job->tag_size, NULL, 10);
	return size < 0 ? -EINVAL : ualg_aead_set_tag_size(aead, (size_t)size);
}

static int take_aad(const struct job *job, struct files_secret *aad)
{
	ssize_t size;
	int error = secret_new(aad, AAD_MAX);

	if (error != 0)
		return error;
	size = job->aad ? kcapi_hex(job->aad, aad->data, AAD_MAX) : 0;
	if (size < 0 || size > (ssize_t)AAD_MAX)
		return -EINVAL;
	aad->size = (size_t)size;
	return 0;
}

static int with_aead(struct job *job, struct ualg_aead *aead)
{
	struct files_secret key = {0}, aad = {0};
	uint8_t iv[IV_MAX], tag[TAG_MAX] = {0};
	int error = kcapi_key(&job->options, &key);

	if (error == 0)
		error = ualg_aead_set_key(aead, key.data, key.size);
	if (error == 0)
		error = take_tag(job, aead, tag);
	if (error == 0)
		error = take_iv(job, iv, ualg_aead_iv_size(aead));
	if (error == 0)
		error = take_aad(job, &aad);
	if (error == 0)
		error = kcapi_open(&job->options, &job->input, &job->output);
	if (error == 0)
		error = one_message(job, aead, iv, &aad, tag);
	secret_free(&key);
	secret_free(&aad);
	return error;
}

/* What an AEAD algorithm needs beside: a message, or NULL. */
static const char *missing(const struct job *job)
{
	if (job->decrypt && !job->tag)
		return "No tag provided for AEAD decryption operation";
	if (!job->decrypt && !job->tag_size)
		return "No tag length provided for AEAD encryption operation";
	return NULL;
}

/* The exit status. */
static int finish(struct job *job, int error)
{
	if (error == 0)
		error = output_commit(&job->output);
	if (job->output.name)
		output_abandon(&job->output);
	if (job->input.name)
		input_close(&job->input);
	if (error == -EBADMSG)
		kcapi_error(&job->options, "AEAD decryption failed due to integrity violation");
	else if (error != 0)
		kcapi_error(&job->options, "%s failed with error %d",
			    job->decrypt ? "decryption" : "encryption", error);
	return kcapi_status(error);
}

static int run(struct job *job)
{
	const char *cipher = job->options.cipher;
	struct ualg_skcipher *skcipher;
	struct ualg_aead *aead;
	int error =
	    job->aad ? -ENOENT : ualg_skcipher_open(&skcipher, cipher, UALG_TRANSPORT_DEFAULT);

	if (error == 0) {
		error = with_skcipher(job, skcipher);
		ualg_skcipher_close(skcipher);
		return finish(job, error);
	}
	if (job->aad && missing(job)) {
		kcapi_error(&job->options, "%s", missing(job));
		return usage();
	}
	error = ualg_aead_open(&aead, cipher, UALG_TRANSPORT_DEFAULT);
	if (error != 0) {
		kcapi_error(&job->options, "'%s': %s", cipher, strerror(-error));
		return kcapi_status(error);
	}
	if (missing(job)) {
		ualg_aead_close(aead);
		kcapi_error(&job->options, "%s", missing(job));
		return usage();
	}
	error = with_aead(job, aead);
	ualg_aead_close(aead);
	return finish(job, error);
}

static bool take_option(struct job *job, int option, const char *value)
{
	switch (option) {
	case 'e':
	case 'd':
		job->decrypt = option == 'd';
		return true;
	case IV:
		job->iv = value;
		return true;
	case AAD:
		job->aad = value;
		return true;
	case TAG:
		job->tag = value;
		return true;
	case TAG_SIZE:
		job->tag_size = value;
		return true;
	case CCM_NONCE:
		job->ccm_nonce = value;
		return true;
	case NO_UNPAD:
		job->no_unpad = true;
		return true;
	default:
		return kcapi_take(&job->options, option, value);
	}
}

int tools_kcapi_enc(const struct tools_program *program, int argc, char **argv)
{
	struct job job = {.options = {.program = program->name}};
	int option;

	argv[0] = (char *)program->name;
	while ((option = getopt_long(argc, argv, KCAPI_COMMON_LETTERS "ed", long_options, NULL)) !=
	       -1) {
		if (option == KCAPI_VERSION)
			return kcapi_version();
		if (!take_option(&job, option, optarg))
			return usage();
	}
	if (!job.options.cipher) {
		kcapi_error(&job.options, "Provide cipher name");
		return usage();
	}
	if (!kcapi_has_key(&job.options)) {
		kcapi_error(&job.options, "Provide at least a password, a password FD or key FD");
		return usage();
	}
	return run(&job);
}
