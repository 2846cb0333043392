/* SPDX-License-Identifier: MIT */
/*
 * The record: which program asked for which algorithm, and what it did with it, as lines of JSON at
 * the end of a file (`ualg run --record`, `ualg report`).  Never a key, never data.
 *
 *     {"event":"bind","pid":7,"program":"/usr/bin/x","type":"skcipher","name":"cbc(aes)",
 *      "driver":"cbc-aes-gcrypt"}               or "error":"ENOENT" in the place of the driver
 *     {"event":"use", ..., "driver":"...","operation":"encrypt","key":16,
 *      "count":3,"bytes":4128,"least":16,"most":4096}
 *     {"event":"error", ..., "driver":"...","call":"recv","error":"EBADMSG","count":1}
 *
 * "use" counts operations: messages of a hash (bytes: of the message), reads of the others (bytes:
 * of the result).  A call that would have to wait (EAGAIN, EINTR) is no error.  An algorithm that
 * the kernel serves has no driver and no use: nobody sees its calls.
 *
 * What is counted is written when a socket ends, at exit, _exit and exec, and before that at
 * growing intervals, beginning with the first operation: so a socket writes few lines however much
 * it is used, and a program that ends without a word (a signal) leaves what it did, if not how
 * often.  Lines of one socket add up.
 *
 * A line is one write to the file, which is opened by its name each time: no descriptor stays open,
 * and nothing of a program's own can be written to.  Where the file cannot be opened (a program
 * that has changed its root or its user, or has no descriptor left) lines are lost, and nothing
 * else.
 *
 * All functions are system calls and memory of our own: no cancellation point, safe in signal
 * handlers, errno unchanged; but for record_accept, which may allocate.
 */
#ifndef UALG_DOORS_COMMON_RECORD_H
#define UALG_DOORS_COMMON_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "socket/sock.h"

#define RECORD_VARIABLE "UALG_RECORD" /* the environment's name for the file */
#define RECORD_LINE_MAX 4096u         /* bytes of a line: PIPE_BUF, so that lines are not mixed */

/*
 * From now on the record goes to the regular file of that absolute path, which is made if it is
 * not there.  NULL, "", a path that is too long or another kind of file: there is no record.
 * self: this process's id, whose program is looked up now and kept; that of other processes (a
 * supervisor's) when it is wanted.
 */
void record_begin(const char *path, long self);

/* In a fork's child: its id; what was counted is the parent's to tell. */
void record_forked(long self);

extern bool record_begun;

/* Whether there is a record: what a data call asks, and all that it pays where there is none. */
static inline bool record_is_on(void)
{
	return __builtin_expect(record_begun, 0);
}

/*
 * The others do nothing while there is no record.  process: the id of who makes the call.
 *
 * A bind has ended: address as the program gave it, size bytes; result: 0 or a negative errno.
 * sock: what was bound; NULL: the kernel's own socket.
 */
void record_bind(long process, const struct sock *sock, const void *address, size_t size,
		 int result);

/*
 * accept has made an op socket of `from`, whose lock is held; nobody else knows the new one yet. An
 * op socket that came otherwise (from another process) is made known with itself as `from`.
 */
void record_accept(long process, struct sock *sock, const struct sock *from);

/*
 * A data call has ended: io as sock_send or sock_recv left it, result as returned.  Lock held.
 * Where it is another process's than the last one, what was counted until now is written first.
 */
void record_data(long process, struct sock *sock, const struct sock_io *io, bool sending,
		 ssize_t result);

/* Another call ("accept", "setsockopt") was refused with a negative errno.  Lock held. */
void record_refusal(long process, const struct sock *sock, const char *call, int error);

/* sock_host.ended: writes what is not written yet. */
void record_end(struct sock *sock);

/* Writes what is not written yet of all sockets: this process ends.  Takes no lock. */
void record_flush(void);

#endif
