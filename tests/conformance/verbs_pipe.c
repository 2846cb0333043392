/* SPDX-License-Identifier: MIT */
/* Data that takes another way than send and recv: splice and its kin, asynchronous I/O. */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "verbs.h"

static int fd_of(const struct command *command, int index)
{
	return word_fd(command_word(command, index));
}

/* pipe READ WRITE   names for its ends */
static void run_pipe(const struct command *command, char *token)
{
	int ends[2];
	int result = pipe(ends);

	token_number(token, result);
	if (result < 0)
		return;
	fd_set_name(command_word(command, 1), ends[0]);
	fd_set_name(command_word(command, 2), ends[1]);
}

/* file DATA   a file in memory, read from its beginning: F = file DATA */
static void run_file(const struct command *command, char *token)
{
	struct place data = word_data(command_word(command, 1));
	int fd = memfd_create("case", MFD_CLOEXEC);

	verb_made(fd);
	if (fd < 0 || write(fd, data.at, data.size) != (ssize_t)data.size)
		token_number(token, -1);
	else
		token_number(token, lseek(fd, 0, SEEK_SET));
}

/* splice FROM TO SIZE [more] [nonblock] [offset=N] */
static void run_splice(const struct command *command, char *token)
{
	const char *offset = command_option(command, "offset");
	loff_t at = offset ? word_number(offset) : 0;
	unsigned flags = (command_has(command, "more") ? SPLICE_F_MORE : 0) |
			 (command_has(command, "nonblock") ? SPLICE_F_NONBLOCK : 0);

	token_number(token, splice(fd_of(command, 1), NULL, fd_of(command, 2), offset ? &at : NULL,
				   (size_t)word_number(command_word(command, 3)), flags));
}

/* vmsplice FD DATA... */
static void run_vmsplice(const struct command *command, char *token)
{
	struct iovec iov[8];
	size_t count = 0;

	for (int i = 2; i < command->count && count < 8; i++) {
		struct place data = word_data(command->words[i]);

		iov[count++] = (struct iovec){data.at, data.size};
	}
	token_number(token, vmsplice(fd_of(command, 1), iov, count, 0));
}

/* tee FROM TO SIZE */
static void run_tee(const struct command *command, char *token)
{
	token_number(token, tee(fd_of(command, 1), fd_of(command, 2),
				(size_t)word_number(command_word(command, 3)), 0));
}

/* copyrange FROM TO SIZE */
static void run_copyrange(const struct command *command, char *token)
{
	token_number(token, copy_file_range(fd_of(command, 1), NULL, fd_of(command, 2), NULL,
					    (size_t)word_number(command_word(command, 3)), 0));
}

/* sendfile TO FROM SIZE [offset=N] */
static void run_sendfile(const struct command *command, char *token)
{
	const char *offset = command_option(command, "offset");
	off_t at = offset ? word_number(offset) : 0;

	token_number(token, sendfile(fd_of(command, 1), fd_of(command, 2), offset ? &at : NULL,
				     (size_t)word_number(command_word(command, 3))));
}

/* ---- io_submit ---- */

#define AIO_MAX 8

struct submission {
	struct iocb blocks[AIO_MAX];
	struct iocb *pointers[AIO_MAX];
	struct place places[AIO_MAX];
	long count;
};

static void submission_add(struct submission *submission, int fd, bool is_read, const char *word,
			   long offset)
{
	long i = submission->count++;

	submission->places[i] = is_read ? word_room(word) : word_data(word);
	submission->blocks[i] = (struct iocb){
	    .aio_data = (uint64_t)i,
	    .aio_lio_opcode = is_read ? IOCB_CMD_PREAD : IOCB_CMD_PWRITE,
	    .aio_fildes = (uint32_t)fd,
	    .aio_buf = (uintptr_t)submission->places[i].at,
	    .aio_nbytes = submission->places[i].size,
	    .aio_offset = offset,
	};
	submission->pointers[i] = &submission->blocks[i];
}

/* What each operation came to, in the order in which they were submitted. */
static void tell_events(char *token, const struct submission *submission,
			const struct io_event *events, long count)
{
	for (long i = 0; i < submission->count; i++)
		for (long k = 0; k < count; k++) {
			long result = (long)events[k].res;

			if ((long)events[k].data != i)
				continue;
			token_add(token, ",");
			if (result < 0)
				token_add(token, "%s", errno_name((int)-result));
			else if (submission->blocks[i].aio_lio_opcode == IOCB_CMD_PREAD)
				token_bytes(token, result, submission->places[i].at);
			else
				token_number(token, result);
		}
}

/* aio FD {read ROOM | write DATA}... [offset=N]   submitted together */
static void run_aio(const struct command *command, char *token)
{
	const char *offset = command_option(command, "offset");
	struct submission submission = {.count = 0};
	struct io_event events[AIO_MAX];
	struct timespec limit = {.tv_sec = 2};
	aio_context_t context = 0;

	for (int i = 2; i + 1 < command->count && submission.count < AIO_MAX; i += 2)
		submission_add(&submission, fd_of(command, 1),
			       strcmp(command->words[i], "read") == 0, command->words[i + 1],
			       offset ? word_number(offset) : 0);
	if (syscall(SYS_io_setup, AIO_MAX, &context) < 0) {
		token_number(token, -1);
		return;
	}
	long submitted = syscall(SYS_io_submit, context, submission.count, submission.pointers);
	token_number(token, submitted);
	if (submitted > 0)
		tell_events(
		    token, &submission, events,
		    syscall(SYS_io_getevents, context, submitted, submitted, events, &limit));
	/* io_destroy would wait for what a wrong implementation never ends. */
}

const struct verb verbs_pipe[] = {
    {"pipe", run_pipe},         {"file", run_file}, {"splice", run_splice},
    {"vmsplice", run_vmsplice}, {"tee", run_tee},   {"copyrange", run_copyrange},
    {"sendfile", run_sendfile}, {"aio", run_aio},   {NULL, NULL},
};
