/* SPDX-License-Identifier: MIT */
/* The ways that there are; each in the file of its name. */
#ifndef UALG_BENCH_WAYS_H
#define UALG_BENCH_WAYS_H

#include "way.h"

extern const struct way way_gcrypt;
extern const struct way way_libcrypto; /* its low-level functions */
extern const struct way way_nettle;
extern const struct way way_ipsec_mb;
extern const struct way way_evp;            /* libcrypto by EVP, contexts reused */
extern const struct way way_engine;         /* the algorithms of src/crypto */
extern const struct way way_library;        /* ualg/ualg.h */
extern const struct way way_preload;        /* send and recv on sockets, in this process */
extern const struct way way_preload_splice; /* vmsplice, splice and recv */
extern const struct way way_supervisor;     /* the same sockets in another process */
extern const struct way way_kernel;         /* the kernel's own, where it has them */
extern const struct way way_floor;          /* sendmsg and recvmsg on a unix socket pair */
extern const struct way way_floor_splice;   /* vmsplice and splice to where nothing reads */

/* Serves the requests of way_supervisor and its like on standard input, until it ends. */
int way_remote_serve(void);

/* The path of the ualg command, for what it starts. */
extern const char *way_ualg;

#endif
