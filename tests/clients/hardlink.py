#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""util-linux' hardlink, which gives files to hashes by sendfile and links those of equal digests.

hardlink.py UALG WITNESS  (TAP)
"""
import os
import tempfile

import client

# hardlink's name of the method, and what it binds for it.
METHODS = [("sha256", "sha256"), ("sha1", "sha1"), ("crc32", "crc32c")]
# It compares the first bytes by itself, and gives the sockets what follows, a MiB at most at once.
SIZES = [5000, 100003, (3 << 20) + 7]


def write(directory, name, data):
    with open(os.path.join(directory, name), "wb") as file:
        file.write(data)


def link(method, algorithm, size):
    """Two equal files and one that differs in its last byte."""
    name = "%s, %d bytes" % (method, size)
    data = os.urandom(size)
    with tempfile.TemporaryDirectory() as directory:
        write(directory, "first", data)
        write(directory, "same", data)
        write(directory, "other", data[:-1] + bytes([data[-1] ^ 1]))
        result = client.run("hardlink", "-v", "-y", method, "-c", directory)
        inodes = {file: os.stat(os.path.join(directory, file)).st_ino
                  for file in ("first", "same", "other")}
    client.check(name + ": the method", result.status == 0 and
                 ["Method:", method] in [line.split() for line in result.text().splitlines()],
                 result)
    client.check(name + ": the algorithm", result.bound() == [("hash", algorithm)], result)
    client.check(name + ": sendfile took the files", result.sent_by_file() > size, result)
    client.check(name + ": equal files are one", inodes["first"] == inodes["same"], result)
    client.check(name + ": another is not", inodes["first"] != inodes["other"], result)


def main():
    client.need("hardlink", "util-linux")
    known = client.run_without("hardlink", "--help").text()
    if "--method" not in known:
        client.skip_all("this hardlink compares without AF_ALG (util-linux before 2.38)")
    for method, algorithm in METHODS:
        for size in SIZES:
            link(method, algorithm, size)
    client.end()


if __name__ == "__main__":
    main()
