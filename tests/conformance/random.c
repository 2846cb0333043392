/* SPDX-License-Identifier: MIT */
/*
 * Random programs (random.h): prints a line for each, `NUMBER: RESULT RESULT...`.
 *
 *   random [--count N]    the first N programs; 10000
 *   random --show NUMBER  that one alone, a line for each call in words, with its result
 */
#include <stdlib.h>
#include <string.h>

#include "random.h"

#define SEED  1
#define COUNT 10000

static void show_what(const struct call *call, FILE *out)
{
	static const char *const names[] = {
	    [CALL_OPEN] = "socket, bind", [CALL_BIND] = "bind",
	    [CALL_KEY] = "ALG_SET_KEY",   [CALL_TAG] = "ALG_SET_AEAD_AUTHSIZE",
	    [CALL_ACCEPT] = "accept",     [CALL_CLONE] = "accept",
	    [CALL_DUP] = "dup",           [CALL_SEND] = "send",
	    [CALL_WRITEV] = "writev",     [CALL_MESSAGE] = "sendmsg",
	    [CALL_RECV] = "recv",         [CALL_READV] = "readv",
	    [CALL_RECVMSG] = "recvmsg",   [CALL_POLL] = "poll",
	    [CALL_BUFFER] = "SO_SNDBUF",  [CALL_CLOSE] = "close",
	};
	static const char *const oddities[] = {
	    [ODD_NOT] = "",
	    [ODD_NAME] = ", a name that is not there",
	    [ODD_TYPE] = ", a type that is not the name's",
	    [ODD_POINTER] = ", memory that is not there",
	    [ODD_OP] = ", ALG_SET_OP 2",
	    [ODD_IV_SIZE] = ", an IV one byte short (for ecb: long)",
	    [ODD_TYPE_OF_MESSAGE] = ", a control message of type 77",
	    [ODD_LEVEL] = ", a control message of another level",
	    [ODD_NO_IV] = ", no ALG_SET_IV",
	    [ODD_NO_OP] = ", no ALG_SET_OP",
	    [ODD_ADDRESS] = ", with an address",
	};

	fprintf(out, "%s on %s %u%s", names[call->kind], call->on_parent ? "parent" : "op",
		call->slot, oddities[call->oddity]);
}

void call_show(const struct call *call, FILE *out)
{
	const struct algorithm *algorithm = &algorithms[call->algorithm];

	show_what(call, out);
	switch (call->kind) {
	case CALL_OPEN:
	case CALL_BIND:
		fprintf(out, ": %s %s", algorithm->type, algorithm->name);
		break;
	case CALL_ACCEPT:
	case CALL_CLONE:
	case CALL_DUP:
		fprintf(out, ": op %u%s", call->to, call->nonblock ? ", SOCK_NONBLOCK" : "");
		break;
	case CALL_MESSAGE:
		fprintf(out, ": %s, AAD %u,", call->encrypt ? "encrypt" : "decrypt", call->aad);
		/* fall through */
	case CALL_SEND:
	case CALL_WRITEV:
	case CALL_RECV:
	case CALL_READV:
	case CALL_RECVMSG:
		fprintf(out, " %u + %u bytes%s", call->size, call->size_2,
			call->more ? ", MSG_MORE" : "");
		break;
	case CALL_KEY:
	case CALL_TAG:
	case CALL_BUFFER:
		fprintf(out, " %u", call->size);
		break;
	case CALL_POLL:
	case CALL_CLOSE:
		break;
	}
}

/* Runs a plan and shows each call beside its result. */
static void show(unsigned number)
{
	char *results = NULL;
	size_t size = 0;
	struct plan plan;
	FILE *memory = open_memstream(&results, &size);

	if (!memory)
		exit(1);
	plan_make(&plan, SEED, number);
	plan_run(&plan, memory);
	fclose(memory);
	char *rest = results + 1, *result;
	for (unsigned i = 0; i < plan.count; i++) {
		result = strsep(&rest, " ");
		call_show(&plan.calls[i], stdout);
		printf(" = %s\n", result);
	}
	free(results);
}

int main(int count, char **arguments)
{
	unsigned long programs = COUNT;
	struct plan plan;

	if (count == 3 && strcmp(arguments[1], "--show") == 0) {
		show((unsigned)strtoul(arguments[2], NULL, 10));
		return 0;
	}
	if (count == 3 && strcmp(arguments[1], "--count") == 0)
		programs = strtoul(arguments[2], NULL, 10);
	for (unsigned number = 0; number < programs; number++) {
		plan_make(&plan, SEED, number);
		printf("%u:", number);
		plan_run(&plan, stdout);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
