/* SPDX-License-Identifier: MIT */
/*
 * The sealed format: authenticated, of any size in flat memory, and with all in the file that is
 * needed to open it, but the key or password.
 *
 *   header   cli/sealed.h
 *   pieces   text of the size that it says, the last one less or equal, each with its tag
 *
 * Key and base nonce are HKDF-SHA256 (RFC 5869) of the key, or of PBKDF2-HMAC-SHA256 (RFC 8018) of
 * the password, with the salt, and the header as info: so a changed header opens nothing, and no
 * two files share a key.  Piece i has the base nonce xor i as nonce, as in TLS 1.3 (RFC 8446, 5.3),
 * and as AAD i (8 bytes), 1 for the last piece or 0, and seven zeros: pieces cannot be left out,
 * repeated or put in another order, and the end cannot be cut off (Hoang et al., "Online
 * Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015: STREAM).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/crypt.h"
#include "cli/sealed.h"
#include "cli/values.h"

#define PIECE_SIZE         ((uint32_t)64 * 1024)
#define DEFAULT_ITERATIONS 600000u
#define IV_SIZE_MAX        16u
#define AAD_SIZE           16u
#define CCM_NONCE          11u

/* Algorithms whose nonce is all of the IV, by the beginning of their names. */
static const char *const suitable[] = {"gcm(", "ccm(", "rfc7539(", "aegis128", NULL};

struct sealed {
	struct ualg_aead *aead;
	struct sealed_header header;
	uint8_t base[IV_SIZE_MAX];
	size_t nonce_size;
	uint64_t number; /* of the next piece */
};

static int not_sealed(const struct crypt_job *job)
{
	cli_message("'%s' is not a sealed file, or was made by a later version", job->input.name);
	return CLI_FAILURE;
}

static int read_header(struct crypt_job *job, struct sealed_header *header)
{
	size_t got;
	int name, result = crypt_read(job, header->bytes, SEALED_FIXED_SIZE, &got);

	if (result != CLI_OK)
		return result;
	name = got == SEALED_FIXED_SIZE ? sealed_parse(header) : -EINVAL;
	if (name < 0)
		return not_sealed(job);
	result = crypt_read(job, header->bytes + SEALED_FIXED_SIZE, (size_t)name, &got);
	if (result != CLI_OK)
		return result;
	return sealed_parse_name(header, got, (size_t)name) == 0 ? CLI_OK : not_sealed(job);
}

static bool is_suitable(const char *name)
{
	for (size_t i = 0; suitable[i]; i++)
		if (strncmp(name, suitable[i], strlen(suitable[i])) == 0)
			return true;
	return false;
}

/* The largest key.  A kernel does not tell those of AEADs; there the engine has to know the name.
 */
static size_t largest_key(const struct sealed *sealed)
{
	const struct ualg_alg *alg = ualg_aead_alg(sealed->aead);
	size_t size = ualg_alg_max_key_size(alg);

	if (size == 0 && ualg_alg_find(UALG_TYPE_AEAD, sealed->header.name, &alg) == 0)
		size = ualg_alg_max_key_size(alg);
	return size;
}

static int open_aead(struct sealed *sealed)
{
	const char *name = sealed->header.name;
	const struct ualg_alg *alg;
	size_t key;
	int error;

	if (!is_suitable(name)) {
		cli_message("'%s' cannot seal; gcm(...), ccm(...), rfc7539(...) and aegis128 can, "
			    "and --format raw takes any algorithm",
			    name);
		return CLI_FAILURE;
	}
	error = ualg_aead_open(&sealed->aead, name, UALG_TRANSPORT_DEFAULT);
	if (error != 0)
		return crypt_refused(name, error);
	alg = ualg_aead_alg(sealed->aead);
	key = largest_key(sealed);
	sealed->nonce_size = ualg_alg_iv_size(alg);
	if (strncmp(name, "ccm(", 4) == 0)
		sealed->nonce_size = CCM_NONCE;
	if (sealed->nonce_size >= sizeof(uint64_t) && sealed->nonce_size <= IV_SIZE_MAX &&
	    key > 0 && key <= SEALED_KEY_MAX && ualg_alg_max_tag_size(alg) <= SEALED_TAG_MAX)
		return CLI_OK;
	cli_message("'%s' cannot seal: its sizes do not suit", name);
	return CLI_FAILURE;
}

/* What a new file's header says. */
static int make_header(struct crypt_job *job, struct sealed *sealed, bool password)
{
	static uint8_t salt[SEALED_SALT_SIZE];
	struct sealed_header *header = &sealed->header;
	const struct ualg_alg *alg = ualg_aead_alg(sealed->aead);
	uint64_t iterations = DEFAULT_ITERATIONS;
	int error;

	if (job->iterations && cli_number("--iterations", job->iterations, 1, SEALED_ITERATIONS_MAX,
					  &iterations) != CLI_OK)
		return CLI_USAGE;
	error = ualg_random(salt, sizeof(salt));
	if (error != 0)
		return crypt_refused("stdrng", error);
	header->salt = salt;
	header->password = password;
	header->key_size = largest_key(sealed);
	header->tag_size = ualg_alg_max_tag_size(alg);
	header->piece = PIECE_SIZE;
	header->iterations = password ? (uint32_t)iterations : 0;
	sealed_write(header);
	return CLI_OK;
}

/* From what the person gave to what HKDF takes. */
static int read_key(const struct crypt_job *job, const struct sealed_header *header,
		    struct files_secret *key)
{
	struct files_secret password;
	int error, result;

	if (!header->password) {
		result = cli_key_read(&job->key_source, key);
		if (result == CLI_OK && key->size < 16) {
			secret_free(key);
			cli_message("a key of less than 16 bytes is too short to seal with; "
				    "a password can be shorter");
			return CLI_FAILURE;
		}
		return result;
	}
	result = crypt_password(job, &password);
	if (result != CLI_OK)
		return result;
	error = secret_new(key, 32);
	if (error == 0)
		error = ualg_pbkdf2("hmac(sha256)", password.data, password.size, header->salt,
				    SEALED_SALT_SIZE, header->iterations, key->data, key->size);
	secret_free(&password);
	return error ? crypt_refused("hmac(sha256)", error) : CLI_OK;
}

static int derive(struct sealed *sealed, const struct files_secret *key)
{
	const struct sealed_header *header = &sealed->header;
	struct files_secret derived;
	int error = secret_new(&derived, header->key_size + sealed->nonce_size);

	if (error != 0)
		return error;
	error = ualg_hkdf("hmac(sha256)", key->data, key->size, header->salt, SEALED_SALT_SIZE,
			  header->bytes, header->size, derived.data, derived.size);
	if (error == 0)
		error = ualg_aead_set_key(sealed->aead, derived.data, header->key_size);
	if (error == 0)
		error = ualg_aead_set_tag_size(sealed->aead, header->tag_size);
	if (error == 0)
		memcpy(sealed->base, derived.data + header->key_size, sealed->nonce_size);
	secret_free(&derived);
	return error;
}

/* IV and AAD of the next piece. */
static void number_piece(struct sealed *sealed, bool last, uint8_t iv[IV_SIZE_MAX],
			 uint8_t aad[AAD_SIZE])
{
	uint8_t nonce[IV_SIZE_MAX];
	size_t size = sealed->nonce_size;

	memset(aad, 0, AAD_SIZE);
	memcpy(nonce, sealed->base, size);
	for (size_t i = 0; i < sizeof(sealed->number); i++) {
		aad[i] = (uint8_t)(sealed->number >> (56 - 8 * i));
		nonce[size - sizeof(sealed->number) + i] ^= aad[i];
	}
	aad[sizeof(sealed->number)] = last;
	sealed->number++;
	if (size == CCM_NONCE)
		(void)ualg_ccm_iv(nonce, size, iv);
	else
		memcpy(iv, nonce, size);
}

static int do_piece(struct crypt_job *job, struct sealed *sealed, uint8_t *data, size_t size,
		    bool last)
{
	uint8_t iv[IV_SIZE_MAX], aad[AAD_SIZE];
	size_t tag = sealed->header.tag_size;
	int error;

	number_piece(sealed, last, iv, aad);
	if (job->direction == UALG_ENCRYPT) {
		error = ualg_aead_encrypt(sealed->aead, iv, aad, sizeof(aad), data, data, size,
					  data + size);
		size += tag;
	} else if (size < tag) {
		error = -EBADMSG;
	} else {
		size -= tag;
		error = ualg_aead_decrypt(sealed->aead, iv, aad, sizeof(aad), data, data, size,
					  data + size);
	}
	return error ? crypt_refused(job->algorithm, error) : crypt_write(job, data, size);
}

static int do_pieces(struct crypt_job *job, struct sealed *sealed)
{
	size_t tag = sealed->header.tag_size;
	bool encrypts = job->direction == UALG_ENCRYPT;
	struct files_ahead ahead;
	bool last = false;
	uint8_t *data;
	size_t size;
	int result = CLI_OK;
	int error = ahead_open(&ahead, &job->input, sealed->header.piece + (encrypts ? 0 : tag),
			       encrypts ? tag : 0);

	if (error != 0)
		result = cli_cannot("read", job->input.name, error);
	while (result == CLI_OK && !last) {
		result = crypt_next(job, &ahead, &data, &size, &last);
		if (result == CLI_OK)
			result = do_piece(job, sealed, data, size, last);
	}
	ahead_close(&ahead);
	return result;
}

static int begin_new(struct crypt_job *job, struct sealed *sealed)
{
	const char *name = job->algorithm ? job->algorithm : "gcm(aes)";
	int result;

	if (strlen(name) > SEALED_NAME_MAX) {
		cli_message("'%s' is too long a name", name);
		return CLI_USAGE;
	}
	strcpy(sealed->header.name, name);
	result = open_aead(sealed);
	if (result != CLI_OK)
		return result;
	return make_header(job, sealed, !cli_key_is_named(&job->key_source));
}

static int begin_old(struct crypt_job *job, struct sealed *sealed)
{
	struct sealed_header *header = &sealed->header;
	int result = read_header(job, header);

	if (result != CLI_OK)
		return result;
	if (job->algorithm && strcmp(job->algorithm, header->name) != 0) {
		cli_message("'%s' was sealed with '%s', not with '%s'", job->input.name,
			    header->name, job->algorithm);
		return CLI_FAILURE;
	}
	if (header->password ? cli_key_is_named(&job->key_source)
			     : cli_password_is_named(&job->key_source)) {
		cli_message("'%s' was sealed with a %s", job->input.name,
			    header->password ? "password" : "key");
		return CLI_FAILURE;
	}
	result = open_aead(sealed);
	if (result != CLI_OK)
		return result;
	if (header->tag_size != ualg_alg_max_tag_size(ualg_aead_alg(sealed->aead)))
		return not_sealed(job);
	return CLI_OK;
}

static int refuse_options(const struct crypt_job *job)
{
	if (!job->iv && !job->aad && !job->aad_file && !job->tag_size && !job->padding &&
	    !job->key_size && !job->digest && !job->openssl_kdf)
		return CLI_OK;
	cli_message("--iv, --aad, --aad-file, --tag-size, --padding, --key-size, --digest and "
		    "--openssl-kdf are for other formats than 'sealed', which has all in the file");
	return CLI_USAGE;
}

int crypt_sealed(struct crypt_job *job)
{
	struct files_secret key = {0};
	struct sealed sealed = {0};
	int error, result = refuse_options(job);

	if (result != CLI_OK)
		return result;
	result = job->direction == UALG_ENCRYPT ? begin_new(job, &sealed) : begin_old(job, &sealed);
	if (result == CLI_OK)
		result = read_key(job, &sealed.header, &key);
	if (result == CLI_OK) {
		job->algorithm = sealed.header.name;
		error = derive(&sealed, &key);
		result = error ? crypt_refused(job->algorithm, error) : CLI_OK;
	}
	if (result == CLI_OK && job->direction == UALG_ENCRYPT)
		result = crypt_write(job, sealed.header.bytes, sealed.header.size);
	if (result == CLI_OK)
		result = do_pieces(job, &sealed);
	secret_free(&key);
	ualg_aead_close(sealed.aead);
	ualg_secure_wipe(&sealed, sizeof(sealed));
	return result;
}
