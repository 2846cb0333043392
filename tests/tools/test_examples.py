#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The examples of AF_ALG sockets, under `ualg run`.  test_examples.py UALG HASH SKCIPHER AEAD RNG  (TAP)
"""
import hashlib
import os
import re
import shutil
import subprocess
import sys

UALG, HASH, SKCIPHER, AEAD, RNG = (os.path.abspath(path) for path in sys.argv[1:6])


def run(program, data=b""):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("UALG_") and name != "LD_PRELOAD"}
    result = subprocess.run([UALG, "run", "--", program], input=data, capture_output=True,
                            timeout=60, check=False, env=environment)
    assert result.returncode == 0, "%s: %d %s" % (program, result.returncode, result.stderr)
    return result.stdout.decode().splitlines()


def test_hash():
    data = os.urandom(300001)
    assert run(HASH, data) == [hashlib.sha256(data).hexdigest()]


def test_skcipher():
    sealed, opened = run(SKCIPHER)
    assert opened == "text of 32 bytes, which is 2 blo", opened
    if shutil.which("openssl"):
        wanted = subprocess.run(
            ["openssl", "enc", "-aes-128-cbc", "-nopad", "-K", b"a key of 16 byte".hex(), "-iv",
             "00" * 16], input=opened.encode(), capture_output=True, check=True).stdout
        assert sealed == wanted.hex()


def test_aead():
    assert run(AEAD) == ["a secret", "changed: Bad message"]


def test_rng():
    first, second = run(RNG), run(RNG)
    assert re.fullmatch("[0-9a-f]{32}", first[0]) and first != second


def main():
    tests = [(name, value) for name, value in globals().items() if name.startswith("test_")]
    failed = 0
    print("1..%d" % len(tests))
    for number, (name, test) in enumerate(tests, 1):
        good = True
        try:
            test()
        except Exception as error:  # whatever a test dies of is its failure
            print("# %r" % error)
            good = False
        failed += not good
        print("%sok %d - %s" % ("" if good else "not ", number, name[5:]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
