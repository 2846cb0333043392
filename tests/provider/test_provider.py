# SPDX-License-Identifier: MIT
"""Providers through sockets and `ualg doctor`.

    test_provider.py UALG LD_PRELOAD SPECK TYPES WRONG...   (TAP)

The parts that speak AF_ALG run in a Python of their own under the preload library.
"""
import os
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

UALG, PRELOAD, SPECK, TYPES = sys.argv[1:5]
WRONG = sys.argv[5:]

SOCKETS = '''
import errno, hashlib, os, socket, struct, sys, zlib

def op(kind, name, key=None, tag=None):
    parent = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0)
    parent.bind((kind, name))
    if key is not None:
        parent.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, key)
    if tag is not None:
        parent.setsockopt(socket.SOL_ALG, socket.ALG_SET_AEAD_AUTHSIZE, None, tag)
    return parent.accept()[0]

def digest(name, data, key=None):
    with op("hash", name, key) as sock:
        sock.sendall(data)
        return sock.recv(64)

def crypt(kind, name, key, encrypt, data, room, iv=None, aad=None, tag=None):
    with op(kind, name, key, tag) as sock:
        how = {"op": socket.ALG_OP_ENCRYPT if encrypt else socket.ALG_OP_DECRYPT}
        if iv is not None:
            how["iv"] = iv
        if aad is not None:
            how["assoclen"] = aad
        sock.sendmsg_afalg([data], **how)
        return sock.recv(room)

def refused(number, function, *arguments, **named):
    try:
        function(*arguments, **named)
    except OSError as error:
        assert error.errno == number, error
    else:
        raise AssertionError("not refused")
'''

# The paper's vector, appendix C, with its words in little-endian order; then modes by templates.
TEST_SPECK = '''
key = bytes(range(16))
plain, sealed = b" made it equival", bytes.fromhex("180d575cdffe60786532787951985da6")
assert crypt("skcipher", "ecb(speck128)", key, True, plain, 16) == sealed
assert crypt("skcipher", "ecb(speck128)", key, False, sealed, 16) == plain
assert crypt("skcipher", "ecb(speck128-example)", key, True, plain, 16) == sealed
xored = bytes(a ^ b for a, b in zip(plain, sealed))
assert crypt("skcipher", "cbc(speck128)", key, True, xored, 16, iv=sealed) == sealed
assert crypt("skcipher", "ctr(speck128)", key, True, bytes(16), 16, iv=plain) == sealed
text = os.urandom(1000)
for name, iv in (("gcm(speck128)", 12), ("ccm(speck128)", 16)):
    iv = b"\\\\3" + os.urandom(iv - 1)
    out = crypt("aead", name, key, True, b"aad" + text, 1019, iv=iv, aad=3)
    assert crypt("aead", name, key, False, out, 1003, iv=iv, aad=3) == b"aad" + text
    broken = out[:-1] + bytes([out[-1] ^ 1])
    refused(errno.EBADMSG, crypt, "aead", name, key, False, broken, 1003, iv=iv, aad=3)
assert len(digest("cmac(speck128)", text, key)) == 16
for size in (0, 15, 17, 32):
    refused(errno.EINVAL, crypt, "skcipher", "ecb(speck128)", bytes(size), True, plain, 16)
assert digest("sha256", text) == hashlib.sha256(text).digest()
'''

TEST_TYPES = '''
data = os.urandom(3000)
assert digest("adler32", data) == zlib.adler32(data).to_bytes(4, "big")
with op("hash", "adler32") as sock:
    sock.send(data[:999], socket.MSG_MORE)
    clone = sock.accept()[0]
    clone.send(data[999:])
    assert clone.recv(4) == zlib.adler32(data).to_bytes(4, "big")
refused(errno.ENOSYS, op, "hash", "adler32", b"1234")
refused(errno.ENOKEY, digest, "keyed-adler32", data)
refused(errno.EINVAL, op, "hash", "keyed-adler32", b"123")
refused(errno.EINVAL, op, "hash", "keyed-adler32", b"12\\\\xff4")
assert digest("keyed-adler32", b"", b"\\\\1\\\\2\\\\3\\\\4") == b"\\\\1\\\\2\\\\0\\\\1"
refused(errno.EINVAL, digest, "wrong-hash", data)
xored = bytes(b ^ 5 ^ (7 + i & 255) for i, b in enumerate(data))
assert crypt("skcipher", "xorstream", b"\\\\5", True, data, 3000, iv=b"\\\\7") == xored
refused(errno.EINVAL, crypt, "skcipher", "xorstream", b"\\\\5", True, data, 3000, iv=b"12")
out = crypt("aead", "xorsum", b"\\\\5", True, b"aad" + data, 3005, iv=b"\\\\7", aad=3)
assert out == b"aad" + xored + bytes([sum(b"aad" + xored) & 255, 0])
assert crypt("aead", "xorsum", b"\\\\5", False, out, 3003, iv=b"\\\\7", aad=3) == b"aad" + data
refused(errno.EINVAL, op, "aead", "xorsum", b"\\\\5", 3)
with op("aead", "xorsum", b"\\\\5", 1) as sock:
    sock.sendmsg_afalg([xored + b"\\\\0"], op=0, iv=b"\\\\7", assoclen=0)
    room = bytearray(b"\\\\x55" * 3000)
    if sum(xored) & 255:
        refused(errno.EBADMSG, sock.recv_into, room)
        assert xored not in room and data not in room, "the text is given away"
for name in ("speck128", "ecb(xorstream)", "hmac(adler32)"):
    refused(errno.ENOENT, op, "hash", name)
'''

count = failures = 0


def report(good, what, detail=""):
    global count, failures
    count += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}")
    if not good:
        print("\n".join("# " + line for line in detail.splitlines()))


def run(command, providers, preload=False):
    environment = dict(os.environ, UALG_PROVIDERS=providers)
    environment.pop("LD_PRELOAD", None)
    if preload:
        environment["LD_PRELOAD"] = PRELOAD
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60,
                          check=False)


def run_sockets(script, providers, what):
    script = SOCKETS + script.replace("\\\\", "\\")
    done = run([sys.executable, "-c", script], providers, preload=True)
    report(done.returncode == 0, what, done.stdout + done.stderr)


def doctor(providers):
    """The report of `ualg doctor`: the line of each provider."""
    done = run([UALG, "doctor"], providers)
    lines = [line for line in done.stdout.splitlines() if " provider " in line]
    return done.returncode, lines, done.stdout + done.stderr


def check_refused(path, why=""):
    status, lines, said = doctor(path)
    good = status in (0, 1) and len(lines) == 1 and lines[0].startswith("refused") and why in said
    report(good, f"refused: {Path(path).name[-40:]}", said)


def main():
    run_sockets(TEST_SPECK, SPECK, "the example serves modes of its cipher")
    run_sockets(TEST_TYPES, TYPES, "a hash, an skcipher and an AEAD serve")
    run_sockets(TEST_SPECK + TEST_TYPES.replace('"speck128", ', ""), f"{SPECK}::{TYPES}:",
                "two providers serve side by side")
    run_sockets(TEST_TYPES, ":".join(WRONG + [TYPES] + WRONG),
                "one serves amid those that are refused")
    status, lines, said = doctor(f"{SPECK}:{TYPES}")
    report(status == 0 and len(lines) == 2 and "provider speck" in lines[0] and
           "1 cipher" in lines[0] and "3 hash, 1 skcipher, 1 aead" in lines[1], "doctor", said)
    status, lines, said = doctor("")
    report(not lines, "none, no word of it", said)

    why = {"version": "version 2", "null": "does not work here", "taken": "driver of that name",
           "count": "claims", "without-entry": "ualg_provider_init", "blank": "driver name",
           "digest-size": "digest size", "no-function": "lacks a function"}
    for path in WRONG:
        check_refused(path, why.get(Path(path).stem.removeprefix("wrong-"), ""))
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.so"
        text.write_text("no shared object\n")
        cut = Path(folder) / "cut.so"
        cut.write_bytes(Path(SPECK).read_bytes()[:3000])
        open_to_all = Path(folder) / "open.so"
        open_to_all.write_bytes(Path(SPECK).read_bytes())
        open_to_all.chmod(0o777)
        check_refused(str(text), "no shared object")
        check_refused(str(cut), "cut short")
        check_refused(str(open_to_all), "everybody")
        check_refused(folder)
        check_refused(f"{folder}/{'long' * 100}.so", "too long")
    check_refused("/nowhere/none.so", "No such file")
    check_refused("speck.so", "slash")
    done = run([UALG, "list"], ":".join(WRONG))
    report(done.returncode == 0 and "sha256" in done.stdout and "wrong-test" not in done.stdout,
           "list without what was refused", done.stderr)
    print(f"1..{count}")
    return failures != 0


sys.exit(main())
