#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes vectors that a kernel's AF_ALG computes, for every name of docs/design/abi.md section 15.

    from_kernel.py hash|skcipher|aead > kernel-TYPE.txt

Run it on a kernel that has AF_ALG and no ualg.  Names that the kernel does not have are left out;
so are those whose answer depends on chance or cannot be run in both directions (SKIPPED).
"""
import errno
import platform
import re
import socket
import struct
import sys
from pathlib import Path

ABI = Path(__file__).resolve().parents[2] / "docs" / "design" / "abi.md"
SOL_ALG, SET_KEY, SET_IV, SET_OP, SET_ASSOCLEN, SET_AUTHSIZE = 279, 1, 2, 3, 4, 5
DECRYPT, ENCRYPT = 0, 1

SKIPPED = {
    "kw(aes)": "the IV is a result",
    "authenc(digest_null,cbc(aes))": "nothing is authenticated",
}
FIXED_AAD = {"rfc4106": (16, 20), "rfc4309": (20, 16), "rfc4543": (16, 20)}
MIN_AAD = {"rfc7539esp": 9, "authencesn": 8, "essiv": 16}
# Names beside those of abi.md, with the columns of its table.
MORE = {
    "aead": {"authenc(hmac(sha512),ctr(aes))": ["y", "y", "y", "any + 16", "16", "1-64"]},
}


def pattern(size, step, start=0):
    return bytes((start + i * step) & 0xFF for i in range(size))


def table(kind):
    """The rows of the kind's table: name and columns."""
    rows, inside = {}, False
    for line in ABI.read_text().splitlines():
        if line.startswith("### T-"):
            inside = line.split()[-1] == kind
        elif line.startswith("#"):
            inside = False
        if inside and line.startswith("| ") and not line.startswith("| name"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            rows[cells[0]] = cells[1:]
    return rows | MORE.get(kind, {})


def bind(kind, name):
    parent = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0)
    parent.bind((kind, name))
    return parent


def key_sizes(text):
    """Up to three sizes out of '16,24,32', '4-56', 'even, 0-64', 'any', '16,20,..,40'."""
    if text in ("none", "", "in data"):
        return []
    if text == "any":
        return [20, 200]
    found = re.fullmatch(r"(?:even, )?(\d+)-(\d+)", text)
    if not found:
        sizes = [int(n) for n in re.findall(r"\d+", text)]
        return [sizes[0], sizes[len(sizes) // 2], sizes[-1]] if len(sizes) > 3 else sizes
    low, high = int(found[1]), int(found[2])
    middle = (low + high) // 4 * 2
    return sorted({low, middle + (0 if text.startswith("even") else 1), high})


def stanza(source, kind, name, **fields):
    lines = [f"derived = {source}", f"type = {kind}", f"alg = {name}"]
    for field, value in fields.items():
        text = value.hex()
        pieces = [text[i : i + 80] for i in range(0, len(text), 80)] or [""]
        lines.append(f"{field} = {pieces[0]}".rstrip())
        lines += ["    " + piece for piece in pieces[1:]]
    print("\n".join(lines) + "\n")


def keyed(parent, key):
    if key is not None:
        parent.setsockopt(SOL_ALG, SET_KEY, key)
    op, _ = parent.accept()
    op.setblocking(False)
    return op


def write_hashes(source):
    for name, cells in table("hash").items():
        try:
            parent = bind("hash", name)
        except OSError:
            continue
        sizes = key_sizes(cells[5])
        keys = [pattern(size, 11, 1) for size in sizes]
        if cells[6] == "optional" or cells[6] in ("-", "in data"):
            keys.insert(0, None)
        data_sizes = [61, 300, 16, 2000] if len(keys) > 1 else [16, 61, 300]
        if name == "poly1305":
            data_sizes = [32, 61, 300]
        for i in range(max(2, len(keys), 3 if len(keys) == 1 else 0)):
            key = keys[i % len(keys)]
            data = pattern(data_sizes[i % len(data_sizes)], 7)
            op = keyed(parent, key)
            op.send(data)
            fields = {"in": data, "digest": op.recv(64)}
            op.close()
            if key is not None:
                fields = {"key": key} | fields
            if key is None and i >= len(keys):
                parent = bind("hash", name)
            stanza(source, "hash", name, **fields)


def crypt(op, operation, iv, aad_size, data, room):
    control = [(SOL_ALG, SET_OP, struct.pack("I", operation))]
    if iv:
        control.append((SOL_ALG, SET_IV, struct.pack("I", len(iv)) + iv))
    if aad_size is not None:
        control.append((SOL_ALG, SET_ASSOCLEN, struct.pack("I", aad_size)))
    op.sendmsg([data], control)
    return op.recv(room)


def write_skciphers(source):
    for name, cells in table("skcipher").items():
        try:
            parent = bind("skcipher", name)
        except OSError:
            continue
        keys, lengths = cells[3], cells[5]
        if name in SKIPPED or keys == "none":
            continue
        if lengths == "any":
            data_sizes = [45, 300, 16]
        elif lengths.startswith("≥"):
            data_sizes = [16, 45, 300]
        else:
            block = int(lengths.split()[2].rstrip(","))
            data_sizes = [block, 5 * block, 38 * 8 // block * block]
        sizes = key_sizes(keys)
        for i in range(max(2, len(sizes))):
            key = pattern(sizes[i % len(sizes)], 11, 1)
            iv = pattern(int(cells[4]), 5, 3)
            data = pattern(data_sizes[i], 7)
            try:
                op = keyed(parent, key)
            except OSError as error:
                print(f"{name}: key of {len(key)}: {error}", file=sys.stderr)
                continue
            cipher = crypt(op, ENCRYPT, iv, None, data, len(data))
            op.close()
            fields = {"key": key} | ({"iv": iv} if iv else {}) | {"plain": data, "cipher": cipher}
            stanza(source, "skcipher", name, **fields)


def aead_key(text, number):
    """A key out of '16,24,32' or 'any + 16': the second is a blob (K-10)."""
    if "+" not in text:
        sizes = key_sizes(text)
        return pattern(sizes[number % len(sizes)], 11, 1)
    hash_text, cipher_text = (part.strip() for part in text.split("+"))
    hash_key = pattern([20, 100][number % 2] if hash_text == "any" else int(hash_text), 11, 1)
    cipher_key = pattern(int(cipher_text), 13, 2)
    # The header is a netlink attribute: native byte order; the size is big-endian.
    return struct.pack("<HH", 8, 1) + struct.pack(">I", len(cipher_key)) + hash_key + cipher_key


def tag_sizes(text):
    """The largest, and 12 where that is one: shorter ones could be hit by chance."""
    sizes = set()
    for part in text.split(","):
        ends = [int(n) for n in part.split("-")]
        sizes |= set(range(ends[0], ends[-1] + 1))
    return [max(sizes)] + ([12] if 12 in sizes else [])


def essiv_aad(op, iv, aad):
    """The AAD that encryption leaves as it is: its end is the encrypted IV (E-25)."""
    return crypt(op, ENCRYPT, iv, len(aad), aad + bytes(16), 4096)[: len(aad)]


def write_aeads(source):
    for name, cells in table("aead").items():
        try:
            parent = bind("aead", name)
        except OSError:
            continue
        template = name.split("(")[0]
        if name in SKIPPED or "never" in cells[3]:
            continue
        whole_blocks = re.search(r"cbc\(", name) and "cts" not in name
        text_sizes = [32, 0, 304] if whole_blocks else [45, 16, 300]
        aad_sizes = FIXED_AAD.get(template, (13, 0, 32))
        tags = tag_sizes(cells[5])
        for i in range(3):
            iv = pattern(int(cells[4]), 5, 3)
            if template == "ccm":
                iv = bytes([1 + 2 * i]) + iv[1:]
            aad = pattern(max(aad_sizes[i % len(aad_sizes)], MIN_AAD.get(template, 0)), 3, 200)
            data = pattern(text_sizes[i], 7)
            tag_size = tags[i % len(tags)]
            op = None
            parent.setsockopt(SOL_ALG, SET_KEY, aead_key(cells[3], i))
            parent.setsockopt(SOL_ALG, SET_AUTHSIZE, None, tag_size)
            op = keyed(parent, None)
            if template == "essiv":
                aad = essiv_aad(op, iv, aad)
            out = crypt(op, ENCRYPT, iv, len(aad), aad + data, 4096)
            op.close()
            assert out[: len(aad)] == aad, name
            out = out[len(aad) :]
            fields = {"key": aead_key(cells[3], i), "iv": iv}
            fields |= {"aad": aad, "plain": data}
            fields |= {"cipher": out[: len(data)], "tag": out[len(data) :]}
            stanza(source, "aead", name, **fields)


def main():
    kind = sys.argv[1]
    version = platform.version().split()
    kernel = next((word for word in version if word[0].isdigit() and "." in word), version[0])
    print("# SPDX-License-Identifier: MIT")
    print("# What a Linux kernel's AF_ALG answers, name by name.  Written by from_kernel.py.\n")
    source = f"Linux {kernel} (Debian), AF_ALG, by from_kernel.py"
    {"hash": write_hashes, "skcipher": write_skciphers, "aead": write_aeads}[kind](source)


main()
