# SPDX-License-Identifier: MIT
"""What the tests of foreign programs share: running one under ualg, with a witness; TAP.

The tests' arguments are UALG WITNESS, the latter the library made of witness.c.
"""
import os
import shutil
import subprocess
import sys
import tempfile

# What would change how ualg answers, or stand in front of it.
LEFT_OUT = ("LD_PRELOAD", "UALG_WHEN", "UALG_PROFILE", "UALG_PROVIDERS")
DETAIL = 4000  # characters that are shown of a failed case
UALG = os.path.abspath(sys.argv[1])
WITNESS = os.path.abspath(sys.argv[2])
count = 0
failed = 0


class Result:
    """How a program ended: status, out, err, and seen: the witness' lines, split in words."""

    def __init__(self, command, environment, timeout, text):
        # By a file, since a program that is stopped may leave a child that holds a pipe open.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, \
             tempfile.NamedTemporaryFile() as witness:
            environment = dict(environment, UALG_TEST_WITNESS=witness.name)
            try:
                self.status = subprocess.run(
                    command, stdout=out, stderr=err, input=text, timeout=timeout, check=False,
                    env=environment).returncode
            except subprocess.TimeoutExpired:
                self.status = "stopped after %d s" % timeout
            self.out, self.err = (read_back(file) for file in (out, err))
            self.seen = [line.split() for line in read_back(witness).decode().splitlines()]

    def bound(self):
        """The algorithms that were bound, as pairs of type and name."""
        return [tuple(words[1:3]) for words in self.seen
                if words[0] == "bind" and words[3] == "0"]

    def sent_by_file(self):
        """The bytes that sendfile took to the sockets."""
        return sum(max(0, int(words[2])) for words in self.seen if words[0] == "sendfile")

    def text(self):
        return (self.out + self.err).decode(errors="backslashreplace")


def read_back(file):
    file.seek(0)
    return file.read()


def plain_environment():
    return {name: value for name, value in os.environ.items() if name not in LEFT_OUT}


def witnessed_environment(environment):
    """ualg's own list of libraries, with the witness in front of ualg's."""
    shown = subprocess.run([UALG, "run", "--", "env"], capture_output=True, text=True,
                           check=True, env=environment).stdout
    libraries = next(line for line in shown.splitlines() if line.startswith("LD_PRELOAD="))
    libraries = libraries.split("=", 1)[1].split(":")
    ours = next(at for at, path in enumerate(libraries) if "libualg-preload" in path)
    libraries.insert(ours, WITNESS)
    return dict(environment, LD_PRELOAD=":".join(libraries))


def run(*command, under=(), environment=(), timeout=60, text=b""):
    """Runs a program under ualg; under: words of a command that is to run `ualg run`."""
    wanted = witnessed_environment(dict(plain_environment(), **dict(environment)))
    return Result([*under, UALG, "run", "--", *command], wanted, timeout, text)


def run_without(*command, environment=(), timeout=60, text=b""):
    return Result(command, dict(plain_environment(), **dict(environment)), timeout, text)


def need(program, package):
    """Skips the whole test where a program is not there."""
    if not shutil.which(program):
        skip_all("%s is not installed (%s)" % (program, package))


def skip_all(reason):
    print("1..0 # SKIP " + reason)
    sys.exit(0)


def check(name, good, detail=None):
    """One case of TAP; detail, a Result or anything that prints, is shown where it failed."""
    global count, failed
    count += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", count, name), flush=True)
    if good:
        return
    if isinstance(detail, Result):
        detail = "status %s\n%s\n%s" % (detail.status, detail.text(), detail.seen[-20:])
    lines = str(detail)[-DETAIL:].splitlines()
    print("\n".join("# " + line for line in lines), flush=True)


def end():
    print("1..%d" % count)
    sys.exit(1 if failed or not count else 0)
