#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""OpenSSL's engine `afalg`, which sets the key after accept and reads by asynchronous I/O.

openssl.py UALG WITNESS  (TAP)
"""
import os
import re
import tempfile

import client

SET = b'Engine "afalg" set.'
IV = "00112233445566778899aabbccddeeff"
SPEED = ["openssl", "speed", "-engine", "afalg", "-elapsed", "-evp", "aes-128-cbc", "-seconds", "1"]
# Smaller than a record, of several records, and of many.
SIZES = [1, 5000, 1 << 20]


def check_engine(result, name):
    # Where the engine fails, openssl falls back to its own code and ends well.
    client.check(name + ": the engine is in use", SET in result.err, result)
    client.check(name + ": no call of it failed", b"ALG_" not in result.err, result)
    client.check(name + ": it bound cbc(aes)", ("skcipher", "cbc(aes)") in result.bound(), result)


def both_ways(path, data, bits):
    name = "aes-%d-cbc of %d bytes" % (bits, len(data))
    words = ["openssl", "enc", "-aes-%d-cbc" % bits, "-K", "5a" * (bits // 8), "-iv", IV]
    engine = ["-engine", "afalg"]
    result = client.run(*words, *engine, "-e", "-in", path)
    check_engine(result, name)
    expected = client.run_without(*words, "-e", "-in", path)
    client.check(name + ": the ciphertext of openssl alone",
                 result.status == expected.status == 0 and result.out == expected.out, result.err)
    result = client.run(*words, *engine, "-d", text=expected.out)
    check_engine(result, name + ", decrypted")
    client.check(name + ": decrypted", result.status == 0 and result.out == data, result.err)


def speed(name, *more):
    result = client.run(*SPEED, *more)
    table = re.search(r"^AES-128-CBC((?: +[0-9.]+k){6})$", result.text(), re.M)
    client.check(name + ": each of six sizes was measured", result.status == 0 and table and
                 all(float(speed[:-1]) > 0 for speed in table.group(1).split()), result)
    check_engine(result, name)


def main():
    client.need("openssl", "openssl")
    directory = client.run_without("openssl", "version", "-e").text().split('"')[1]
    if not os.path.exists(os.path.join(directory, "afalg.so")):
        client.skip_all("this OpenSSL has no engine afalg")
    known = client.run("openssl", "engine", "-t", "-c", "afalg")
    client.check("the engine is available", b"[ available ]" in known.out, known)
    client.check("it offers three ciphers",
                 b"[AES-128-CBC, AES-192-CBC, AES-256-CBC]" in known.out, known)
    with tempfile.NamedTemporaryFile() as file:
        for size in SIZES:
            data = os.urandom(size)
            file.seek(0)
            file.truncate()
            file.write(data)
            file.flush()
            for bits in (128, 192, 256):
                both_ways(file.name, data, bits)
    speed("speed")
    speed("speed with 4 jobs", "-async_jobs", "4")
    client.end()


if __name__ == "__main__":
    main()
