#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""AF_ALG by nothing but Python's own socket module: hash, MAC, encrypt, seal, draw random bytes.

    try.py [FILE]

Ends with status 0 if all went well, 3 if the kernel refuses AF_ALG, 1 if a result is wrong.
"""
import errno
import hashlib
import hmac
import os
import socket
import subprocess
import sys


def algorithm(kind, name):
    """A socket bound to an algorithm: it takes the key, and gives operations by accept()."""
    sock = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0)
    sock.bind((kind, name))
    return sock


def hash_file(path):
    with algorithm("hash", "sha256") as alg, alg.accept()[0] as op, open(path, "rb") as file:
        while chunk := file.read(65536):
            op.send(chunk, socket.MSG_MORE)
        op.send(b"")
        return op.recv(32)


def authenticate(key, message):
    with algorithm("hash", "hmac(sha256)") as alg:
        alg.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, key)
        with alg.accept()[0] as op:
            op.sendall(message)
            return op.recv(32)


def crypt(key, iv, message, operation):
    with algorithm("skcipher", "cbc(aes)") as alg:
        alg.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, key)
        with alg.accept()[0] as op:
            op.sendmsg_afalg([message], op=operation, iv=iv)
            return op.recv(len(message))


def seal(key, iv, aad, message, operation, tag_size=16):
    """Encryption: AAD, ciphertext and tag come out; decryption takes them and gives AAD, text."""
    grown = tag_size if operation == socket.ALG_OP_ENCRYPT else -tag_size
    with algorithm("aead", "gcm(aes)") as alg:
        alg.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, key)
        alg.setsockopt(socket.SOL_ALG, socket.ALG_SET_AEAD_AUTHSIZE, None, tag_size)
        with alg.accept()[0] as op:
            op.sendmsg_afalg([aad, message], op=operation, iv=iv, assoclen=len(aad))
            return op.recv(len(aad) + len(message) + grown)[len(aad):]


def random_bytes(size):
    with algorithm("rng", "stdrng") as alg:
        alg.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, b"")
        with alg.accept()[0] as op:
            return op.recv(size)


failures = 0


def show(what, result, good, how):
    global failures
    if not good:
        failures += 1
    print("  %-26s %-20s %s" % (what, result, how if good else "WRONG: not " + how))


def open_damaged(key, iv, aad, sealed):
    """What opening says when one bit of the ciphertext has changed."""
    damaged = bytes([sealed[0] ^ 1]) + sealed[1:]
    try:
        seal(key, iv, aad, damaged, socket.ALG_OP_DECRYPT)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "accepted"


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.abspath(__file__)
    message = b"Attack at dawn. Bring the maps. " * 2
    key, iv, aad = os.urandom(32), os.urandom(16), b"header"

    digest = hash_file(path).hex()
    expected = subprocess.run(["sha256sum", path], capture_output=True, text=True,
                              check=True).stdout.split()[0]
    show("sha256 of a file", digest[:16] + "...", digest == expected, "the same as sha256sum says")

    mac = authenticate(key, message)
    show("hmac(sha256)", mac.hex()[:16] + "...",
         hmac.compare_digest(mac, hmac.new(key, message, hashlib.sha256).digest()),
         "the same as Python's hmac")

    encrypted = crypt(key, iv, message, socket.ALG_OP_ENCRYPT)
    decrypted = crypt(key, iv, encrypted, socket.ALG_OP_DECRYPT)
    show("cbc(aes)", encrypted.hex()[:16] + "...",
         decrypted == message and encrypted != message, "decrypts to the message")

    sealed = seal(key, iv[:12], aad, message, socket.ALG_OP_ENCRYPT)
    opened = seal(key, iv[:12], aad, sealed, socket.ALG_OP_DECRYPT)
    show("gcm(aes)", sealed.hex()[:16] + "...", opened == message, "opens to the message")
    answer = open_damaged(key, iv[:12], aad, sealed)
    show("gcm(aes), one bit changed", answer, answer == "EBADMSG", "refused")

    first, second = random_bytes(16), random_bytes(16)
    show("stdrng", first.hex()[:16] + "...", len(first) == 16 and first != second,
         "16 bytes, others each time")
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        if error.errno not in (errno.EAFNOSUPPORT, errno.EPERM, errno.EACCES):
            raise
        print("  refused: %s (%s)" % (error.strerror, errno.errorcode[error.errno]))
        sys.exit(3)
