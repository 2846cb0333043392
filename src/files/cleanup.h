/* SPDX-License-Identifier: MIT */
/*
 * What has to be put right when a signal ends the program: a half written file that has a name, a
 * terminal whose echo is off.  SIGHUP, SIGINT and SIGTERM are caught while there is such a thing,
 * unless they were ignored; the program then dies of the signal as it would have.
 *
 * One file and one terminal at a time; for one thread.
 */
#ifndef UALG_FILES_CLEANUP_H
#define UALG_FILES_CLEANUP_H

#include <termios.h>

/* From now on the file is removed.  path stays the caller's and has to live until forgotten. */
void cleanup_remove(const char *path);
void cleanup_forget_file(void);

/* From now on fd, a terminal, gets these modes back. */
void cleanup_restore(int fd, const struct termios *modes);
void cleanup_forget_terminal(void);

#endif
