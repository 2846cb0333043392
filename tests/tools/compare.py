#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Our drop-ins beside the programs whose names they have: invocations.txt.

compare.py UALG UALG-TOOLS  (TAP)

A command is run twice, each time in a fresh directory with the same files: with our programs first
on PATH, and with the originals, where Debian's kcapi programs run under `ualg run`, since this
kernel may have no AF_ALG.
"""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

UALG, TOOLS = (os.path.abspath(path) for path in sys.argv[1:3])
HERE = os.path.dirname(os.path.abspath(__file__))
NEEDED = {"coreutils": "sha256sum", "openssl": "openssl", "kcapi-tools": "kcapi-dgst"}
SECONDS = 60
# Where the originals are at fault: what they leave, and we do not.
PARTIAL = re.compile(r"kcapi-enc .*-o out")


def numbers(size):
    """Bytes that look like nothing, and are the same every time."""
    blocks = (hashlib.sha256(b"%d" % i).digest() for i in range(size // 32 + 1))
    return b"".join(blocks)[:size]


def sum_line(name, data, tail="\n", middle="  "):
    return hashlib.sha256(data).hexdigest() + middle + name + tail


def make_files():
    """The files that the table speaks of, by name."""
    files = {"a": b"hello world\n", "b": numbers(1000), "empty": b"", "16": numbers(16),
             "33": numbers(33), "large": numbers(300001), "whole": numbers(65536),
             "k16": numbers(16)[::-1], "k24": numbers(24)[::-1], "k32": numbers(32)[::-1],
             "k64": numbers(64)[::-1], "pw": b"secret", "with blank": b"1", "back\\slash": b"2",
             "line\nfeed": b"3", "-a": b"4"}
    three = ["a", "b", "empty"]
    for name in ("md5", "sha1", "sha256", "sha512"):
        files[name] = "".join("%s  %s\n" % (hashlib.new(name, files[one]).hexdigest(), one)
                              for one in three)
    a = files["a"]
    line, digest = sum_line("a", a), hashlib.sha256(a).hexdigest()
    other = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    files.update({
        "tagged": "".join("SHA256 (%s) = %s\n" % (one, hashlib.sha256(files[one]).hexdigest())
                          for one in three),
        "bad": line + "no line\n" + line + digest[:-2] + "  a\n" + digest + "\n",
        "wrong": line + other + "  b\n" + other + "  a\n",
        "missing": line + digest + "  nosuch\n" + digest + "  nor that\n",
        "onlymissing": digest + "  nosuch\n",
        "escaped": "\\" + sum_line("back\\\\slash", b"2") + "\\" + sum_line("line\\nfeed", b"3") +
                   "\\" + sum_line("wrong\\x", b"2") + sum_line("back\\slash", b"2"),
        "reversed": sum_line("a", a, middle=" ") + sum_line("b", files["b"], middle=" "),
        "mixed": line + sum_line("b", files["b"], middle=" "),
        "upper": line[:64].upper() + line[64:],
        "crlf": sum_line("a", a, tail="\r\n"),
        "comments": "# about\n\n" + line + "\n#\n",
        "openssl": "SHA256(a)= %s\n" % digest,
        "star": sum_line("a", a, middle=" *"),
        "blankname": sum_line("with blank", b"1") + sum_line(" a", a),
        "longer": digest + "00  a\n" + line,
        "nonewline": sum_line("a", a, tail=""),
    })
    return {name: data.encode() if isinstance(data, str) else data
            for name, data in files.items()}


def script(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n" + text + "\n")
    os.chmod(path, 0o755)


def make_paths(top):
    """Two folders to put first on PATH: ours, and the originals."""
    ours, theirs = os.path.join(top, "ours"), os.path.join(top, "theirs")
    os.mkdir(ours)
    os.mkdir(theirs)
    names = subprocess.run([TOOLS, "--list"], capture_output=True, text=True, check=True)
    for name in names.stdout.split():
        os.symlink(TOOLS, os.path.join(ours, name))
    for folder in (ours, theirs):
        os.symlink(UALG, os.path.join(folder, "ualg"))
    for name in ("kcapi-dgst", "kcapi-enc", "kcapi-rng"):
        script(os.path.join(theirs, name),
               'exec "%s" run -- "%s" "$@"' % (UALG, shutil.which(name) or name))
    return ours, theirs


class Outcome:
    """What a command did."""

    def __init__(self, command, folder, files):
        with tempfile.TemporaryDirectory() as directory:
            for name, data in files.items():
                with open(os.path.join(directory, name), "wb") as file:
                    file.write(data)
            os.mkdir(os.path.join(directory, "dir"))
            environment = {name: value for name, value in os.environ.items()
                           if not name.startswith("UALG_") and name != "LD_PRELOAD"}
            environment.update(PATH=folder + ":" + os.environ["PATH"], LC_ALL="C",
                               OPENSSL_CONF="/dev/null")
            environment.pop("POSIXLY_CORRECT", None)
            result = subprocess.run(["/bin/sh", "-c", command], cwd=directory, env=environment,
                                    stdin=subprocess.DEVNULL, capture_output=True,
                                    timeout=SECONDS, check=False)
            self.status = result.returncode
            self.out = result.stdout
            self.err = result.stderr.decode(errors="backslashreplace")
            self.files = {}
            for where, _, names in os.walk(directory):
                for name in names:
                    path = os.path.join(where, name)
                    with open(path, "rb") as file:
                        data = file.read()
                    if files.get(name) != data:
                        self.files[os.path.relpath(path, directory)] = data

    def text(self):
        return "status %d, out %r, err %r, files %s" % (
            self.status, self.out[:300], self.err[:600],
            {name: data[:40] for name, data in self.files.items()})


def differences(ours, theirs, exactly, command):
    """What is not the same."""
    if ours.status != theirs.status:
        yield "exit status"
    if ours.out != theirs.out:
        yield "standard output"
    if exactly and ours.err != theirs.err:
        yield "standard error"
    if bool(ours.err) != bool(theirs.err):
        yield "whether there is a message"
    wanted = theirs.files
    if theirs.status != 0 and PARTIAL.search(command):
        wanted = {}
    if ours.files != wanted:
        yield "files"


def table():
    """(section, our command, the other one)"""
    section, rows = "", []
    with open(os.path.join(HERE, "invocations.txt"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    pending = ""
    for line in lines:
        line = pending + line
        pending = ""
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        if line.count("'") % 2:
            pending = line + "\n"
            continue
        ours, _, theirs = line.partition(" ## ")
        rows.append((section, ours, theirs or ours))
    return rows


def main():
    missing = [package for package, program in NEEDED.items() if not shutil.which(program)]
    rows, files, failed = table(), make_files(), 0
    print("1..%d" % len(rows))
    with tempfile.TemporaryDirectory() as top:
        our_path, their_path = make_paths(top)
        # An AEAD message of ours to open: text and no tag.
        sealed = Outcome("kcapi-enc -c 'gcm(aes)' --keyfd 3 --iv 00112233445566778899aabb "
                         "--taglen 16 --aad 0011 -i a 3<k16", our_path, files).out
        files["gcm"] = sealed[2:-16]
        for number, (section, ours, theirs) in enumerate(rows, 1):
            name = ours.replace("\n", "\\n").replace("#", "")
            needs = section.split(":")[0]
            if needs in missing:
                print("ok %d - %s # SKIP %s is not installed" % (number, name, needs))
                continue
            one, other = Outcome(ours, our_path, files), Outcome(theirs, their_path, files)
            found = list(differences(one, other, "word for word" in section, ours))
            failed += bool(found)
            print("%s %d - %s" % ("not ok" if found else "ok", number, name), flush=True)
            if found:
                print("# other: %s\n# ours:   %s\n# theirs: %s" % (
                    ", ".join(found), one.text().replace("\n", "\\n"),
                    other.text().replace("\n", "\\n")))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
