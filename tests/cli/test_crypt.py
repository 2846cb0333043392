#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The subcommands that compute: results against Python's own library and openssl, files that are
there whole or not at all, keys that come by file, descriptor or prompt.  test_crypt.py UALG  (TAP)
"""
import hashlib
import hmac
import json
import os
import pty
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

UALG = os.path.abspath(sys.argv[1])
KEY = bytes(range(32))
PASSWORD = b"correct horse battery staple"
MIB = 1 << 20
# A sanitizer's own memory is no measure of ours.
SANITIZED = "ASAN_OPTIONS" in os.environ
SIZES = [0, 1, 15, 16, 17, 65535, 65536, 65537, 131072, 262143, 262144, 262145, 600001]


class Skip(Exception):
    pass


def environment():
    return {name: value for name, value in os.environ.items()
            if not name.startswith("UALG_") and name != "LD_PRELOAD"}


def ualg(*arguments, data=b"", fds=()):
    return subprocess.run([UALG, *arguments], env=environment(), input=data, capture_output=True,
                          timeout=120, check=False, pass_fds=fds)


def good(*arguments, data=b"", fds=()):
    result = ualg(*arguments, data=data, fds=fds)
    assert result.returncode == 0, "status %d: %s" % (result.returncode, result.stderr)
    assert result.stderr == b"", "unexpected message %r" % result.stderr
    return result.stdout


def bad(status, word, *arguments, data=b"", fds=()):
    result = ualg(*arguments, data=data, fds=fds)
    assert result.returncode == status, "status %d, not %d: %s" % (
        result.returncode, status, result.stderr)
    assert word.encode() in result.stderr, "%r is not in %r" % (word, result.stderr)
    return result


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)
    return name


def read(name):
    with open(name, "rb") as file:
        return file.read()


def need_openssl():
    if not shutil.which("openssl"):
        raise Skip("openssl is not installed")


def openssl(*words, data=b""):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


def test_digest():
    data = os.urandom(300000)
    write("a", data)
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256", "sha3-512"):
        wanted = hashlib.new(name.replace("sha3-", "sha3_"), data).hexdigest()
        assert good("digest", "--algorithm", name, "a").split() == [wanted.encode(), b"a"]
        assert good("digest", "--algorithm", name, data=data) == ("%s  -\n" % wanted).encode()
        assert good("digest", "--raw", "--algorithm", name, "a").hex() == wanted
    found = json.loads(good("digest", "--json", "a", "a"))
    assert [row["digest"] for row in found] == [hashlib.sha256(data).hexdigest()] * 2, found
    wanted = hashlib.sha256(data).hexdigest()
    good("digest", "--verify", wanted, "a")
    good("digest", "--verify", wanted[:8], "a")
    bad(1, "another digest", "digest", "--verify", "00" * 32, "a")
    bad(2, "hexadecimal", "digest", "--verify", "xy", "a")
    bad(2, "--verify: ''", "digest", "--verify", "", "a")
    bad(2, "hexadecimal", "digest", "--verify", "xy", "no-file-is-looked-at")
    bad(2, "longer", "digest", "--verify", "00" * 33, "a")
    bad(1, "'nosuch'", "digest", "--algorithm", "nosuch", "a")
    bad(2, "needs a key", "digest", "--algorithm", "hmac(sha1)", "a")
    result = bad(1, "'b'", "digest", "b", "a")
    assert result.stdout.startswith(wanted.encode()), "stopped at the first file"
    bad(1, "directory", "digest", ".")


def test_order_of_options():
    """Options may stand behind files; behind -- there are none."""
    for name in ("a", "b", "--raw"):
        write(name, name.encode())
    wanted = [("%s  %s" % (hashlib.sha1(name.encode()).hexdigest(), name)).encode()
              for name in ("a", "b", "--raw")]
    sha1 = ["--algorithm", "sha1"]
    for words in (["a", "b", "--", "--raw"], ["--", "a", "b", "--raw"]):
        assert good("digest", *sha1, *words).splitlines() == wanted, words
    assert good("digest", "a", *sha1, "b", "--", "--raw").splitlines() == wanted
    assert good("digest", "a", "b", *sha1, "--", "--raw").splitlines() == wanted
    assert good("digest", "a", "--raw", *sha1) == hashlib.sha1(b"a").digest()
    bad(2, "needs a value", "digest", "a", "--algorithm")
    bad(2, "'--bogus'", "digest", "a", "--bogus")


def test_hmac():
    data = os.urandom(70000)
    write("a", data)
    write("key", KEY)
    write("hexkey", KEY.hex().upper()[:30].encode() + b"\n" + KEY.hex()[30:].encode() + b"\n")
    for name in ("sha1", "sha256", "sha512"):
        wanted = ("%s  a\n" % hmac.new(KEY, data, name).hexdigest()).encode()
        assert good("hmac", "--algorithm", name, "--key-file", "key", "a") == wanted
        assert good("hmac", "--algorithm", "hmac(%s)" % name, "--key-file", "-", "a",
                    data=KEY) == wanted
        assert good("hmac", "--algorithm", name, "--key-hex", "--key-file", "hexkey",
                    "a") == wanted
    reader, writer = os.pipe()
    os.write(writer, KEY)
    os.close(writer)
    found = good("hmac", "--key-fd", str(reader), "a", fds=(reader,))
    assert found.split()[0].decode() == hmac.new(KEY, data, "sha256").hexdigest()
    bad(1, "cannot read the key", "hmac", "--key-file", "nosuch", "a")
    bad(2, "exclude", "hmac", "--key-file", "key", "--key-fd", "3", "a")
    bad(2, "--key-fd: 'x'", "hmac", "--key-fd", "x", "a")
    bad(1, "hexadecimal", "hmac", "--key-hex", "--key-file", "key", "a")
    write("short", KEY[:7])
    bad(1, "does not suit", "hmac", "--algorithm", "cmac(aes)", "--key-file", "short", "a")
    write("large", bytes(64 * 1024 + 1))
    bad(1, "longer than a key", "hmac", "--key-file", "large", "a")


def test_sealed_sizes():
    write("key", KEY)
    for size in SIZES:
        data = os.urandom(size)
        sealed = good("encrypt", "--key-file", "key", data=data)
        assert good("decrypt", "--key-file", "key", data=sealed) == data, size
        assert sealed != good("encrypt", "--key-file", "key", data=data), "the same twice"
    for name in ("gcm(aes)", "ccm(aes)", "rfc7539(chacha20,poly1305)", "aegis128", "gcm(camellia)"):
        data = os.urandom(200001)
        sealed = good("encrypt", "--algorithm", name, "--key-file", "key", data=data)
        assert name.encode() in sealed
        assert good("decrypt", "--key-file", "key", data=sealed) == data, name
    for name in ("cbc(aes)", "authenc(hmac(sha1),cbc(aes))", "nosuch", "gcm(nosuch)"):
        bad(1, "'%s'" % name, "encrypt", "--algorithm", name, "--key-file", "key")


def test_other_transport():
    """What sockets seal, here those that ualg run serves, the engine opens, and the other way."""
    write("key", KEY)
    data = os.urandom(100000)
    words = [UALG, "run", "--", UALG]
    for name in ("gcm(aes)", "rfc7539(chacha20,poly1305)", "ccm(aes)"):
        kernel = dict(environment(), UALG_TRANSPORT="kernel")
        for transport, other in ((kernel, environment()), (environment(), kernel)):
            sealed = subprocess.run(
                [*words, "encrypt", "--algorithm", name, "--key-file", "key"], input=data,
                env=transport, capture_output=True, check=False, timeout=60)
            assert sealed.returncode == 0, sealed.stderr
            opened = subprocess.run([*words, "decrypt", "--key-file", "key"],
                                    input=sealed.stdout, env=other, capture_output=True,
                                    check=False, timeout=60)
            assert opened.stdout == data, (name, opened.stderr)


def pieces_of(sealed, start, size=65536 + 16):
    return [sealed[at:at + size] for at in range(start, len(sealed), size)]


def test_sealed_tampering():
    """Every byte of the header, order, number and end of the pieces are authenticated."""
    write("key", KEY)
    data = os.urandom(3 * 65536 + 5)
    sealed = good("encrypt", "--key-file", "key", data=data)
    start = sealed.index(b"gcm(aes)") + len(b"gcm(aes)")

    def refused(changed, what):
        write("changed", changed)
        result = ualg("decrypt", "--key-file", "key", "--output", "out", "changed")
        assert result.returncode == 1 and result.stderr, what
        assert not os.path.exists("out"), what + " left a file"

    for at in range(start):
        refused(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1:], "header byte %d" % at)
    for at in (start, start + 65536, len(sealed) - 1, len(sealed) - 17):
        refused(sealed[:at] + bytes([sealed[at] ^ 128]) + sealed[at + 1:], "byte %d" % at)
    pieces = pieces_of(sealed, start)
    assert len(pieces) == 4
    for order in ([1, 0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 0, 1, 2, 3], [0], [], [3]):
        refused(sealed[:start] + b"".join(pieces[i] for i in order), "pieces %s" % order)
    for size in (0, 1, 7, start - 1, start + 15, len(sealed) - 1):
        refused(sealed[:size], "cut at %d" % size)
    refused(sealed + b"x", "one byte more")
    write("other", KEY[::-1])
    bad(1, "wrong key", "decrypt", "--key-file", "other", data=sealed)
    write("short", KEY[:15])
    bad(1, "too short", "encrypt", "--key-file", "short", data=data)


def test_sealed_by_hand():
    """The format as its description has it, done again in Python."""
    need_openssl()
    write("key", KEY)
    data = os.urandom(100000)
    sealed = good("encrypt", "--key-file", "key", data=data)
    name = b"gcm(aes)"
    header = sealed[:8 + 4 + 8 + 32 + 1 + len(name)]
    assert header[:12] == b"UALGSEAL" + bytes([1, 0, 32, 16]), header
    assert header[12:20] == (65536).to_bytes(4, "big") + bytes(4)
    prk = hmac.new(header[20:52], KEY, "sha256").digest()
    first = hmac.new(prk, header + b"\x01", "sha256").digest()
    second = hmac.new(prk, first + header + b"\x02", "sha256").digest()
    # Text of gcm is ctr from the counter 2 on (SP 800-38D).
    for number, piece in enumerate(pieces_of(sealed, len(header))):
        nonce = (int.from_bytes(second[:12], "big") ^ number).to_bytes(12, "big")
        text = openssl("enc", "-d", "-aes-256-ctr", "-K", first.hex(), "-iv",
                       (nonce + bytes([0, 0, 0, 2])).hex(), data=piece[:-16])
        assert text == data[number * 65536:(number + 1) * 65536], number


def test_sealed_password():
    write("password", PASSWORD + b"\nsecond line\n")
    write("wrong", b"wrong\n")
    sealed = good("encrypt", "--password-file", "password", "--iterations", "1000", data=b"text")
    assert good("decrypt", "--password-file", "password", data=sealed) == b"text"
    write("bare", PASSWORD)
    assert good("decrypt", "--password-file", "bare", data=sealed) == b"text"
    bad(1, "wrong key or password", "decrypt", "--password-file", "wrong", data=sealed)
    write("key", KEY)
    bad(1, "with a password", "decrypt", "--key-file", "key", data=sealed)
    bad(2, "exclude", "decrypt", "--key-file", "key", "--password-file", "bare", data=sealed)
    bad(1, "not with", "decrypt", "--algorithm", "ccm(aes)", "--password-file", "bare",
        data=sealed)
    many = bytearray(sealed)
    many[16:20] = b"\xff\xff\xff\xff"
    bad(1, "not a sealed file", "decrypt", "--password-file", "bare", data=bytes(many))
    bad(2, "other formats", "encrypt", "--iv", "00", "--key-file", "key", data=b"")


def test_empty_password():
    need_openssl()
    for content in (b"", b"\n", b"\nsecond line"):
        write("empty", content)
        for form in ("sealed", "openssl"):
            result = bad(1, "empty", "encrypt", "--format", form, "--password-file", "empty",
                         data=b"text")
            assert result.stdout == b"", form
    # What others encrypted so can be had back.
    data = openssl("enc", "-aes-256-cbc", "-pbkdf2", "-pass", "pass:", data=b"text")
    assert good("decrypt", "--format", "openssl", "--password-file", "empty", data=data) == b"text"


RAW = {"cbc(aes)": "-aes-%d-cbc", "ecb(aes)": "-aes-%d-ecb", "ctr(aes)": "-aes-%d-ctr",
       "cfb(aes)": "-aes-%d-cfb", "ofb(aes)": "-aes-%d-ofb"}


def test_raw_and_openssl():
    need_openssl()
    iv = bytes(range(16, 32))
    for name, theirs in RAW.items():
        for key_size in (16, 24, 32):
            write("key", KEY[:key_size])
            words = ["enc", theirs % (8 * key_size), "-K", KEY[:key_size].hex()]
            given = [] if name == "ecb(aes)" else ["--iv", iv.hex()]
            words += ["-iv", iv.hex()] if given else []
            for size in (0, 1, 16, 33, 262144, 300001):
                data = os.urandom(size)
                ours = good("encrypt", "--format", "raw", "--algorithm", name, "--key-file", "key",
                            *given, data=data)
                assert ours == openssl(*words, data=data), (name, key_size, size)
                assert good("decrypt", "--format", "raw", "--algorithm", name, "--key-file",
                            "key", *given, data=ours) == data


def test_raw_keeps_iv_and_tag():
    write("key", KEY)
    data = os.urandom(100001)
    for name, more in (("cbc(aes)", 16 + 15), ("ctr(aes)", 16), ("xts(aes)", 16), ("gcm(aes)", 28),
                       ("ecb(aes)", 15), ("rfc7539(chacha20,poly1305)", 28)):
        words = ["--format", "raw", "--algorithm", name, "--key-file", "key"]
        sealed = good("encrypt", *words, data=data)
        assert len(sealed) == len(data) + more, (name, len(sealed))
        assert good("decrypt", *words, data=sealed) == data, name
    words = ["--format", "raw", "--algorithm", "gcm(aes)", "--key-file", "key"]
    sealed = good("encrypt", *words, "--aad", "0011", "--tag-size", "12", data=data)
    assert len(sealed) == len(data) + 24
    assert good("decrypt", *words, "--aad", "0011", "--tag-size", "12", data=sealed) == data
    bad(1, "wrong key", "decrypt", *words, "--aad", "0012", "--tag-size", "12", data=sealed)
    bad(1, "wrong key", "decrypt", *words, data=sealed[:20])
    bad(1, "no IV", "decrypt", *words, data=sealed[:11])
    bad(2, "no tags", "encrypt", *words, "--tag-size", "3")
    bad(2, "needs 12", "encrypt", *words, "--iv", "00")
    write("key7", KEY[:7])
    bad(1, "no key of 7", "encrypt", "--format", "raw", "--algorithm", "cbc(aes)", "--key-file",
        "key7", data=b"")
    bad(2, "needs --algorithm", "encrypt", "--format", "raw", "--key-file", "key")
    bad(2, "not authenticate", "encrypt", "--format", "raw", "--algorithm", "cbc(aes)", "--aad",
        "00", "--key-file", "key")


def test_padding():
    write("key", KEY)
    iv = ["--iv", "00" * 16]
    words = ["--format", "raw", "--algorithm", "cbc(aes)", "--key-file", "key", *iv]
    bad(1, "no text of this length; its blocks are 16 bytes, and '--padding pkcs7'", "encrypt",
        *words, "--padding", "none", data=b"123")
    bad(1, "no data of this length; its blocks are 16 bytes\n", "decrypt", *words, data=bytes(17))
    assert len(good("encrypt", *words, "--padding", "none", data=bytes(16))) == 16
    for tail in (b"\x00", b"\x11", b"\x02\x03\x03", b"\x01\x02"):
        block = bytes(16 - len(tail)) + tail
        sealed = good("encrypt", *words, "--padding", "none", data=block)
        assert good("decrypt", *words, "--padding", "none", data=sealed) == block
        bad(1, "wrong key", "decrypt", *words, data=sealed)
    sealed = good("encrypt", *words, "--padding", "none", data=bytes(15) + b"\x01")
    assert good("decrypt", *words, data=sealed) == bytes(15)
    bad(1, "wrong key", "decrypt", *words, data=b"")


def test_openssl_format():
    need_openssl()
    write("password", PASSWORD + b"\n")
    ours = ["--format", "openssl", "--password-file", "password"]
    theirs = ["enc", "-pass", "file:password"]
    table = [
        ([], ["-aes-256-cbc", "-pbkdf2"]),
        (["--iterations", "77"], ["-aes-256-cbc", "-pbkdf2", "-iter", "77"]),
        (["--key-size", "16", "--digest", "sha512"], ["-aes-128-cbc", "-pbkdf2", "-md", "sha512"]),
        (["--algorithm", "ctr(aes)"], ["-aes-256-ctr", "-pbkdf2"]),
        (["--algorithm", "cbc(des3_ede)"], ["-des-ede3-cbc", "-pbkdf2"]),
        (["--algorithm", "cbc(camellia)"], ["-camellia-256-cbc", "-pbkdf2"]),
        (["--openssl-kdf", "bytes-to-key"], ["-aes-256-cbc"]),
        (["--openssl-kdf", "bytes-to-key", "--digest", "md5"], ["-aes-256-cbc", "-md", "md5"]),
    ]
    for mine, other in table:
        for size in (0, 1, 4096, 300000):
            data = os.urandom(size)
            sealed = good("encrypt", *ours, *mine, data=data)
            assert openssl(*theirs, "-d", *other, data=sealed) == data, (mine, size)
            sealed = openssl(*theirs, *other, data=data)
            assert good("decrypt", *ours, *mine, data=sealed) == data, (other, size)
    bad(1, "'openssl enc' writes", "decrypt", *ours, data=b"not salted")
    for kdf in ("pbkdf2", "bytes-to-key"):
        result = bad(1, "nosuch", "encrypt", *ours, "--openssl-kdf", kdf, "--digest", "nosuch")
        assert result.stdout == b"", "a header without a file behind it"
    write("key", KEY)
    bad(2, "takes a password", "encrypt", "--format", "openssl", "--key-file", "key")


def test_rng():
    first, second = (good("rng", "--bytes", "100000") for _ in range(2))
    assert len(first) == 100000 and first != second
    assert len(set(first[i:i + 16] for i in range(0, 100000, 16))) == 6250
    assert len(good("rng", "--bytes", "1K", "--hex")) == 2049
    write("seed", bytes(48))
    assert good("rng", "--bytes", "32", "--seed-file", "seed") != \
        good("rng", "--bytes", "32", "--seed-file", "seed"), "a DRBG has entropy of its own"
    # X9.31: V and key from the seed, so the stream is known.
    assert good("rng", "--algorithm", "ansi_cprng", "--bytes", "32", "--seed-file", "seed") == \
        good("rng", "--algorithm", "ansi_cprng", "--bytes", "32", "--seed-file", "seed")
    assert good("rng", "--algorithm", "ansi_cprng", "--bytes", "32") != \
        good("rng", "--algorithm", "ansi_cprng", "--bytes", "32")
    good("rng", "--bytes", "32", "--output", "key")
    assert os.stat("key").st_mode & 0o777 == 0o600 and os.path.getsize("key") == 32
    assert len(good("rng", "--bytes", "5", "--additional-file", "seed")) == 5
    for wrong in ("0", "-1", "x", "1T", "99999999999999999999", ""):
        bad(2, "--bytes", "rng", "--bytes", wrong)
    bad(2, "--bytes is missing", "rng")
    bad(1, "'nosuch'", "rng", "--algorithm", "nosuch", "--bytes", "1")


def hkdf(key, salt, info, size):
    prk = hmac.new(salt or bytes(32), key, "sha256").digest()
    out = block = b""
    while len(out) < size:
        block = hmac.new(prk, block + info + bytes([len(out) // 32 + 1]), "sha256").digest()
        out += block
    return out[:size]


def counter_kdf(key, label, context, size):
    fixed = label + b"\0" + context + (8 * size).to_bytes(4, "big")
    out = b""
    while len(out) < size:
        out += hmac.new(key, (len(out) // 32 + 1).to_bytes(4, "big") + fixed, "sha256").digest()
    return out[:size]


def test_kdf():
    write("key", KEY)
    for size in (1, 32, 33, 200):
        found = good("kdf", "--kind", "hkdf", "--key-file", "key", "--bytes", str(size), "--salt",
                     "0102", "--context", "0304")
        assert found == hkdf(KEY, b"\1\2", b"\3\4", size)
        found = good("kdf", "--kind", "counter", "--key-file", "key", "--bytes", str(size),
                     "--label", "disk", "--context", "0304", "--hex")
        assert found.decode().strip() == counter_kdf(KEY, b"disk", b"\3\4", size).hex()
    assert good("kdf", "--kind", "feedback", "--key-file", "key", "--bytes", "32") != \
        good("kdf", "--kind", "double-pipeline", "--key-file", "key", "--bytes", "32")
    bad(2, "--kind is missing", "kdf", "--bytes", "1", "--key-file", "key")
    bad(2, "--bytes is missing", "kdf", "--kind", "hkdf", "--key-file", "key")
    bad(2, "--label is not for", "kdf", "--kind", "hkdf", "--label", "x", "--bytes", "1")
    bad(2, "--salt is not for", "kdf", "--kind", "counter", "--salt", "00", "--bytes", "1")
    bad(1, "less than 8161", "kdf", "--kind", "hkdf", "--bytes", "8161", "--key-file", "key")
    bad(1, "'sha256'", "kdf", "--kind", "hkdf", "--mac", "sha256", "--bytes", "1", "--key-file",
        "key")


def test_pbkdf2():
    write("password", PASSWORD + b"\n")
    for name in ("sha1", "sha256", "sha512"):
        found = good("pbkdf2", "--mac", "hmac(%s)" % name, "--salt", "aabbcc", "--iterations",
                     "1234", "--bytes", "77", "--password-file", "password")
        assert found == hashlib.pbkdf2_hmac(name, PASSWORD, b"\xaa\xbb\xcc", 1234, 77)
    good("pbkdf2", "--salt", "00", "--iterations", "1", "--password-file", "password", "--output",
         "key")
    assert os.stat("key").st_mode & 0o777 == 0o600
    assert int(good("pbkdf2", "--measure", "20")) >= 1000
    bad(2, "--salt is missing", "pbkdf2", "--iterations", "1")
    bad(2, "--iterations is missing", "pbkdf2", "--salt", "00")
    bad(2, "'0'", "pbkdf2", "--salt", "00", "--iterations", "0")


def test_info():
    text = good("info", "gcm(aes)").decode()
    rows = dict(line.split(None, 1) for line in text.splitlines() if "largest" not in line)
    assert rows["type"] == "aead" and rows["IV"] == "12 bytes" and "16 to 32" in rows["key"], rows
    found = json.loads(good("info", "--json", "cbc(aes)"))
    assert len(found) == 1 and found[0]["iv_size"] == 16 and found[0]["streams"] is True
    assert json.loads(good("info", "--json", "xts(aes)"))[0]["streams"] is False
    assert json.loads(good("info", "--json", "sha512"))[0]["digest_size"] == 64
    bad(1, "'nosuch'", "info", "nosuch")
    bad(2, "one name", "info")


def test_output_is_whole_or_not_there():
    write("key", KEY)
    data = os.urandom(200000)
    write("in", data)
    write("out", b"precious")
    os.chmod("out", 0o640)
    sealed = bytearray(good("encrypt", "--key-file", "key", "in"))
    sealed[-1] ^= 1
    write("sealed", bytes(sealed))
    before = sorted(os.listdir("."))
    bad(1, "changed", "decrypt", "--key-file", "key", "--output", "out", "sealed")
    assert read("out") == b"precious", "a failure touched what was there"
    assert sorted(os.listdir(".")) == before, "a failure left a file"
    good("encrypt", "--key-file", "key", "--output", "out", "in")
    assert good("decrypt", "--key-file", "key", "out") == data
    assert os.stat("out").st_mode & 0o777 == 0o640, "the mode of what was there"
    good("encrypt", "--key-file", "key", "--output", "in", "in")
    assert good("decrypt", "--key-file", "key", "in") == data, "a file in its own place"
    os.symlink("out", "link")
    good("decrypt", "--key-file", "key", "--output", "link", "in")
    assert os.path.islink("link") and read("out") == data, "a link stays one"
    os.umask(0o027)
    good("decrypt", "--key-file", "key", "--output", "fresh", "in")
    assert os.stat("fresh").st_mode & 0o777 == 0o640, "the mode of a new file"
    good("decrypt", "--key-file", "key", "--output", "/dev/null", "in")
    bad(1, "directory", "decrypt", "--key-file", "key", "--output", ".", "in")
    bad(1, "No such file", "decrypt", "--key-file", "key", "--output", "no/where", "in")
    if os.path.exists("/dev/full"):
        with open("/dev/full", "wb") as full:
            result = subprocess.run([UALG, "decrypt", "--key-file", "key", "in"], stdout=full,
                                    stderr=subprocess.PIPE, check=False, env=environment())
        assert result.returncode == 1 and b"No space" in result.stderr


def interrupted(number, words, name):
    """Ends a program that waits for its input, and tells what it left."""
    reader, writer = os.pipe()
    with subprocess.Popen([UALG, *words], stdin=reader, stderr=subprocess.PIPE,
                          env=environment()) as child:
        os.close(reader)
        os.write(writer, bytes(60000))
        time.sleep(0.4)
        assert child.poll() is None, child.stderr.read()
        child.send_signal(number)
        child.wait(20)
        os.close(writer)
    assert child.returncode == -number, child.returncode
    assert not os.path.exists(name), "a partial file after signal %d" % number


def test_interrupt_leaves_nothing():
    write("key", KEY)
    before = sorted(os.listdir("."))
    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    try:
        os.close(os.open(".", os.O_TMPFILE | os.O_WRONLY))
        numbers.append(signal.SIGKILL)
    except OSError:
        pass  # files have names here from the start, and nobody is left to remove them
    for number in numbers:
        interrupted(number, ["encrypt", "--key-file", "key", "--output", "out"], "out")
        assert sorted(os.listdir(".")) == before, "signal %d left a file" % number


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *words, stdin=None):
        self.master, slave = pty.openpty()
        self.shown = b""

        def become_leader():
            os.setsid()
            # The first terminal that a session's leader opens is its own.
            os.close(os.open(os.ttyname(slave), os.O_RDWR))

        self.child = subprocess.Popen(words, stdin=stdin if stdin is not None else slave,
                                      stdout=subprocess.PIPE, stderr=slave, env=environment(),
                                      preexec_fn=become_leader, close_fds=True)
        os.close(slave)

    def wait_for(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.shown and time.monotonic() < end:
            if not self.pump(0.1) and self.child.poll() is not None:
                break
        assert text in self.shown, "%r was not shown: %r" % (text, self.shown)

    def pump(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            piece = os.read(self.master, 4096)
        except OSError:
            return False
        self.shown += piece
        return bool(piece)

    def type(self, text):
        os.write(self.master, text)

    def end(self):
        out = self.child.stdout.read()
        status = self.child.wait(20)
        while self.pump(0.05):
            pass
        os.close(self.master)
        return status, out


def test_prompt():
    data = write("in", b"some text")
    terminal = Terminal(UALG, "encrypt", "--iterations", "1000", "--output", "out", data)
    terminal.wait_for(b"Password: ")
    time.sleep(0.1)
    terminal.type(PASSWORD + b"\n")
    terminal.wait_for(b"Password again: ")
    time.sleep(0.1)
    terminal.type(PASSWORD + b"\n")
    status, _ = terminal.end()
    assert status == 0, terminal.shown
    assert PASSWORD not in terminal.shown, "the password was shown"
    write("password", PASSWORD)
    assert good("decrypt", "--password-file", "password", "out") == b"some text"
    terminal = Terminal(UALG, "decrypt", "out")
    terminal.wait_for(b"Password: ")
    time.sleep(0.1)
    terminal.type(PASSWORD + b"\n")
    assert terminal.end() == (0, b"some text"), terminal.shown
    terminal = Terminal(UALG, "hmac", "--key-hex", "in")
    terminal.wait_for(b"Key (hexadecimal): ")
    time.sleep(0.1)
    terminal.type(KEY.hex().encode() + b"\n")
    status, out = terminal.end()
    assert out.split()[0].decode() == hmac.new(KEY, b"some text", "sha256").hexdigest()


def test_bytes_spare_the_terminal():
    """What is not text is not written to a terminal unless that is asked for."""
    write("key", KEY)
    write("in", b"text")
    for words, status in ((["encrypt", "--key-file", "key", "in"], 2), (["rng", "--bytes", "9"], 2),
                          (["kdf", "--kind", "hkdf", "--bytes", "9", "--key-file", "key"], 2),
                          (["rng", "--bytes", "9", "--hex"], 0),
                          (["rng", "--bytes", "9", "--output", "-"], 0)):
        master, slave = pty.openpty()
        with subprocess.Popen([UALG, *words], stdin=subprocess.DEVNULL, stdout=slave,
                              stderr=subprocess.PIPE, env=environment()) as child:
            os.close(slave)
            message = child.stderr.read()
            assert child.wait(20) == status, (words, message)
        os.close(master)
        assert (b"not for a terminal" in message) == (status == 2), (words, message)


def test_no_terminal():
    """Without a terminal nobody can be asked, and that is said."""
    result = subprocess.run(["setsid", "-w", UALG, "encrypt"], input=b"x", capture_output=True,
                            env=environment(), check=False, timeout=60)
    assert result.returncode == 1 and b"no terminal" in result.stderr, result
    assert result.stdout == b""


def test_interrupted_prompt_restores_echo():
    write("in", b"x")
    terminal = Terminal("sh", "-c", '"$0" encrypt in; stty -a </dev/tty', UALG)
    terminal.wait_for(b"Password: ")
    time.sleep(0.1)
    terminal.type(b"\x03")
    _, out = terminal.end()
    # sh dies of the signal as well, or goes on to stty: either way the terminal has its echo.
    assert b"-echo " not in out and b"-echo;" not in out, out


def test_progress():
    """A bar on a terminal for input that takes longer than a second; never elsewhere."""
    for quiet in (False, True):
        reader, writer = os.pipe()
        words = ["digest"] + (["--quiet"] if quiet else [])
        terminal = Terminal(UALG, *words, stdin=reader)
        os.close(reader)
        for _ in range(4):
            os.write(writer, bytes(65536))
        time.sleep(1.2)
        # The pipe's reader wants whole pieces, so two of them are needed for two steps.
        for _ in range(8):
            os.write(writer, bytes(65536))
        time.sleep(0.2)
        os.close(writer)
        status, out = terminal.end()
        assert status == 0
        assert out.split()[0].decode() == hashlib.sha256(bytes(12 * 65536)).hexdigest()
        assert (b"KiB" in terminal.shown) != quiet, terminal.shown
        if not quiet:
            assert terminal.shown.endswith(b"\r\x1b[K"), "the bar was left standing"


def memory_of(*words):
    """The most memory that a run had, KiB."""
    child = os.fork()
    if child == 0:
        with open(os.devnull, "r+b") as null:
            os.dup2(null.fileno(), 0)
            os.dup2(null.fileno(), 1)
        status = subprocess.run([UALG, *words], env=environment(), check=False).returncode
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        write("memory", b"%d %d" % (status, most))
        os._exit(0)
    os.waitpid(child, 0)
    status, most = map(int, read("memory").split())
    assert status == 0, words
    return most


def test_flat_memory():
    if SANITIZED:
        raise Skip("memory means nothing under a sanitizer")
    write("key", KEY)
    write("small", b"x")
    with open("large", "wb") as file:
        file.truncate(96 * MIB)
    cases = [["digest"], ["encrypt", "--key-file", "key", "--output", "sealed"],
             ["encrypt", "--format", "raw", "--algorithm", "cbc(aes)", "--key-file", "key",
              "--output", "raw"]]
    for words in cases:
        most = memory_of(*words, "large")
        assert most <= 16 * 1024, "%s: %d KiB" % (words, most)
    most = memory_of("decrypt", "--key-file", "key", "--output", "back", "sealed")
    assert most <= 16 * 1024, "decrypt: %d KiB" % most
    assert os.path.getsize("back") == 96 * MIB


def main():
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup has programs ignore it
    tests = [(name, value) for name, value in globals().items() if name.startswith("test_")]
    failed = 0
    print("1..%d" % len(tests))
    for number, (name, test) in enumerate(tests, 1):
        here, mask = os.getcwd(), os.umask(0o022)
        note = ""
        with tempfile.TemporaryDirectory() as directory:
            os.chdir(directory)
            try:
                test()
            except Skip as reason:
                note = " # SKIP %s" % reason
            except Exception as error:  # whatever a test dies of is its failure
                print("\n".join("# " + line for line in repr(error)[:2000].splitlines()))
                note = None
            os.chdir(here)
        os.umask(mask)
        failed += note is None
        print("%sok %d - %s%s" % ("not " if note is None else "", number, name[5:], note or ""),
              flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
