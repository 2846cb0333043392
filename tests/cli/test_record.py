#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`ualg run --record`: what stands in the record of small programs.  (TAP)

test_record.py UALG [DOOR]
"""
import json
import os
import resource
import sys
import tempfile

import command
from command import Skip, compile_c, expect, main

PYTHON = "/usr/bin/python3"
DOOR = sys.argv[2:]
BEGIN = """
import os, socket, sys
def bound(type, name, key=None):
    s = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0)
    s.bind((type, name))
    if key: s.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, key)
    return s
def op(*arguments):
    with bound(*arguments) as s:
        return s.accept()[0]
def refused(call, *arguments, **named):
    try: call(*arguments, **named)
    except OSError: return
    raise SystemExit("not refused")
"""
CIPHER = """
def crypt(s, op, data):
    s.sendmsg_afalg([data], op=op, iv=bytes(16))
    return s.recv(len(data))
"""


def ualg(verb, *arguments, **named):
    return command.ualg(verb, *(["--door", DOOR[0]] if DOOR else []), *arguments, **named)


def record(program, *options, path="record", status=0, env=None):
    """The lines that a Python program leaves, as dictionaries, and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, path)
        result = ualg("run", "--record", path, *options, "--", PYTHON, "-c", BEGIN + program,
                      env=env)
        assert result.returncode == status, (result.returncode, result.stderr)
        return lines_of(path), result.stdout


def lines_of(path):
    with open(path, "rb") as file:
        text = file.read()
    assert text == b"" or text.endswith(b"\n")
    lines = text.split(b"\n")[:-1]
    assert all(len(line) < 4096 for line in lines), "a line is longer than PIPE_BUF"
    return [json.loads(line.decode("utf-8")) for line in lines]


def events(lines, event):
    return [line for line in lines if line["event"] == event]


def sums(lines, **wanted):
    """The sum of the counts of "use" lines that have the wanted members, and their bytes."""
    uses = [line for line in events(lines, "use")
            if all(line.get(key) == value for key, value in wanted.items())]
    return (sum(line["count"] for line in uses), sum(line["bytes"] for line in uses),
            min(line["least"] for line in uses), max(line["most"] for line in uses))


def test_bind():
    lines, out = record("""
print(os.getpid())
with bound("skcipher", "cbc(aes)"): pass
refused(bound, "hash", "no-such")
refused(bound, "cheese", "sha256")
""")
    assert [line["event"] for line in lines] == ["bind"] * 3, lines
    for line in lines:
        assert line["pid"] == int(out), line
        assert line["program"] == os.path.realpath(PYTHON), line
    assert (lines[0]["type"], lines[0]["name"]) == ("skcipher", "cbc(aes)"), lines[0]
    assert "aes" in lines[0]["driver"] and "error" not in lines[0], lines[0]
    assert (lines[1]["type"], lines[1]["name"], lines[1]["error"]) == \
        ("hash", "no-such", "ENOENT"), lines[1]
    assert "driver" not in lines[1]
    assert (lines[2]["type"], lines[2]["name"], lines[2]["error"]) == \
        ("cheese", "sha256", "ENOENT"), lines[2]


def test_hash():
    lines, _ = record("""
s = op("hash", "sha256")
for size in (3, 100, 0):
    s.send(bytes(size))
    s.recv(32)
s.send(b"abc", socket.MSG_MORE)
s.send(b"defg", socket.MSG_MORE)
s.recv(32)                      # 7
s.recv(32)                      # 0
s.send(bytes(50))
s.send(bytes(60))               # another message; the first digest is not read
s.close()
""")
    assert sums(lines, type="hash", name="sha256", operation="digest") == (7, 220, 0, 100), lines
    assert not any("key" in line for line in lines), lines


def test_clone():
    lines, _ = record("""
s = op("hash", "sha256")
s.send(bytes(10), socket.MSG_MORE)
t = s.accept()[0]
s.send(bytes(1)); t.send(bytes(2))
s.recv(32); t.recv(32)
""")
    assert sums(lines) == (2, 23, 11, 12), lines


def test_cipher():
    lines, _ = record(CIPHER + """
s = op("skcipher", "cbc(aes)", b"k" * 24)
for i in range(3): crypt(s, socket.ALG_OP_ENCRYPT, bytes(16 << i))
crypt(s, socket.ALG_OP_DECRYPT, bytes(48))
""")
    assert sums(lines, operation="encrypt", key=24) == (3, 112, 16, 64), lines
    assert sums(lines, operation="decrypt", key=24) == (1, 48, 48, 48), lines
    assert len(events(lines, "bind")) == 1


def test_key_size():
    lines, _ = record(CIPHER + """
s = bound("skcipher", "cbc(aes)", b"k" * 16)
with s.accept()[0] as o: crypt(o, socket.ALG_OP_ENCRYPT, bytes(16))
s.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, b"l" * 32)
with s.accept()[0] as o: crypt(o, socket.ALG_OP_ENCRYPT, bytes(32))
""")
    assert sums(lines, key=16)[:2] == (1, 16) and sums(lines, key=32)[:2] == (1, 32), lines


def test_rng():
    lines, _ = record("""
s = bound("rng", "stdrng")
s.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, b"")
o = s.accept()[0]
o.recv(8); o.recv(20)
""")
    assert sums(lines, operation="random", name="stdrng") == (2, 28, 8, 20), lines


def test_errors():
    lines, _ = record("""
s = bound("aead", "gcm(aes)")
refused(s.setsockopt, socket.SOL_ALG, socket.ALG_SET_KEY, b"short")
s.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, bytes(16))
o = s.accept()[0]
for i in range(3):
    o.sendmsg_afalg([bytes(40)], op=socket.ALG_OP_DECRYPT, iv=bytes(12), assoclen=0)
    refused(o.recv, 64)
o.setblocking(False)
refused(o.recv, 64)             # EAGAIN: nothing is wrong
k = op("skcipher", "cbc(aes)")
refused(k.send, bytes(16))
""")
    errors = events(lines, "error")
    found = {(line["name"], line["call"], line["error"]):
             sum(other["count"] for other in errors
                 if (other["call"], other["error"]) == (line["call"], line["error"]))
             for line in errors}
    assert found == {("gcm(aes)", "setsockopt", "EINVAL"): 1, ("gcm(aes)", "recv", "EBADMSG"): 3,
                     ("cbc(aes)", "send", "ENOKEY"): 1}, found


def test_no_secrets():
    """Neither keys nor data nor results are there in any usual form."""
    lines, out = record(CIPHER + """
key, data = b"Tk7.qkey-Z4vbA-w", b"Xj2,DATA+uuVn%rS"
s = op("skcipher", "cbc(aes)", key)
for i in range(20): result = crypt(s, socket.ALG_OP_ENCRYPT, data)
print(result.hex())
""")
    text = json.dumps(lines)
    for secret in (b"Tk7.qkey-Z4vbA-w", b"Xj2,DATA+uuVn%rS", bytes.fromhex(out)):
        for form in (secret.hex(), secret.hex().upper(), secret.decode("latin-1")):
            assert form not in text
    assert sums(lines)[0] == 20


def test_few_lines():
    """Hundred thousand operations of one socket are a handful of lines."""
    lines, _ = record("""
s = op("hash", "sha256")
for i in range(100000):
    s.send(b"x")
    s.recv(32)
""")
    assert sums(lines) == (100000, 100000, 1, 1), sums(lines)
    assert len(lines) < 10, len(lines)


ENDINGS = {
    "returns": ("", 0),
    "sys.exit": ("sys.exit(3)", 3),
    "_exit": ("os._exit(4)", 4),
    "exception": ("raise SystemExit(5)", 5),
    "exec": ("os.execv('/bin/sh', ['sh', '-c', 'exit 6'])", 6),
}


def test_endings():
    """A socket that is open at the end is not lost."""
    for name, (ending, status) in ENDINGS.items():
        lines, _ = record("""
s = op("hash", "sha256")
for i in range(10):
    s.send(b"xyz")
    s.recv(32)
""" + ending, status=status)
        assert sums(lines)[:2] == (10, 30), (name, lines)


def test_killed():
    """What a program did stays, if not how often."""
    for ending in ("os.kill(os.getpid(), 9)", "os.abort()"):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "record")
            ualg("run", "--record", path, "--", PYTHON, "-c", BEGIN + """
s = op("hash", "sha256")
for i in range(10):
    s.send(b"xyz")
    s.recv(32)
""" + ending)
            count, size, least, most = sums(lines_of(path), operation="digest", name="sha256")
            assert 1 <= count <= 10 and size == 3 * count and (least, most) == (3, 3), ending


def test_children():
    """Forked and executed children record for themselves, and each operation once."""
    lines, out = record("""
s = op("hash", "sha256")
for i in range(5):
    s.send(bytes(1)); s.recv(32)
child = os.fork()
if child == 0:
    for i in range(7):
        s.send(bytes(2)); s.recv(32)
    os._exit(0)
os.waitpid(child, 0)
s.send(bytes(4)); s.recv(32)
print(os.getpid(), child)
import subprocess
grandchild = subprocess.Popen([sys.executable, "-c", '''
import socket, os
s = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0)
s.bind(("hash", "md5"))
'''], cwd="/")
grandchild.wait()
print(grandchild.pid)
""")
    parent, child, grandchild = (int(word) for word in out.split())
    assert sums(lines, pid=parent)[:2] == (6, 9), lines
    assert sums(lines, pid=child)[:2] == (7, 14), lines
    assert [line["name"] for line in lines if line["pid"] == grandchild] == ["md5"], lines


def test_vfork():
    """A vfork's child that ends leaves its parent's counts alone."""
    lines, _ = record("""
import subprocess
s = op("hash", "sha256")
for i in range(5):
    s.send(bytes(1)); s.recv(32)
    try: subprocess.run(["/no/such/program"])
    except FileNotFoundError: pass
""")
    assert sums(lines)[:2] == (5, 5), lines
    assert len({line["pid"] for line in lines}) == 1, lines


def test_descriptors():
    """The program's descriptors are the same as without a record."""
    program = BEGIN + """
def numbers(): return sorted(os.listdir("/proc/self/fd"))
s = bound("hash", "sha256")
o = s.accept()[0]
o.send(b"abc"); o.recv(32)
refused(bound, "hash", "nonsense")
print(s.fileno(), o.fileno(), numbers())
s.close(); o.close()
print(numbers(), os.open("/", os.O_RDONLY))
"""
    with tempfile.TemporaryDirectory() as folder:
        plain = ualg("run", "--", PYTHON, "-c", program)
        recorded = ualg("run", "--record", os.path.join(folder, "r"), "--", PYTHON, "-c", program)
    expect(plain, 0)
    expect(recorded, 0)
    assert plain.stdout == recorded.stdout, recorded.stdout


def test_errno():
    """errno is what the program's own calls leave, whatever became of the record's file."""
    with tempfile.TemporaryDirectory() as folder:
        program = compile_c(folder, "p", r"""
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_alg.h>
#define STEP(call) do { errno = 77; if ((call) < 0 || errno != 77) return __LINE__; } while (0)
int main(int argc, char **argv) {
	struct sockaddr_alg a = {.salg_family = AF_ALG, .salg_type = "hash", .salg_name = "sha256"};
	char digest[32];
	int s, o;
	if (argc > 1) unlink(argv[1]), rmdir(argv[2]);
	STEP(s = socket(AF_ALG, SOCK_SEQPACKET, 0));
	STEP(bind(s, (void *)&a, sizeof(a)));
	STEP(o = accept(s, NULL, NULL));
	for (int i = 0; i < 20; i++) {
		STEP(send(o, "abc", 3, 0));
		STEP(recv(o, digest, 32, 0));
	}
	STEP(close(o));
	STEP(close(s));
	return 0;
}
""")
        lost = os.path.join(folder, "sub")
        os.mkdir(lost)
        record_file = os.path.join(lost, "record")
        expect(ualg("run", "--record", os.path.join(folder, "r"), program), 0)
        assert sums(lines_of(os.path.join(folder, "r")))[:2] == (20, 60)
        expect(ualg("run", "--record", record_file, program, record_file, lost), 0)
        assert not os.path.exists(lost)


def test_hostile_names():
    """Whatever is bound, and whatever the program is called, each line is JSON on its own."""
    lines, _ = record(r"""
for name in ('"', '\\', 'a"},{"b', 'new\nline', '\x1b[31m', '\x7f', 'café', '\u20ac'):
    refused(bound, "hash", name)
""")
    assert [line["name"] for line in lines] == \
        ['"', "\\", 'a"},{"b', "new\nline", "\x1b[31m", "\x7f", "café", "€"], lines
    with tempfile.TemporaryDirectory() as folder:
        deep = os.path.join(os.fsencode(folder), *[b"\xff\"\n" * 60] * 4)
        os.makedirs(deep)
        program = os.path.join(deep, b"p")
        made = compile_c(folder, "p", """
#include <sys/socket.h>
int main(void) { char a[88] = {38, 0, 'h'}; a[87] = 'z';
	return bind(socket(38, SOCK_SEQPACKET, 0), (void *)a, 88) == 0; }
""")
        os.rename(made, program)
        record_file = os.path.join(folder, "record")
        expect(ualg("run", "--record", record_file, program), 0)
        line, = lines_of(record_file)
        assert line["error"] == "ENOENT" and line["type"] == "h", line
        assert line["program"].startswith(folder + "/\ufffd\"\n\ufffd\"\n"), line


def test_static():
    """What preloading does not reach is told by the supervisor."""
    if DOOR == ["preload"]:
        raise Skip("this door serves no static program")
    if ualg("run", "--door", "seccomp", "true").returncode != 0:
        raise Skip("no supervisor here")
    with tempfile.TemporaryDirectory() as folder:
        program = compile_c(folder, "p", """
#include <sys/socket.h>
#include <linux/if_alg.h>
int main(void) {
	struct sockaddr_alg a = {.salg_family = AF_ALG, .salg_type = "hash", .salg_name = "sha256"};
	char digest[32];
	int s = socket(AF_ALG, SOCK_SEQPACKET, 0), o;
	if (bind(s, (void *)&a, sizeof(a)) || (o = accept(s, 0, 0)) < 0) return 1;
	for (int i = 0; i < 5; i++)
		if (send(o, digest, 20, 0) != 20 || recv(o, digest, 32, 0) != 32) return 2;
	return 0;
}
""", "-static")
        path = os.path.join(folder, "record")
        result = ualg("run", "--record", path, program)
        assert result.returncode == 0, result.stderr
        lines = lines_of(path)
        assert sums(lines, program=os.path.realpath(program))[:2] == (5, 100), lines


def test_many_writers():
    """Lines of programs that write at the same time are whole."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "record")
        result = ualg("run", "--record", path, "--", PYTHON, "-c", BEGIN + """
for i in range(8):
    if os.fork() == 0:
        for j in range(200):
            s = op("hash", "sha256"); s.send(bytes(j)); s.recv(32); s.close()
        os._exit(0)
for i in range(8): os.wait()
""")
        expect(result, 0)
        lines = lines_of(path)
    assert len(events(lines, "bind")) == 1600 and sums(lines)[0] == 1600, len(lines)


def test_appends():
    """What stands in the file stays, and a relative name is that of where ualg was called."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "record")
        relative = os.path.relpath(path)
        for _ in range(2):
            expect(ualg("run", "--record=" + relative, "--", PYTHON, "-c",
                        BEGIN + "os.chdir('/')\nbound('hash', 'sha256')"), 0)
        assert len(lines_of(path)) == 2
        assert os.listdir(folder) == ["record"]


def test_files_that_may_not_grow():
    """Lines are lost, of the program's calls nothing, and no signal is left behind."""
    program = """
import resource, signal
bound("hash", "sha256").close()
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
%s
bound("hash", "sha1").close()
print(signal.sigpending(), signal.SIGXFSZ in signal.pthread_sigmask(signal.SIG_BLOCK, []))
"""
    blocked = "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGXFSZ])"
    for text, mask in (("", "False"), (blocked, "True")):
        lines, out = record(program % text)
        assert lines[0]["name"] == "sha256", lines
        assert out == "set() %s\n" % mask, out
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "record")
        result = ualg("run", "--record", path, "--", PYTHON, "-c", BEGIN + """
bound("hash", "sha256").close()
""", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
        expect(result, 0)
        assert lines_of(path) == []


def test_no_record():
    with tempfile.TemporaryDirectory() as folder:
        expect(ualg("run", "--", PYTHON, "-c", BEGIN + "os.chdir(%r)\nop('hash', 'sha256').recv(32)"
                    % folder), 0)
        assert os.listdir(folder) == []
        # A name that is none of a file of its own says nothing and stops nothing.
        pipe = os.path.join(folder, "pipe")
        os.mkfifo(pipe)
        for path in ("relative", pipe, "/no/such/folder/record", "/" + "x" * 5000):
            expect(ualg("run", "--", PYTHON, "-c", BEGIN + "op('hash', 'sha256').recv(32)",
                        env={"UALG_RECORD": path}), 0)
        assert os.listdir(folder) == ["pipe"]


def test_wrong_usage():
    with tempfile.TemporaryDirectory() as folder:
        pipe = os.path.join(folder, "pipe")
        os.mkfifo(pipe)
        expect(ualg("run", "--record", pipe, "true"), 125, [pipe])
        expect(ualg("run", "--record", folder, "true"), 125, [folder, "Is a directory"])
        expect(ualg("run", "--record", "/no/such/folder/r", "true"), 125, ["No such file"])
        expect(ualg("run", "--record", "/dev/null", "true"), 125, ["not a regular file"])
        expect(ualg("run", "--record"), 125, ["--record needs a value"])


def test_kernel_socket():
    """With --when missing, what the kernel serves is told, too, as far as it is seen."""
    lines, out = record("""
try: socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0).bind(("hash", "sha256"))
except OSError as error: print(error.errno)
""", "--when", "missing")
    bind, = events(lines, "bind")
    assert (bind["type"], bind["name"]) == ("hash", "sha256") and out == "", (lines, out)


def test_signals():
    """A handler that hashes while the program does leaves a record that is whole."""
    lines, _ = record("""
import signal
a, b = op("hash", "sha256"), op("hash", "sha1")
ticks, busy = 0, False
def handler(*_):
    global ticks, busy
    if busy: return
    busy = True
    b.send(bytes(5)); b.recv(20)
    busy = False
    ticks += 1
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
while ticks < 50:
    a.send(bytes(3)); a.recv(32)
signal.setitimer(signal.ITIMER_REAL, 0)
""")
    count, size, least, most = sums(lines, name="sha1")
    assert count >= 50 and size == 5 * count and (least, most) == (5, 5), (count, size, least, most)


def door_is_shut():
    """Why the machine has no such door, or ""."""
    result = ualg("run", "true")
    return "" if result.returncode == 0 else result.stderr.strip().replace("\n", "; ")


if __name__ == "__main__":
    if DOOR and door_is_shut():
        print("1..0 # SKIP " + door_is_shut())
        sys.exit(0)
    sys.exit(main(globals()))
