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
import tempfile

HASHES = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256"]
# The tools send what is small and splice what is large.
SIZES = [1, 300, 4096, 100003, (1 << 20) + 5]
KEY = b"a key of some bytes"
IV = "00112233445566778899aabbccddeeff"
SALT = bytes(range(8))
ITERATIONS = 65536


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


def openssl(bits, key, data):
    """aes-cbc as kcapi-enc does it: it pads only what is no whole number of blocks."""
    words = ["openssl", "enc", "-e", "-aes-%d-cbc" % bits, "-K", key.hex(), "-iv", IV]
    if len(data) % 16 == 0:
        words.append("-nopad")
    return subprocess.run(words, input=data, capture_output=True, check=True).stdout


def ciphers(ualg, size):
    """With a key that is given, and with one that the tool makes by PBKDF2 on an AF_ALG hash."""
    data = os.urandom(size)
    words = ["kcapi-enc", "-q", "-c", "cbc(aes)", "--iv", IV]
    with tempfile.TemporaryDirectory() as directory:
        plain, sealed, opened = (os.path.join(directory, name) for name in "pso")
        with open(plain, "wb") as file:
            file.write(data)
        for key_size in (16, 24, 32):
            key = os.urandom(key_size)
            name = "%d bytes with a key of %d" % (size, key_size)
            yield name, run(ualg, words + ["-e", "-i", plain, "-o", sealed], key), ""
            yield (name + ": openssl's ciphertext",
                   read(sealed) == openssl(8 * key_size, key, data), True)
            yield name + ", back", run(ualg, words + ["-d", "-i", sealed, "-o", opened], key), ""
            yield name + ": the plaintext", read(opened) == data, True
            os.unlink(sealed)
            os.unlink(opened)
        words += ["-p", "secret", "-s", SALT.hex(), "--pbkdfiter", str(ITERATIONS)]
        run(ualg, words + ["-e", "-i", plain, "-o", sealed])
        key = hashlib.pbkdf2_hmac("sha256", b"secret", SALT, ITERATIONS, 32)
        yield ("%d bytes with a passphrase" % size, read(sealed) == openssl(256, key, data), True)


def read(path):
    """A file's content; None where a tool has not made it."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def random_bytes(ualg):
    """Lengths; that two results differ shows that bytes came at all."""
    for size in (1, 128, 300, 5000):
        first, second = (run(ualg, ["kcapi-rng", "-b", str(size), "--hex"]) for _ in range(2))
        yield "%d random bytes" % size, len(first), 2 * size
        if size > 16:
            yield "%d random bytes are others again" % size, first != second, True


def main():
    ualg = os.path.abspath(sys.argv[1])
    for program, package in (("kcapi-dgst", "kcapi-tools"), ("openssl", "openssl")):
        if not shutil.which(program):
            print("1..0 # SKIP %s is not installed (%s)" % (program, package))
            return 0
    results = [result for size in SIZES for result in digests(ualg, size)]
    results += [result for size in SIZES for result in ciphers(ualg, size)]
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
