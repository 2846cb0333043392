/* SPDX-License-Identifier: MIT */
#include "crypto/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/secmem.h"
#include "crypto/aliases.h"
#include "crypto/backends/backends.h"
#include "crypto/headroom.h"
#include "crypto/provider.h"
#include "crypto/template.h"

/*
 * The list only grows, at its head, and descriptors never change once they are on it, but for
 * their priority: readers walk it without the lock.  The lock is for those who add, and for loading
 * once.
 */
static _Atomic(const struct alg *) algs;
static struct lock registry_lock;
static unsigned registry_depth; /* the owner of the lock may come again: templates look up parts */
static bool loaded;             /* the providers */

static bool registry_enter(void)
{
	if (!lock_acquire(&registry_lock) && registry_depth == 0)
		return false;
	registry_depth++;
	return true;
}

static void registry_leave(void)
{
	if (--registry_depth == 0)
		lock_release(&registry_lock);
}

static const struct alg *find_driver(enum alg_type type, const char *name)
{
	for (const struct alg *alg = atomic_load(&algs); alg; alg = alg->next)
		if (alg->type == type && strcmp(alg->driver, name) == 0)
			return alg;
	return NULL;
}

/* An exact driver name, else the generic name of the highest priority: in one walk, since a bind
 * spends its time here. */
static const struct alg *find_registered(enum alg_type type, const char *name)
{
	const struct alg *best = NULL;

	for (const struct alg *alg = atomic_load(&algs); alg; alg = alg->next) {
		if (alg->type != type)
			continue;
		if (strcmp(alg->driver, name) == 0)
			return alg;
		if (strcmp(alg->name, name) == 0 && (!best || alg->priority > best->priority))
			best = alg;
	}
	return best;
}

static bool has_functions(const struct alg *alg)
{
	switch (alg->type) {
	case ALG_TYPE_CIPHER:
		return alg->cipher.encrypt && alg->cipher.decrypt && alg->setkey;
	case ALG_TYPE_HASH:
		return alg->hash.init && alg->hash.update && alg->hash.final &&
		       (alg->setkey || alg->key == ALG_KEY_NONE);
	case ALG_TYPE_SKCIPHER:
		return alg->skcipher.encrypt && alg->skcipher.decrypt && alg->chunksize > 0;
	case ALG_TYPE_AEAD:
		return alg->aead.encrypt && alg->aead.decrypt && alg->aead.authsize_valid &&
		       alg->setkey;
	case ALG_TYPE_RNG:
		return alg->rng.seed && alg->rng.generate;
	}
	return false;
}

static bool is_sound(const struct alg *alg)
{
	return alg->name[0] && alg->driver[0] && alg->digestsize <= ALG_MAX_DIGEST &&
	       alg->blocksize <= ALG_MAX_BLOCK && alg->ivsize <= ALG_MAX_IV &&
	       alg->statesize <= ALG_MAX_HASH_STATE && has_functions(alg);
}

int registry_add(struct alg *alg)
{
	int result = 0;

	if (!is_sound(alg))
		return -EINVAL;
	if (!registry_enter())
		return -EBUSY;
	if (find_driver(alg->type, alg->driver)) {
		result = -EEXIST;
	} else {
		alg->next = atomic_load(&algs);
		atomic_store(&algs, alg);
	}
	registry_leave();
	return result;
}

int registry_add_copy(const struct alg *alg)
{
	struct alg *copy = secmem_alloc(sizeof(*copy));
	int result;

	if (!copy)
		return -ENOMEM;
	*copy = *alg;
	result = registry_add(copy);
	if (result < 0)
		secmem_free(copy, sizeof(*copy));
	return result;
}

bool registry_left_out(const struct registry_backend *backend)
{
	const char *list = secure_getenv("UALG_WITHOUT");
	size_t size = strlen(backend->name);

	while (list && *list) {
		size_t word = strcspn(list, ",");

		if (word == size && memcmp(list, backend->name, size) == 0)
			return !backend->needed;
		list += word + (list[word] == ',');
	}
	return false;
}

/* Loads a back end, or tries again where descriptors or memory were short: 0, or -ENOMEM. */
static int try_backend(struct registry_backend *backend)
{
	const struct alg *before = atomic_load(&algs);

	if (backend->tried)
		return 0;
	backend->tried = true; /* now, since loading one may look names up */
	backend->result = registry_left_out(backend) ? -ENOENT : backend->load(backend);
	/* One that has got half-way would find its own drivers there. */
	backend->tried = backend->result != -ENOMEM || atomic_load(&algs) != before;
	return backend->tried ? 0 : -ENOMEM;
}

static bool is_asked_for(const struct registry_backend *backend, const char *name)
{
	return !backend->tried && (!name || !backend->serves || backend->serves(name));
}

/* What is part of this needs nothing that could be short. */
static void load_built_in(void)
{
	for (size_t i = 0; i < backends_count; i++)
		if (!backends[i].library)
			(void)try_backend(&backends[i]);
}

static bool nothing_to_load(const char *name)
{
	for (size_t i = 0; i < backends_count; i++)
		if (is_asked_for(&backends[i], name))
			return false;
	return loaded;
}

/*
 * Loads what a name asks for, or, with NULL, all there are.  0, or -ENOMEM: it ends with the first
 * one that could not be loaded this time, since those behind it may name what that one brings.
 */
static int load_backends(const char *name)
{
	struct headroom headroom;
	int result;

	if (nothing_to_load(name))
		return 0;
	load_built_in();
	result = headroom_enter(&headroom);
	if (result < 0)
		return result;
	for (size_t i = 0; i < backends_count && result == 0; i++)
		if (is_asked_for(&backends[i], name))
			result = try_backend(&backends[i]);
	if (result == 0 && !loaded) {
		loaded = true;
		provider_load_all();
	}
	headroom_leave(&headroom);
	return result;
}

/* Makes an instance of a template and registers it; one that exists already is fine. */
static int instantiate(enum alg_type type, const char *name)
{
	struct template_name parsed;
	const struct template *template;
	struct alg alg = {0};
	int result = template_parse(name, &parsed);

	if (result < 0)
		return result;
	template = template_find(parsed.name, type, parsed.args);
	if (!template)
		return -ENOENT;
	result = template->create(&parsed, &alg);
	if (result < 0)
		return result;
	alg.type = type;
	alg.backend = template->name;
	result = registry_add_copy(&alg);
	return result == -EEXIST ? 0 : result;
}

/* Makes what a name asks for, to be found under that name or not at all (N-06). */
static int make(enum alg_type type, const char *name, const struct alg **out)
{
	int result = instantiate(type, name);

	*out = result == 0 ? find_registered(type, name) : NULL;
	return result;
}

int registry_find(enum alg_type type, const char *name, const struct alg **out)
{
	char translated[ALG_NAME_MAX];
	int result;

	*out = NULL;
	if (strnlen(name, ALG_NAME_MAX) == ALG_NAME_MAX)
		return -ENOENT;
	if (!registry_enter())
		return -EBUSY;
	result = load_backends(name);
	*out = find_registered(type, name);
	if (!*out && aliases_translate(name, translated)) {
		name = translated;
		*out = find_registered(type, name);
	}
	/* What a library would have is not to be made of lesser parts for good. */
	if (!*out && result == 0)
		result = make(type, name, out);
	registry_leave();
	if (*out && !(*out)->internal)
		return 0;
	*out = NULL;
	return result == -ENOMEM ? result : -ENOENT;
}

void registry_set_priority(const struct alg *alg, int priority)
{
	bool entered = registry_enter();

	((struct alg *)(uintptr_t)alg)->priority = priority;
	if (entered)
		registry_leave();
}

const struct alg *registry_first(void)
{
	if (registry_enter()) {
		(void)load_backends(NULL);
		registry_leave();
	}
	return atomic_load(&algs);
}

static bool load_one(struct registry_backend *backend)
{
	struct headroom headroom;

	if (!backend->tried && headroom_enter(&headroom) == 0) {
		(void)try_backend(backend);
		headroom_leave(&headroom);
	}
	return backend->tried && backend->result == 0;
}

bool registry_load(const char *name)
{
	bool found = false;

	if (!registry_enter())
		return false;
	for (size_t i = 0; i < backends_count; i++) {
		if (strcmp(backends[i].name, name) != 0)
			continue;
		found = load_one(&backends[i]);
	}
	registry_leave();
	return found;
}

const struct registry_backend *registry_backends(size_t *count)
{
	(void)registry_first();
	*count = backends_count;
	return backends;
}

void registry_fork_prepare(void)
{
	(void)registry_enter();
}

void registry_fork_done(void)
{
	registry_leave();
}
