# SPDX-License-Identifier: MIT
"""Runs the tests of Project Wycheproof (C2SP/wycheproof, testvectors_v1) whose algorithms AF_ALG has.

    wycheproof.py PROGRAM engine
    wycheproof.py PROGRAM door LD_PRELOAD

The JSON files are looked for in $UALG_WYCHEPROOF, or in ../shared/vectors/wycheproof beside the
project.  Each test becomes a line for PROGRAM, with what has to come of it: "good", "bad" (refused
as not authentic), or an errno and the step that gives it.  What the interface cannot express is
counted by its reason.
"""
import collections
import json
import os
import re
import subprocess
import sys
from pathlib import Path

CIPHERS = {"AES": "aes", "ARIA": "aria", "CAMELLIA": "camellia", "SM4": "sm4"}
KEY_SIZES = {"aes": (16, 24, 32), "aria": (16, 24, 32), "camellia": (16, 24, 32), "sm4": (16,)}
NOT_NAMED = {
    "AES-GCM-SIV": "no name of AF_ALG",
    "XCHACHA20-POLY1305": "no name of AF_ALG: rfc7539(xchacha20,poly1305) is ENOENT",
    "HMACSHA512/224": "no name of AF_ALG",
    "HMACSHA512/256": "no name of AF_ALG",
}
KEY_DERIVATION = ("HKDF", "PBKDF2")


class Skip(Exception):
    """The interface has no way to say this."""


def data(test, name):
    return bytes.fromhex(test.get(name, ""))


def pad(message, block):
    """PKCS #7."""
    size = block - len(message) % block
    return message + bytes([size]) * size


def verdict(test):
    return "good" if test["result"] == "valid" else "bad"


def aead(name, test, iv, iv_sizes, tags, key_sizes, aad, text):
    """A line for an AEAD; iv_sizes: those that the algorithm has."""
    key, tag = data(test, "key"), data(test, "tag")
    expected = verdict(test)
    if len(key) not in key_sizes:
        expected = "key"
    elif len(tag) not in tags:
        expected = "authsize"
    elif len(iv) not in iv_sizes:
        expected = "send"
    elif name.startswith("ccm") and not 1 <= iv[0] <= 7:
        expected = "recv"
    return ["aead", name, expected, key, iv, aad, text, data(test, "ct"), tag]


def gcm(cipher, test):
    tags = {4, 8, 12, 13, 14, 15, 16}
    return aead(f"gcm({cipher})", test, data(test, "iv"), (12,), tags, KEY_SIZES[cipher],
                data(test, "aad"), data(test, "msg"))


def gmac(cipher, test):
    """GMAC is GCM of an AAD alone."""
    return aead(f"gcm({cipher})", test, data(test, "iv"), (12,), {16}, KEY_SIZES[cipher],
                data(test, "msg"), b"")


def ccm(cipher, test):
    """The IV is the size of the length field less one, and the nonce (E-15)."""
    nonce = data(test, "iv")
    if len(nonce) > 14:
        raise Skip("a nonce that leaves no room for the length field")
    iv = bytes([14 - len(nonce)]) + nonce + bytes(15 - len(nonce))
    return aead(f"ccm({cipher})", test, iv, (16,), set(range(4, 17, 2)), KEY_SIZES[cipher],
                data(test, "aad"), data(test, "msg"))


def cbc(cipher, test):
    """The padding is this test's own business."""
    plain, sealed = data(test, "msg"), data(test, "ct")
    expected = verdict(test)
    if expected == "bad":
        expected = "recv" if len(sealed) % 16 else "padding"
        plain = sealed
    else:
        plain = pad(plain, 16)
    return ["skcipher", f"cbc({cipher})", expected, data(test, "key"), data(test, "iv"), plain,
            sealed]


def xts(cipher, test):
    iv, plain = data(test, "iv"), data(test, "msg")
    expected = verdict(test)
    if len(iv) != 16:
        expected = "send"
    elif len(plain) < 16:
        expected = "recv"
    return ["skcipher", f"xts({cipher})", expected, data(test, "key"), iv, plain, data(test, "ct")]


def wrap(cipher, test):
    """The integrity block is the IV of unwrapping, and cannot be read after wrapping (C-21)."""
    plain, sealed = data(test, "msg"), data(test, "ct")
    expected = verdict(test) if test["result"] != "acceptable" else "good"
    if len(sealed) < 8:
        raise Skip("a wrapped key without an integrity block")
    if len(sealed) % 8 or len(sealed) < 24:
        expected = "recv"
    return ["wrap", f"kw({cipher})", expected, data(test, "key"), sealed[:8], plain, sealed[8:]]


def mac(name, test, key_sizes=None):
    expected = verdict(test)
    if key_sizes and len(data(test, "key")) not in key_sizes:
        expected = "key"
    return ["hash", name, expected, data(test, "key"), data(test, "msg"), data(test, "tag")]


def line_of(algorithm, test):
    """What a test is to the interface."""
    hmac = re.fullmatch(r"HMAC(SHA3-|SHA|SM)(\d+)", algorithm)
    if hmac:
        return mac(f"hmac({hmac[1].lower()}{hmac[2]})", test)
    if algorithm == "CHACHA20-POLY1305":
        return aead("rfc7539(chacha20,poly1305)", test, data(test, "iv"), (12,), {16}, (32,),
                    data(test, "aad"), data(test, "msg"))
    if algorithm == "AEGIS128":
        return aead("aegis128", test, data(test, "iv"), (16,), set(range(8, 17)), (16,),
                    data(test, "aad"), data(test, "msg"))
    cipher, mode = algorithm.split("-", 1)
    cipher = CIPHERS[cipher]
    if mode == "CMAC":
        return mac(f"cmac({cipher})", test, KEY_SIZES[cipher])
    modes = {"GCM": gcm, "GMAC": gmac, "CCM": ccm, "CBC-PKCS5": cbc, "XTS": xts, "WRAP": wrap}
    return modes[mode](cipher, test)


def write(field):
    return field if isinstance(field, str) else field.hex() or "-"


def convert(path):
    """The lines of a file, and how many tests were left out by reason."""
    document = json.loads(path.read_text())
    algorithm = document["algorithm"]
    lines, skipped = [], collections.Counter()
    tests = [test for group in document["testGroups"] for test in group["tests"]]
    for test in tests:
        try:
            if algorithm.startswith(KEY_DERIVATION):
                raise Skip("key derivation, which AF_ALG does not do")
            if algorithm in NOT_NAMED:
                raise Skip(NOT_NAMED[algorithm])
            fields = line_of(algorithm, test)
        except Skip as reason:
            skipped[str(reason)] += 1
            continue
        lines.append("\t".join([str(test["tcId"])] + [write(field) for field in fields]))
    return lines, skipped


def run(program, lines):
    """Whether all lines came out right, and what was said."""
    done = subprocess.run(program, input="\n".join(lines) + "\n", text=True, capture_output=True)
    return done.returncode == 0, (done.stdout + done.stderr).splitlines()


def main():
    program = [sys.argv[1], sys.argv[2]]
    if len(sys.argv) > 3:
        program = ["env", f"LD_PRELOAD={sys.argv[3]}"] + program
    root = Path(__file__).resolve().parents[2]
    place = os.environ.get("UALG_WYCHEPROOF") or root.parent / "shared/vectors/wycheproof"
    files = sorted(Path(place).glob("*_test.json"))
    if not files:
        print(f"1..0 # SKIP no Wycheproof files in {place}")
        return 0
    print(f"1..{len(files)}")
    counts, failures = collections.Counter(), 0
    for number, path in enumerate(files, 1):
        lines, skipped = convert(path)
        good, said = run(program, lines) if lines else (True, [])
        failures += not good
        print(f"{'ok' if good else 'not ok'} {number} - {path.name}: {len(lines)} run"
              + ("" if lines else " # SKIP"))
        for reason, count in skipped.items():
            print(f"# {path.name}: {count} skipped: {reason}")
        for text in said[-20:]:
            print(f"# {text}")
        counts["run"] += len(lines)
        counts["skipped"] += sum(skipped.values())
    print(f"# {counts['run']} run, {counts['skipped']} skipped")
    return failures != 0


sys.exit(main())
