#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""stress-ng's AF_ALG stressor, which binds one socket to all it finds in /proc/crypto and to all
names it knows, and checks the errors it gets.

stress_ng.py UALG WITNESS  (TAP)
"""
import re

import client

SECONDS = 20
# The least of each type; a kernel that stress-ng ran on had 57 of /proc/crypto.
LEAST = {"hash": 20, "skcipher": 20, "aead": 5, "rng": 1}


def main():
    client.need("stress-ng", "stress-ng")
    result = client.run("stress-ng", "--af-alg", "1", "-t", str(SECONDS), "--verify",
                        "--metrics", timeout=SECONDS + 60)
    text = result.text()
    client.check("it ends well", result.status == 0 and "successful run" in text, result)
    client.check("nothing failed to verify", "fail:" not in text, result)
    found = re.search(r"af-alg: (\d+) cryptographic algorithms found in /proc/crypto", text)
    client.check("it reads /proc/crypto", found and int(found.group(1)) >= 50, result)
    operations = re.search(r"\baf-alg +(\d+) ", text)
    # Without AF_ALG it says that it ran well and has done nothing.
    client.check("operations were done", operations and int(operations.group(1)) > 0, result)
    bound = set(result.bound())
    for kind, least in LEAST.items():
        names = {name for of, name in bound if of == kind}
        client.check("at least %d names of type %s" % (least, kind), len(names) >= least, names)
    client.end()


if __name__ == "__main__":
    main()
