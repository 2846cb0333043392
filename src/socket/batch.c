/* SPDX-License-Identifier: MIT */
/*
 * Data calls that are in hand together: those that a batch descriptor (crypto/batch.h) computes
 * side by side are made here, as far as they are of the plainest kind.  All others, and all of a
 * batch that meets a bad pointer, are left to be made one by one, which answers them as ever.
 */
#include <string.h>

#include "socket/internal.h"

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

void sock_batch(struct sock_call *calls, size_t count, bool receive)
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
