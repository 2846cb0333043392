#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Known answers of DRBGs through sockets (abi.md R-10, R-11), in the profile default.

    cavp.py [--preload LIBRARY] PROGRAM VECTORS

No distribution's kernel is built for these tests, so there is no record: VECTORS (rng.txt) are NIST's.
A socket can set entropy once, so vectors with reseeding or prediction resistance are left out.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ENTROPY = "set s 279 6 "  # SOL_ALG, ALG_SET_DRBG_ENTROPY

# Title, commands, results.
REFUSALS = [
    ("R-10 privilege", "unprivileged; s = bound rng drbg_nopr_sha256; " + ENTROPY + "48",
     "0 ok EACCES"),
    ("R-10 sizes", "s = bound rng drbg_nopr_sha256; %s129; %s0; %s48; %s48" % ((ENTROPY,) * 4),
     "ok EMSGSIZE 0 0 EINVAL"),
    ("R-10 other-types", "s = bound hash sha256; %s48" % ENTROPY, "ok ENOPROTOOPT"),
    ("R-11 sizes", "s = bound rng drbg_nopr_sha256; %s48; key s 0; o = accept s; send o 129; "
     "send o 128; send o 0" % ENTROPY, "ok 0 0 ok EMSGSIZE 128 0"),
    ("R-11 without-entropy", "s = bound rng drbg_nopr_sha256; key s 0; o = accept s; send o 16",
     "ok 0 ok EOPNOTSUPP"),
]


def vectors(path):
    """Dictionaries of the file's fields; a field that is given twice is a list."""
    for block in path.read_text().replace("\n ", "").split("\n\n"):
        fields = {}
        for line in block.splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                fields.setdefault(key.strip(), []).append(value.strip())
        if fields:
            yield fields


def known_answers(path):
    for number, fields in enumerate(vectors(path)):
        additional = fields.get("additional", [])
        if "entropy" not in fields or len(additional) != 2:
            continue
        if "reseed_entropy" in fields or "pr_entropy" in fields:
            continue
        size = len(fields["out"][0]) // 2
        if size > 128 or any(len(value) > 256 for value in additional):
            continue
        steps = ["s = bound rng " + fields["alg"][0], ENTROPY + "x" + fields["entropy"][0],
                 "key s x" + fields["seed"][0], "o = accept s"]
        results = ["ok", "0", "0", "ok"]
        for last, value in enumerate(additional):
            if value:
                steps.append("send o x" + value)
                results.append(str(len(value) // 2))
            steps.append("recv o %d %s" % (size, "all=1" if last else "hide=1"))
            results.append(fields["out"][0] if last else str(size))
        yield "R-11 %s-%d" % (fields["alg"][0], number), "; ".join(steps), " ".join(results)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--preload", default="")
    parser.add_argument("program")
    parser.add_argument("vectors", type=pathlib.Path)
    arguments = parser.parse_args()
    cases = REFUSALS + list(known_answers(arguments.vectors))
    environment = dict(os.environ, UALG_PROFILE="default", LD_PRELOAD=arguments.preload)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as table:
        for title, steps, _ in cases:
            table.write("%s\n\t%s\n" % (title, steps))
        table.flush()
        output = subprocess.run([arguments.program, table.name], env=environment, timeout=120,
                                stdout=subprocess.PIPE, text=True).stdout.splitlines()
    failures = 0
    for number, (title, _, wanted) in enumerate(cases, 1):
        got = output[number - 1].partition(": ")[2] if number <= len(output) else "nothing"
        if "EACCES" in got and wanted != got and os.geteuid() != 0:
            print("ok %d - %s # SKIP only root may set entropy" % (number, title))
            continue
        failures += got != wanted
        print("%s %d - %s" % ("ok" if got == wanted else "not ok", number, title))
        if got != wanted:
            print("# wanted %s\n# got    %s" % (wanted, got))
    print("1..%d" % len(cases))
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
