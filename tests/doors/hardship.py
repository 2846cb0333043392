#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The supervisor under hardship: ends of either side, crowds, and what is left of keys.

    hardship.py UALG HARDSHIP [STATIC_HARDSHIP]   (TAP)
"""
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from command import Skip, UALG, main  # noqa: E402  pylint: disable=wrong-import-position

PROGRAM = os.path.abspath(sys.argv[2])
SANITIZED = "TEST_SANITIZED" in os.environ
PLACEHOLDERS = ("EAFNOSUPPORT", "EINVAL", "ENOTCONN", "ENOTSOCK", "EIO", "EBADF", "EPERM")
LIMIT = 120  # seconds, against hangs only
WAYS = (["--door", "seccomp"], ["--door", "seccomp", "--trap", "all"], [], ["--door", "ptrace"])


def start(*arguments, **how):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("UALG_") and name != "LD_PRELOAD"}
    how.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen([UALG, "run", *arguments], env=environment, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, **how)


def finish(process):
    out, err = process.communicate(timeout=LIMIT)
    return process.returncode, out, err


def run(*arguments):
    status, out, err = finish(start(*arguments))
    assert status == 0, "status %d: %s %s" % (status, out, err)
    return out


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            return [int(word) for word in file.read().split()]
    except OSError as error:
        raise Skip("the kernel does not list children: %s" % error)


def supervisor_of(process):
    """The child of `ualg run`, and its child, the program."""
    supervisor = children(process.pid)[0]
    return supervisor, children(supervisor)[0]


def gone(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def wait_until(condition):
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)


def test_supervisor_killed():
    """Its program gets an errno at its next call, ends by itself, and its status passes through."""
    for way in (["--door", "seccomp"], ["--isolate"], ["--door", "ptrace"]):
        process = start(*way, PROGRAM, "until-refused")
        assert process.stdout.readline() == "ready\n"
        supervisor, _ = supervisor_of(process)
        os.kill(supervisor, signal.SIGKILL)
        status, out, err = finish(process)
        # Untraced, the program may go on with a placeholder first, which has an errno for all.
        # Its accept gives up: EINTR.
        expected = ((*PLACEHOLDERS, "EINTR") if "ptrace" in way else ("ENOSYS", "EAFNOSUPPORT"))
        assert status == 0 and out.strip() in expected, (status, out, err)


def test_supervisor_killed_while_a_call_sleeps():
    process = start("--door", "seccomp", PROGRAM, "asleep")
    assert process.stdout.readline() == "ready\n"
    supervisor, _ = supervisor_of(process)
    time.sleep(0.1)
    os.kill(supervisor, signal.SIGKILL)
    status, out, err = finish(process)
    assert status == 0, (status, out, err)


def test_a_killed_supervisor_takes_no_other_calls_along():
    """What is not AF_ALG works on: a shell goes on to start programs."""
    process = start("--door", "seccomp", "sh", "-c",
                    'echo ready; read x; "%s" hash 1 2>/dev/null || echo none; true; echo done'
                    % PROGRAM, stdin=subprocess.PIPE)
    assert process.stdout.readline() == "ready\n"
    supervisor, _ = supervisor_of(process)
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: gone(supervisor))
    out, err = process.communicate("\n", timeout=LIMIT)
    assert process.returncode == 0 and out == "none\ndone\n", (process.returncode, out, err)


def test_program_killed():
    """Whatever it did just now: nothing of it stays, and `ualg run` ends by the same signal."""
    for door in ("seccomp", "ptrace"):
        for what in ("until-refused", "asleep"):
            process = start("--door", door, PROGRAM, what)
            assert process.stdout.readline() == "ready\n"
            supervisor, program = supervisor_of(process)
            time.sleep(0.1)
            os.kill(program, signal.SIGKILL)
            status, _, err = finish(process)
            assert status == -signal.SIGKILL, (status, err)
            wait_until(lambda: gone(supervisor) and gone(program))


def test_a_signal_ends_a_sleep():
    for door in ("seccomp", "ptrace"):
        process = start("--door", door, PROGRAM, "asleep")
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        status, _, err = finish(process)
        assert status == -signal.SIGTERM, (status, err)


def open_files(pid):
    try:
        return len(os.listdir("/proc/%d/fd" % pid))
    except PermissionError:
        raise Skip("only root may look into a supervisor")


def resident(pid):
    with open("/proc/%d/statm" % pid) as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def test_a_thousand_programs():
    """One after the other under one supervisor, which is afterwards what it was before."""
    script = ('i=0; while [ $i -lt %d ]; do "%s" hash 1 || exit 1; i=$((i+1)); done; echo; read x'
              % (500, PROGRAM))
    for door in ("seccomp", "ptrace"):
        run_twice(door, script)


def run_twice(door, script):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("UALG_") and name != "LD_PRELOAD"}
    with subprocess.Popen([UALG, "run", "--door", door, "sh", "-c", script + "; " + script],
                          env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout.readline() == "\n"
        supervisor, _ = supervisor_of(process)
        before = open_files(supervisor), resident(supervisor)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "\n"
        wait_until(lambda: open_files(supervisor) <= before[0])
        after = resident(supervisor)
        # A sanitizer keeps what was freed.
        assert SANITIZED or after <= before[1] + (1 << 20), "%d to %d bytes" % (before[1], after)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait(LIMIT) == 0
        wait_until(lambda: gone(supervisor))


def test_five_thousand_sockets():
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if limit < 11000:
        raise Skip("the limit of descriptors is %d" % limit)
    for way in WAYS:
        run(*way, PROGRAM, "sockets", "5000")


def test_threads():
    for way in WAYS:
        run(*way, PROGRAM, "threads", "64")


def test_no_file_may_grow():
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    for way in (*WAYS, ["--isolate", "--trap", "all"]):
        status, out, err = finish(start(*way, PROGRAM, "hash", "2", preexec_fn=limit))
        assert status == 0, (way, status, out, err)


def test_programs_at_once():
    for way in WAYS:
        script = ('pids=; for i in %s; do "%s" hash 20 & pids="$pids $!"; done; '
                  'for pid in $pids; do wait $pid || exit 1; done'
                  % (" ".join(map(str, range(32))), PROGRAM))
        run(*way, "sh", "-c", script)


def test_keys_stay_out_of_the_program():
    """With --isolate; that the same search finds them in a preloaded one proves the search."""
    if SANITIZED:
        raise Skip("a sanitizer's shadow is too large to be searched")
    assert run("--door", "preload", PROGRAM, "search") == "found\n"
    assert run("--isolate", PROGRAM, "search") == "absent\n"
    for static in sys.argv[3:]:
        assert run("--isolate", static, "search") == "absent\n"


def test_no_core_of_the_supervisor():
    with open("/proc/sys/kernel/core_pattern") as file:
        if file.read().startswith("|"):
            raise Skip("core dumps go to another program here")
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    with tempfile.TemporaryDirectory() as folder:
        control = subprocess.Popen(["sleep", "60"], cwd=folder)
        control.send_signal(signal.SIGABRT)
        control.wait(LIMIT)
        if not os.listdir(folder):
            raise Skip("no core is dumped here at all")
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        process = start("--isolate", PROGRAM, "asleep", cwd=folder)
        assert process.stdout.readline() == "ready\n"
        supervisor, program = supervisor_of(process)
        os.kill(supervisor, signal.SIGSEGV)
        os.kill(program, signal.SIGKILL)
        finish(process)
        wait_until(lambda: gone(supervisor))
        assert not os.listdir(folder), os.listdir(folder)


if __name__ == "__main__":
    sys.exit(main(globals()))
