#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""iproute2's ip, which hashes a BPF object by sendfile before it loads it.

The object goes to `lo` of a network of its own.  iproute2.py UALG WITNESS  (TAP)
"""
import os
import struct
import tempfile

import client

APART = ["unshare", "--net", "--mount"]
LOAD = ["ip", "link", "set", "dev", "lo", "xdpgeneric", "obj"]
EM_BPF = 247
SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB = 1, 2, 3
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
GLOBAL_FUNCTION = 0x12
NAMES = b"\0.strtab\0.symtab\0xdp\0license\0pass\0"
# r0 = XDP_PASS; exit
PROGRAM = struct.pack("<BBhi", 0xb7, 0, 0, 2) + struct.pack("<BBhi", 0x95, 0, 0, 0)


def bpf_object():
    """A relocatable ELF file with one program, which lets every packet pass."""
    def name(word):
        return NAMES.index(b"\0" + word + b"\0") + 1

    symbols = bytes(24) + struct.pack("<IBBHQQ", name(b"pass"), GLOBAL_FUNCTION, 0, 3, 0,
                                      len(PROGRAM))
    # Name, type, flags, content; link, info and entry size of the symbols' table.
    sections = [(b"strtab", SHT_STRTAB, 0, NAMES, 0, 0, 0),
                (b"symtab", SHT_SYMTAB, 0, symbols, 1, 1, 24),
                (b"xdp", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, PROGRAM, 0, 0, 0),
                (b"license", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, b"GPL\0", 0, 0, 0)]
    body, headers = b"", bytes(64)
    for word, kind, flags, content, link, info, entry in sections:
        body += bytes(-len(body) % 8)
        at = NAMES.index(word + b"\0") - (word in (b"strtab", b"symtab"))
        headers += struct.pack("<IIQQQQIIQQ", at, kind, flags, 0, 64 + len(body), len(content),
                               link, info, 8, entry)
        body += content
    body += bytes(-len(body) % 8)
    start = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 1, EM_BPF, 1, 0, 0,
                        64 + len(body), 0, 64, 0, 0, 64, 1 + len(sections), 1)
    return start + body + headers


def main():
    for program, package in (("ip", "iproute2"), ("unshare", "util-linux")):
        client.need(program, package)
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "pass.o")
        with open(path, "wb") as file:
            file.write(bpf_object())
        command = LOAD + [path, "section", "xdp"]
        plain = client.run_without(*APART, *command)
        if plain.status != 0:
            client.skip_all("this machine loads no BPF program: " + plain.text().strip())
        result = client.run(*command, under=APART)
        client.check("the program is loaded", result.status == 0 and not result.err, result)
        client.check("it binds sha1", result.bound() == [("hash", "sha1")], result)
        client.check("sendfile took the whole object",
                     result.sent_by_file() == os.path.getsize(path), result)
    client.end()


if __name__ == "__main__":
    main()
