/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/preload.h"
#include "cli/supervised.h"
#ifdef UALG_SUPERVISOR
#include "doors/supervisor/supervisor.h"
#include "socket/profile.h"
#include "ualg/if_alg.h"
#endif

static const char *const when_choices[] = {"always", "missing", NULL};
static const char *const profile_choices[] = {"strict", "default", "documented", NULL};

static const char *const door_choices[] = {"preload", "seccomp", "ptrace", "both", NULL};
static const char *const trap_choices[] = {"window", "all", NULL};

static const char *when;
static const char *profile;
static const char *door;
static const char *trap;
static bool isolate;
static const char *record;

static const struct cli_option options[] = {
    {"when", "WHEN", "when ualg answers instead of the kernel", when_choices, NULL, &when},
    {"profile", "PROFILE", "who is right where kernel and documents differ", profile_choices, NULL,
     &profile},
    {"door", "DOOR", "how the program is reached", door_choices, NULL, &door},
    {"isolate", NULL, "keep keys out of the program: no preloading", NULL, &isolate, NULL},
    {"trap", "TRAP", "which calls a supervisor sees", trap_choices, NULL, &trap},
    {"record", "FILE", "write to FILE what programs do with AF_ALG: see 'ualg help report'", NULL,
     NULL, &record},
    {0},
};

static bool is_door(const char *name)
{
	return door && strcmp(door, name) == 0;
}

static bool preloads(void)
{
	return !isolate && !is_door("seccomp") && !is_door("ptrace");
}

/*
 * An option wins over the environment; what stands in the environment is checked here, since the
 * library inside a program has nowhere to complain.
 */
static int set_choice(const char *variable, const char *given, const char *const *choices)
{
	const char *inherited = getenv(variable);

	if (given)
		return setenv(variable, given, 1);
	if (!inherited)
		return 0;
	for (size_t i = 0; choices[i]; i++)
		if (strcmp(inherited, choices[i]) == 0)
			return 0;
	cli_message("%s: '%s' is not known; see 'ualg help run'", variable, inherited);
	return -1;
}

/*
 * Makes the file, so that the programs only add to it, and gives them its whole path: they may be
 * in another folder.
 */
static int set_record(void)
{
	char path[PATH_MAX];
	struct stat status;
	int file;

	if (!record)
		return 0;
	file = open(record, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
	if (file < 0 || fstat(file, &status) < 0 || !realpath(record, path)) {
		cli_message("--record: '%s': %s", record, strerror(errno));
		return -1;
	}
	close(file);
	if (!S_ISREG(status.st_mode)) {
		cli_message("--record: '%s' is not a regular file", record);
		return -1;
	}
	return setenv("UALG_RECORD", path, 1);
}

/* Whether a list in the form of LD_PRELOAD has a path in it. */
static bool list_has(const char *list, const char *path)
{
	size_t size = strlen(path);

	while (*list) {
		size_t word = strcspn(list, ": ");

		if (word == size && memcmp(list, path, size) == 0)
			return true;
		list += word;
		list += strspn(list, ": ");
	}
	return false;
}

/* Puts the library first in LD_PRELOAD and keeps what is there. */
static int set_preload(const char *library)
{
	const char *before = getenv("LD_PRELOAD");
	char *value;
	int result;

	if (strpbrk(library, ": ")) {
		cli_message(
		    "'%s': the dynamic loader takes no path with a space or colon in LD_PRELOAD",
		    library);
		return -1;
	}
	if (before && list_has(before, library))
		return 0;
#ifdef UALG_SANITIZER_RUNTIME
	/* A sanitizer's runtime refuses to work behind another library. */
	if (asprintf(&value, "%s:%s%s%s", UALG_SANITIZER_RUNTIME, library,
		     before && *before ? ":" : "", before ? before : "") < 0)
		return -1;
#else
	if (asprintf(&value, "%s%s%s", library, before && *before ? ":" : "",
		     before ? before : "") < 0)
		return -1;
#endif
	result = setenv("LD_PRELOAD", value, 1);
	free(value);
	return result;
}

/* Takes the library out of LD_PRELOAD: keys are to stay out of the program. */
static int leave_preload(void)
{
	const char *before = getenv("LD_PRELOAD");
	char library[PATH_MAX], *list, *value, *save = NULL;
	size_t used = 0;

	if (!before || preload_find(library) < 0 || !list_has(before, library))
		return CLI_OK;
	list = strdup(before);
	value = calloc(1, strlen(before) + 2);
	if (!list || !value)
		return CLI_RUN_FAILED;
	for (char *word = strtok_r(list, ": ", &save); word; word = strtok_r(NULL, ": ", &save))
		if (strcmp(word, library) != 0)
			used += (size_t)sprintf(value + used, "%s%s", used ? ":" : "", word);
	(void)setenv("LD_PRELOAD", value, 1);
	free(list);
	free(value);
	return CLI_OK;
}

/*
 * Says in one line why preloading will not reach a program, where nothing else does.  Returns
 * whether it may be tried.
 */
static bool tell_reach(const char *program, const char *library, bool supervised)
{
	char detail[PATH_MAX];

	enum preload_obstacle reach = preload_reach(program, library, detail, sizeof(detail));

	if (supervised)
		return reach != PRELOAD_OTHER_LOADER;
	switch (reach) {
	case PRELOAD_REACHED:
	case PRELOAD_UNKNOWN:
		break;
	case PRELOAD_STATIC:
		cli_message("'%s' is a static program: preloading does not reach it", program);
		break;
	case PRELOAD_PRIVILEGED:
		cli_message("'%s' gains privileges when run (setuid, setgid or capabilities): "
			    "preloading does not reach it",
			    program);
		break;
	case PRELOAD_OTHER_ELF:
		cli_message("'%s' is %s, unlike the library: preloading does not reach it", program,
			    detail);
		break;
	case PRELOAD_OTHER_LOADER:
		/* It would not start at all: that loader treats what it cannot preload as fatal. */
		cli_message("'%s' uses the loader '%s', which cannot load the library: "
			    "preloading does not reach it",
			    program, detail);
		return false;
	}
	return true;
}

/* Executes the program in this process's place; returns where that fails. */
static int execute(char **argv)
{
	int error;

	execvp(argv[0], argv);
	error = errno;
	cli_message("'%s': %s", argv[0], strerror(error));
	return error == ENOENT ? CLI_RUN_NOT_FOUND : CLI_RUN_CANNOT_EXEC;
}

#ifdef UALG_SUPERVISOR
static void start_supervised(void *argument)
{
	_exit(execute(argument));
}

/*
 * Says so where a program that gains privileges when run (sudo) will not: for users without
 * privilege a filter needs no_new_privs, and a tracer has the same effect.
 */
static void tell_privileges(const char *program)
{
	char library[PATH_MAX], detail[PATH_MAX];

	if (geteuid() == 0)
		return;
	(void)preload_find(library);
	if (preload_reach(program, library, detail, sizeof(detail)) == PRELOAD_PRIVILEGED)
		cli_message("'%s' gains no privileges under a supervisor of this user's; "
			    "'--door preload' has none",
			    program);
}

static void tell(const char *line)
{
	cli_message("%s", line);
}

static enum sock_profile chosen_profile(void)
{
	const char *name = getenv("UALG_PROFILE");
	enum sock_profile chosen = SOCK_PROFILE_DEFAULT;

	if (name)
		(void)sock_profile_parse(name, &chosen);
	return chosen;
}

/*
 * Numbers of standard streams that are closed are not for what the supervisor opens, since it gives
 * its own streams up.  For the program they stay closed.
 */
static void hold_streams(void)
{
	int null;

	do
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (null >= 0 && null <= STDERR_FILENO);
	if (null >= 0)
		(void)close(null);
}

/* The program's exit status, or a negative errno: no supervisor can work here. */
static int run_supervised(char **argv)
{
	const struct supervisor_options how = {
	    .way = is_door("ptrace") ? SUPERVISOR_WAY_PTRACE : SUPERVISOR_WAY_AUTO,
	    .trap = trap && strcmp(trap, "all") == 0 ? SUPERVISOR_TRAP_ALL : SUPERVISOR_TRAP_WINDOW,
	    .profile = chosen_profile(),
	    .start = start_supervised,
	    .argument = argv,
	    .tell = tell,
	};

	hold_streams();
	tell_privileges(argv[0]);
	return supervisor_run(&how);
}

/* Where the kernel serves AF_ALG and is to do so, there is nothing to supervise. */
static bool kernel_serves(void)
{
	const char *chosen = getenv("UALG_WHEN");
	int number;

	if (!chosen || strcmp(chosen, "missing") != 0)
		return false;
	number = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (number >= 0)
		(void)close(number);
	return number >= 0;
}

/* The settings of a supervisor hold for all that is started below it. */
static bool wants_supervisor(void)
{
	if (is_door("preload"))
		return false;
	if (is_supervised()) {
		if (door || isolate || trap)
			cli_message("a supervisor serves this process already, and its settings "
				    "hold");
		return false;
	}
	if (!kernel_serves())
		return true;
	if (!preloads())
		cli_message("this kernel serves AF_ALG: it does so alone, and what it lacks is "
			    "not served");
	return false;
}
#else
static int run_supervised(char **argv)
{
	(void)argv;
	cli_message("this ualg was built without the supervisor door");
	return -ENOSYS;
}

static bool wants_supervisor(void)
{
	return isolate || (door && !is_door("preload"));
}
#endif

static int run_preloaded(char **argv, bool supervised)
{
	char library[PATH_MAX];

	if (preload_find(library) < 0) {
		cli_message("'%s' is not there; $UALG_PRELOAD_LIBRARY can name the library",
			    library);
		return CLI_RUN_FAILED;
	}
	if (tell_reach(argv[0], library, supervised) && set_preload(library) < 0)
		return CLI_RUN_FAILED;
	return CLI_OK;
}

static int run(int argc, char **argv)
{
	bool supervised;
	int status;

	if (argc == 0) {
		cli_message("a program is missing: ualg run [OPTIONS] [--] PROGRAM [ARGUMENTS]");
		return CLI_RUN_FAILED;
	}
	if (isolate && (is_door("preload") || is_door("both"))) {
		cli_message(
		    "--isolate: door '%s' has keys in the program; seccomp and ptrace have not",
		    door);
		return CLI_RUN_FAILED;
	}
	if (set_choice("UALG_WHEN", when, when_choices) < 0 ||
	    set_choice("UALG_PROFILE", profile, profile_choices) < 0 || set_record() < 0)
		return CLI_RUN_FAILED;
	supervised = wants_supervisor();
	status = preloads() ? run_preloaded(argv, supervised) : leave_preload();
	if (status != CLI_OK)
		return status;
	if (!supervised)
		return execute(argv);
	status = run_supervised(argv);
	if (status >= 0)
		return status;
	if (!preloads())
		return CLI_RUN_FAILED;
	cli_message("preloading alone serves dynamic programs only, and keys are in them");
	return execute(argv);
}

const struct cli_command cli_run_command = {
    .name = "run",
    .help = "Run a program whose AF_ALG sockets ualg serves",
    .operands = "[--] PROGRAM [ARGUMENTS]",
    .details =
	"WHEN is 'always', or 'missing': only where the kernel refuses the socket or does not\n"
	"know the algorithm.  Where the kernel serves AF_ALG there is then no supervisor, so\n"
	"algorithms that it lacks are there for dynamic programs alone.  Without the option\n"
	"$UALG_WHEN counts, else 'always'.\n\n"
	"PROFILE: 'strict' is the kernel to the letter; 'default' adds what the documents\n"
	"promise where the kernel has only an error; 'documented' follows the documents, even\n"
	"where programs made for the kernel expect otherwise (AAD in the output of an AEAD).\n"
	"Without the option $UALG_PROFILE counts, else 'default'.\n\n"
	"DOOR: 'both', the usual one, preloads a library into dynamic programs, at the speed of\n"
	"function calls, and has a supervisor answer what passes the library by: static\n"
	"programs, system calls made without the C library, sockets that several processes\n"
	"share.  'preload' is the library alone; 'seccomp' and 'ptrace' the supervisor alone,\n"
	"by that way of seeing system calls.  The programs that a program starts are served too.\n\n"
	"--isolate is the supervisor alone: keys are in its memory, never in the program's.\n\n"
	"TRAP: 'window', the usual one, shows the supervisor calls on the numbers where it puts\n"
	"AF_ALG sockets; 'all' those on every number, slower, but with a socket's number free\n"
	"to be any.\n\n"
	"$UALG_PRELOAD_LIBRARY names another libualg-preload.so.\n\n"
	"Exit status: the program's; 125 ualg failed, 126 the program cannot be executed,\n"
	"127 it is not there.\n",
    .options = options,
    .usage_exit = CLI_RUN_FAILED,
    .run = run,
};
