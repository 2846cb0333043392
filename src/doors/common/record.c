/* SPDX-License-Identifier: MIT */
#include "doors/common/record.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "crypto/alg.h"
#include "doors/common/record_line.h"
#include "ualg/if_alg.h"

#define TYPE_SIZE sizeof(((struct ualg_sockaddr *)0)->salg_type)
#define NAME_SIZE (UALG_SOCKADDR_MAX - UALG_SOCKADDR_NAME_OFFSET)

#define LINES_GROWTH 16u /* operations until a socket's next line, compared with its last one */

#define REFUSALS 4u /* kinds of errors of one socket that are counted between two lines */

/* Operations of one kind since the last line. */
struct count {
	_Atomic uint64_t number;
	_Atomic uint64_t bytes;
	_Atomic uint64_t least;
	_Atomic uint64_t most;
};

/* Failures of one kind since the last line. */
struct refusal {
	_Atomic int error; /* 0: nothing here */
	_Atomic bool sending;
	_Atomic uint64_t number;
};

/*
 * What is counted of an op socket, by calls that have its lock; record_flush, which has no lock,
 * takes numbers out by exchanging them.  Blocks are used again and never freed.
 */
struct use {
	struct use *next_made;
	struct use *next_free;
	struct record_program program; /* who used it last */
	char type[TYPE_SIZE];
	char name[NAME_SIZE];
	char driver[ALG_NAME_MAX];
	const char *operation[2]; /* what the counts are of; the second: of decryption */
	bool is_hash;
	bool finished;            /* hash: the message has ended, the digest is not read yet */
	_Atomic uint64_t pending; /* hash: bytes of the message */
	_Atomic uint64_t key_size;
	uint64_t since;     /* calls counted since the last line */
	uint64_t next_line; /* how many there are to be for the next one */
	struct count counts[2];
	struct refusal refusals[REFUSALS];
};

static struct lock uses_lock;
static struct use *free_uses;
static _Atomic(struct use *) made_uses; /* all of them, read without the lock */

static void copy_text(char *to, size_t room, const char *from)
{
	size_t size = strnlen(from, room - 1);

	memcpy(to, from, size);
	to[size] = '\0';
}

static struct use *make_use(void)
{
	struct use *use = calloc(1, sizeof(*use));

	if (!use)
		return NULL;
	use->next_made = atomic_load(&made_uses);
	atomic_store(&made_uses, use);
	return use;
}

static struct use *take_use(void)
{
	struct use *use;

	if (!lock_acquire(&uses_lock))
		return NULL;
	use = free_uses;
	if (use)
		free_uses = use->next_free;
	else
		use = make_use();
	lock_release(&uses_lock);
	return use;
}

static void give_use(struct use *use)
{
	if (!lock_acquire(&uses_lock))
		return;
	use->next_free = free_uses;
	free_uses = use;
	lock_release(&uses_lock);
}

static void clear(struct use *use)
{
	for (unsigned i = 0; i < 2; i++) {
		atomic_store(&use->counts[i].number, 0);
		atomic_store(&use->counts[i].bytes, 0);
		atomic_store(&use->counts[i].least, UINT64_MAX);
		atomic_store(&use->counts[i].most, 0);
	}
	for (unsigned i = 0; i < REFUSALS; i++) {
		atomic_store(&use->refusals[i].error, 0);
		atomic_store(&use->refusals[i].number, 0);
	}
	use->since = 0;
	use->next_line = 1;
}

static void begin_use_line(struct record_line *line, const char *event, const struct use *use)
{
	record_line_begin(line, event, &use->program);
	record_line_algorithm(line, use->type, use->name, use->driver);
}

static void write_count(struct use *use, unsigned which)
{
	struct count *count = &use->counts[which];
	uint64_t number = atomic_exchange(&count->number, 0);
	uint64_t bytes = atomic_exchange(&count->bytes, 0);
	uint64_t least = atomic_exchange(&count->least, UINT64_MAX);
	uint64_t most = atomic_exchange(&count->most, 0);
	struct record_line line;

	if (number == 0)
		return;
	begin_use_line(&line, "use", use);
	record_line_text(&line, "operation", use->operation[which]);
	if (atomic_load(&use->key_size))
		record_line_number(&line, "key", atomic_load(&use->key_size));
	record_line_number(&line, "count", number);
	record_line_number(&line, "bytes", bytes);
	record_line_number(&line, "least", least < most ? least : most);
	record_line_number(&line, "most", most);
	record_line_end(&line);
}

static void write_refusal(struct use *use, struct refusal *refusal)
{
	int error = atomic_exchange(&refusal->error, 0);
	uint64_t number = atomic_exchange(&refusal->number, 0);
	struct record_line line;

	if (error == 0 || number == 0)
		return;
	begin_use_line(&line, "error", use);
	record_line_text(&line, "call", atomic_load(&refusal->sending) ? "send" : "recv");
	record_line_error(&line, error);
	record_line_number(&line, "count", number);
	record_line_end(&line);
}

static void write_use(struct use *use)
{
	for (unsigned i = 0; i < 2; i++)
		write_count(use, i);
	for (unsigned i = 0; i < REFUSALS; i++)
		write_refusal(use, &use->refusals[i]);
}

/* One more call is counted. */
static void counted(struct use *use)
{
	if (++use->since < use->next_line)
		return;
	write_use(use);
	use->since = 0;
	use->next_line *= LINES_GROWTH;
}

static void count_operation(struct use *use, bool decrypt, uint64_t bytes)
{
	struct count *count = &use->counts[decrypt];

	atomic_fetch_add(&count->bytes, bytes);
	if (bytes < atomic_load(&count->least))
		atomic_store(&count->least, bytes);
	if (bytes > atomic_load(&count->most))
		atomic_store(&count->most, bytes);
	atomic_fetch_add(&count->number, 1);
	counted(use);
}

static struct refusal *find_refusal(struct use *use, bool sending, int error)
{
	for (unsigned i = 0; i < REFUSALS; i++) {
		struct refusal *refusal = &use->refusals[i];
		int noted = atomic_load(&refusal->error);

		if (noted == 0 || (noted == error && atomic_load(&refusal->sending) == sending))
			return refusal;
	}
	return NULL;
}

static void count_refusal(struct use *use, bool sending, int error)
{
	struct refusal *refusal = find_refusal(use, sending, error);

	if (!refusal) {
		write_use(use);
		refusal = &use->refusals[0];
	}
	atomic_store(&refusal->sending, sending);
	atomic_fetch_add(&refusal->number, 1);
	atomic_store(&refusal->error, error);
	counted(use);
}

/* A message of a hash ends with a send that announces no more, or with a read (H-02). */
static void count_hash(struct use *use, bool ends, bool sending)
{
	bool ended = !sending && use->finished;

	use->finished = ends && sending;
	if (ends && !ended)
		count_operation(use, false, atomic_exchange(&use->pending, 0));
}

/* ---- what the doors tell ---- */

static void begin_line_of(struct record_line *line, const char *event, long process)
{
	struct record_program program;

	record_program_find(process, &program);
	record_line_begin(line, event, &program);
}

void record_bind(long process, const struct sock *sock, const void *address, size_t size,
		 int result)
{
	char type[TYPE_SIZE] = "", name[NAME_SIZE] = "";
	const char *bytes = address;
	struct sock_facts facts = {.driver = NULL};
	struct record_line line;

	if (!record_is_on())
		return;
	if (size > UALG_SOCKADDR_NAME_OFFSET && size <= UALG_SOCKADDR_MAX) {
		memcpy(type, bytes + offsetof(struct ualg_sockaddr, salg_type), sizeof(type) - 1);
		memcpy(name, bytes + UALG_SOCKADDR_NAME_OFFSET,
		       size - UALG_SOCKADDR_NAME_OFFSET - 1);
	}
	if (result == 0 && sock)
		(void)sock_facts(sock, &facts);
	begin_line_of(&line, "bind", process);
	record_line_algorithm(&line, type, name, facts.driver);
	if (result < 0)
		record_line_error(&line, -result);
	record_line_end(&line);
}

/* The names of a type's operations. */
static void name_operations(struct use *use)
{
	use->is_hash = strcmp(use->type, alg_type_name(ALG_TYPE_HASH)) == 0;
	use->operation[0] = "encrypt";
	use->operation[1] = "decrypt";
	if (use->is_hash)
		use->operation[0] = "digest";
	else if (strcmp(use->type, alg_type_name(ALG_TYPE_RNG)) == 0)
		use->operation[0] = use->operation[1] = "random";
}

void record_accept(long process, struct sock *sock, const struct sock *from)
{
	const struct use *model;
	struct sock_facts facts;
	struct use *use;

	if (!record_is_on() || !sock_facts(from, &facts))
		return;
	use = take_use();
	if (!use)
		return;
	clear(use);
	record_program_find(process, &use->program);
	copy_text(use->type, sizeof(use->type), facts.type);
	copy_text(use->name, sizeof(use->name), facts.name);
	copy_text(use->driver, sizeof(use->driver), facts.driver);
	name_operations(use);
	use->finished = false;
	model = *sock_door_record((struct sock *)(uintptr_t)from);
	atomic_store(&use->pending, model ? atomic_load(&model->pending) : 0); /* H-19 */
	*sock_door_record(sock) = use;
}

void record_data(long process, struct sock *sock, const struct sock_io *io, bool sending,
		 ssize_t result)
{
	struct use *use = *sock_door_record(sock);
	struct sock_facts facts;

	if (!use || result == -EAGAIN || result == -EINTR)
		return;
	if (process != use->program.id) {
		write_use(use);
		record_program_find(process, &use->program);
	}
	if (result < 0) {
		if (sending)
			atomic_store(&use->pending, 0); /* H-14 */
		count_refusal(use, sending, (int)-result);
		return;
	}
	if (!sock_facts(sock, &facts))
		return;
	if (facts.key_size != atomic_load(&use->key_size)) {
		write_use(use);
		atomic_store(&use->key_size, facts.key_size);
	}
	if (use->is_hash) {
		atomic_fetch_add(&use->pending, sending ? (uint64_t)result : 0);
		count_hash(use, !sending || !(io->flags & SOCK_MSG_MORE), sending);
	} else if (!sending && io->size > 0) {
		count_operation(use, !facts.encrypt, (uint64_t)result);
	}
}

void record_refusal(long process, const struct sock *sock, const char *call, int error)
{
	struct sock_facts facts;
	struct record_line line;

	if (!record_is_on() || !sock_facts(sock, &facts))
		return;
	begin_line_of(&line, "error", process);
	record_line_algorithm(&line, facts.type, facts.name, facts.driver);
	record_line_text(&line, "call", call);
	record_line_error(&line, -error);
	record_line_number(&line, "count", 1);
	record_line_end(&line);
}

void record_end(struct sock *sock)
{
	struct use *use = *sock_door_record(sock);

	if (!use)
		return;
	*sock_door_record(sock) = NULL;
	write_use(use);
	give_use(use);
}

void record_flush(void)
{
	if (!record_is_on())
		return;
	for (struct use *use = atomic_load(&made_uses); use; use = use->next_made)
		write_use(use);
}

void record_forked(long self)
{
	record_program_forked(self);
	lock_reset(&uses_lock);
	for (struct use *use = atomic_load(&made_uses); use; use = use->next_made)
		clear(use);
}
