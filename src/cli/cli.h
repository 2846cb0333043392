/* SPDX-License-Identifier: MIT */
/*
 * The `ualg` command: a table of subcommands, one file each, and the option parser they share.
 *
 * Results go to standard output, messages to standard error, each with the subcommand's name before
 * it.  A message about a value quotes it and says what was expected.
 */
#ifndef UALG_CLI_CLI_H
#define UALG_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

/* Exit codes.  `run` ends with the program's own, or with those of env(1). */
enum cli_exit {
	CLI_OK = 0,
	CLI_FAILURE = 1,
	CLI_USAGE = 2,
	CLI_RUN_FAILED = 125,      /* ualg itself, wrong usage included */
	CLI_RUN_CANNOT_EXEC = 126, /* found, but it cannot be executed */
	CLI_RUN_NOT_FOUND = 127,
};

/* An option of a subcommand; a table of them ends with a NULL name. */
struct cli_option {
	const char *name;           /* without dashes */
	const char *value;          /* what the value is called in help; NULL: a flag */
	const char *help;           /* one line */
	const char *const *choices; /* allowed values, ended by NULL; NULL: any */
	bool *flag;                 /* set to true when a flag is given */
	const char **text;          /* set to the value; it lives as long as argv */
};

struct cli_command {
	const char *name;
	const char *help;     /* one line, for the list of subcommands */
	const char *operands; /* for the usage line, or "" */
	const char *details;  /* paragraphs for `help` below the options, or NULL */
	const struct cli_option *options;
	int usage_exit; /* exit code for wrong usage */
	bool mixed;     /* options may stand behind operands */
	/* argv[0..argc) are the operands.  Returns an exit code. */
	int (*run)(int argc, char **argv);
};

extern const struct cli_command cli_run_command;
extern const struct cli_command cli_list_command;
extern const struct cli_command cli_doctor_command;
extern const struct cli_command cli_bench_command;
extern const struct cli_command cli_digest_command;
extern const struct cli_command cli_hmac_command;
extern const struct cli_command cli_encrypt_command;
extern const struct cli_command cli_decrypt_command;
extern const struct cli_command cli_rng_command;
extern const struct cli_command cli_kdf_command;
extern const struct cli_command cli_pbkdf2_command;
extern const struct cli_command cli_info_command;
extern const struct cli_command cli_report_command;
extern const struct cli_command cli_scan_command;

/*
 * Parses options up to the first operand or "--", or, of a mixed command, all up to "--": --name,
 * --name=value and --name value.  Returns the index of the first operand, behind which there are
 * only others, or -1 with a message printed.
 */
int cli_parse(const struct cli_command *command, int argc, char **argv);

/* Prints the help of a subcommand on standard output. */
void cli_help(const struct cli_command *command);

/* Prints "ualg: ..." or, between cli_begin and its end, "ualg COMMAND: ..." on standard error. */
void cli_begin(const struct cli_command *command);
void cli_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Refuses operands where a subcommand has none: 0, or the exit code with a message printed. */
int cli_no_operands(const struct cli_command *command, int argc, char **argv);

/*
 * Flushes standard output.  CLI_OK; CLI_FAILURE with a message where what was printed could not be
 * written (a full disk): a list that is cut short is not a success.
 */
int cli_finish_output(void);

/* Prints text as a JSON string, quotes included. */
void cli_json_string(const char *text);

#endif
