/* SPDX-License-Identifier: MIT */
/*
 * What all handles have: where their algorithm comes from, its instance here or its socket in the
 * kernel, and how they begin and end.
 */
#ifndef UALG_API_HANDLE_H
#define UALG_API_HANDLE_H

#include "api/api.h"

struct api_handle;

/* How a transport begins and ends a handle.  The table of each group's functions begins with one.
 */
struct api_life {
	int (*open)(struct api_handle *handle);
	void (*close)(struct api_handle *handle); /* also after open has failed */
};

struct api_handle {
	struct api_source source;
	const struct api_life *life; /* of the group's table of this transport */
	size_t size;                 /* of the whole handle, bytes */
	struct tfm *tfm;             /* direct */
	int op;                      /* kernel: the op socket, or -1 */
	bool ready;                  /* it can compute: no key is missing */
};

/* A group of handles: each is a structure of size bytes that begins with a struct api_handle. */
struct api_group {
	enum alg_type type;
	size_t size;
	bool has_state; /* direct: alg->statesize bytes follow */
	const struct api_life *direct, *kernel;
};

/* Makes a handle.  [open] of ualg.h.  NULL in *out where that fails. */
int api_handle_open(const struct api_group *group, const char *name, enum ualg_transport transport,
		    struct api_handle **out);

/* A second handle on the same source, for life->close alone to know: not opened.  NULL: no memory.
 */
struct api_handle *api_handle_again(const struct api_handle *handle);

/* Wipes and frees; NULL is fine. */
void api_handle_close(struct api_handle *handle);

/* For the public calls of that kind; handle may be NULL. */
const struct ualg_alg *api_handle_alg(const struct api_handle *handle);
enum ualg_transport api_handle_transport(const struct api_handle *handle);

/* Direct: makes handle->tfm, and ends it; sets its key. */
int api_direct_open(struct api_handle *handle);
void api_direct_close(struct api_handle *handle);
int api_direct_set_key(struct api_handle *handle, const uint8_t *key, size_t size);

/*
 * Kernel: makes handle->op, and ends it; sets the key with no op socket there, as it has to be
 * (O-05), and leaves making one to the next call.
 */
int api_kernel_handle_open(struct api_handle *handle);
void api_kernel_handle_close(struct api_handle *handle);
int api_kernel_handle_set_key(struct api_handle *handle, const uint8_t *key, size_t size);

#endif
