#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Judges what valgrind's memcheck wrote of a conformance run.

    memcheck.py FOLDER

FOLDER has a log for each process.  Lost memory is a fault, and so is every error, but for an access
to memory that nobody can access, or a write where nobody can: the cases of EFAULT make it, and
valgrind reports it before the program's handler of SIGSEGV has its turn.  One that is not the
case's own would have ended its process, and the case would differ from the record.  A system call
with the pointer NULL is the same: the kernel answers it.
"""
import collections
import pathlib
import re
import sys

SHOWN = 10  # errors that are shown in full
NULL_PAGES = 0x10000
NOWHERE = re.compile(r"^ *Address 0x([0-9a-f]+) is not stack'd, malloc'd or \(recently\) free'd", re.M)
NO_ACCESS = re.compile(r"^ *Address 0x[0-9a-f]+ is in a (---|r--) anonymous segment", re.M)
SUMMARY = re.compile(r"ERROR SUMMARY: \d+ errors")
LOST = re.compile(r"bytes in [\d,]+ blocks are (?:definitely|indirectly|possibly) lost")


def records(text):
    """The log's paragraphs that show a stack."""
    for paragraph in re.split(r"\n(?:==\d+== *\n)+", text):
        plain = re.sub(r"^==\d+== ?", "", paragraph, flags=re.M)
        if re.search(r"^ +at 0x", plain, re.M):
            yield plain


def kind(record):
    """'lost', 'wrong' or 'wanted'."""
    title = re.search(r"^(.*)\n +at 0x", record, re.M).group(1)
    if LOST.search(title):
        return "lost"
    access = re.match(r"Invalid (read|write) of size|Syscall param \S+ points to unaddressable", title)
    nowhere, segment = NOWHERE.search(record), NO_ACCESS.search(record)
    if access and nowhere and int(nowhere.group(1), 16) < NULL_PAGES:
        return "wanted"
    if access and segment and (segment.group(1) == "---" or access.group(1) == "write"):
        return "wanted"
    return "wrong"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found, ended = collections.defaultdict(list), 0
    for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        text = path.read_text(errors="replace")
        ended += SUMMARY.search(text) is not None
        for record in records(text):
            found[kind(record)].append(record)
    bad = found["lost"] + found["wrong"]
    for record in bad[:SHOWN]:
        print(record + "\n")
    print("valgrind: %d processes, %d blocks lost, %d errors; %d accesses that cases want" %
          (ended, len(found["lost"]), len(found["wrong"]), len(found["wanted"])))
    return bool(bad) or ended == 0


if __name__ == "__main__":
    sys.exit(main())
