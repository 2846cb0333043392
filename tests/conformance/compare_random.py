#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the random programs and compares what they print with a kernel's record.

    compare_random.py [--preload LIBRARY] [--under COMMAND] PROGRAM RECORD

RECORD is random-6.1.txt.xz.  A program that differs is shown call by call, with what the kernel
answered where we do not, and with the command that runs it alone.  TAP: a line for each hundred.
"""
import argparse
import itertools
import lzma
import os
import shlex
import subprocess
import sys

GROUP = 100
SHOWN = 5  # programs that are shown in full
RUN_LIMIT = 1200  # seconds


def show(program, number, kernel, environment, preload):
    """A program that differs, in words."""
    lines = subprocess.run([program, "--show", number], env=environment, timeout=60,
                           stdout=subprocess.PIPE, text=True).stdout.splitlines()
    print("# program %s:" % number)
    for line, their in itertools.zip_longest(lines, kernel.split(), fillvalue="(nothing)"):
        same = line.endswith(" = " + their)
        print("#   %s%s" % (line, "" if same else "      <-- the kernel: " + their))
    print("# alone: UALG_PROFILE=strict LD_PRELOAD='%s' %s --show %s" % (preload, program, number))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--preload", default="")
    parser.add_argument("--under", default=[], type=shlex.split,
                        help="a command that runs the program, as valgrind does")
    parser.add_argument("program")
    parser.add_argument("record")
    arguments = parser.parse_args()
    environment = dict(os.environ, UALG_PROFILE="strict", LD_PRELOAD=arguments.preload)
    with lzma.open(arguments.record, "rt") as file:
        record = file.read().splitlines()
    output = subprocess.run([*arguments.under, arguments.program, "--count", str(len(record))],
                            env=environment, timeout=RUN_LIMIT, stdout=subprocess.PIPE, text=True)
    ours = output.stdout.splitlines()
    different = 0
    for first in range(0, len(record), GROUP):
        bad = [i for i in range(first, min(first + GROUP, len(record)))
               if i >= len(ours) or ours[i] != record[i]]
        print("%s %d - random programs from %d on" %
              ("not ok" if bad else "ok", first // GROUP + 1, first))
        for i in bad:
            different += 1
            if different <= SHOWN:
                number, _, kernel = record[i].partition(":")
                show(arguments.program, number, kernel, environment, arguments.preload)
    print("# %d of %d programs differ" % (different, len(record)))
    if output.returncode != 0:
        print("# the program ended with %d after number %d" % (output.returncode, len(ours) - 1))
    print("1..%d" % ((len(record) + GROUP - 1) // GROUP))
    return different != 0 or output.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
