#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A file of 3 GiB, digested, sealed and opened within 16 MiB of memory and with a progress bar; and
an interrupt in the middle, which leaves nothing.  large.py UALG UALG-TOOLS [DIRECTORY]  (TAP)

Needs about 10 GiB and some minutes, so it is no part of `make check`, where test_crypt.py does the
same with 96 MiB.
"""
import hashlib
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import time

UALG, TOOLS = (os.path.abspath(path) for path in sys.argv[1:3])
SIZE = 3 << 30
MOST = 16 * 1024  # KiB
failed = 0
count = 0


def check(name, good, detail=""):
    global failed, count
    count += 1
    failed += not good
    print("%sok %d - %s %s" % ("" if good else "not ", count, name, detail), flush=True)


class Run:
    """A command with a terminal as standard error: its status, output, memory and what was shown."""

    def __init__(self, *words, interrupt_after=None):
        master, slave = pty.openpty()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(writer, 1)
            os.dup2(slave, 2)
            os.execv(words[0], list(words))
        os.close(slave)
        os.close(writer)
        self.shown, self.out, started = b"", b"", time.monotonic()
        open_ones = {master, reader}
        while open_ones:
            for ready in select.select(list(open_ones), [], [], 0.2)[0]:
                try:
                    piece = os.read(ready, 65536)
                except OSError:
                    piece = b""
                if not piece:
                    open_ones.discard(ready)
                elif ready == master:
                    self.shown += piece
                else:
                    self.out += piece
            if interrupt_after and time.monotonic() - started > interrupt_after:
                os.kill(child, signal.SIGINT)
                interrupt_after = None
        _, self.status, usage = os.wait4(child, 0)
        self.memory = usage.ru_maxrss
        self.seconds = time.monotonic() - started
        os.close(master)
        os.close(reader)


def digest_of(path):
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            found.update(piece)
    return found.hexdigest()


def judge(name, run):
    check(name, run.status == 0, "%.1f s" % run.seconds)
    check(name + ": memory", run.memory <= MOST, "%d KiB" % run.memory)
    # What is done within a second needs no bar.
    check(name + ": progress", run.seconds < 1.2 or b"%" in run.shown and b"left" in run.shown)
    check(name + ": the bar is taken away",
          not run.shown or run.shown.endswith(b"\r\x1b[K"), repr(run.shown[-60:]))


def main():
    with tempfile.TemporaryDirectory(dir=sys.argv[3] if len(sys.argv) > 3 else None) as top:
        os.chdir(top)
        with open("large", "wb") as file:
            file.truncate(SIZE)
            for place in range(0, SIZE, SIZE // 97):
                file.seek(place)
                file.write(os.urandom(4096))
        with open("key", "wb") as file:
            file.write(os.urandom(32))
        wanted = digest_of("large")
        size = os.path.getsize("large")
        for words in ([UALG, "digest"], [TOOLS, "sha256sum"]):
            run = Run(*words, "large")
            judge(" ".join([os.path.basename(words[0]), words[1]]), run)
            check("the digest", run.out.split()[:1] == [wanted.encode()])
        judge("encrypt", Run(UALG, "encrypt", "--key-file", "key", "--output", "sealed", "large"))
        os.unlink("large")
        judge("decrypt", Run(UALG, "decrypt", "--key-file", "key", "--output", "large", "sealed"))
        check("there and back", digest_of("large") == wanted)
        os.unlink("sealed")
        raw = ["--format", "raw", "--algorithm", "cbc(aes)", "--key-file", "key"]
        judge("encrypt cbc", Run(UALG, "encrypt", *raw, "--output", "sealed", "large"))
        check("its size", os.path.getsize("sealed") == (size // 16 + 1) * 16 + 16)
        os.unlink("sealed")
        before = sorted(os.listdir("."))
        run = Run(UALG, "encrypt", "--key-file", "key", "--output", "sealed", "large",
                  interrupt_after=0.5)
        check("interrupted", os.WIFSIGNALED(run.status) and os.WTERMSIG(run.status) == signal.SIGINT,
              "status %d after %.1f s" % (run.status, run.seconds))
        check("an interrupt leaves nothing", sorted(os.listdir(".")) == before,
              str(os.listdir(".")))
        os.chdir("/")
    print("1..%d" % count)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
