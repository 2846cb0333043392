#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the single test cases of a meson run:  summarize.py TESTLOG.json

Prints failures with their program's output and skips with their reasons; the last line is
"N passed, N failed, N skipped".  Ends with 1 if anything failed, or if nothing ran at all.
"""
import json
import re
import sys

CASE = re.compile(r"^(not )?ok\b\s*(\d+)?\s*(?:-\s*)?(.*?)(?:\s*#\s*(skip|todo)\S*\s*(.*))?$", re.I)
OUTPUT_LINES = 40


def tap_cases(output):
    """(state, name, reason) for each line of TAP; reason is for skips."""
    for line in output.splitlines():
        match = CASE.match(line)
        if not match:
            if line.lower().startswith("bail out!"):
                yield "failed", line, ""
            elif re.match(r"^1\.\.0\b.*#\s*skip", line, re.I):
                yield "skipped", "all", line.split("#", 1)[1].strip()[4:].strip(" :")
            continue
        negated, number, name, directive, reason = match.groups()
        name = name or "case %s" % number
        if directive and directive.lower() == "skip":
            yield "skipped", name, reason
        elif negated and not directive:
            yield "failed", name, ""
        else:
            yield "passed", name, ""


def program_cases(test):
    """The cases of one program.  One that dies or runs too long has failed, whatever it printed."""
    output = test.get("stdout", "")
    cases = list(tap_cases(output))
    result = test["result"]
    if not cases:
        state = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}.get(result, "failed")
        last = (output + test.get("stderr", "")).strip().splitlines()
        return [(state, test["name"], last[-1] if last else "no reason given")]
    failed = any(state == "failed" for state, _, _ in cases)
    # cmocka writes a skipped case as "not ok # SKIP", which meson takes for a failure.
    if result == "FAIL" and test.get("returncode") == 0:
        result = "OK" if any(state == "skipped" for state, _, _ in cases) else result
    if result not in ("OK", "EXPECTEDFAIL", "SKIP") and not failed:
        cases.append(("failed", "ended with %s (status %s)" % (result, test.get("returncode")), ""))
    return cases


def main():
    count = {"passed": 0, "failed": 0, "skipped": 0}
    try:
        with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
            tests = [json.loads(line) for line in log if line.strip()]
    except OSError as error:
        print("no test log: %s" % error)
        tests = []
    for test in tests:
        cases = program_cases(test)
        for state, name, reason in cases:
            count[state] += 1
            if state == "skipped":
                print("skipped: %s: %s: %s" % (test["name"], name, reason or "no reason given"))
            elif state == "failed":
                print("failed: %s: %s" % (test["name"], name))
        if any(state == "failed" for state, _, _ in cases):
            output = test.get("stdout", "").splitlines() + test.get("stderr", "").splitlines()
            print("\n".join("    " + line for line in output[-OUTPUT_LINES:]))
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % count)
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
