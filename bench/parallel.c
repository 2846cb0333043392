/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/aio_abi.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "alg_socket.h"
#include "extras.h"
#include "measure.h"
#include "results.h"
#include "ualg/if_alg.h"

#define CALLS       16u
#define SIZE        65536u
#define AAD         16u
#define OUT_MOST    (AAD + SIZE + 32)
#define REPETITIONS 60u
#define QUICK       15u

struct row {
	struct job job; /* by a driver's name, as pcrypt wants one */
	const char *name;
	uint8_t iv[16];
	uint8_t key[8 + 32 + 16];
	unsigned key_size;
};

/* The blob of authenc: a header, and behind the hash's key 16 bytes for the cipher. */
#define BLOB                                                                                       \
	{                                                                                          \
		8, 0, 1, 0, 0, 0, 0, 16                                                            \
	}

static const struct row rows[] = {
    {{"aead", "pcrypt(ccm-aes-gcrypt)", 0, 16, AAD, 16, SIZE}, "pcrypt(ccm(aes))", {3}, {1}, 16},
    {{"aead", "pcrypt(authenc(hmac(sha256-openssl),cbc-aes-gcrypt))", 0, 16, AAD, 32, SIZE},
     "pcrypt(authenc(hmac(sha256),cbc(aes)))",
     {1},
     BLOB,
     8 + 32 + 16},
};

/* CALLS sockets with a message each; what is timed are the reads. */
static struct {
	int op[CALLS];
	struct alg_socket_message message;
	struct iocb control[CALLS];
	struct iocb *list[CALLS];
	aio_context_t context;
	size_t out_size;
	uint8_t out[CALLS][OUT_MOST];
} set;

static void open_set(const struct row *row)
{
	int parent = alg_socket_parent(&row->job);

	measure_check(parent >= 0 &&
			  setsockopt(parent, SOL_ALG, ALG_SET_KEY, row->key, row->key_size) == 0,
		      row->name);
	alg_socket_message(&set.message, &row->job);
	memcpy(set.message.control + CMSG_SPACE(4) + CMSG_LEN(4), row->iv, sizeof(row->iv));
	set.out_size = set.message.result_size;
	for (unsigned i = 0; i < CALLS; i++) {
		set.op[i] = accept(parent, NULL, NULL);
		measure_check(set.op[i] >= 0, "accept");
		set.control[i] = (struct iocb){
		    .aio_lio_opcode = IOCB_CMD_PREAD,
		    .aio_fildes = (uint32_t)set.op[i],
		    .aio_buf = (uint64_t)(uintptr_t)set.out[i],
		    .aio_nbytes = set.out_size,
		};
		set.list[i] = &set.control[i];
	}
	close(parent);
}

static void close_set(void)
{
	for (unsigned i = 0; i < CALLS; i++)
		close(set.op[i]);
}

static void one_at_a_time(void)
{
	for (unsigned i = 0; i < CALLS; i++)
		measure_check(recv(set.op[i], set.out[i], set.out_size, 0) == (ssize_t)set.out_size,
			      "recv");
}

static void together(void)
{
	struct io_event events[CALLS];
	bool good =
	    syscall(SYS_io_submit, set.context, (long)CALLS, set.list) == CALLS &&
	    syscall(SYS_io_getevents, set.context, (long)CALLS, (long)CALLS, events, NULL) == CALLS;

	for (unsigned i = 0; good && i < CALLS; i++)
		good = events[i].res == (int64_t)set.out_size;
	measure_check(good, "io_submit");
}

/* The time of all reads, ns. */
static double time_of(void (*reads)(void))
{
	double start;

	for (unsigned i = 0; i < CALLS; i++)
		measure_check(sendmsg(set.op[i], &set.message.header, 0) == AAD + SIZE, "sendmsg");
	start = measure_now();
	reads();
	return measure_now() - start;
}

/* The results of both, byte for byte, or the run ends. */
static void check_results(void)
{
	static uint8_t single[CALLS][OUT_MOST];

	(void)time_of(one_at_a_time);
	memcpy(single, set.out, sizeof(single));
	memset(set.out, 0, sizeof(set.out));
	(void)time_of(together);
	measure_check(memcmp(single, set.out, sizeof(single)) == 0, "results differ");
}

static void compare(const struct row *row, bool quick)
{
	static struct measure single, all, gain;
	char what[80];

	single = (struct measure){.name = row->name};
	all = (struct measure){.name = "  16 of them in one io_submit"};
	gain = (struct measure){0};
	open_set(row);
	check_results();
	for (unsigned i = 0; i < (quick ? QUICK : REPETITIONS); i++) {
		double alone = time_of(one_at_a_time), shared = time_of(together);

		single.sample[single.samples++] = alone / CALLS;
		all.sample[all.samples++] = shared / CALLS;
		gain.sample[gain.samples++] = alone / shared;
	}
	close_set();
	measure_sort(&single);
	measure_sort(&all);
	measure_sort(&gain);
	measure_print(&single);
	measure_print(&all);
	result_add("parallel", row->name, measure_quarter(&gain, 2));
	snprintf(what, sizeof(what), "AIO, 16 x 64 KiB, %s / one at a time", row->name);
	measure_goal_least(what, 1.5, measure_quarter(&gain, 2), "x");
}

void extra_parallel(bool quick)
{
	cpu_set_t pinned, all;

	memset(&all, 0xff, sizeof(all));
	if (syscall(SYS_io_setup, 2 * CALLS, &set.context) != 0)
		return;
	(void)sched_getaffinity(0, sizeof(pinned), &pinned);
	(void)sched_setaffinity(0, sizeof(all), &all);
	if (sched_getaffinity(0, sizeof(all), &all) == 0 && CPU_COUNT(&all) > 1) {
		printf("\n%u requests of %u bytes on as many sockets, by pcrypt on %d processors\n",
		       CALLS, SIZE, CPU_COUNT(&all));
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			compare(&rows[i], quick);
	}
	(void)sched_setaffinity(0, sizeof(pinned), &pinned);
	(void)syscall(SYS_io_destroy, set.context);
}
