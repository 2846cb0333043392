/* SPDX-License-Identifier: MIT */
/*
 * libipsec-mb: AES and ChaCha20-Poly1305 with the widest instructions that the processor has.
 *
 * To load it takes half a millisecond, most of it in finding out about the processor, so it is
 * loaded when a name is looked up that it serves.
 */
#include "crypto/backends/ipsec_mb.h"

#include <errno.h>
#include <string.h>

#include "base/cpu.h"
#include "base/secmem.h"
#include "crypto/backends/backends.h"
#include "crypto/backends/library.h"

#define FUNCTIONS(X)                                                                               \
	X(imb_get_version)                                                                         \
	X(imb_get_version_str)                                                                     \
	X(imb_get_mb_mgr_size)                                                                     \
	X(imb_set_pointers_mb_mgr)                                                                 \
	X(init_mb_mgr_auto)

static struct {
	FUNCTIONS(LIBRARY_MEMBER)
} library;

static const struct library_symbol symbols[] = {FUNCTIONS(LIBRARY_SYMBOL)};

/* Since 1.3 the manager has all functions that are used here; later ones come behind them. */
#define OLDEST_VERSION IMB_VERSION(1, 3, 0)

const IMB_MGR *ipsec_mb;

void ipsec_mb_manager_reset(IMB_MGR *manager)
{
	library.init_mb_mgr_auto(manager, NULL);
}

IMB_MGR *ipsec_mb_manager_new(void)
{
	IMB_MGR *manager;
	void *memory;
	size_t size;

	if (!library.imb_get_mb_mgr_size)
		return NULL;
	size = library.imb_get_mb_mgr_size();
	memory = secmem_alloc(size);
	if (!memory)
		return NULL;
	manager = library.imb_set_pointers_mb_mgr(memory, 0, 1);
	if (manager)
		ipsec_mb_manager_reset(manager);
	if (manager && manager->imb_errno == 0)
		return manager;
	secmem_free(memory, size);
	return NULL;
}

int ipsec_mb_aes_expand(struct ipsec_mb_aes *aes, const uint8_t *key, size_t size)
{
	switch (size) {
	case IMB_KEY_128_BYTES:
		ipsec_mb->keyexp_128(key, aes->encrypt, aes->decrypt);
		break;
	case IMB_KEY_192_BYTES:
		ipsec_mb->keyexp_192(key, aes->encrypt, aes->decrypt);
		break;
	case IMB_KEY_256_BYTES:
		ipsec_mb->keyexp_256(key, aes->encrypt, aes->decrypt);
		break;
	default:
		return -EINVAL;
	}
	aes->size = (IMB_KEY_SIZE_BYTES)size;
	return 0;
}

static bool suits(const struct ipsec_mb_row *row, const struct alg **other)
{
	if (row->features & ~ipsec_mb->features)
		return false;
	return !row->other || registry_find(row->alg.type, row->other, other) == 0;
}

static int add_rows(void)
{
	for (size_t i = 0; i < ipsec_mb_row_count; i++) {
		struct alg alg = ipsec_mb_rows[i].alg;
		const struct alg *other = NULL;
		int result;

		if (!suits(&ipsec_mb_rows[i], &other))
			continue;
		alg.backend = IPSEC_MB_NAME;
		alg.data = other;
		result = registry_add_copy(&alg);
		if (result < 0)
			return result;
	}
	return 0;
}

bool backend_ipsec_mb_serves(const char *name)
{
	if (strstr(name, "-ipsecmb"))
		return true;
	for (size_t i = 0; i < ipsec_mb_row_count; i++)
		if (strcmp(name, ipsec_mb_rows[i].alg.name) == 0)
			return true;
	return false;
}

int backend_ipsec_mb_load(struct registry_backend *backend)
{
	int result;

	/* Where it has no more than AES-NI to go by, the other libraries are as fast. */
	if (!cpu_has(CPU_AES) || !cpu_has(CPU_PCLMUL) || !cpu_has(CPU_AVX2))
		return -ENOENT;
	result =
	    library_open(backend->library, symbols, sizeof(symbols) / sizeof(symbols[0]), &library);
	if (result < 0)
		return result;
	if (library.imb_get_version() < OLDEST_VERSION)
		return -ENOENT;
	ipsec_mb = ipsec_mb_manager_new();
	if (!ipsec_mb)
		return -ENOMEM;
	backend->version = library.imb_get_version_str();
	return add_rows();
}
