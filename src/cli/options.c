/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/cli.h"

static const struct cli_command *current;

void cli_begin(const struct cli_command *command)
{
	current = command;
}

void cli_message(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, current ? "ualg %s: " : "ualg: ", current ? current->name : "");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

/* "a, b or c" */
static void join_choices(const char *const *choices, char *out, size_t room)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; choices[i] && used < room; i++) {
		const char *separator = i == 0 ? "" : choices[i + 1] ? ", " : " or ";

		used += (size_t)snprintf(out + used, room - used, "%s%s", separator, choices[i]);
	}
}

static const struct cli_option *find_option(const struct cli_command *command, const char *name,
					    size_t size)
{
	for (const struct cli_option *option = command->options; option->name; option++)
		if (strlen(option->name) == size && strncmp(option->name, name, size) == 0)
			return option;
	return NULL;
}

static bool set_value(const struct cli_option *option, const char *value)
{
	char expected[160];

	*option->text = value;
	if (!option->choices)
		return true;
	for (size_t i = 0; option->choices[i]; i++)
		if (strcmp(option->choices[i], value) == 0)
			return true;
	join_choices(option->choices, expected, sizeof(expected));
	cli_message("--%s: '%s' is not a %s; expected %s", option->name, value, option->value,
		    expected);
	return false;
}

/* Takes one option at argv[*index], and its value; false with a message printed. */
static bool take_option(const struct cli_command *command, int argc, char **argv, int *index)
{
	const char *name = argv[*index] + 2;
	const char *equals = strchr(name, '=');
	size_t size = equals ? (size_t)(equals - name) : strlen(name);
	const struct cli_option *option = find_option(command, name, size);

	if (argv[*index][1] != '-' || !option) {
		cli_message("'%s' is not an option; see 'ualg help %s'", argv[*index],
			    command->name);
		return false;
	}
	(*index)++;
	if (!option->value) {
		if (equals) {
			cli_message("--%s takes no value, not '%s'", option->name, equals + 1);
			return false;
		}
		*option->flag = true;
		return true;
	}
	if (equals)
		return set_value(option, equals + 1);
	if (*index == argc) {
		cli_message("--%s needs a value: --%s %s", option->name, option->name,
			    option->value);
		return false;
	}
	return set_value(option, argv[(*index)++]);
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

/* Moves count words that begin at from to the end of argv, in their order. */
static void move_to_end(int argc, char **argv, int from, int count)
{
	for (; count > 0; count--) {
		char *word = argv[from];

		memmove(&argv[from], &argv[from + 1], (size_t)(argc - from - 1) * sizeof(*argv));
		argv[argc - 1] = word;
	}
}

int cli_parse(const struct cli_command *command, int argc, char **argv)
{
	int index = 0, operands = 0;

	/* Operands that were met are moved behind all that is still to be looked at. */
	while (index < argc - operands) {
		if (strcmp(argv[index], "--") == 0) {
			index++;
			move_to_end(argc, argv, index, argc - index - operands);
			return index;
		}
		if (is_option(argv[index])) {
			if (!take_option(command, argc - operands, argv, &index))
				return -1;
			continue;
		}
		if (!command->mixed)
			return index;
		move_to_end(argc, argv, index, 1);
		operands++;
	}
	return index;
}

int cli_no_operands(const struct cli_command *command, int argc, char **argv)
{
	if (argc == 0)
		return 0;
	cli_message("'%s' is not expected; see 'ualg help %s'", argv[0], command->name);
	return command->usage_exit;
}

void cli_help(const struct cli_command *command)
{
	printf("Usage: ualg %s%s%s%s\n\n%s.\n", command->name,
	       command->options->name ? " [OPTIONS]" : "", command->operands[0] ? " " : "",
	       command->operands, command->help);
	if (command->options->name)
		printf("\nOptions:\n");
	for (const struct cli_option *option = command->options; option->name; option++) {
		char left[64];
		char choices[160] = "";

		snprintf(left, sizeof(left), "--%s%s%s", option->name, option->value ? " " : "",
			 option->value ? option->value : "");
		if (option->choices)
			join_choices(option->choices, choices, sizeof(choices));
		printf("  %-20s %s%s%s\n", left, option->help, choices[0] ? ": " : "", choices);
	}
	if (command->details)
		printf("\n%s", command->details);
}

int cli_finish_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return CLI_OK;
	cli_message("cannot write to standard output: %s", strerror(errno));
	return CLI_FAILURE;
}

void cli_json_string(const char *text)
{
	putchar('"');
	while (*text) {
		char piece[JSON_ESCAPE_MAX];

		fwrite(piece, 1, json_escape(&text, piece), stdout);
	}
	putchar('"');
}
