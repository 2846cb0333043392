# SPDX-License-Identifier: MIT
"""Runs Project Wycheproof's tests of HKDF and PBKDF2 through the consumer library.

    wycheproof_kdf.py VECTORS_KDF

The JSON files are looked for where tests/wycheproof/wycheproof.py looks.  Each test becomes a stanza
of a vector file for VECTORS_KDF.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def hash_name(algorithm):
    """HKDF-SHA-256 and PBKDF2-HMACSHA256 both speak of sha256."""
    return "sha" + re.search(r"SHA-?(\d+)$", algorithm)[1]


def stanza(algorithm, test):
    lines = [f"source = Project Wycheproof, {algorithm}, tcId {test['tcId']}",
             f"alg = hmac({hash_name(algorithm)})", f"salt = {test['salt']}"]
    if algorithm.startswith("HKDF"):
        lines += ["type = hkdf", f"key = {test['ikm']}", f"info = {test['info']}"]
        size, out = test["size"], test["okm"]
    else:
        lines += ["type = pbkdf2", f"password = {test['password']}",
                  f"iterations = \"{test['iterationCount']}\""]
        size, out = test["dkLen"], test["dk"]
    if test["result"] == "valid":
        lines.append(f"out = {out}")
    else:
        lines.append(f"refused = \"{size}\"")
    return "\n".join(lines)


def main():
    program = sys.argv[1]
    root = Path(__file__).resolve().parents[2]
    place = os.environ.get("UALG_WYCHEPROOF") or root.parent / "shared/vectors/wycheproof"
    files = sorted(list(Path(place).glob("hkdf_*_test.json")) +
                   list(Path(place).glob("pbkdf2_*_test.json")))
    if not files:
        print(f"1..0 # SKIP no Wycheproof files in {place}")
        return 0
    with tempfile.TemporaryDirectory() as directory:
        names = []
        for path in files:
            document = json.loads(path.read_text())
            tests = [test for group in document["testGroups"] for test in group["tests"]]
            names.append(Path(directory) / path.with_suffix(".txt").name)
            names[-1].write_text("\n\n".join(
                stanza(document["algorithm"], test) for test in tests) + "\n")
        return subprocess.run([program, "direct", *map(str, names)]).returncode


sys.exit(main())
