/* SPDX-License-Identifier: MIT */
#include "crypto/provider.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secmem.h"
#include "crypto/registry.h"
#include "ualg/provider.h"

#define ENTRY        "ualg_provider_init"
#define MAX_ALGS     1000u
#define MAX_CONTEXT  (1024u * 1024)
#define MAX_PRIORITY 100000u

typedef const struct ualg_provider *entry_function(uint32_t version);

static struct provider *providers;
static struct provider **last = &providers;

const struct provider *provider_first(void)
{
	return providers;
}

/* ---- the functions of alg.h around a provider's ---- */

static const struct ualg_provider_alg *row_of(const struct tfm *tfm)
{
	return tfm->alg->data;
}

/* What a provider returns is not trusted to be an errno. */
static int checked(int result)
{
	return result == 0 ? 0 : result < 0 && result > -4096 ? result : -EINVAL;
}

static int init_tfm(struct tfm *tfm)
{
	const struct ualg_provider_alg *row = row_of(tfm);

	return row->init ? checked(row->init(tfm_context(tfm))) : 0;
}

static void exit_tfm(struct tfm *tfm)
{
	const struct ualg_provider_alg *row = row_of(tfm);

	if (row->exit)
		row->exit(tfm_context(tfm));
}

static int provider_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	if (size < tfm->alg->min_keysize || size > tfm->alg->max_keysize)
		return -EINVAL;
	return checked(row_of(tfm)->setkey(tfm_context(tfm), key, size));
}

static void cipher_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	row_of(tfm)->cipher.encrypt(tfm_context(tfm), out, in, blocks);
}

static void cipher_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	row_of(tfm)->cipher.decrypt(tfm_context(tfm), out, in, blocks);
}

static void hash_init(const struct tfm *tfm, void *state)
{
	row_of(tfm)->hash.init(tfm_context(tfm), state);
}

static int hash_update(const struct tfm *tfm, void *state, const uint8_t *data, size_t size)
{
	return checked(row_of(tfm)->hash.update(tfm_context(tfm), state, data, size));
}

static int hash_final(const struct tfm *tfm, void *state, uint8_t *digest)
{
	return checked(row_of(tfm)->hash.final(tfm_context(tfm), state, digest));
}

static bool hash_state_valid(const struct tfm *tfm, const void *state)
{
	const struct ualg_provider_alg *row = row_of(tfm);

	return row->hash.state_valid && row->hash.state_valid(tfm_context(tfm), state) == 1;
}

static int skcipher_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in,
			    size_t size)
{
	return checked(row_of(tfm)->skcipher.encrypt(tfm_context(tfm), iv, out, in, size));
}

static int skcipher_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in,
			    size_t size)
{
	return checked(row_of(tfm)->skcipher.decrypt(tfm_context(tfm), iv, out, in, size));
}

static bool authsize_valid(const struct alg *alg, unsigned size)
{
	const struct ualg_provider_alg *row = alg->data;

	return row->aead.tag_size_valid(size) == 1;
}

static struct ualg_provider_request outer_request(const struct tfm *tfm,
						  const struct aead_request *request)
{
	return (struct ualg_provider_request){
	    .iv = request->iv,
	    .aad = request->aad,
	    .aad_size = request->aad_size,
	    .in = request->in,
	    .out = request->out,
	    .size = request->size,
	    .tag = request->tag,
	    .tag_size = tfm->authsize,
	};
}

static int aead_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct ualg_provider_request outer = outer_request(tfm, request);

	return checked(row_of(tfm)->aead.encrypt(tfm_context(tfm), &outer));
}

static int aead_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct ualg_provider_request outer = outer_request(tfm, request);
	int result = checked(row_of(tfm)->aead.decrypt(tfm_context(tfm), &outer));

	if (result < 0)
		secmem_wipe(request->out, request->size);
	return result;
}

/* ---- checks ---- */

__attribute__((format(printf, 3, 4))) static int refuse(struct provider *provider, int error,
							const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(provider->message, sizeof(provider->message), format, arguments);
	va_end(arguments);
	provider->result = error;
	return error;
}

/* The characters of names (N-03); those that begin with __ are never found (N-09). */
static bool is_name(const char *name)
{
	size_t size;

	if (!name || strncmp(name, "__", 2) == 0)
		return false;
	size = strnlen(name, ALG_NAME_MAX);
	return size > 0 && size < ALG_NAME_MAX &&
	       strspn(name,
		      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_(),") ==
		   size;
}

static bool has_functions(const struct ualg_provider_alg *row)
{
	switch (row->type) {
	case UALG_PROVIDER_CIPHER:
		return row->cipher.encrypt && row->cipher.decrypt && row->setkey;
	case UALG_PROVIDER_HASH:
		return row->hash.init && row->hash.update && row->hash.final &&
		       (row->key == UALG_PROVIDER_KEY_NONE) == !row->setkey;
	case UALG_PROVIDER_SKCIPHER:
		return row->skcipher.encrypt && row->skcipher.decrypt && row->setkey;
	case UALG_PROVIDER_AEAD:
		return row->aead.encrypt && row->aead.decrypt && row->aead.tag_size_valid &&
		       row->setkey;
	default:
		return false;
	}
}

/* NULL, or which size is out of bounds; what else has bounds the registry checks. */
static const char *wrong_size(const struct ualg_provider_alg *row)
{
	bool cipher = row->type == UALG_PROVIDER_CIPHER;

	if (row->min_key_size > row->max_key_size)
		return "key sizes";
	if (row->block_size == 0 || row->block_size > (cipher ? ALG_MAX_IV : ALG_MAX_BLOCK))
		return "block size";
	if (row->chunk_size > MAX_CONTEXT)
		return "chunk size";
	if (row->iv_size > ALG_MAX_IV)
		return "IV size";
	if (row->digest_size > ALG_MAX_DIGEST)
		return "digest size";
	if (row->state_size > ALG_MAX_HASH_STATE)
		return "state size";
	if (row->type == UALG_PROVIDER_HASH && row->state_size == 0)
		return "state size";
	return row->context_size > MAX_CONTEXT ? "context size" : NULL;
}

static int check_row(struct provider *provider, const struct ualg_provider_alg *row, size_t index)
{
	const char *wrong;

	if (!is_name(row->name))
		return refuse(provider, -EINVAL, "algorithm %zu has no proper name", index);
	if (!is_name(row->driver))
		return refuse(provider, -EINVAL, "%s has no proper driver name", row->name);
	if (row->type < UALG_PROVIDER_CIPHER || row->type > UALG_PROVIDER_AEAD)
		return refuse(provider, -EINVAL, "%s is of type %u, which there is not",
			      row->driver, row->type);
	if (row->key > UALG_PROVIDER_KEY_NEEDED)
		return refuse(provider, -EINVAL, "%s has a wrong kind of key", row->driver);
	if (row->priority > MAX_PRIORITY)
		return refuse(provider, -EINVAL, "%s has a priority above %u", row->driver,
			      MAX_PRIORITY);
	wrong = wrong_size(row);
	if (wrong)
		return refuse(provider, -EINVAL, "%s has a %s out of bounds", row->driver, wrong);
	if (!has_functions(row))
		return refuse(provider, -EINVAL, "%s lacks a function, or has one too many",
			      row->driver);
	return 0;
}

static int check_table(struct provider *provider, const struct ualg_provider *table)
{
	if (!table)
		return refuse(provider, -ENODEV, "it says that it does not work here");
	if (table->version != UALG_PROVIDER_VERSION)
		return refuse(provider, -EPROTO,
			      "it is made for version %u of the interface, not %u", table->version,
			      UALG_PROVIDER_VERSION);
	if (table->alg_size != sizeof(struct ualg_provider_alg))
		return refuse(provider, -EPROTO, "its algorithms have %u bytes, not %zu",
			      table->alg_size, sizeof(struct ualg_provider_alg));
	if (!is_name(table->name) || strlen(table->name) >= sizeof(provider->name))
		return refuse(provider, -EINVAL, "it has no proper name");
	if (table->alg_count > MAX_ALGS || (table->alg_count > 0 && !table->algs))
		return refuse(provider, -EINVAL, "it claims %zu algorithms", table->alg_count);
	for (size_t i = 0; i < table->alg_count; i++)
		if (check_row(provider, &table->algs[i], i) < 0)
			return provider->result;
	return 0;
}

/* ---- registering ---- */

static void set_functions(struct alg *alg, const struct ualg_provider_alg *row)
{
	alg->init = init_tfm;
	alg->exit = exit_tfm;
	alg->setkey = row->setkey ? provider_setkey : NULL;
	switch (row->type) {
	case UALG_PROVIDER_CIPHER:
		alg->type = ALG_TYPE_CIPHER;
		alg->cipher = (struct cipher_ops){cipher_encrypt, cipher_decrypt, NULL};
		break;
	case UALG_PROVIDER_HASH:
		alg->type = ALG_TYPE_HASH;
		alg->hash = (struct hash_ops){hash_init, hash_update, hash_final, hash_state_valid};
		break;
	case UALG_PROVIDER_SKCIPHER:
		alg->type = ALG_TYPE_SKCIPHER;
		alg->skcipher = (struct skcipher_ops){skcipher_encrypt, skcipher_decrypt};
		/* As all of these names do. */
		alg->refuses_late =
		    strncmp(row->name, "cbc(", 4) == 0 || strncmp(row->name, "pcbc(", 5) == 0;
		break;
	default:
		alg->type = ALG_TYPE_AEAD;
		alg->aead = (struct aead_ops){authsize_valid, aead_encrypt, aead_decrypt};
		break;
	}
}

static int add_row(const struct provider *provider, const struct ualg_provider_alg *row)
{
	struct alg alg = {
	    .backend = provider->name,
	    .priority = (int)row->priority,
	    .key = (enum alg_key)row->key,
	    .blocksize = row->block_size,
	    .chunksize = row->chunk_size ? row->chunk_size : row->block_size,
	    .min_keysize = row->min_key_size,
	    .max_keysize = row->max_key_size,
	    .ivsize = row->iv_size,
	    .digestsize = row->digest_size,
	    .statesize = row->state_size,
	    .context_size = row->context_size,
	    .data = row,
	};

	(void)snprintf(alg.name, sizeof(alg.name), "%s", row->name);
	(void)snprintf(alg.driver, sizeof(alg.driver), "%s", row->driver);
	set_functions(&alg, row);
	return registry_add_copy(&alg);
}

static int add_table(struct provider *provider, const struct ualg_provider *table)
{
	(void)snprintf(provider->name, sizeof(provider->name), "%s", table->name);
	(void)snprintf(provider->message, sizeof(provider->message), "%.64s",
		       table->release ? table->release : "");
	for (size_t i = 0; i < table->alg_count; i++) {
		int result = add_row(provider, &table->algs[i]);

		if (result < 0)
			return refuse(provider, result, "%s cannot be added: %s",
				      table->algs[i].driver,
				      result == -EEXIST ? "there is a driver of that name"
							: strerror(-result));
		provider->algs++;
	}
	return 0;
}

/* ---- finding ---- */

/* Whether all that the dynamic linker would map is in the file: it looks for itself too late. */
static bool is_whole(int fd, uint64_t file_size)
{
	ElfW(Ehdr) header;
	ElfW(Phdr) part;

	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(part))
		return false;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		uint64_t at = header.e_phoff + i * sizeof(part);

		if (at > file_size ||
		    pread(fd, &part, sizeof(part), (off_t)at) != (ssize_t)sizeof(part))
			return false;
		if (part.p_type == PT_LOAD &&
		    (part.p_offset > file_size || part.p_filesz > file_size - part.p_offset))
			return false;
	}
	return true;
}

static int check_file(struct provider *provider)
{
	struct stat status;
	int fd = open(provider->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool whole;

	if (fd < 0)
		return refuse(provider, -errno, "%s", strerror(errno));
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return refuse(provider, -EINVAL, "it is no regular file");
	}
	whole = is_whole(fd, (uint64_t)status.st_size);
	close(fd);
	if (status.st_mode & S_IWOTH)
		return refuse(provider, -EPERM, "everybody may write it");
	return whole ? 0 : refuse(provider, -ENOEXEC, "it is no shared object, or is cut short");
}

static int load_object(struct provider *provider)
{
	void *object;
	entry_function *entry;
	void *address;
	const struct ualg_provider *table;

	if (check_file(provider) < 0)
		return provider->result;
	object = dlopen(provider->path, RTLD_NOW | RTLD_LOCAL);
	if (!object) {
		const char *why = dlerror();

		return refuse(provider, -ENOENT, "%.250s", why ? why : "it cannot be loaded");
	}
	address = dlsym(object, ENTRY);
	if (!address) {
		(void)dlclose(object);
		return refuse(provider, -ENOENT, "it has no function %s", ENTRY);
	}
	memcpy(&entry, &address, sizeof(entry));
	table = entry(UALG_PROVIDER_VERSION);
	return check_table(provider, table) < 0 ? provider->result : add_table(provider, table);
}

static void load(const char *path, size_t size)
{
	struct provider *provider = calloc(1, sizeof(*provider));

	if (!provider)
		return;
	*last = provider;
	last = &provider->next;
	(void)snprintf(provider->path, sizeof(provider->path), "%.*s", (int)size, path);
	/* A bare name would be searched for in places that the user did not mean. */
	if (size >= sizeof(provider->path))
		(void)refuse(provider, -ENAMETOOLONG, "the path is too long");
	else if (!memchr(path, '/', size))
		(void)refuse(provider, -EINVAL, "a path with a slash is wanted, such as ./%s",
			     provider->path);
	else
		(void)load_object(provider);
}

static void load_list(const char *list)
{
	while (list && *list) {
		size_t size = strcspn(list, ":");

		if (size > 0)
			load(list, size);
		list += size + (list[size] == ':');
	}
}

static int is_object(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return size > 3 && strcmp(entry->d_name + size - 3, ".so") == 0;
}

static void load_directory(const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_object, alphasort);
	char path[512];

	for (int i = 0; i < count; i++) {
		int size = snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);

		load(path, (size_t)size < sizeof(path) ? (size_t)size : sizeof(path) - 1);
		free(entries[i]);
	}
	if (count >= 0)
		free((void *)entries);
}

void provider_load_all(void)
{
	int error = errno;

	if (getauxval(AT_SECURE))
		return;
	load_list(secure_getenv("UALG_PROVIDERS"));
	load_directory(UALG_PROVIDER_DIR);
	errno = error;
}
