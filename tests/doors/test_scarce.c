/* SPDX-License-Identifier: MIT */
/* Programs that have little left: what costs a kernel nothing must not end them. */
#include "aio_calls.h"
#include "preload_common.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/uio.h>

#define FEW 64 /* descriptors */

/* ---- descriptors ---- */

static const char *const names[][2] = {
    {"hash", "sha256"},       {"skcipher", "cbc(aes)"}, {"skcipher", "cbc(camellia)"},
    {"hash", "hmac(sha512)"}, {"rng", "stdrng"},        {"aead", "gcm(aes)"},
};
#define NAMES (sizeof(names) / sizeof(names[0]))

/* 0, or the errno. */
static int bind_to(int parent, const char *const name[2])
{
	struct ualg_sockaddr address = {.salg_family = AF_ALG};

	strcpy((char *)address.salg_type, name[0]);
	strcpy((char *)address.salg_name, name[1]);
	return bind(parent, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : errno;
}

static int limit_descriptors(bool hard)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -1;
	limit.rlim_cur = FEW;
	if (hard)
		limit.rlim_max = FEW;
	return setrlimit(RLIMIT_NOFILE, &limit);
}

/* Takes all descriptors but some; those above the limit are not looked at. */
static int leave(int free_ones)
{
	int taken, last = -1;

	while ((taken = dup(STDIN_FILENO)) >= 0)
		last = taken;
	for (int i = 0; i < free_ones; i++)
		if (close(last - i) < 0)
			return -1;
	return errno == EMFILE && last >= 0 ? last : -1;
}

static struct {
	bool hard; /* the limit cannot be raised */
	int free_ones;
} few;

/* In a child, which has loaded nothing yet: 0, or what went wrong. */
static int bind_with_few(void)
{
	int parents[NAMES], last, result;
	struct rlimit limit;

	for (size_t i = 0; i < NAMES; i++)
		if ((parents[i] = socket(AF_ALG, SOCK_SEQPACKET, 0)) < 0)
			return 10;
	if (limit_descriptors(few.hard) < 0 || (last = leave(few.free_ones)) < 0)
		return 11;
	for (size_t i = 0; i < NAMES; i++) {
		result = bind_to(parents[i], names[i]);
		/* Where nothing can be had it is said, as for memory. */
		if (result != 0 && !(few.hard && result == ENOMEM))
			return 12;
		if (result == 0)
			parents[i] = -1;
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur != FEW)
		return 13;
	for (int i = few.free_ones; i < 10; i++)
		(void)close(last - i);
	for (size_t i = 0; i < NAMES; i++)
		if (parents[i] >= 0 && bind_to(parents[i], names[i]) != 0)
			return 14;
	return 0;
}

static void bind_in_children(bool hard)
{
	few.hard = hard;
	for (few.free_ones = 0; few.free_ones < 3; few.free_ones++)
		assert_exits_well(in_child(bind_with_few));
}

static void binds_with_few_descriptors(void **state)
{
	(void)state;
	bind_in_children(false);
}

/* N-13: a look-up that failed for want of something is no answer for good. */
static void looks_again_when_there_are_more(void **state)
{
	(void)state;
	bind_in_children(true);
}

/* ---- sizes of files ---- */

#define CRYPTO "/proc/crypto"

static int limit_files(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_FSIZE, &none);
}

/* Whether a file has paragraphs of /proc/crypto, and ends. */
static bool has_names(FILE *file)
{
	static const char key[] = "name         : ";
	char line[256];
	int names_read = 0;

	while (fgets(line, sizeof(line), file))
		names_read += strncmp(line, key, sizeof(key) - 1) == 0;
	return names_read > 10 && feof(file) && fclose(file) == 0;
}

static int open_without_size(void)
{
	FILE *stream = NULL;
	int number;

	if (hash_op() < 0 || limit_files() < 0)
		return 10;
	number = open(CRYPTO, O_RDONLY | O_CLOEXEC);
	if (number < 0 || fcntl(number, F_GETFD) != FD_CLOEXEC || !has_names(fdopen(number, "r")))
		return 11;
	stream = fopen(CRYPTO, "r");
	if (!stream || !has_names(stream))
		return 12;
	stream = freopen(CRYPTO, "r", stdin);
	if (!stream || !has_names(stream))
		return 13;
	return 0;
}

static void opens_texts_where_no_file_may_grow(void **state)
{
	(void)state;
	assert_exits_well(in_child(open_without_size));
}

/* ---- stacks ---- */

#if ADDRESS_SANITIZER
#define STACK ((size_t)256 << 10) /* whose frames are larger */
#else
#define STACK ((size_t)PTHREAD_STACK_MIN)
#endif

#define PIECES     1024
#define FEW_PIECES 20 /* of a recv: L-03 */

static char text[PIECES * 16];
static struct iovec pieces[PIECES];

/* Makes a call in a thread of little stack; its result, or the negative errno. */
static long in_small_thread(void *(*call)(void *), int number)
{
	pthread_attr_t attributes;
	pthread_t thread;
	void *result = NULL;

	for (int i = 0; i < PIECES; i++)
		pieces[i] = (struct iovec){&text[i * 16], 16};
	assert_int_equal(pthread_attr_init(&attributes), 0);
	assert_int_equal(pthread_attr_setstacksize(&attributes, STACK), 0);
	assert_int_equal(pthread_create(&thread, &attributes, call, &number), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	pthread_attr_destroy(&attributes);
	return (long)result;
}

static void *returned(long result)
{
	return (void *)(result < 0 ? -(long)errno : result);
}

static void *send_pieces(void *number)
{
	const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = PIECES};

	return returned(sendmsg(*(int *)number, &message, 0));
}

static void *receive_pieces(void *number)
{
	struct msghdr message = {.msg_iov = pieces, .msg_iovlen = FEW_PIECES};

	return returned(recvmsg(*(int *)number, &message, 0));
}

static void *write_pieces(void *number)
{
	return returned(writev(*(int *)number, pieces, PIECES));
}

static void *splice_text(void *number)
{
	int ends[2];
	long result = pipe(ends);

	if (result == 0)
		result = write(ends[1], text, sizeof(text));
	if (result > 0)
		result = splice(ends[0], NULL, *(int *)number, NULL, sizeof(text), 0);
	close(ends[0]);
	close(ends[1]);
	return returned(result);
}

static void *wait_for_pieces(void *number)
{
	struct pollfd entry = {.fd = *(int *)number, .events = POLLIN};

	return returned(poll(&entry, 1, 0));
}

/* A request of the netlink protocol, of more pieces than it needs. */
static void *ask_in_pieces(void *number)
{
	struct nlmsghdr request = {.nlmsg_len = sizeof(request), .nlmsg_type = NLMSG_NOOP};
	struct iovec parts[64] = {{&request, sizeof(request)}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 64};

	return returned(sendmsg(*(int *)number, &message, 0));
}

static void *keep_filter(void *number)
{
	static struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)};
	const struct sock_fprog program = {.len = 1, .filter = code};
	struct sock_filter kept[1];
	socklen_t size = 1;

	if (setsockopt(*(int *)number, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		return returned(-1);
	return returned(getsockopt(*(int *)number, SOL_SOCKET, SO_GET_FILTER, kept, &size));
}

static void *open_protocols(void *unused)
{
	int file = open("/proc/net/protocols", O_RDONLY);

	(void)unused;
	return returned(file < 0 ? -1 : close(file));
}

#define TOGETHER 8

static aio_context_t context;
static struct iocb reads[TOGETHER];

static void *read_together(void *unused)
{
	(void)unused;
	return returned(submit(context, reads, TOGETHER));
}

static void several_reads_fit_small_stacks(void **state)
{
	static uint8_t block[TOGETHER][16];
	struct afalg_control encrypt = {.encrypt = true, .iv = block[0], .iv_size = 16};
	struct io_event events[TOGETHER];

	(void)state;
	context = open_context(TOGETHER);
	for (int i = 0; i < TOGETHER; i++) {
		int cipher = cipher_op();

		assert_int_equal(afalg_send(cipher, &encrypt, block[0], 16, 0), 16);
		reads[i] = control(IOCB_CMD_PREAD, cipher, block[i], 16);
	}
	assert_int_equal(in_small_thread(read_together, 0), TOGETHER);
	assert_int_equal(reap(context, TOGETHER, TOGETHER, events), TOGETHER);
	for (int i = 0; i < TOGETHER; i++) {
		assert_int_equal(events[i].res, 16);
		assert_memory_equal(block[i], block[0], 16);
		close((int)reads[i].aio_fildes);
	}
	close_context(context);
}

static void fits_small_stacks(void **state)
{
	uint8_t first[DIGEST_SIZE], second[DIGEST_SIZE];
	struct afalg_control encrypt = {.encrypt = true, .iv = text, .iv_size = 16};
	int hash = hash_op(), cipher = cipher_op();
	int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_CRYPTO);

	(void)state;
	memset(text, 7, sizeof(text));
	assert_int_equal(in_small_thread(send_pieces, hash), sizeof(text));
	assert_int_equal(recv(hash, first, DIGEST_SIZE, 0), DIGEST_SIZE);
	assert_int_equal(in_small_thread(write_pieces, hash), sizeof(text));
	assert_int_equal(recv(hash, second, DIGEST_SIZE, 0), DIGEST_SIZE);
	assert_memory_equal(first, second, DIGEST_SIZE);
	assert_int_equal(in_small_thread(splice_text, hash), sizeof(text));
	assert_int_equal(recv(hash, second, DIGEST_SIZE, 0), DIGEST_SIZE);
	assert_memory_equal(first, second, DIGEST_SIZE);

	assert_int_equal(afalg_send(cipher, &encrypt, text, FEW_PIECES * 16, 0), FEW_PIECES * 16);
	assert_int_equal(in_small_thread(wait_for_pieces, cipher), 1);
	assert_int_equal(in_small_thread(receive_pieces, cipher), FEW_PIECES * 16);
	assert_int_equal(in_small_thread(keep_filter, cipher), 0);
	assert_int_equal(in_small_thread(open_protocols, 0), 0);
	if (netlink >= 0)
		assert_int_equal(in_small_thread(ask_in_pieces, netlink), sizeof(struct nlmsghdr));
	close(netlink);
	close(cipher);
	close(hash);
}

static long mapped_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = -1;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%ld", &pages), 1);
	fclose(file);
	return pages;
}

static void cancel_sleeper(int cipher)
{
	pthread_t thread;
	void *result;

	assert_int_equal(pthread_create(&thread, NULL, receive_pieces, &cipher), 0);
	usleep(2000);
	assert_int_equal(pthread_cancel(thread), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, PTHREAD_CANCELED);
}

/* What a call has taken for its arguments goes with a thread that is cancelled in it. */
static void cancelled_calls_leave_nothing(void **state)
{
	int cipher = cipher_op();
	long before;

	(void)state;
	for (int i = 0; i < 4; i++) /* libc keeps some stacks */
		cancel_sleeper(cipher);
	before = mapped_pages();
	for (int i = 0; i < 64; i++)
		cancel_sleeper(cipher);
	assert_true(mapped_pages() < before + 64 * 4);
	close(cipher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(binds_with_few_descriptors),
	    cmocka_unit_test(looks_again_when_there_are_more),
	    cmocka_unit_test(opens_texts_where_no_file_may_grow),
	    cmocka_unit_test(fits_small_stacks),
	    cmocka_unit_test(several_reads_fit_small_stacks),
	    cmocka_unit_test(cancelled_calls_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
