# SPDX-License-Identifier: MIT
"""What the tests of the `ualg` command share: running it, what to expect of it; TAP.

The first argument of each test is the command.
"""
import os
import shutil
import subprocess
import sys

UALG = os.path.abspath(sys.argv[1])


class Skip(Exception):
    pass


def ualg(*arguments, env=None, stdout=subprocess.PIPE, before=None):
    """Runs the command in an environment that says nothing of ualg but what env adds.

    before: called in the child first."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("UALG_") and name != "LD_PRELOAD"}
    environment.update(env or {})
    return subprocess.run([UALG, *arguments], env=environment, stdout=stdout,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60,
                          preexec_fn=before,
                          text=True, errors="replace", check=False)


def expect(result, status, stderr=(), stdout=()):
    assert result.returncode == status, "status %d, not %d: %s" % (result.returncode, status,
                                                                   result.stderr)
    for part in stderr:
        assert part in result.stderr, "%r is not in %r" % (part, result.stderr)
    for part in stdout:
        assert part in result.stdout, "%r is not in %r" % (part, result.stdout)
    if not stderr and status == 0:
        assert result.stderr == "", "unexpected message %r" % result.stderr


def compile_c(folder, name, source, *options, compiler="cc"):
    """Makes a program of C's text; Skip where that compiler cannot."""
    path, program = os.path.join(folder, "source of it.c"), os.path.join(folder, name)
    if not shutil.which(compiler):
        raise Skip("no compiler named " + compiler)
    with open(path, "w") as file:
        file.write(source)
    built = subprocess.run([compiler, "-w", "-o", program, path, *options], capture_output=True,
                           text=True, check=False)
    os.unlink(path)
    if built.returncode != 0:
        raise Skip("%s %s: %s" % (compiler, " ".join(options), built.stderr.splitlines()[-1:]))
    return program


def main(names):
    """Runs all functions test_* of a module's globals()."""
    tests = [value for name, value in names.items() if name.startswith("test_")]
    failed = 0
    print("1..%d" % len(tests))
    for number, test in enumerate(tests, 1):
        name = test.__name__[5:].replace("_", " ")
        try:
            test()
            print("ok %d - %s" % (number, name))
        except Skip as reason:
            print("ok %d - %s # SKIP %s" % (number, name, reason))
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print("not ok %d - %s" % (number, name))
            for line in ("%s: %s" % (type(error).__name__, error)).splitlines():
                print("# " + line)
    return 1 if failed else 0
