# SPDX-License-Identifier: MIT
"""Runs the examples of the consumer library, and compares with Python's own modules.

    examples.py FOLDER          the folder of the built examples  (TAP)
"""
import hashlib
import hmac
import os
import subprocess
import sys
import tempfile

FOLDER = sys.argv[1]


def run(name, *arguments, stdin=b"", status=0):
    done = subprocess.run([os.path.join(FOLDER, "example-" + name), *arguments], input=stdin,
                          capture_output=True, timeout=60)
    assert done.returncode == status, (name, arguments, done.returncode, done.stderr)
    assert status != 0 or not done.stderr, done.stderr
    return done.stdout


def test_digest():
    for size in (0, 1, 65535, 65536, 65537, 300000):
        data = os.urandom(size)
        for name, argument in (("sha256", []), ("sha3_512", ["sha3-512"])):
            expected = hashlib.new(name, data).hexdigest()
            assert run("digest", *argument, stdin=data).decode().strip() == expected
    run("digest", "nothing", status=1)
    run("digest", "hmac(sha256)", status=1)


def test_mac():
    assert run("mac") == b"MAC 1: success\nMAC 2: the data is not authentic\n"


def test_cipher():
    with tempfile.TemporaryDirectory() as directory:
        key = os.path.join(directory, "key")
        for name, key_size, sizes in (("ctr(aes)", 16, (0, 1, 100001)), ("chacha20", 32, (70000,)),
                                      ("cbc(camellia)", 24, (0, 65536, 160000))):
            with open(key, "wb") as file:
                file.write(os.urandom(key_size))
            for size in sizes:
                data = os.urandom(size)
                sealed = run("cipher", "encrypt", name, key, stdin=data)
                assert len(sealed) == 16 + size and (size < 16 or data[:16] not in sealed)
                assert run("cipher", "decrypt", name, key, stdin=sealed) == data
        run("cipher", "encrypt", "cbc(camellia)", key, stdin=bytes(17), status=1)
        run("cipher", "encrypt", "ctr(aes)", "/nowhere", status=1)
        run("cipher", status=2)


def test_seal():
    assert run("seal") == b"sealed: success\nopened: success\nchanged: the data is not authentic\n"


def test_random():
    for arguments in (["32"], ["300", "drbg_pr_sha512"], ["32", "ansi_cprng"]):
        first, second = (bytes.fromhex(run("random", *arguments).decode()) for _ in range(2))
        assert len(first) == int(arguments[0]) and first != second
    run("random", "1", "nothing", status=1)


def test_derive():
    lines = dict(line.split() for line in run("derive", stdin=b"secret").decode().splitlines())
    assert int(lines["iterations"]) >= 1000
    again = run("derive", lines["salt"], lines["iterations"], stdin=b"secret").decode()
    assert again.endswith("keys " + lines["keys"] + "\n")
    key = hashlib.pbkdf2_hmac("sha256", b"secret", bytes.fromhex(lines["salt"]),
                              int(lines["iterations"]), 32)
    keys = b"".join(hmac.new(key, info + b"\x01", "sha256").digest() for info in (b"send", b"receive"))
    assert hashlib.sha256(keys).hexdigest() == lines["keys"]


def test_queue():
    with tempfile.TemporaryDirectory() as directory:
        expected = {}
        for size in (0, 1, 100000, 5000000):
            path = os.path.join(directory, str(size))
            data = os.urandom(size)
            with open(path, "wb") as file:
                file.write(data)
            expected[path] = hashlib.sha256(data).hexdigest()
        lines = run("queue", *expected).decode().splitlines()
        assert {line[66:]: line[:64] for line in lines} == expected
        run("queue", os.path.join(directory, "nothing"), status=1)


def test_algorithms():
    everything = run("algorithms").decode().splitlines()
    hashes = run("algorithms", "hash").decode().splitlines()
    assert len(everything) > 200 and 60 < len(hashes) < len(everything)
    assert all(line.startswith("hash ") for line in hashes)
    assert run("algorithms", "any", "gcm(aes)").startswith(b"aead gcm(aes) by ")
    run("algorithms", "hash", "gcm(aes)", status=1)


def main():
    tests = [item for name, item in sorted(globals().items()) if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {test.__name__[5:]}")
        except Exception as error:
            failed += 1
            print(f"not ok {number} - {test.__name__[5:]}")
            print("# " + repr(error).replace("\n", "\n# "))
    return failed != 0


sys.exit(main())
