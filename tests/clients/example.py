#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The example that people see first, run as they run it.  example.py UALG  (TAP)"""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLE = os.path.join(ROOT, "examples", "try.py")
# Sizes at which a program that reads in pieces could go wrong.
SIZES = [0, 1, 65535, 65536, 65537, 200000]


def main():
    ualg = os.path.abspath(sys.argv[1])
    environment = dict(os.environ)
    environment.pop("LD_PRELOAD", None)
    failed = 0
    print("1..%d" % len(SIZES))
    for number, size in enumerate(SIZES, 1):
        path = "example-%d-%d" % (os.getpid(), size)
        with open(path, "wb") as file:
            file.write(os.urandom(size))
        try:
            result = subprocess.run([ualg, "run", "--", "/usr/bin/python3", EXAMPLE, path],
                                    capture_output=True, text=True, timeout=60, check=False,
                                    env=environment)
        finally:
            os.unlink(path)
        good = result.returncode == 0 and result.stdout.count("\n") == 6 and not result.stderr
        failed += not good
        print("%s %d - the example with a file of %d bytes" %
              ("ok" if good else "not ok", number, size))
        if not good:
            print("\n".join("# " + line for line in (result.stdout + result.stderr).splitlines()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
