#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cryptsetup: its benchmark, and LUKS volumes with ciphers that only AF_ALG gives it.

cryptsetup.py UALG WITNESS  (TAP)
"""
import os
import re
import tempfile

import client

BENCHMARKS = [("aes-xts", 512, "xts(aes)"), ("aes-cbc", 256, "cbc(aes)"),
              ("serpent-xts", 512, "xts(serpent)"), ("twofish-xts", 512, "xts(twofish)")]
# The last: what AF_ALG must have been asked for.  AES is OpenSSL's business here.
VOLUMES = [("serpent-xts-plain64", 512, ("skcipher", "xts(serpent)")),
           ("twofish-cbc-essiv:sha256", 256, ("skcipher", "cbc(twofish)")),
           ("aes-xts-plain64", 512, None)]
FORMAT = ["cryptsetup", "luksFormat", "-q", "--type", "luks2", "--pbkdf", "pbkdf2",
          "--pbkdf-force-iterations", "1000"]
OPEN = ["cryptsetup", "open", "--test-passphrase", "-d", "-"]
PASSPHRASE = b"a passphrase"
SIZE = 32 << 20


def benchmark(cipher, bits, name):
    result = client.run("cryptsetup", "benchmark", "-c", cipher, "-s", str(bits))
    line = r"%s +%db +([0-9.]+) MiB/s +([0-9.]+) MiB/s" % (cipher, bits)
    speeds = re.search(line, result.text())
    client.check("benchmark of %s" % cipher,
                 result.status == 0 and speeds and all(float(x) > 0 for x in speeds.groups()),
                 result)
    client.check("benchmark of %s binds %s" % (cipher, name),
                 ("skcipher", name) in result.bound(), result)


def volume(directory, cipher, bits, bound):
    path = os.path.join(directory, cipher)
    with open(path, "wb") as file:
        file.truncate(SIZE)
    result = client.run(*FORMAT, "--cipher", cipher, "--key-size", str(bits), path, "-",
                        text=PASSPHRASE)
    client.check("luksFormat with " + cipher, result.status == 0, result)
    if bound:
        client.check("luksFormat binds %s" % bound[1], bound in result.bound(), result)
    result = client.run(*OPEN, path, text=PASSPHRASE)
    client.check("open with " + cipher, result.status == 0, result)
    result = client.run(*OPEN, path, text=PASSPHRASE + b"?")
    client.check("a wrong passphrase with " + cipher, result.status == 2, result)
    if not bound:
        # Written under ualg, read by the program alone.
        result = client.run_without(*OPEN, path, text=PASSPHRASE)
        client.check("open with %s and without ualg" % cipher, result.status == 0, result)
    os.unlink(path)


def main():
    client.need("cryptsetup", "cryptsetup-bin")
    for case in BENCHMARKS:
        benchmark(*case)
    with tempfile.TemporaryDirectory() as directory:
        for case in VOLUMES:
            volume(directory, *case)
    client.end()


if __name__ == "__main__":
    main()
