/* SPDX-License-Identifier: MIT */
/*
 * Data calls that are in hand together.  Those that a batch descriptor (crypto/batch.h) computes
 * side by side are made here, as far as they are of the plainest kind; all others, and all of a
 * batch that meets a bad pointer, are left to be made one by one, which answers them as ever.
 * Reads whose algorithm asks for it are computed in parallel, and each has its own result.
 */
#include <string.h>

#include "crypto/parallel.h"
#include "socket/internal.h"

/* ---- side by side ---- */

struct batch {
	const struct batch_ops *ops;
	void *lanes;
	size_t count;
	bool good;
	struct sock_call *calls[BATCH_MOST];
	struct sock_plan plans[BATCH_MOST];
	struct batch_request requests[BATCH_MOST];
	struct iovec memory[BATCH_MOST]; /* the callers' part of each, for guard */
};

static bool plan_call(const struct sock_call *call, bool receive, struct sock_plan *plan)
{
	switch (sock_kind(call->sock)) {
	case SOCK_OP_HASH:
		return !receive && sock_hash_plan(call->sock, call->io, plan);
	case SOCK_OP_SKCIPHER:
		return receive && sock_skcipher_plan(call->sock, call->io, plan);
	default:
		return false;
	}
}

static void add(struct batch *batch, struct sock_call *call, const struct sock_plan *plan,
		const struct tfm *tfm)
{
	size_t i = batch->count++;

	batch->calls[i] = call;
	batch->plans[i] = *plan;
	batch->memory[i] = plan->memory;
	batch->requests[i] = (struct batch_request){.tfm = tfm,
						    .iv = batch->plans[i].iv,
						    .in = plan->in,
						    .out = plan->out,
						    .size = plan->size};
}

/* What of the calls from first on suits the first. */
static void collect(struct batch *batch, struct sock_call *calls, size_t count, bool receive)
{
	batch->count = 0;
	batch->ops = NULL;
	for (size_t i = 0; i < count && batch->count < BATCH_MOST; i++) {
		struct sock_plan plan;
		const struct tfm *tfm;

		if (calls[i].done || !plan_call(&calls[i], receive, &plan))
			continue;
		tfm = sock_key_batch(sock_key_of(calls[i].sock));
		if (!tfm || (batch->ops && batch->ops != tfm->alg->batch) ||
		    plan.size < tfm->alg->batch->least_size ||
		    plan.size > tfm->alg->batch->most_size)
			continue;
		batch->ops = tfm->alg->batch;
		add(batch, &calls[i], &plan, tfm);
	}
}

/* Whether results would be written over each other: their order would then tell. */
static bool overlap(const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		for (size_t j = 0; j < i; j++) {
			const uint8_t *a = batch->requests[i].out, *b = batch->requests[j].out;

			if (a < b + batch->requests[j].size && b < a + batch->requests[i].size)
				return true;
		}
	return false;
}

static int run(void *argument)
{
	struct batch *batch = argument;

	batch->good = batch->ops->run(batch->lanes, batch->requests, batch->count);
	for (size_t i = 0; batch->good && i < batch->count; i++)
		if (batch->plans[i].keep)
			batch->plans[i].keep(&batch->plans[i]);
	return 0;
}

static void commit(const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct sock_call *call = batch->calls[i];

		batch->plans[i].commit(call->sock, &batch->plans[i]);
		call->result = (ssize_t)batch->plans[i].size;
		call->done = true;
	}
}

static void side_by_side(struct sock_call *calls, size_t count, bool receive)
{
	struct batch batch;
	int result;

	collect(&batch, calls, count, receive);
	if (!batch.ops || batch.count < batch.ops->least_count || (receive && overlap(&batch)))
		return;
	batch.lanes = batch.ops->begin();
	if (!batch.lanes)
		return;
	result = batch.calls[0]->sock->host->guard(batch.memory, batch.count, run, &batch);
	batch.ops->end(batch.lanes, result < 0);
	if (result == 0 && batch.good)
		commit(&batch);
}

/* ---- in parallel ---- */

/* Reads that are computed at once, in their queues: no thread but the caller touches the program's
 * memory, whose faults are the caller's own. */
struct wave {
	size_t count;
	struct sock_call *calls[BATCH_MOST];
	struct sock_message messages[BATCH_MOST];
	uint8_t tags[BATCH_MOST][ALG_MAX_TAG];
};

static bool is_parallel(const struct sock_call *call)
{
	return !call->done && sock_kind(call->sock) == SOCK_OP_AEAD && call->sock->tfm &&
	       call->sock->tfm->alg->parallel;
}

/* Fills a wave from the calls from first on; returns where the next one begins. */
static size_t collect_wave(struct wave *wave, struct sock_call *calls, size_t first, size_t count)
{
	wave->count = 0;
	for (; first < count && wave->count < BATCH_MOST; first++) {
		struct sock_call *call = &calls[first];
		size_t i = wave->count;

		if (!is_parallel(call) ||
		    !sock_aead_plan(call->sock, call->io, wave->tags[i], &wave->messages[i]))
			continue;
		wave->calls[i] = call;
		wave->count++;
	}
	return first;
}

static void compute(void *context, size_t index)
{
	struct wave *wave = context;

	sock_aead_compute(&wave->messages[index]);
}

static void run_wave(struct wave *wave)
{
	parallel_run(compute, wave, wave->count);
	for (size_t i = 0; i < wave->count; i++) {
		wave->calls[i]->result = sock_aead_finish(&wave->messages[i], wave->calls[i]->io);
		wave->calls[i]->done = true;
	}
}

static void in_parallel(struct sock_call *calls, size_t count)
{
	struct wave wave;
	size_t first = 0;

	while (first < count) {
		first = collect_wave(&wave, calls, first, count);
		if (wave.count > 1)
			run_wave(&wave);
	}
}

void sock_batch(struct sock_call *calls, size_t count, bool receive)
{
	if (receive)
		in_parallel(calls, count);
	side_by_side(calls, count, receive);
}
