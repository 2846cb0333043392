/* SPDX-License-Identifier: MIT */
/* What concerns the library as a whole: version, errors, transports, fork. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/kernel.h"
#include "base/lock.h"
#include "base/secmem.h"
#include "crypto/registry.h"

const char *ualg_version(void)
{
	return UALG_VERSION;
}

static const struct {
	int error;
	const char *text;
} errors[] = {
    {0, "success"},
    {EACCES, "a security policy forbids it"},
    {EAFNOSUPPORT, "the kernel has no AF_ALG"},
    {EAGAIN, "nothing is ready yet, or the system gives no more threads"},
    {EBADMSG, "the data is not authentic"},
    {EBUSY, "another handle that shares the key is in use"},
    {EINVAL, "an argument is not valid"},
    {EIO, "there is no entropy, or the kernel failed"},
    {EMFILE, "too many open descriptors"},
    {EMSGSIZE, "the data is too long"},
    {ENFILE, "too many open descriptors in the system"},
    {ENOBUFS, "the output buffer is too small, or the kernel has no memory"},
    {ENOENT, "there is no such algorithm, or nothing to wait for"},
    {ENOKEY, "no key is set"},
    {ENOMEM, "out of memory"},
    {ENOSYS, "the algorithm takes no key"},
    {EOPNOTSUPP, "the algorithm or the kernel does not offer that"},
    {EOVERFLOW, "the text is longer than the nonce allows"},
    {EPERM, "a security policy forbids it"},
};

const char *ualg_error_text(int error)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (error == -errors[i].error)
			return errors[i].text;
	return "an error of the system";
}

static const char *const transport_names[] = {
    [UALG_TRANSPORT_DEFAULT] = "default",
    [UALG_TRANSPORT_DIRECT] = "direct",
    [UALG_TRANSPORT_KERNEL] = "kernel",
    [UALG_TRANSPORT_AUTO] = "auto",
};

#define TRANSPORTS (sizeof(transport_names) / sizeof(transport_names[0]))

static bool is_transport(enum ualg_transport transport)
{
	return (size_t)transport < TRANSPORTS;
}

const char *ualg_transport_name(enum ualg_transport transport)
{
	return is_transport(transport) ? transport_names[transport] : NULL;
}

int ualg_transport_parse(const char *name, enum ualg_transport *out)
{
	if (!name || !out)
		return -EINVAL;
	for (size_t i = 0; i < TRANSPORTS; i++) {
		if (strcmp(name, transport_names[i]) == 0) {
			*out = (enum ualg_transport)i;
			return 0;
		}
	}
	return -EINVAL;
}

static _Atomic(enum ualg_transport) default_transport;

int ualg_transport_set_default(enum ualg_transport transport)
{
	if (!is_transport(transport))
		return -EINVAL;
	atomic_store(&default_transport, transport);
	return 0;
}

/* Which of the three is meant.  -EINVAL: none. */
static int choose_transport(enum ualg_transport transport, enum ualg_transport *out)
{
	const char *name;
	int result = 0;

	*out = transport ? transport : atomic_load(&default_transport);
	if (*out == UALG_TRANSPORT_DEFAULT) {
		name = secure_getenv("UALG_TRANSPORT");
		if (name && *name)
			result = ualg_transport_parse(name, out);
		if (*out == UALG_TRANSPORT_DEFAULT)
			*out = UALG_TRANSPORT_DIRECT;
	}
	return result < 0 || !is_transport(*out) ? -EINVAL : 0;
}

/* The engine's locks across fork, in the order in which they are taken. */
static void fork_prepare(void)
{
	registry_fork_prepare();
	secmem_fork_prepare();
}

static void fork_done(void)
{
	secmem_fork_done();
	registry_fork_done();
}

static void fork_child(void)
{
	lock_forget_self();
	fork_done();
}

static void begin(void)
{
	(void)pthread_atfork(fork_prepare, fork_done, fork_child);
}

/*
 * What names meant the last time: the calls without handle look theirs up each time, among
 * hundreds. Descriptors live as long as the process; what an entry is for, its own name tells.
 */
#define REMEMBERED 64u

static _Atomic(const struct alg *) remembered[REMEMBERED];

static _Atomic(const struct alg *) *place_of(enum alg_type type, const char *name)
{
	uint32_t hash = (uint32_t)type;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u; /* FNV-1a */
	return &remembered[hash >> 16 & (REMEMBERED - 1)];
}

static int find_direct(enum alg_type type, const char *name, const struct alg **out)
{
	_Atomic(const struct alg *) *place = place_of(type, name);
	int result;

	*out = atomic_load_explicit(place, memory_order_acquire);
	if (*out && (*out)->type == type && strcmp((*out)->name, name) == 0)
		return 0;
	result = registry_find(type, name, out);
	/* Not by its driver's name: that says nothing about what the generic one means. */
	if (result == 0 && strcmp((*out)->name, name) == 0)
		atomic_store_explicit(place, *out, memory_order_release);
	return result;
}

int api_source_find(enum alg_type type, const char *name, enum ualg_transport transport,
		    struct api_source *out)
{
	static pthread_once_t begun = PTHREAD_ONCE_INIT;
	int result;

	*out = (struct api_source){0};
	if (!name || choose_transport(transport, &transport) < 0)
		return -EINVAL;
	(void)pthread_once(&begun, begin);
	if (transport != UALG_TRANSPORT_KERNEL) {
		result = find_direct(type, name, &out->alg);
		if (result != -ENOENT || transport == UALG_TRANSPORT_DIRECT)
			return result;
	}
	result = api_kernel_open(type, name, &out->kernel);
	if (result == 0)
		out->alg = api_kernel_alg(out->kernel);
	else if (transport == UALG_TRANSPORT_AUTO && result != -ENOMEM)
		result = -ENOENT; /* the engine's word: the kernel was only a second chance */
	return result;
}

void api_source_release(struct api_source *source)
{
	api_kernel_put(source->kernel);
}
