/* SPDX-License-Identifier: MIT */
#include "doors/common/record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/lock.h"
#include "crypto/alg.h"
#include "doors/common/system.h"
#include "ualg/if_alg.h"

/* Bytes that a text may take in a line: all that can stand in one are less than RECORD_LINE_MAX. */
#define PATH_ROOM 2400u
#define NAME_ROOM 640u

#define TYPE_SIZE sizeof(((struct ualg_sockaddr *)0)->salg_type)
#define NAME_SIZE (UALG_SOCKADDR_MAX - UALG_SOCKADDR_NAME_OFFSET)

#define LINES_GROWTH 16u /* operations until a socket's next line, compared with its last one */

#define REFUSALS 4u /* kinds of errors of one socket that are counted between two lines */

bool record_begun;

static char record_path[PATH_MAX];

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

/* ---- lines ---- */

struct line {
	char bytes[RECORD_LINE_MAX];
	size_t used;
};

static void put_plain(struct line *line, const char *text)
{
	size_t size = strlen(text);

	if (size > sizeof(line->bytes) - line->used)
		return;
	memcpy(line->bytes + line->used, text, size);
	line->used += size;
}

static void put_key(struct line *line, const char *key)
{
	put_plain(line, line->used ? ",\"" : "{\"");
	put_plain(line, key);
	put_plain(line, "\":");
}

/* The text is cut at `most` bytes. */
static void put_text(struct line *line, const char *key, const char *text, size_t most)
{
	size_t start;

	put_key(line, key);
	put_plain(line, "\"");
	start = line->used;
	while (*text) {
		char piece[JSON_ESCAPE_MAX];
		size_t size = json_escape(&text, piece);

		if (line->used + size > start + most || line->used + size > sizeof(line->bytes))
			break;
		memcpy(line->bytes + line->used, piece, size);
		line->used += size;
	}
	put_plain(line, "\"");
}

static void put_number(struct line *line, const char *key, uint64_t number)
{
	char digits[21];
	char *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	put_key(line, key);
	put_plain(line, at);
}

static void put_error(struct line *line, int error)
{
	const char *name = strerrorname_np(error);

	put_text(line, "error", name ? name : "unknown", NAME_ROOM);
}

static void begin_line(struct line *line, const char *event, const struct record_program *program)
{
	line->used = 0;
	put_text(line, "event", event, NAME_ROOM);
	put_number(line, "pid", (uint64_t)program->id);
	put_text(line, "program", program->path, PATH_ROOM);
}

static void put_algorithm(struct line *line, const char *type, const char *name, const char *driver)
{
	put_text(line, "type", type, NAME_ROOM);
	put_text(line, "name", name, NAME_ROOM);
	if (driver)
		put_text(line, "driver", driver, NAME_ROOM);
}

static void end_line(struct line *line)
{
	int file;

	put_plain(line, "}\n");
	file = (int)DOOR_CALL_4(SYS_openat, AT_FDCWD, record_path,
				O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
				0666);
	if (file < 0)
		return;
	(void)DOOR_CALL_3(SYS_write, file, line->bytes, line->used);
	(void)DOOR_CALL_1(SYS_close, file);
}

/* ---- beginning ---- */

static void copy_text(char *to, size_t room, const char *from)
{
	size_t size = strnlen(from, room - 1);

	memcpy(to, from, size);
	to[size] = '\0';
}

void record_begin(const char *path)
{
	struct stat status;
	long result;

	record_begun = false;
	if (!path || path[0] != '/' || strlen(path) >= sizeof(record_path))
		return;
	result = DOOR_CALL_4(SYS_newfstatat, AT_FDCWD, path, &status, 0);
	if (result == 0 && !S_ISREG(status.st_mode))
		return; /* a pipe could end the program, or make it wait */
	copy_text(record_path, sizeof(record_path), path);
	record_begun = true;
}

void record_program_find(long id, struct record_program *out)
{
	char link[32] = "/proc/";
	char digits[21];
	char *at = digits + sizeof(digits) - 1;
	unsigned long rest = (unsigned long)id;
	long size;

	*at = '\0';
	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	strcat(link, at);
	strcat(link, "/exe");
	out->id = id;
	size = DOOR_CALL_4(SYS_readlinkat, AT_FDCWD, link, out->path, sizeof(out->path) - 1);
	out->path[size > 0 ? size : 0] = '\0';
}

/* ---- what is counted ---- */

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

static void begin_use_line(struct line *line, const char *event,
			   const struct record_program *program, const struct use *use)
{
	begin_line(line, event, program);
	put_algorithm(line, use->type, use->name, use->driver);
}

static void write_count(const struct record_program *program, struct use *use, unsigned which)
{
	struct count *count = &use->counts[which];
	uint64_t number = atomic_exchange(&count->number, 0);
	uint64_t bytes = atomic_exchange(&count->bytes, 0);
	uint64_t least = atomic_exchange(&count->least, UINT64_MAX);
	uint64_t most = atomic_exchange(&count->most, 0);
	struct line line;

	if (number == 0)
		return;
	begin_use_line(&line, "use", program, use);
	put_text(&line, "operation", use->operation[which], NAME_ROOM);
	if (atomic_load(&use->key_size))
		put_number(&line, "key", atomic_load(&use->key_size));
	put_number(&line, "count", number);
	put_number(&line, "bytes", bytes);
	put_number(&line, "least", least < most ? least : most);
	put_number(&line, "most", most);
	end_line(&line);
}

static void write_refusal(const struct record_program *program, struct use *use,
			  struct refusal *refusal)
{
	int error = atomic_exchange(&refusal->error, 0);
	uint64_t number = atomic_exchange(&refusal->number, 0);
	struct line line;

	if (error == 0 || number == 0)
		return;
	begin_use_line(&line, "error", program, use);
	put_text(&line, "call", atomic_load(&refusal->sending) ? "send" : "recv", NAME_ROOM);
	put_error(&line, error);
	put_number(&line, "count", number);
	end_line(&line);
}

static void write_use(const struct record_program *program, struct use *use)
{
	for (unsigned i = 0; i < 2; i++)
		write_count(program, use, i);
	for (unsigned i = 0; i < REFUSALS; i++)
		write_refusal(program, use, &use->refusals[i]);
}

/* One more call is counted. */
static void counted(const struct record_program *program, struct use *use)
{
	if (++use->since < use->next_line)
		return;
	write_use(program, use);
	use->since = 0;
	use->next_line *= LINES_GROWTH;
}

static void count_operation(const struct record_program *program, struct use *use, bool decrypt,
			    uint64_t bytes)
{
	struct count *count = &use->counts[decrypt];

	atomic_fetch_add(&count->bytes, bytes);
	if (bytes < atomic_load(&count->least))
		atomic_store(&count->least, bytes);
	if (bytes > atomic_load(&count->most))
		atomic_store(&count->most, bytes);
	atomic_fetch_add(&count->number, 1);
	counted(program, use);
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

static void count_refusal(const struct record_program *program, struct use *use, bool sending,
			  int error)
{
	struct refusal *refusal = find_refusal(use, sending, error);

	if (!refusal) {
		write_use(program, use);
		refusal = &use->refusals[0];
	}
	atomic_store(&refusal->sending, sending);
	atomic_fetch_add(&refusal->number, 1);
	atomic_store(&refusal->error, error);
	counted(program, use);
}

/* A message of a hash ends with a send that announces no more, or with a read (H-02). */
static void count_hash(const struct record_program *program, struct use *use, bool ends,
		       bool sending)
{
	bool ended = !sending && use->finished;

	use->finished = ends && sending;
	if (ends && !ended)
		count_operation(program, use, false, atomic_exchange(&use->pending, 0));
}

/* ---- what the doors tell ---- */

void record_bind(const struct record_program *program, const struct sock *sock, const void *address,
		 size_t size, int result)
{
	char type[TYPE_SIZE] = "", name[NAME_SIZE] = "";
	const char *bytes = address;
	struct sock_facts facts = {.driver = NULL};
	struct line line;

	if (!record_is_on())
		return;
	if (size > UALG_SOCKADDR_NAME_OFFSET && size <= UALG_SOCKADDR_MAX) {
		memcpy(type, bytes + offsetof(struct ualg_sockaddr, salg_type), sizeof(type) - 1);
		memcpy(name, bytes + UALG_SOCKADDR_NAME_OFFSET,
		       size - UALG_SOCKADDR_NAME_OFFSET - 1);
	}
	if (result == 0 && sock)
		(void)sock_facts(sock, &facts);
	begin_line(&line, "bind", program);
	put_algorithm(&line, type, name, facts.driver);
	if (result < 0)
		put_error(&line, -result);
	end_line(&line);
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

void record_accept(struct sock *sock, const struct sock *from)
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
	copy_text(use->type, sizeof(use->type), facts.type);
	copy_text(use->name, sizeof(use->name), facts.name);
	copy_text(use->driver, sizeof(use->driver), facts.driver);
	name_operations(use);
	use->finished = false;
	model = *sock_door_record((struct sock *)(uintptr_t)from);
	atomic_store(&use->pending, model ? atomic_load(&model->pending) : 0); /* H-19 */
	*sock_door_record(sock) = use;
}

void record_data(const struct record_program *program, struct sock *sock, const struct sock_io *io,
		 bool sending, ssize_t result)
{
	struct use *use = *sock_door_record(sock);
	struct sock_facts facts;

	if (!use || result == -EAGAIN || result == -EINTR)
		return;
	if (result < 0) {
		if (sending)
			atomic_store(&use->pending, 0); /* H-14 */
		count_refusal(program, use, sending, (int)-result);
		return;
	}
	if (!sock_facts(sock, &facts))
		return;
	if (facts.key_size != atomic_load(&use->key_size)) {
		write_use(program, use);
		atomic_store(&use->key_size, facts.key_size);
	}
	if (use->is_hash) {
		atomic_fetch_add(&use->pending, sending ? (uint64_t)result : 0);
		count_hash(program, use, !sending || !(io->flags & SOCK_MSG_MORE), sending);
	} else if (!sending && io->size > 0) {
		count_operation(program, use, !facts.encrypt, (uint64_t)result);
	}
}

void record_refusal(const struct record_program *program, const struct sock *sock, const char *call,
		    int error)
{
	struct sock_facts facts;
	struct line line;

	if (!record_is_on() || !sock_facts(sock, &facts))
		return;
	begin_line(&line, "error", program);
	put_algorithm(&line, facts.type, facts.name, facts.driver);
	put_text(&line, "call", call, NAME_ROOM);
	put_error(&line, -error);
	put_number(&line, "count", 1);
	end_line(&line);
}

void record_end(const struct record_program *program, struct sock *sock)
{
	struct use *use = *sock_door_record(sock);

	if (!use)
		return;
	*sock_door_record(sock) = NULL;
	write_use(program, use);
	give_use(use);
}

void record_flush(const struct record_program *program)
{
	if (!record_is_on())
		return;
	for (struct use *use = atomic_load(&made_uses); use; use = use->next_made)
		write_use(program, use);
}

void record_forget(void)
{
	lock_reset(&uses_lock);
	for (struct use *use = atomic_load(&made_uses); use; use = use->next_made)
		clear(use);
}
