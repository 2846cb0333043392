#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""strongSwan's af-alg plugin, held to strongSwan's own test vectors.

strongswan.py UALG WITNESS  (TAP)
"""
import os
import re
import tempfile

import client

CHARON = "/usr/lib/ipsec/charon"
PLUGIN = "/usr/lib/ipsec/plugins/libstrongswan-%s.so"
# What the kernel's AF_ALG passes of them, with strongSwan 5.9.8.
ALGORITHMS = 51
VECTORS = 146
CONFIGURATION = """
charon {
  load = af-alg test-vectors random nonce
  filelog { log { path = %s
    default = 1
    lib = 2
  } }
}
libstrongswan { crypto_test { on_add = yes } }
"""


def main():
    for path, package in ((CHARON, "strongswan-charon"),
                          (PLUGIN % "af-alg", "libstrongswan-extra-plugins"),
                          (PLUGIN % "test-vectors", "libstrongswan-extra-plugins")):
        if not os.path.exists(path):
            client.skip_all("%s is not there (%s)" % (path, package))
    with tempfile.TemporaryDirectory() as directory:
        configuration, log = (os.path.join(directory, name) for name in ("conf", "log"))
        with open(configuration, "w", encoding="ascii") as file:
            file.write(CONFIGURATION % log)
        environment = {"STRONGSWAN_CONF": configuration}
        plain = client.run_without(CHARON, environment=environment)
        if not os.path.exists(log):
            client.skip_all("charon does not start here: " + plain.text().strip())
        os.unlink(log)
        # For want of other plugins it ends by itself, with a failure, once the tests are through.
        result = client.run(CHARON, environment=environment)
        with open(log, encoding="utf-8") as file:
            lines = file.read()
    passed = re.findall(r"(\S+)\[af-alg\]: passed (\d+) test vectors?", lines)
    failures = re.findall(r".*\[af-alg\].*fail.*", lines)
    for name, vectors in passed:
        client.check("%s, %s vectors" % (name, vectors), int(vectors) > 0)
    client.check("no algorithm failed", not failures, "\n".join(failures))
    client.check("%d algorithms" % ALGORITHMS, len(passed) >= ALGORITHMS, lines)
    vectors = sum(int(vectors) for _, vectors in passed)
    client.check("%d vectors" % VECTORS, vectors >= VECTORS, vectors)
    client.check("the sockets were used", len(result.bound()) >= ALGORITHMS, result)
    client.end()


if __name__ == "__main__":
    main()
