/* SPDX-License-Identifier: MIT */
/*
 * What `ualg encrypt` and `ualg decrypt` do, by formats:
 *
 *   sealed    crypt_sealed.c: a header, then authenticated pieces; any size in flat memory
 *   raw       crypt_raw.c: the cipher's own bytes, with the IV before them and the tag behind
 *   openssl   crypt_openssl.c: what `openssl enc` writes and reads
 *
 * All functions return an exit code with a message printed.  Whoever opened the job's files ends
 * them: a job that fails leaves no file.
 */
#ifndef UALG_CLI_CRYPT_H
#define UALG_CLI_CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/key.h"
#include "files/ahead.h"
#include "files/input.h"
#include "files/output.h"
#include "files/progress.h"
#include "files/secret.h"
#include "ualg/ualg.h"

/* The most that a message may have which a cipher takes only whole, bytes. */
#define CRYPT_WHOLE_MAX ((size_t)1 << 30)

struct crypt_job {
	enum ualg_direction direction;
	const char *algorithm; /* NULL: not named */
	struct cli_key_source key_source;

	const char *iv;       /* raw: hexadecimal digits; NULL: random, in the file */
	const char *aad;      /* raw: hexadecimal digits, or NULL */
	const char *aad_file; /* raw: or NULL */
	const char *tag_size; /* raw: or NULL */
	const char *padding;  /* raw, openssl: "pkcs7", "none"; NULL: as the mode needs */
	const char *iterations;
	const char *key_size;    /* openssl: bytes, or NULL */
	const char *digest;      /* openssl: of the key derivation, or NULL */
	const char *openssl_kdf; /* openssl: "pbkdf2", "bytes-to-key", or NULL */

	struct files_input input;
	struct files_output output;
	struct files_progress progress;
};

int crypt_sealed(struct crypt_job *job);
int crypt_raw(struct crypt_job *job);
int crypt_openssl(struct crypt_job *job);

/*
 * Reads the password, as cli_password_read; to encrypt with, an empty one is refused: an empty file
 * is a slip, and would protect nothing.
 */
int crypt_password(const struct crypt_job *job, struct files_secret *password);

/* Reads up to room bytes, less only at the end: *got. */
int crypt_read(struct crypt_job *job, void *out, size_t room, size_t *got);

/*
 * Reads all that is left, up to CRYPT_WHOLE_MAX, with room for so many bytes more behind it; the
 * caller frees *out.
 */
int crypt_read_whole(struct crypt_job *job, size_t behind, uint8_t **out, size_t *size);

/* The next piece of what is left, as ahead_next hands it over. */
int crypt_next(struct crypt_job *job, struct files_ahead *ahead, uint8_t **data, size_t *size,
	       bool *last);

int crypt_write(struct crypt_job *job, const void *data, size_t size);

/* Says what the algorithm refused; of -EBADMSG, that data or key are wrong. */
int crypt_refused(const char *algorithm, int error);

/*
 * The rest of the input through a cipher that has its key (crypt_stream.c): in pieces, or whole
 * where the mode wants that.  padding: "pkcs7", "none"; NULL: pkcs7 for block modes that come in
 * pieces.
 */
int crypt_cipher(struct crypt_job *job, struct ualg_skcipher *cipher, const uint8_t *iv);

#endif
