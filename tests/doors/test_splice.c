/* SPDX-License-Identifier: MIT */
/* splice, vmsplice and sendfile with alg sockets (rules Z): what arrives, and what stays. */
#include "preload_common.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define PAGE       4096u
#define DATA_SIZE  300000u
#define PIPE_SIZE  65536u
#define SMALL_ROOM 8192 /* SO_SNDBUF that is set to 4096 or less */

static uint8_t data[DATA_SIZE], other[DATA_SIZE];

static int prepare_data(void **state)
{
	uint32_t x = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		x = x * 1664525u + 1013904223u;
		data[i] = (uint8_t)(x >> 24);
	}
	return 0;
}

static void open_pipe(int ends[2], size_t size)
{
	assert_int_equal(pipe(ends), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, size) >= (int)size);
}

static void close_pipe(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static int waiting(int end)
{
	int bytes = -1;

	assert_int_equal(ioctl(end, FIONREAD, &bytes), 0);
	return bytes;
}

static void assert_fails(ssize_t result, int error)
{
	int got = errno;

	assert_int_equal(result, -1);
	assert_int_equal(got, error);
}

static void assert_digest(int op, const void *expected, size_t size)
{
	uint8_t digest[DIGEST_SIZE], wanted[DIGEST_SIZE];
	int by_send = hash_op();

	assert_int_equal(recv(op, digest, sizeof(digest), 0), DIGEST_SIZE);
	assert_int_equal(send(by_send, expected, size, 0), size);
	assert_int_equal(recv(by_send, wanted, sizeof(wanted), 0), DIGEST_SIZE);
	assert_memory_equal(digest, wanted, sizeof(digest));
	close(by_send);
}

static int aead_op(const char *name, const void *key, size_t key_size)
{
	int parent = afalg_bind("aead", name);
	int op;

	if (parent < 0)
		return parent;
	op = afalg_set_key(parent, key, key_size) < 0 ? -1 : afalg_accept(parent);
	close(parent);
	return op;
}

/* An aead gives nothing until its message is ended, and so tells where that stands. */
static int gcm_op(void)
{
	static const uint8_t key[16], iv[12];
	const struct afalg_control control = {
	    .encrypt = true, .iv = iv, .iv_size = sizeof(iv), .has_assoclen = true};
	int op = aead_op("gcm(aes)", key, sizeof(key));

	assert_true(op >= 0);
	assert_int_equal(afalg_send(op, &control, "", 0, MSG_MORE), 0);
	return op;
}

static int begun_cipher_op(void)
{
	static const uint8_t iv[16];
	const struct afalg_control control = {.encrypt = true, .iv = iv, .iv_size = sizeof(iv)};
	int op = cipher_op();

	assert_true(op >= 0);
	assert_int_equal(afalg_send(op, &control, "", 0, MSG_MORE), 0);
	return op;
}

static void set_small_room(int op)
{
	const int size = 4096;

	assert_int_equal(setsockopt(op, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
}

/* ---- into a socket ---- */

static void hash_takes_any_pieces(void **state)
{
	static const size_t pieces[] = {1, 4095, 2, 4096, 4097, 1000, 65536, 7};
	size_t at = 3, total = 0;
	int op = hash_op(), ends[2];

	(void)state;
	open_pipe(ends, 1u << 20);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct iovec iov = {data + at, pieces[i]};

		if (i % 2)
			assert_int_equal(write(ends[1], data + at, pieces[i]), pieces[i]);
		else
			assert_int_equal(vmsplice(ends[1], &iov, 1, 0), pieces[i]);
		at += pieces[i];
		total += pieces[i];
	}
	errno = 0;
	/* More than there is; and more than 16 pages (Z-02). */
	assert_int_equal(splice(ends[0], NULL, op, NULL, DATA_SIZE, 0), total);
	assert_int_equal(errno, 0);
	assert_int_equal(waiting(ends[0]), 0);
	assert_digest(op, data + 3, total);
	close(op);
	close_pipe(ends);
}

static void more_goes_on(void **state)
{
	int op = hash_op(), ends[2];

	(void)state;
	open_pipe(ends, PIPE_SIZE);
	assert_int_equal(write(ends[1], data, 1000), 1000);
	assert_int_equal(splice(ends[0], NULL, op, NULL, 400, SPLICE_F_MORE), 400);
	assert_int_equal(waiting(ends[0]), 600);
	assert_int_equal(splice(ends[0], NULL, op, NULL, 600, 0), 600);
	assert_digest(op, data, 1000);
	close(op);
	close_pipe(ends);
}

static void cipher_takes_pages_as_sent(void **state)
{
	int op = begun_cipher_op(), by_send = begun_cipher_op(), ends[2];
	const size_t size = 160000;

	(void)state;
	open_pipe(ends, 1u << 20);
	assert_int_equal(write(ends[1], data + 5, size), size);
	assert_int_equal(splice(ends[0], NULL, op, NULL, size, 0), size);
	assert_int_equal(recv(op, other, size, 0), size);
	assert_int_equal(send(by_send, data + 5, size, 0), size);
	assert_int_equal(recv(by_send, other + size / 2, 16, 0), 16);
	assert_memory_equal(other, other + size / 2, 16);
	assert_int_equal(recv(by_send, other, size - 16, 0), size - 16);
	close(op);
	close(by_send);
	close_pipe(ends);
}

/* Z-02: what becomes of the pages afterwards is of no consequence. */
static void pages_are_copied(void **state)
{
	uint8_t *page =
	    mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec iov = {page, PAGE};
	int op = begun_cipher_op(), by_send = begun_cipher_op(), ends[2];

	(void)state;
	memcpy(page, data, PAGE);
	open_pipe(ends, PIPE_SIZE);
	assert_int_equal(vmsplice(ends[1], &iov, 1, SPLICE_F_GIFT), PAGE);
	assert_int_equal(splice(ends[0], NULL, op, NULL, PAGE, SPLICE_F_GIFT | SPLICE_F_MOVE),
			 PAGE);
	memset(page, 0, PAGE);
	assert_int_equal(recv(op, other, PAGE, 0), PAGE);
	assert_int_equal(send(by_send, data, PAGE, 0), PAGE);
	assert_int_equal(recv(by_send, page, PAGE, 0), PAGE);
	assert_memory_equal(other, page, PAGE);
	munmap(page, PAGE);
	close(op);
	close(by_send);
	close_pipe(ends);
}

static void assert_content(int end, const void *expected, size_t size)
{
	static uint8_t content[PIPE_SIZE];

	assert_int_equal(read(end, content, sizeof(content)), size);
	assert_memory_equal(content, expected, size);
}

static void what_is_refused_stays_in_the_pipe(void **state)
{
	int keyless_parent = afalg_bind("hash", "hmac(sha256)");
	int keyless = afalg_accept(keyless_parent), finished = cipher_op(), ends[2];

	(void)state;
	open_pipe(ends, PIPE_SIZE);
	assert_int_equal(write(ends[1], data, 10000), 10000);
	assert_int_equal(send(finished, data, 16, 0), 16);
	assert_fails(splice(ends[0], NULL, keyless_parent, NULL, 10000, 0), EOPNOTSUPP);
	assert_fails(splice(ends[0], NULL, keyless, NULL, 10000, 0), ENOKEY);
	assert_fails(splice(ends[0], NULL, finished, NULL, 10000, 0), EINVAL); /* C-07 */
	assert_fails(splice(ends[0], NULL, ends[0], NULL, 10000, 0), EBADF);
	assert_content(ends[0], data, 10000);
	close(keyless_parent);
	close(keyless);
	close(finished);
	close_pipe(ends);
}

/* C-10, and that the message then stays open behind its first page. */
static void full_queue_takes_what_fits(void **state)
{
	int op = gcm_op(), ends[2];

	(void)state;
	set_small_room(op);
	assert_int_equal(fcntl(op, F_SETFL, O_NONBLOCK), 0);
	open_pipe(ends, PIPE_SIZE);
	assert_int_equal(write(ends[1], data, PIPE_SIZE), PIPE_SIZE);
	assert_int_equal(splice(ends[0], NULL, op, NULL, PIPE_SIZE, 0), SMALL_ROOM);
	assert_fails(splice(ends[0], NULL, op, NULL, PIPE_SIZE, 0), EAGAIN);
	assert_fails(recv(op, other, sizeof(other), 0), EAGAIN);
	assert_int_equal(send(op, "", 0, 0), 0);
	assert_int_equal(recv(op, other, sizeof(other), 0), SMALL_ROOM + 16);
	assert_content(ends[0], data + SMALL_ROOM, PIPE_SIZE - SMALL_ROOM);
	close(op);
	close_pipe(ends);
}

struct reader {
	int op;
	size_t size;
};

static void *read_all(void *argument)
{
	const struct reader *reader = argument;
	size_t done = 0;

	while (done < reader->size) {
		ssize_t got = recv(reader->op, other + done, PAGE, 0);

		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return NULL;
}

static void splice_sleeps_for_room(void **state)
{
	int op = begun_cipher_op(), by_send = begun_cipher_op(), ends[2];
	struct reader reader = {op, PIPE_SIZE};
	pthread_t thread;

	(void)state;
	set_small_room(op);
	open_pipe(ends, PIPE_SIZE);
	assert_int_equal(write(ends[1], data, PIPE_SIZE), PIPE_SIZE);
	assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
	assert_int_equal(splice(ends[0], NULL, op, NULL, PIPE_SIZE, 0), PIPE_SIZE);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(waiting(ends[0]), 0);
	assert_int_equal(send(by_send, data, PIPE_SIZE, 0), PIPE_SIZE);
	assert_int_equal(recv(by_send, data + PIPE_SIZE, PIPE_SIZE, 0), PIPE_SIZE);
	assert_memory_equal(other, data + PIPE_SIZE, PIPE_SIZE);
	assert_int_equal(prepare_data(NULL), 0);
	close(op);
	close(by_send);
	close_pipe(ends);
}

static void *write_later(void *argument)
{
	const int *end = argument;

	usleep(50000);
	(void)!write(*end, "abc", 3);
	return NULL;
}

static void splice_waits_for_data(void **state)
{
	int ops[2] = {hash_op(), begun_cipher_op()};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		int ends[2];
		pthread_t thread;

		open_pipe(ends, PIPE_SIZE);
		assert_fails(splice(ends[0], NULL, ops[i], NULL, 10, SPLICE_F_NONBLOCK), EAGAIN);
		assert_int_equal(pthread_create(&thread, NULL, write_later, &ends[1]), 0);
		errno = 0;
		assert_int_equal(splice(ends[0], NULL, ops[i], NULL, 10, 0), 3);
		assert_int_equal(errno, 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
		assert_fails(splice(ends[0], NULL, ops[i], NULL, 10, 0), EAGAIN);
		close(ends[1]);
		assert_int_equal(splice(ends[0], NULL, ops[i], NULL, 10, 0), 0);
		close(ends[0]);
	}
	assert_digest(ops[0], "abc", 3);
	close(ops[0]);
	close(ops[1]);
}

/* A placeholder that shows no room, left by somebody who looked, is not slept on. */
static void stale_placeholder_does_not_matter(void **state)
{
	int op = begun_cipher_op(), ends[2];
	struct pollfd entry = {.fd = op, .events = POLLOUT};

	(void)state;
	set_small_room(op);
	assert_int_equal(send(op, data, SMALL_ROOM, MSG_MORE), SMALL_ROOM);
	assert_int_equal(poll(&entry, 1, 0), 0);
	assert_int_equal(recv(op, other, SMALL_ROOM, 0), SMALL_ROOM);
	open_pipe(ends, PIPE_SIZE);
	assert_fails(splice(ends[0], NULL, op, NULL, 16, SPLICE_F_NONBLOCK), EAGAIN);
	assert_int_equal(write(ends[1], data, 16), 16);
	assert_int_equal(splice(ends[0], NULL, op, NULL, 16, 0), 16);
	close(op);
	close_pipe(ends);
}

/* Bytes of one pipe that several threads splice at once arrive once. */
static int shared_pipe[2];

static void *splice_some(void *argument)
{
	size_t *sum = argument;
	int op = hash_op();
	ssize_t got;

	while ((got = splice(shared_pipe[0], NULL, op, NULL, 100, SPLICE_F_MORE)) > 0)
		*sum += (size_t)got;
	close(op);
	return NULL;
}

static void threads_share_a_pipe(void **state)
{
	pthread_t threads[3];
	size_t sums[3] = {0}, sent = 0;

	(void)state;
	open_pipe(shared_pipe, PIPE_SIZE);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, splice_some, &sums[i]), 0);
	for (size_t size = 1; size < 1500; size++, sent += size)
		assert_int_equal(write(shared_pipe[1], data, size + 1), size + 1);
	close(shared_pipe[1]);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(sums[0] + sums[1] + sums[2], sent);
	close(shared_pipe[0]);
}

/* ---- sendfile ---- */

static int open_file(size_t size)
{
	int file = memfd_create("data", MFD_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(write(file, data, size), size);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	return file;
}

static void sendfile_takes_any_part(void **state)
{
	static const struct {
		off_t offset;
		size_t size;
	} parts[] = {{0, DATA_SIZE}, {0, 1}, {1, 4095}, {4095, 2}, {7, 65536}, {65535, 65538}};
	int file = open_file(DATA_SIZE), op = hash_op();

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		off_t offset = parts[i].offset;

		errno = 0;
		assert_int_equal(sendfile(op, file, &offset, parts[i].size), parts[i].size);
		assert_int_equal(errno, 0);
		assert_int_equal(offset, parts[i].offset + (off_t)parts[i].size);
		assert_int_equal(lseek(file, 0, SEEK_CUR), 0);
		assert_digest(op, data + parts[i].offset, parts[i].size);
	}
	assert_int_equal(lseek(file, 100, SEEK_SET), 100);
	assert_int_equal(sendfile64(op, file, NULL, 1000), 1000);
	assert_int_equal(lseek(file, 0, SEEK_CUR), 1100);
	assert_digest(op, data + 100, 1000);
	close(op);
	close(file);
}

/* Z-05: ended where all that was asked for was sent. */
static void short_file_leaves_the_message_open(void **state)
{
	int file = open_file(1000), op = gcm_op();
	off_t offset = 0;

	(void)state;
	assert_int_equal(sendfile(op, file, &offset, 1001), 1000);
	assert_fails(recv(op, other, sizeof(other), MSG_DONTWAIT), EAGAIN);
	assert_int_equal(sendfile(op, file, &offset, 1), 0);
	assert_fails(recv(op, other, sizeof(other), MSG_DONTWAIT), EAGAIN);
	offset = 0;
	assert_int_equal(sendfile(op, file, &offset, 1000), 1000);
	assert_int_equal(recv(op, other, sizeof(other), MSG_DONTWAIT), 2016);
	close(op);
	close(file);
}

static void sendfile_moves_by_what_was_sent(void **state)
{
	int file = open_file(DATA_SIZE), op = begun_cipher_op(), keyless, parent;

	(void)state;
	set_small_room(op);
	assert_int_equal(fcntl(op, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(sendfile(op, file, NULL, 50000), SMALL_ROOM);
	assert_int_equal(lseek(file, 0, SEEK_CUR), SMALL_ROOM);
	assert_fails(sendfile(op, file, NULL, 50000), EAGAIN);
	assert_int_equal(lseek(file, 0, SEEK_CUR), SMALL_ROOM);
	parent = afalg_bind("hash", "hmac(sha256)");
	keyless = afalg_accept(parent);
	assert_fails(sendfile(keyless, file, NULL, 10), ENOKEY);
	assert_fails(sendfile(parent, file, NULL, 10), EOPNOTSUPP);
	assert_int_equal(lseek(file, 0, SEEK_CUR), SMALL_ROOM);
	close(parent);
	close(keyless);
	close(op);
	close(file);
}

static void sendfile_refuses_what_is_no_file(void **state)
{
	int op = hash_op(), file = open_file(10), ends[2];
	off_t offset = 0, before = -1;

	(void)state;
	open_pipe(ends, PIPE_SIZE);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	assert_fails(sendfile(op, ends[0], NULL, 3), EINVAL);
	assert_fails(sendfile(op, ends[0], &offset, 3), ESPIPE);
	assert_fails(sendfile(op, op, NULL, 3), EINVAL);
	assert_fails(sendfile(op, -1, NULL, 3), EBADF);
	assert_fails(sendfile(op, ends[1], NULL, 3), EBADF);
	assert_fails(sendfile(op, file, &before, 3), EINVAL);
	assert_fails(sendfile(op, file, &offset, (size_t)-1), EINVAL);
	assert_fails(sendfile(file, op, NULL, 3), EINVAL);
	assert_int_equal(waiting(ends[0]), 3);
	close(op);
	close(file);
	close_pipe(ends);
}

/* ---- out of a socket ---- */

static void splice_out_receives(void **state)
{
	int op = hash_op(), cipher = begun_cipher_op(), ends[2];
	uint8_t digest[DIGEST_SIZE];

	(void)state;
	open_pipe(ends, PIPE_SIZE);
	assert_int_equal(send(op, "abc", 3, 0), 3);
	assert_int_equal(splice(op, NULL, ends[1], NULL, 100, 0), DIGEST_SIZE);
	assert_int_equal(read(ends[0], digest, sizeof(digest)), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
	assert_int_equal(send(op, "abc", 3, 0), 3);
	assert_int_equal(sendfile(ends[1], op, NULL, 100), DIGEST_SIZE);
	assert_content(ends[0], digest_abc, DIGEST_SIZE);

	/* As much as fits, and the rest is still to be had. */
	assert_int_equal(send(cipher, data, 100000, 0), 100000);
	assert_int_equal(splice(cipher, NULL, ends[1], NULL, 100000, 0), PIPE_SIZE);
	assert_fails(splice(cipher, NULL, ends[1], NULL, 16, SPLICE_F_NONBLOCK), EAGAIN);
	assert_int_equal(read(ends[0], other, sizeof(other)), PIPE_SIZE);
	assert_int_equal(recv(cipher, other + PIPE_SIZE, 100000 - PIPE_SIZE, 0),
			 100000 - PIPE_SIZE);
	close(cipher);
	cipher = begun_cipher_op();
	assert_int_equal(send(cipher, data, 100000, 0), 100000);
	assert_int_equal(recv(cipher, data + 150000, 100000, 0), 100000);
	assert_memory_equal(other, data + 150000, 100000);
	assert_int_equal(prepare_data(NULL), 0);
	close(op);
	close(cipher);
	close_pipe(ends);
}

/* A pipe whose pages hold a byte each has less room than it seems: nothing may be lost. */
static void nothing_is_lost_in_a_pipe_of_crumbs(void **state)
{
	int cipher = begun_cipher_op(), ends[2];
	ssize_t got;

	(void)state;
	open_pipe(ends, PIPE_SIZE);
	for (unsigned i = 0; i < 10; i++) {
		struct iovec iov = {data + i * PAGE, 1};

		assert_int_equal(vmsplice(ends[1], &iov, 1, 0), 1);
	}
	assert_int_equal(send(cipher, data, PIPE_SIZE, 0), PIPE_SIZE);
	got = splice(cipher, NULL, ends[1], NULL, PIPE_SIZE, SPLICE_F_NONBLOCK);
	assert_true(got > 0);
	assert_int_equal(waiting(ends[0]), got + 10);
	if (got < (ssize_t)PIPE_SIZE)
		assert_int_equal(recv(cipher, other, PIPE_SIZE, MSG_DONTWAIT), PIPE_SIZE - got);
	close(cipher);
	close_pipe(ends);
}

static void splice_out_errors(void **state)
{
	int op = hash_op(), parent = afalg_bind("hash", "sha256"), file = open_file(0), ends[2];
	loff_t offset = 0;

	(void)state;
	open_pipe(ends, PIPE_SIZE);
	assert_fails(splice(op, NULL, op, NULL, 3, 0), EINVAL);
	assert_fails(splice(op, NULL, file, NULL, 3, 0), EINVAL);
	assert_fails(splice(op, NULL, ends[0], NULL, 3, 0), EBADF);
	assert_fails(splice(op, &offset, ends[1], NULL, 3, 0), EINVAL);
	assert_fails(splice(op, NULL, ends[1], &offset, 3, 0), ESPIPE);
	assert_fails(splice(op, NULL, ends[1], NULL, 3, 0x100), EINVAL);
	assert_fails(splice(parent, NULL, ends[1], NULL, 3, 0), EOPNOTSUPP);
	close(ends[0]);
	assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	assert_int_equal(send(op, "abc", 3, 0), 3);
	assert_fails(splice(op, NULL, ends[1], NULL, 32, 0), EPIPE);
	assert_digest(op, "abc", 3);
	close(ends[1]);
	close(op);
	close(parent);
	close(file);
}

/* ---- a page cache is no scratch paper ---- */

/*
 * CVE-2026-31431: pages of a file, spliced into an AEAD decryption, were written to by it, before
 * the tag was found wrong: a program could change files that it may only read.
 */
static void decryption_leaves_the_file_alone(void **state)
{
	/* K-10: the blob with its attribute, then the keys; 32 bytes and 16. */
	static const uint8_t key[8 + 32 + 16] = {8, 0, 1, 0, 0, 0, 0, 16};
	static const uint8_t iv[16];
	const struct afalg_control control = {
	    .iv = iv, .iv_size = sizeof(iv), .has_assoclen = true, .assoclen = 8};
	const size_t size = 8 + 4096 + 32;
	char path[] = "/tmp/ualg-page-XXXXXX";
	int writable = mkstemp(path), file, op, ends[2];
	const uint8_t *mapped;
	off_t offset = 0;

	(void)state;
	assert_true(writable >= 0);
	assert_int_equal(write(writable, data, size), size);
	assert_int_equal(fchmod(writable, 0400), 0);
	close(writable);
	file = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(file >= 0);
	unlink(path);
	mapped = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
	assert_true(mapped != MAP_FAILED);
	op = aead_op("authencesn(hmac(sha256),cbc(aes))", key, sizeof(key));
	if (op == -ENOENT)
		op = aead_op("authenc(hmac(sha256),cbc(aes))", key, sizeof(key));
	assert_true(op >= 0);
	open_pipe(ends, PIPE_SIZE);
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(afalg_send(op, &control, "", 0, MSG_MORE), 0);
		if (round == 0) {
			assert_int_equal(splice(file, &offset, ends[1], NULL, size, 0), size);
			assert_int_equal(splice(ends[0], NULL, op, NULL, size, 0), size);
		} else {
			assert_int_equal(sendfile(op, file, NULL, size), size);
		}
		assert_fails(recv(op, other, size - 32, 0), EBADMSG);
		assert_memory_equal(mapped, data, size);
		assert_int_equal(pread(file, other, size, 0), size);
		assert_memory_equal(other, data, size);
	}
	munmap((void *)(uintptr_t)mapped, size);
	close(file);
	close(op);
	close_pipe(ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hash_takes_any_pieces),
	    cmocka_unit_test(more_goes_on),
	    cmocka_unit_test(cipher_takes_pages_as_sent),
	    cmocka_unit_test(pages_are_copied),
	    cmocka_unit_test(what_is_refused_stays_in_the_pipe),
	    cmocka_unit_test(full_queue_takes_what_fits),
	    cmocka_unit_test(splice_sleeps_for_room),
	    cmocka_unit_test(splice_waits_for_data),
	    cmocka_unit_test(stale_placeholder_does_not_matter),
	    cmocka_unit_test(threads_share_a_pipe),
	    cmocka_unit_test(sendfile_takes_any_part),
	    cmocka_unit_test(short_file_leaves_the_message_open),
	    cmocka_unit_test(sendfile_moves_by_what_was_sent),
	    cmocka_unit_test(sendfile_refuses_what_is_no_file),
	    cmocka_unit_test(splice_out_receives),
	    cmocka_unit_test(nothing_is_lost_in_a_pipe_of_crumbs),
	    cmocka_unit_test(splice_out_errors),
	    cmocka_unit_test(decryption_leaves_the_file_alone),
	};

	return cmocka_run_group_tests_name("splice", tests, prepare_data, NULL);
}
