/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

#define ROOM 8u

static void escape(const char *text, char *out)
{
	while (*text)
		out += json_escape(&text, out);
	*out = '\0';
}

static void test_escape(void **state)
{
	static const char *const cases[][2] = {
	    {"plain /text", "plain /text"},
	    {"\"\\", "\\\"\\\\"},
	    {"\n\x1b\x7f", "\\u000a\\u001b\\u007f"},
	    {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91"},
	    /* no UTF-8: a lone continuation, overlong forms, a surrogate, beyond U+10FFFF, cut */
	    {"\x80|", "\\ufffd|"},
	    {"\xc0\xaf|", "\\ufffd\\ufffd|"},
	    {"\xe0\x80\xaf|", "\\ufffd\\ufffd\\ufffd|"},
	    {"\xed\xa0\x80|", "\\ufffd\\ufffd\\ufffd|"},
	    {"\xf4\x90\x80\x80|", "\\ufffd\\ufffd\\ufffd\\ufffd|"},
	    {"\xe2\x82", "\\ufffd\\ufffd"},
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		escape(cases[i][0], out);
		assert_string_equal(out, cases[i][1]);
	}
}

static int read_object(const char *text, size_t size, char *line, struct json_field *fields)
{
	memcpy(line, text, size);
	return json_read_object(line, size, fields, ROOM);
}

static void test_read(void **state)
{
	static const char text[] = " {\"a\" : 0,\"b\":\"x\\\"\\u00e9\\ud83d\\udd11\\n\","
				   "\t\"c\":18446744073709551615, \"\":\"\"}\r\n";
	struct json_field fields[ROOM];
	char line[sizeof(text)];

	(void)state;
	assert_int_equal(read_object(text, sizeof(text) - 1, line, fields), 4);
	assert_string_equal(fields[0].key, "a");
	assert_null(fields[0].text);
	assert_int_equal(fields[0].number, 0);
	assert_string_equal(fields[1].key, "b");
	assert_string_equal(fields[1].text, "x\"\xc3\xa9\xf0\x9f\x94\x91\n");
	assert_true(fields[2].number == UINT64_MAX);
	assert_string_equal(fields[3].key, "");
	assert_string_equal(fields[3].text, "");
	assert_int_equal(read_object("{}", 2, line, fields), 0);
}

static void test_refuse(void **state)
{
	static const char *const wrong[] = {
	    "",
	    "{",
	    "[]",
	    "{}{}",
	    "{} x",
	    "{,}",
	    "{\"a\"}",
	    "{\"a\":}",
	    "{\"a\":1,}",
	    "{\"a\":1 \"b\":2}",
	    "{a:1}",
	    "{\"a\":01}",
	    "{\"a\":-1}",
	    "{\"a\":1.5}",
	    "{\"a\":1e3}",
	    "{\"a\":18446744073709551616}",
	    "{\"a\":99999999999999999999999}",
	    "{\"a\":true}",
	    "{\"a\":null}",
	    "{\"a\":{}}",
	    "{\"a\":[]}",
	    "{\"a\":1,\"a\":2}",
	    "{\"a\":\"x}",
	    "{\"a\":\"\\\"}",
	    "{\"a\":\"\\x\"}",
	    "{\"a\":\"\\u12g4\"}",
	    "{\"a\":\"\\u12",
	    "{\"a\":\"\\u0000\"}",
	    "{\"a\":\"\\ud800\"}",
	    "{\"a\":\"\\udc00\"}",
	    "{\"a\":\"\\ud800\\u0041\"}",
	    "{\"a\":\"\t\"}",
	    "{\"a\":\"\xff\"}",
	    "{\"a\":\"\xc3\"}",
	};
	struct json_field fields[ROOM];
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(read_object(wrong[i], strlen(wrong[i]), line, fields), -EINVAL);
	assert_int_equal(read_object("{\"a\":\"\0\"}", 9, line, fields), -EINVAL);
	assert_int_equal(read_object("{\"a\":1}\0", 8, line, fields), -EINVAL);
}

static void test_room(void **state)
{
	char line[128] = "{\"0\":0";
	struct json_field fields[ROOM];

	(void)state;
	for (unsigned i = 1; i < ROOM; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), ",\"%u\":0", i);
	strcat(line, "}");
	assert_int_equal(json_read_object(line, strlen(line), fields, ROOM), ROOM);
	assert_int_equal(json_read_object(strcpy(line, "{\"a\":1,\"b\":2}"), 13, fields, 1),
			 -E2BIG);
}

/* What is escaped is read as it was. */
static void test_round_trip(void **state)
{
	char text[256], line[8 * sizeof(text)], *at = line;
	const char *from = text;
	struct json_field field;

	(void)state;
	for (unsigned i = 0; i < 127; i++)
		text[i] = (char)(i + 1);
	strcpy(text + 127, "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf");
	at = stpcpy(at, "{\"k\":\"");
	while (*from)
		at += json_escape(&from, at);
	at = stpcpy(at, "\"}");
	assert_int_equal(json_read_object(line, (size_t)(at - line), &field, 1), 1);
	assert_string_equal(field.text, text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_escape),     cmocka_unit_test(test_read),
	    cmocka_unit_test(test_refuse),     cmocka_unit_test(test_room),
	    cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
