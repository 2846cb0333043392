/* SPDX-License-Identifier: MIT */
/* The record (doors/common/record.h) of this process: what the preload door tells it. */
#ifndef UALG_DOORS_PRELOAD_RECORDING_H
#define UALG_DOORS_PRELOAD_RECORDING_H

#include <sys/socket.h>

#include "doors/common/record.h"

/* Reads $UALG_RECORD and looks who this process is: called once, before the first socket is made.
 */
void preload_recording_begin(struct sock_host *host);

/* A fork's child is another process, and what its parent counted is not its own. */
void preload_recording_forked(void);

/* Those of record.h, for this process. */
void preload_record_bind(const struct sock *sock, const void *address, size_t size, int result);
void preload_record_accept(struct sock *sock, const struct sock *from);
void preload_record_data(struct sock *sock, const struct sock_io *io, bool sending, ssize_t result);
void preload_record_flush(void); /* not in a vfork's child */
void preload_record_refusal(const struct sock *sock, const char *call, int error);

#endif
