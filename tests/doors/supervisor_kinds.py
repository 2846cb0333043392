#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Programs of every make under the supervisor, by each of its ways, also where a filter refuses.

    supervisor_kinds.py UALG REFUSE   (TAP)

REFUSE is the launcher supervisor_refuse.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from command import Skip, UALG, compile_c, main  # noqa: E402  pylint: disable=wrong-import-position

HERE = os.path.dirname(os.path.abspath(__file__))
REFUSE = os.path.abspath(sys.argv[2])
SKIPPED = 77  # the launcher's: no filter can be installed
FOLDER = tempfile.TemporaryDirectory()
DOORS = (["--door", "seccomp"], ["--door", "seccomp", "--trap", "all"], ["--door", "ptrace"])
# What a stock container refuses, too.
REFUSALS = ([], ["-e", "97"], ["-c", "pidfd_getfd"])


def environment(**more):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("UALG_") and name != "LD_PRELOAD"}
    kept.update(more)
    return kept


def execute(*command):
    return subprocess.run(command, env=environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                          check=False)


def refused(options, *command):
    result = execute(REFUSE, *options, "--", *command)
    if result.returncode == SKIPPED:
        raise Skip("no filter can be installed here")
    return result


def serve(program):
    for door in DOORS:
        result = execute(UALG, "run", *door, program)
        assert result.returncode == 0, "%s: %s" % (door, result)
    for options in REFUSALS:
        assert refused(options, program).returncode != 0, "nothing refuses AF_ALG"
        result = refused(options, UALG, "run", "--door", "seccomp", program)
        assert result.returncode == 0, "refused %s: %s" % (options, result)
        assert result.stderr.count("\n") == 1 and "ptrace is used" in result.stderr, result.stderr


def program_of_c(name, *options, compiler="cc", source="supervisor_kinds.c"):
    with open(os.path.join(HERE, source)) as file:
        return compile_c(FOLDER.name, name, file.read(), "-O2", *options, "-pthread",
                         compiler=compiler)


def test_dynamic():
    serve(program_of_c("dynamic"))


def test_static():
    serve(program_of_c("static", "-static"))


def test_static_musl():
    headers = "/usr/include/linux"
    if not os.path.isdir(headers):
        raise Skip("the kernel's headers are not in " + headers)
    # musl's folder of headers has none of the kernel's.
    place = os.path.join(FOLDER.name, "headers")
    os.mkdir(place)
    for name, target in (("linux", headers), ("asm-generic", "/usr/include/asm-generic"),
                         ("asm", "/usr/include/%s-linux-gnu/asm" % os.uname().machine)):
        os.symlink(target, os.path.join(place, name))
    serve(program_of_c("musl", "-static", "-isystem", place, compiler="musl-gcc"))


def thirty_two(name, *options, **how):
    if os.uname().machine != "x86_64":
        raise Skip("not on this machine")
    serve(program_of_c(name, "-m32", "-idirafter", "/usr/include/x86_64-linux-gnu", *options, **how))


def test_32_bit_dynamic():
    thirty_two("small")


def test_32_bit_static():
    thirty_two("small static", "-static")


def test_32_bit_answers():
    """Where the kernel has others for such a program than for 64-bit ones."""
    thirty_two("small answers", "-static", "-D_GNU_SOURCE", source="supervisor_small.c")


def test_go():
    if not shutil.which("go"):
        raise Skip("no compiler named go")
    program = os.path.join(FOLDER.name, "gopher")
    built = subprocess.run(["go", "build", "-o", program, os.path.join(HERE, "supervisor_kinds.go")],
                           env=environment(GOCACHE=os.path.join(FOLDER.name, "cache"),
                                           GO111MODULE="off", CGO_ENABLED="0"),
                           capture_output=True, text=True, check=False)
    if built.returncode != 0:
        raise Skip("go build: " + built.stderr.strip())
    serve(program)


def test_refused_ptrace():
    """Where nothing works, one line says so, and the program is not executed."""
    mark = os.path.join(FOLDER.name, "mark")
    result = refused(["-c", "ptrace"], UALG, "run", "--door", "seccomp", "touch", mark)
    assert result.returncode == 125 and "ptrace is not allowed" in result.stderr, result
    assert not os.path.exists(mark)
    result = refused(["-c", "process_vm_readv"], UALG, "run", "--door", "seccomp", "touch", mark)
    assert result.returncode == 125 and "memory may not be read" in result.stderr, result
    assert not os.path.exists(mark)


def test_program_that_traces():
    """PTRACE_TRACEME is refused: there is a tracer already."""
    program = compile_c(FOLDER.name, "tracer",
                        "#include <sys/ptrace.h>\n#include <errno.h>\n"
                        "int main(void) { return ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 ? errno : 0; }")
    assert execute(UALG, "run", "--door", "ptrace", program).returncode == 1  # EPERM
    assert execute(UALG, "run", "--door", "seccomp", program).returncode == 0


def test_setuid_program():
    """It gains nothing under a supervisor without privilege, which says so."""
    if os.getuid() != 0:
        raise Skip("a setuid program can be made by root only")
    nobody = 65534
    # Where that user may go: neither the build folder nor FOLDER need be such a place.
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        gains = os.path.join(place, "gains")
        shutil.copy(shutil.which("id"), gains)
        os.chmod(gains, 0o4755)
        command = os.path.join(place, "ualg")
        shutil.copy(UALG, command)
        for door in ("seccomp", "ptrace"):
            result = subprocess.run([command, "run", "--door", door, gains, "-u"], user=nobody,
                                    group=nobody, extra_groups=[], env=environment(), timeout=60,
                                    capture_output=True, text=True, check=False)
            assert result.returncode == 0 and result.stdout.strip() == str(nobody), result
            assert "gains no privileges" in result.stderr, result
        result = execute(command, "run", "--door", "seccomp", gains, "-u")
        assert result.returncode == 0 and result.stderr == "", result


def test_delay():
    """How long `ualg run` takes by itself: told, not judged."""
    for way in ([], [UALG, "run", "--door", "seccomp"], [UALG, "run", "--door", "ptrace"]):
        times = []
        for _ in range(15):
            begun = time.monotonic()
            assert execute(*way, "true").returncode == 0
            times.append(time.monotonic() - begun)
        print("# %-8s %.1f ms" % (way[-1] if way else "alone", sorted(times)[len(times) // 2] * 1e3))


if __name__ == "__main__":
    sys.exit(main(globals()))
