#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what the conformance table, or the kernels' probe, prints here with the record.

    compare.py [--preload LIBRARY] [--under COMMAND] [--exceptions FILE] PROGRAM table FOLDER
    compare.py [--preload LIBRARY] [--under COMMAND] [--exceptions FILE] PROGRAM probe FOLDER [ORACLE]

FOLDER is tests/conformance.  ORACLE has the probe's source and its record, contract.txt; it is left
out where it is not there.  PROGRAM is the built `conformance`; it also tells which names can be
bound.  Prints TAP, a line for each case, and for each difference what the kernel said and what we
say, command by command.  docs/design/conformance.md tells what the files of FOLDER are for.
"""
import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

EXCEPTIONS_MAX = 12
RUN_LIMIT = 900  # seconds
LEFT_OUT = {"Y-05"}  # rules of abi.md without a case: not there in the kernel that is the contract
ELSEWHERE = "../doors/sharing.c"  # has the cases that need threads; it passes on the kernel too


def results(text):
    """{"RULE case": result} of lines `RULE case: result`."""
    cases = {}
    for line in text.splitlines():
        title, colon, result = line.partition(":")
        if colon:
            cases[title.strip()] = result.strip()
    return cases


def commands(folder):
    """{"RULE case": [command, ...]} of the table."""
    cases, title = {}, None
    for path in sorted(folder.glob("cases/*.txt")):
        for line in path.read_text().splitlines():
            if not line or line.startswith("#"):
                continue
            if not line[0].isspace():
                title = line
                cases[title] = []
                continue
            parts = re.findall(r'(?:"[^"]*"|[^;"])+', line)
            cases[title] += [part.strip() for part in parts if part.strip()]
    return cases


def reasons(path, titled):
    """{"RULE case": reason}, or {"RULE": reason} where not titled.  A reason stands behind tabs."""
    found = {}
    for line in path.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        title, _, reason = line.partition("\t")
        if not reason.strip() or len(title.split()) != (2 if titled else 1):
            sys.exit("Bail out! %s: not a line with a reason: %s" % (path.name, line))
        found[title] = reason.strip()
    return found


class Here:
    """Programs that run behind the door, in the profile strict."""

    def __init__(self, program, preload, under):
        self.program = program
        self.under = under
        self.environment = dict(os.environ, UALG_PROFILE="strict")
        if preload:
            self.environment["LD_PRELOAD"] = preload
        self.bindable = {}
        self.status = None  # of the last run

    def run(self, *command):
        ended = subprocess.run([*self.under, *command], env=self.environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, timeout=RUN_LIMIT)
        self.status = ended.returncode
        return ended.stdout.decode(errors="replace")

    def binds(self, kind, name):
        if (kind, name) not in self.bindable:
            command = [self.program, "--bind", kind, name]
            status = subprocess.run([*self.under, *command], env=self.environment,
                                    timeout=60).returncode
            if status not in (0, 1):
                sys.exit("Bail out! %s ended with %d" % (" ".join(command), status))
            self.bindable[kind, name] = status == 0
        return self.bindable[kind, name]


# ---- names that cannot be bound here ----

BIND = re.compile(r'^(?:\w+ = )?(?:bind \w+|bound|op) (\w+) ("[^"]*"|\S+)')


def missing_in_table(here, steps, kernel):
    """Names of the case that the kernel binds and we do not."""
    missing = []
    for step, token in zip(steps, kernel.split()):
        match = BIND.match(step)
        if match and "ENOENT" not in token:
            kind, name = match.group(1), match.group(2).strip('"')
            if not here.binds(kind, name) and name not in missing:
                missing.append(name)
    return missing


def missing_in_probe(title, kernel, ours):
    """The same from a line of the probe, whose tokens are NAME=RESULT, NAME:RESULT or RESULT; []
    where anything else than a name differs."""
    name = title.split()[1].split("/", 1)[-1]
    if "bind=ENOENT" in ours.split()[:2] and "bind=ENOENT" not in kernel:
        return [name]
    theirs, mine = kernel.split(), ours.split()
    if len(theirs) != len(mine):
        return []
    missing = []
    for their, my in zip(theirs, mine):
        if their == my:
            continue
        match = re.match(r"(.+?)(?::bind)?=ENOENT$", my)
        if not match or not their.startswith(match.group(1)):
            return []
        missing.append(match.group(1))
    return missing


def comparable(title, kernel, ours):
    """Both results of a line of the probe without what abi.md leaves open."""
    if re.match(r"T-02 skcipher/(xts|lrw|cts)\(", title):  # C-20: the IV that a request leaves
        kernel, ours = (re.sub(r" next=\S+", "", result) for result in (kernel, ours))
    theirs, mine = kernel.split(), ours.split()
    if len(theirs) == len(mine):  # section 15: a name that Debian does not build may be there
        for i, token in enumerate(theirs):
            name, more, _ = token.partition(":bind=ENOENT")
            if more and mine[i].startswith(name):
                kernel = kernel.replace(token, mine[i], 1)
    if title.startswith("N-11 "):  # V-07: built with the obsolete ciphers, a kernel has these
        for name in ("arc4", "ecb(arc4)"):
            if name + "=0" in mine:
                kernel = re.sub(r"(^| )%s=ENOENT" % re.escape(name), r"\g<1>%s=0" % name, kernel)
    if title == "T-01 hash/vmac64(aes)":  # H-23: 6.1 gives zeros once, newer ones the error again
        kernel = re.sub(r"=0{16}(?= |$)", "=EINVAL", kernel)
    return kernel, ours


# ---- the report ----

class Report:
    def __init__(self, exceptions, pending, name):
        self.exceptions, self.pending, self.name = exceptions, pending, name
        self.cases = self.failures = 0
        self.missing, self.served = {}, set(pending)

    def line(self, good, text):
        self.cases += 1
        self.failures += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.cases, text))

    def status(self, status):
        """Of the program: not 0 where it broke off, or a sanitizer found something."""
        self.line(status == 0, "the program ended with %d" % status)

    def case(self, title, kernel, ours, missing, details):
        rule = title.split()[0]
        same = kernel == ours
        if title in self.exceptions:
            if same:
                self.line(False, title)
                print("# it agrees with the kernel: its line in %s has to go" % self.name)
            else:
                self.line(True, "%s # SKIP exception: %s" % (title, self.exceptions[title]))
            return
        if same:
            self.line(True, title)
            return
        if missing:
            for name in missing:
                self.missing.setdefault(name, []).append(rule)
            self.line(True, "%s # SKIP no such name yet: %s" % (title, " ".join(missing)))
            return
        self.served.discard(rule)
        if rule in self.pending:
            self.line(True, "%s # SKIP not served yet: %s" % (title, self.pending[rule]))
            return
        self.line(False, title)
        for what, their, my in details:
            print("#   %s\n#     kernel %s\n#     ours   %s" % (what, their, my))

    def end(self):
        print("# names that the kernel binds and we do not: %d" % len(self.missing))
        for name, rules in sorted(self.missing.items()):
            print("#   %s (%s)" % (name, " ".join(sorted(set(rules)))))
        for rule in sorted(self.served):
            print("# pending.txt: %s agrees with the kernel as far as this run shows" % rule)
        self.line(len(self.exceptions) <= EXCEPTIONS_MAX,
                  "%s has %d lines of at most %d" % (self.name, len(self.exceptions),
                                                     EXCEPTIONS_MAX))
        print("1..%d" % self.cases)
        return self.failures != 0


def rules_of_contract(folder):
    """The rules of abi.md that are marked K or D."""
    text = (folder / "../../docs/design/abi.md").read_text()
    for match in re.finditer(r"^\| ([A-Z]-\d+(?:, [A-Z]-\d+)*) \| [KD] \|", text, re.M):
        yield from match.group(1).split(", ")


def compare_table(here, folder, report):
    steps = commands(folder)
    shown = {title.split()[0] for title in steps} | LEFT_OUT
    shown |= set(re.findall(r'report\("([A-Z]-\d+)"', (folder / ELSEWHERE).read_text()))
    without = [rule for rule in rules_of_contract(folder) if rule not in shown]
    report.line(not without, "every rule of abi.md has a case" + "".join(
        ", but " + rule for rule in without))
    record = results((folder / "record.txt").read_text())
    ours = results(here.run(here.program, *map(str, sorted(folder.glob("cases/*.txt")))))
    report.status(here.status)
    for title, case in steps.items():
        kernel, mine = record.get(title), ours.get(title, "nothing was printed")
        if kernel is None:
            report.line(False, title)
            print("# the record lacks it: see docs/design/conformance.md")
            continue
        details = []
        for i, step in enumerate(case):
            their = (kernel.split() + ["-"] * len(case))[i]
            my = (mine.split() + ["-"] * len(case))[i]
            if their != my:
                details.append((step, their, my))
        if len(kernel.split()) != len(case):
            details.append(("the record does not fit the table", kernel, mine))
        missing = [] if kernel == mine else missing_in_table(here, case, kernel)
        report.case(title, kernel, mine, missing, details)
    for title in sorted(set(record) - set(steps)):
        report.line(False, title)
        print("# the table lacks it, the record has it")


def compare_probe(here, oracle, report):
    record = results((oracle / "contract.txt").read_text(errors="replace"))
    with tempfile.TemporaryDirectory() as folder:
        probe = folder + "/abi-probe"
        subprocess.run(["cc", "-O2", "-w", "-o", probe, oracle / "abi-probe.c"], check=True)
        ours = results(here.run(probe))
    report.status(here.status)
    for title, kernel in record.items():
        kernel, mine = comparable(title, kernel, ours.get(title, "nothing was printed"))
        missing = [] if kernel == mine else missing_in_probe(title, kernel, mine)
        report.case(title, kernel, mine, missing, [("the whole line", kernel, mine)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--preload", default="")
    parser.add_argument("--under", default=[], type=shlex.split,
                        help="a command that runs the program, as valgrind does")
    parser.add_argument("--exceptions", default="exceptions.txt")
    parser.add_argument("program")
    parser.add_argument("what", choices=["table", "probe"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("oracle", type=pathlib.Path, nargs="?")
    arguments = parser.parse_args()
    if "UALG_ORACLE" in os.environ:
        arguments.oracle = pathlib.Path(os.environ["UALG_ORACLE"])
    here = Here(arguments.program, arguments.preload, arguments.under)
    report = Report(reasons(arguments.folder / arguments.exceptions, True),
                    reasons(arguments.folder / "pending.txt", False), arguments.exceptions)
    if arguments.what == "table":
        compare_table(here, arguments.folder, report)
    elif not arguments.oracle or not (arguments.oracle / "abi-probe.c").exists():
        print("1..0 # SKIP the kernels' transcripts are not there (UALG_ORACLE, or ../shared/oracle)")
        return 0
    else:
        compare_probe(here, arguments.oracle, report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
