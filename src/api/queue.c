/* SPDX-License-Identifier: MIT */
/*
 * Asynchronous requests: a list of them, and threads that take from it what they may begin.  A
 * handle whose request is under way is busy; its later requests wait, others pass them by.
 */
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "api/api.h"
#include "base/secmem.h"

#define MAX_THREADS 1024u

enum kind { KIND_DIGEST, KIND_SKCIPHER, KIND_AEAD };

struct request {
	struct request *next;
	enum kind kind;
	void *handle;
	enum ualg_direction direction;
	bool running;
	uint8_t iv[ALG_MAX_IV]; /* a copy: the caller's may change meanwhile */
	const void *aad;
	size_t aad_size;
	const void *in;
	void *out;
	size_t size, room;
	void *tag;
	ualg_done *done;
	void *user;
	int result;
};

struct list {
	struct request *first;
	struct request **end;
};

struct ualg_queue {
	pthread_mutex_t lock;
	pthread_cond_t work;      /* there may be something to begin, or the end has come */
	pthread_cond_t completed; /* a completion waits, or nothing is left to wait for */
	struct list requests;     /* in order of submission; running ones are among them */
	struct list completions;
	size_t to_wait_for; /* requests without function, and completions not fetched */
	int event;          /* an eventfd: readable while there are completions */
	bool closing;
	unsigned threads;
	pthread_t thread[];
};

static void list_begin(struct list *list)
{
	list->first = NULL;
	list->end = &list->first;
}

static void list_add(struct list *list, struct request *request)
{
	request->next = NULL;
	*list->end = request;
	list->end = &request->next;
}

static void list_remove(struct list *list, struct request *request)
{
	struct request **link = &list->first;

	while (*link != request)
		link = &(*link)->next;
	*link = request->next;
	if (list->end == &request->next)
		list->end = link;
}

static void free_request(struct request *request)
{
	secmem_free(request, sizeof(*request));
}

/* Whether an earlier request of the same handle is still in the list. */
static bool has_to_wait(const struct list *requests, const struct request *request)
{
	for (const struct request *earlier = requests->first; earlier != request;
	     earlier = earlier->next)
		if (earlier->handle == request->handle)
			return true;
	return false;
}

static struct request *find_work(const struct list *requests)
{
	for (struct request *request = requests->first; request; request = request->next)
		if (!request->running && !has_to_wait(requests, request))
			return request;
	return NULL;
}

static int carry_out(const struct request *r)
{
	switch (r->kind) {
	case KIND_DIGEST:
		return ualg_digest_once(r->handle, r->in, r->size, r->out, r->room);
	case KIND_SKCIPHER:
		return (r->direction == UALG_ENCRYPT
			    ? ualg_skcipher_encrypt
			    : ualg_skcipher_decrypt)(r->handle, r->iv, r->in, r->out, r->size);
	case KIND_AEAD:
		if (r->direction == UALG_ENCRYPT)
			return ualg_aead_encrypt(r->handle, r->iv, r->aad, r->aad_size, r->in,
						 r->out, r->size, r->tag);
		return ualg_aead_decrypt(r->handle, r->iv, r->aad, r->aad_size, r->in, r->out,
					 r->size, r->tag);
	}
	return -EINVAL;
}

/* The lock is held; the event's count is that of the completions. */
static void complete(struct ualg_queue *queue, struct request *request)
{
	const uint64_t one = 1;

	list_add(&queue->completions, request);
	(void)!write(queue->event, &one, sizeof(one));
	pthread_cond_broadcast(&queue->completed);
}

/* The lock is held, but not while the request is carried out and told of. */
static void serve(struct ualg_queue *queue, struct request *request)
{
	request->running = true;
	pthread_mutex_unlock(&queue->lock);
	request->result = carry_out(request);
	pthread_mutex_lock(&queue->lock);
	list_remove(&queue->requests, request);
	pthread_cond_broadcast(&queue->work); /* the handle is free */
	if (!request->done) {
		complete(queue, request);
		return;
	}
	pthread_mutex_unlock(&queue->lock);
	request->done(request->user, request->result);
	free_request(request);
	pthread_mutex_lock(&queue->lock);
}

static void *work(void *argument)
{
	struct ualg_queue *queue = argument;

	pthread_mutex_lock(&queue->lock);
	for (;;) {
		struct request *request = find_work(&queue->requests);

		if (request)
			serve(queue, request);
		else if (queue->closing && !queue->requests.first)
			break;
		else
			pthread_cond_wait(&queue->work, &queue->lock);
	}
	pthread_mutex_unlock(&queue->lock);
	return NULL;
}

/* Of this process's own; at least one. */
static unsigned processors(void)
{
	cpu_set_t set;
	int count = 0;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		count = CPU_COUNT(&set);
	return count > 0 ? (unsigned)count : 1;
}

/* The program's signals are for the program's threads.  -EAGAIN: not a single thread. */
static int start_threads(struct ualg_queue *queue, unsigned wanted)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (queue->threads < wanted &&
	       pthread_create(&queue->thread[queue->threads], NULL, work, queue) == 0)
		queue->threads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return queue->threads == wanted ? 0 : -EAGAIN;
}

/* Waits are measured by a clock that nobody sets. */
static void make_conditions(struct ualg_queue *queue)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&queue->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->work, NULL);
	pthread_cond_init(&queue->completed, &attributes);
	pthread_condattr_destroy(&attributes);
}

int ualg_queue_open(struct ualg_queue **out, unsigned threads)
{
	struct ualg_queue *queue;
	int result;

	if (!out)
		return -EINVAL;
	*out = NULL;
	if (threads > MAX_THREADS)
		return -EINVAL;
	if (threads == 0)
		threads = processors();
	queue = calloc(1, sizeof(*queue) + threads * sizeof(queue->thread[0]));
	if (!queue)
		return -ENOMEM;
	queue->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
	if (queue->event < 0) {
		result = -errno;
		free(queue);
		return result;
	}
	list_begin(&queue->requests);
	list_begin(&queue->completions);
	make_conditions(queue);
	result = start_threads(queue, threads);
	if (result < 0) {
		ualg_queue_close(queue);
		return result;
	}
	*out = queue;
	return 0;
}

void ualg_queue_close(struct ualg_queue *queue)
{
	if (!queue)
		return;
	pthread_mutex_lock(&queue->lock);
	queue->closing = true;
	pthread_cond_broadcast(&queue->work);
	pthread_mutex_unlock(&queue->lock);
	for (unsigned i = 0; i < queue->threads; i++)
		pthread_join(queue->thread[i], NULL);
	while (queue->completions.first) {
		struct request *request = queue->completions.first;

		list_remove(&queue->completions, request);
		free_request(request);
	}
	pthread_cond_destroy(&queue->work);
	pthread_cond_destroy(&queue->completed);
	pthread_mutex_destroy(&queue->lock);
	close(queue->event);
	free(queue);
}

/* Puts a copy of what is asked for into the queue. */
static int submit(struct ualg_queue *queue, const struct request *like, const void *iv,
		  size_t iv_size)
{
	struct request *request;

	if (!queue || !like->handle || !api_is_there(iv, iv_size))
		return -EINVAL;
	request = secmem_alloc(sizeof(*request));
	if (!request)
		return -ENOMEM;
	*request = *like;
	memcpy(request->iv, api_in(iv), iv_size);
	pthread_mutex_lock(&queue->lock);
	list_add(&queue->requests, request);
	if (!request->done)
		queue->to_wait_for++;
	pthread_cond_signal(&queue->work);
	pthread_mutex_unlock(&queue->lock);
	return 0;
}

int ualg_queue_digest(struct ualg_queue *queue, struct ualg_digest *digest, const void *data,
		      size_t size, void *out, size_t room, ualg_done *done, void *user)
{
	const struct request request = {
	    .kind = KIND_DIGEST,
	    .handle = digest,
	    .in = data,
	    .size = size,
	    .out = out,
	    .room = room,
	    .done = done,
	    .user = user,
	};

	return submit(queue, &request, NULL, 0);
}

int ualg_queue_skcipher(struct ualg_queue *queue, struct ualg_skcipher *cipher,
			enum ualg_direction direction, const void *iv, const void *in, void *out,
			size_t size, ualg_done *done, void *user)
{
	const struct request request = {
	    .kind = KIND_SKCIPHER,
	    .handle = cipher,
	    .direction = direction,
	    .in = in,
	    .out = out,
	    .size = size,
	    .done = done,
	    .user = user,
	};

	return submit(queue, &request, iv, ualg_skcipher_iv_size(cipher));
}

int ualg_queue_aead(struct ualg_queue *queue, struct ualg_aead *aead, enum ualg_direction direction,
		    const void *iv, const void *aad, size_t aad_size, const void *in, void *out,
		    size_t size, void *tag, ualg_done *done, void *user)
{
	const struct request request = {
	    .kind = KIND_AEAD,
	    .handle = aead,
	    .direction = direction,
	    .aad = aad,
	    .aad_size = aad_size,
	    .in = in,
	    .out = out,
	    .size = size,
	    .tag = tag,
	    .done = done,
	    .user = user,
	};

	return submit(queue, &request, iv, ualg_aead_iv_size(aead));
}

static struct timespec deadline_in(int milliseconds)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += milliseconds / 1000;
	at.tv_nsec += (long)(milliseconds % 1000) * 1000000L;
	if (at.tv_nsec >= 1000000000L) {
		at.tv_nsec -= 1000000000L;
		at.tv_sec++;
	}
	return at;
}

/* Until there is a completion: 0, -ENOENT or -EAGAIN.  The lock is held. */
static int await_completion(struct ualg_queue *queue, int milliseconds)
{
	struct timespec deadline = deadline_in(milliseconds > 0 ? milliseconds : 0);
	int error = milliseconds == 0 ? ETIMEDOUT : 0;

	while (!queue->completions.first) {
		if (queue->to_wait_for == 0)
			return -ENOENT;
		if (error == ETIMEDOUT)
			return -EAGAIN;
		if (milliseconds < 0)
			error = pthread_cond_wait(&queue->completed, &queue->lock);
		else
			error = pthread_cond_timedwait(&queue->completed, &queue->lock, &deadline);
	}
	return 0;
}

int ualg_queue_wait(struct ualg_queue *queue, int milliseconds, struct ualg_completion *out)
{
	struct request *request = NULL;
	uint64_t one;
	int result;

	if (!queue || !out)
		return -EINVAL;
	pthread_mutex_lock(&queue->lock);
	result = await_completion(queue, milliseconds);
	if (result == 0) {
		request = queue->completions.first;
		list_remove(&queue->completions, request);
		(void)!read(queue->event, &one, sizeof(one));
		if (--queue->to_wait_for == 0)
			pthread_cond_broadcast(&queue->completed); /* others wait in vain now */
	}
	pthread_mutex_unlock(&queue->lock);
	if (request) {
		*out = (struct ualg_completion){request->user, request->result};
		free_request(request);
	}
	return result;
}

int ualg_queue_fd(const struct ualg_queue *queue)
{
	return queue ? queue->event : -EINVAL;
}
