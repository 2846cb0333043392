/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const struct cli_command *const commands[] = {
    &cli_run_command,     &cli_list_command,   &cli_doctor_command, &cli_report_command,
    &cli_scan_command,    &cli_digest_command, &cli_hmac_command,   &cli_encrypt_command,
    &cli_decrypt_command, &cli_rng_command,    &cli_kdf_command,    &cli_pbkdf2_command,
    &cli_info_command,    &cli_bench_command,
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct cli_command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int print_usage(void)
{
	printf("Usage: ualg COMMAND [OPTIONS] ...\n\n"
	       "AF_ALG, Linux's socket interface to cryptography, in user space.\n\nCommands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->help);
	printf("  %-10s %s\n", "help", "Explain a command");
	printf("\nOptions:\n"
	       "  --help     this text; 'ualg COMMAND --help' for a command's\n"
	       "  --version  print the version\n");
	return cli_finish_output();
}

static int unknown_command(const char *name)
{
	char names[256];
	size_t used = 0;

	for (size_t i = 0; i < COMMANDS && used < sizeof(names); i++)
		used +=
		    (size_t)snprintf(names + used, sizeof(names) - used, "%s, ", commands[i]->name);
	cli_message("'%s' is not a command; expected %sor help", name, names);
	return CLI_USAGE;
}

/* Only as the first word: behind it there may be a program whose --help is meant. */
static bool wants_help(int argc, char **argv)
{
	return argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0);
}

static int help(int argc, char **argv)
{
	const struct cli_command *command;

	if (argc == 0 || wants_help(argc, argv))
		return print_usage();
	command = find_command(argv[0]);
	if (!command)
		return unknown_command(argv[0]);
	cli_help(command);
	return cli_finish_output();
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
	int first;

	if (wants_help(argc, argv)) {
		cli_help(command);
		return cli_finish_output();
	}
	cli_begin(command);
	first = cli_parse(command, argc, argv);
	if (first < 0)
		return command->usage_exit;
	return command->run(argc - first, argv + first);
}

int main(int argc, char **argv)
{
	const struct cli_command *command;

	if (argc < 2) {
		cli_message("a command is missing; see 'ualg --help'");
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return print_usage();
	if (strcmp(argv[1], "--version") == 0) {
		printf("ualg %s\n", UALG_VERSION);
		return cli_finish_output();
	}
	if (strcmp(argv[1], "help") == 0)
		return help(argc - 2, argv + 2);
	command = find_command(argv[1]);
	if (!command)
		return unknown_command(argv[1]);
	return run_command(command, argc - 2, argv + 2);
}
