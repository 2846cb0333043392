#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""CPython's own tests of AF_ALG under `ualg run`: all run, none skipped.  cpython.py UALG  (TAP)"""
import os
import re
import subprocess
import sys

PYTHON = "/usr/bin/python3"
SUITE = "test.test_socket.LinuxKernelCryptoAPI"
COUNT = """
import unittest
from test import test_socket
print(unittest.defaultTestLoader.loadTestsFromTestCase(test_socket.LinuxKernelCryptoAPI)
      .countTestCases())
"""


def run(*command):
    environment = dict(os.environ)
    environment.pop("LD_PRELOAD", None)
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False,
                          env=environment, stdin=subprocess.DEVNULL)


def main():
    ualg = os.path.abspath(sys.argv[1])
    try:
        loaded = run(PYTHON, "-c", COUNT)
    except FileNotFoundError:
        print("1..0 # SKIP no %s" % PYTHON)
        return 0
    if loaded.returncode != 0:
        print("1..0 # SKIP Python's test suite is not installed (libpython3.11-testsuite)")
        return 0
    expected = int(loaded.stdout)

    result = run(ualg, "run", "--", PYTHON, "-m", "unittest", "-v", SUITE)
    cases = re.findall(r"^(test_\w+) .*?\.\.\. ?(.*?)$", result.stderr, re.M)
    ran = re.search(r"^Ran (\d+) tests? in", result.stderr, re.M)
    for number, (name, outcome) in enumerate(cases, 1):
        # A skipped case is a failed one: it means that the socket or an algorithm is not there.
        print("%s %d - %s" % ("ok" if outcome == "ok" else "not ok", number, name))
    last = result.stderr.strip().splitlines()[-1:]
    good = (result.returncode == 0 and ran and int(ran.group(1)) == expected == len(cases) and
            expected >= 7 and last == ["OK"])
    print("%s %d - all %d tests ran and none was skipped" %
          ("ok" if good else "not ok", len(cases) + 1, expected))
    print("1..%d" % (len(cases) + 1))
    if not good:
        print("\n".join("# " + line for line in result.stderr.splitlines()))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
