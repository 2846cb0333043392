/* SPDX-License-Identifier: MIT */
/* The parser of template names (rule N-03). */
#include <errno.h>

#include "check.h"
#include "crypto/template.h"

static const struct {
	const char *text;
	const char *name;
	const char *arg[TEMPLATE_MAX_ARGS];
} good[] = {
    {"hmac(sha256)", "hmac", {"sha256"}},
    {"cbc(aes-generic)", "cbc", {"aes-generic"}},
    {"authenc(hmac(sha256),cbc(aes))", "authenc", {"hmac(sha256)", "cbc(aes)"}},
    {"a(b,c,d)", "a", {"b", "c", "d"}},
    {"essiv(authenc(hmac(sha256),cbc(aes)),sha256)",
     "essiv",
     {"authenc(hmac(sha256),cbc(aes))", "sha256"}},
    {"A_1-z((x))", "A_1-z", {"(x)"}}, /* inner levels are taken apart when their turn comes */
};

static const char *const malformed[] = {
    "",
    "sha256",
    "hmac",
    "hmac(",
    "hmac()",
    "hmac(sha256",
    "(sha256)",
    ")",
    "hmac)",
    "hmac(sha256))",
    "hmac(sha256)x",
    "hmac(sha256) ",
    " hmac(sha256)",
    "hmac (sha256)",
    "hmac( sha256)",
    "hmac(sha256 )",
    "hmac(sha.256)",
    "a(b,)",
    "a(,b)",
    "a(,)",
    "a(b,,c)",
    "a(b,c,d,e)",
    "a(b(c)",
    "a(b)c)",
    "a(b)(c)",
    "a((b)",
    "a\xff(b)",
    "a(b\n)",
    "cbc(aes),x",
};

static void parses_good_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct template_name parsed;
		unsigned args = 0;

		check(template_parse(good[i].text, &parsed) == 0, "%s", good[i].text);
		assert_string_equal(parsed.name, good[i].name);
		while (args < TEMPLATE_MAX_ARGS && good[i].arg[args]) {
			check(args < parsed.args, "%s", good[i].text);
			assert_string_equal(parsed.arg[args], good[i].arg[args]);
			args++;
		}
		check(parsed.args == args, "%s", good[i].text);
	}
}

static void refuses_malformed_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		struct template_name parsed;

		check(template_parse(malformed[i], &parsed) == -ENOENT, "%s", malformed[i]);
	}
}

static void refuses_names_that_are_too_long(void **state)
{
	char text[2 * ALG_NAME_MAX + 8];
	struct template_name parsed;

	(void)state;
	memset(text, 'a', sizeof(text));
	strcpy(text + ALG_NAME_MAX - 1, "(b)");
	assert_int_equal(template_parse(text, &parsed), 0);
	memset(text, 'a', sizeof(text));
	strcpy(text + ALG_NAME_MAX, "(b)");
	assert_int_equal(template_parse(text, &parsed), -ENOENT);
	memset(text, 'a', sizeof(text));
	text[1] = '(';
	strcpy(text + 2 + ALG_NAME_MAX - 1, ")");
	assert_int_equal(template_parse(text, &parsed), 0);
	memset(text, 'a', sizeof(text));
	text[1] = '(';
	strcpy(text + 2 + ALG_NAME_MAX, ")");
	assert_int_equal(template_parse(text, &parsed), -ENOENT);
}

/* Writes what was parsed as text again: it must be what was read. */
static void check_restores(const char *text, const struct template_name *parsed)
{
	char again[2 * ALG_NAME_MAX * (TEMPLATE_MAX_ARGS + 1)];
	int at = snprintf(again, sizeof(again), "%s(", parsed->name);

	for (unsigned i = 0; i < parsed->args; i++)
		at += snprintf(again + at, sizeof(again) - (size_t)at, "%s%s", i ? "," : "",
			       parsed->arg[i]);
	(void)snprintf(again + at, sizeof(again) - (size_t)at, ")");
	assert_string_equal(again, text);
}

static void survives_random_names(void **state)
{
	static const char letters[] = "abc-_19(((())),,, \x80";
	size_t accepted = 0;

	(void)state;
	for (unsigned round = 0; round < 200000; round++) {
		size_t size = check_random_below(24);
		char *text = malloc(size + 1); /* exactly: a checker sees what is read behind */
		struct template_name parsed;

		assert_non_null(text);
		for (size_t i = 0; i < size; i++)
			text[i] = letters[check_random_below(sizeof(letters) - 1)];
		text[size] = '\0';
		if (template_parse(text, &parsed) == 0) {
			check_restores(text, &parsed);
			accepted++;
		}
		free(text);
	}
	assert_true(accepted > 0);
}

static void composes_generic_and_driver_names(void **state)
{
	static const struct alg first = {.name = "hmac(sha256)", .driver = "hmac(sha256-x)"};
	static const struct alg second = {.name = "cbc(aes)", .driver = "cbc-aes-y"};
	struct alg out = {0};

	(void)state;
	assert_int_equal(template_compose(&out, "authenc", &first, &second), 0);
	assert_string_equal(out.name, "authenc(hmac(sha256),cbc(aes))");
	assert_string_equal(out.driver, "authenc(hmac(sha256-x),cbc-aes-y)");
	assert_ptr_equal(out.part[0], &first);
	assert_ptr_equal(out.part[1], &second);
}

static void refuses_to_compose_what_is_too_long(void **state)
{
	struct alg part = {.name = "x"};
	struct alg out = {0};

	(void)state;
	memset(part.driver, 'd', ALG_NAME_MAX - 1 - strlen("cbc()"));
	assert_int_equal(template_compose(&out, "cbc", &part, NULL), 0);
	assert_int_equal(strlen(out.driver), ALG_NAME_MAX - 1);
	part.driver[strlen(part.driver)] = 'd';
	assert_int_equal(template_compose(&out, "cbc", &part, NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses_good_names),
	    cmocka_unit_test(refuses_malformed_names),
	    cmocka_unit_test(refuses_names_that_are_too_long),
	    cmocka_unit_test(survives_random_names),
	    cmocka_unit_test(composes_generic_and_driver_names),
	    cmocka_unit_test(refuses_to_compose_what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
