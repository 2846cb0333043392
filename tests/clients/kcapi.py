#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""libkcapi's tools, which ask by NETLINK_CRYPTO before they open an algorithm.

kcapi.py UALG  (TAP)
"""
import hashlib
import hmac
import os
import shutil
import subprocess
import sys

HASHES = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256"]
SIZES = [1, 300, 4096]
KEY = b"a key of some bytes"


def run(ualg, arguments, key=None):
    """What a tool wrote, in hexadecimal; or why it failed."""
    environment = dict(os.environ)
    environment.pop("LD_PRELOAD", None)
    descriptors = ()
    if key is not None:
        reader, writer = os.pipe()
        os.write(writer, key)
        os.close(writer)
        descriptors = (reader,)
        arguments = arguments + ["--keyfd", str(reader)]
    result = subprocess.run([ualg, "run", "--"] + arguments, capture_output=True, text=True,
                            timeout=60, check=False, env=environment, pass_fds=descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    if result.returncode != 0:
        return "exit %d: %s" % (result.returncode, result.stderr.strip())
    return result.stdout.strip()


def digests(ualg, size):
    """Pairs of a name and whether the tools agree with Python's own library."""
    path = "kcapi-%d-%d" % (os.getpid(), size)
    data = os.urandom(size)
    with open(path, "wb") as file:
        file.write(data)
    try:
        for name in HASHES:
            found = run(ualg, ["kcapi-dgst", "-c", name, "-i", path, "--hex"])
            wanted = hashlib.new(name.replace("sha3-", "sha3_"), data).hexdigest()
            yield "%s of %d bytes" % (name, size), found, wanted
        found = run(ualg, ["kcapi-dgst", "-c", "hmac(sha256)", "-i", path, "--hex"], KEY)
        yield ("hmac(sha256) of %d bytes" % size, found,
               hmac.new(KEY, data, "sha256").hexdigest())
    finally:
        os.unlink(path)


def random_bytes(ualg):
    """Lengths; that two results differ shows that bytes came at all."""
    for size in (1, 128, 300, 5000):
        first, second = (run(ualg, ["kcapi-rng", "-b", str(size), "--hex"]) for _ in range(2))
        yield "%d random bytes" % size, len(first), 2 * size
        if size > 16:
            yield "%d random bytes are others again" % size, first != second, True


def main():
    ualg = os.path.abspath(sys.argv[1])
    if not shutil.which("kcapi-dgst") or not shutil.which("kcapi-rng"):
        print("1..0 # SKIP libkcapi's tools (kcapi-tools) are not installed")
        return 0
    results = [result for size in SIZES for result in digests(ualg, size)]
    results += random_bytes(ualg)
    failed = 0
    print("1..%d" % len(results))
    for number, (name, found, wanted) in enumerate(results, 1):
        good = found == wanted
        failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", number, name))
        if not good:
            print("# got %s, wanted %s" % (found, wanted))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
