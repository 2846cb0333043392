#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The drop-ins where there is no original to compare with: check files, failures that leave no file,
their own manners.  test_tools.py UALG-TOOLS  (TAP)
"""
import hashlib
import hmac
import os
import signal
import subprocess
import sys
import tempfile
import time

TOOLS = os.path.abspath(sys.argv[1])
DATA = bytes(range(256)) * 2000
# Known to all, and built into the programs whose check files these are.
HMACCALC, FIPSCHECK = b"FIPS-FTW-RHT2009", b"orboDeJITITejsirpADONivirpUkvarP"


def environment():
    return {name: value for name, value in os.environ.items()
            if not name.startswith("UALG_") and name != "LD_PRELOAD"}


def run(*words, data=b"", fds=()):
    return subprocess.run([TOOLS, *words], env=environment(), input=data, capture_output=True,
                          timeout=60, check=False, pass_fds=fds)


def expect(status, *words, **more):
    result = run(*words, **more)
    assert result.returncode == status, "%s: status %d, not %d: %s" % (
        words, result.returncode, status, result.stderr)
    return result


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def read(name):
    with open(name, "rb") as file:
        return file.read()


def test_names():
    names = expect(0, "--list").stdout.decode().split()
    assert {"md5sum", "sha512hmac", "fipscheck", "kcapi-enc"} <= set(names), names
    for name in names:
        os.symlink(TOOLS, name)
        result = subprocess.run(["./" + name, "--version"], capture_output=True, check=False,
                                stdin=subprocess.DEVNULL, env=environment())
        if not name.startswith("fips"):
            assert result.returncode == 0 and b"ualg" in result.stdout + result.stderr, name
    assert b"'nosuch' is none of its programs" in expect(2, "nosuch").stderr
    assert expect(0, "--help").stdout.startswith(b"Usage: ualg-tools PROGRAM")
    assert b"--list" in run().stderr
    for name in names[:14]:
        assert b"Usage: " + name.encode() in expect(0, name, "--help").stdout


def test_check_files():
    write("vmlinuz", DATA)
    line = expect(0, "sha512hmac", "vmlinuz").stdout
    assert line.decode() == "%s  vmlinuz\n" % hmac.new(HMACCALC, DATA, "sha512").hexdigest()
    write(".vmlinuz.hmac", line)
    assert expect(0, "sha512hmac", "-c", ".vmlinuz.hmac").stdout == b"vmlinuz: OK\n"
    assert expect(0, "sha512hmac", "-q", "-c", ".vmlinuz.hmac").stdout == b""
    write("vmlinuz", DATA[:-1] + b"x")
    result = expect(1, "sha512hmac", "-c", ".vmlinuz.hmac")
    assert result.stdout == b"vmlinuz: FAILED\n" and b"did NOT match" in result.stderr
    result = expect(1, "sha512hmac", "--status", "-c", ".vmlinuz.hmac")
    assert result.stdout == result.stderr == b""
    os.unlink("vmlinuz")
    expect(1, "sha512hmac", "-c", ".vmlinuz.hmac")
    expect(1, "sha512hmac", "-c", "nosuch")
    write("empty", b"")
    expect(1, "sha512hmac", "-c", "empty")
    expect(1, "sha512hmac", "-c", "empty", "extra")


def test_hmac_keys():
    write("a", DATA)
    write("key", b"\x00\x01\xff")
    wanted = hmac.new(b"\x00\x01\xff", DATA, "sha256").hexdigest()
    assert expect(0, "sha256hmac", "-k", "key", "a").stdout.split()[0].decode() == wanted
    result = expect(0, "sha256hmac", "-K", "secret", "a")
    assert result.stdout.split()[0].decode() == hmac.new(b"secret", DATA, "sha256").hexdigest()
    assert b"other users" in result.stderr
    half = expect(0, "sha256hmac", "-k", "key", "-t", "128", "a").stdout
    assert half.split()[0].decode() == wanted[:32]
    write("list", half)
    expect(0, "sha256hmac", "-k", "key", "-t", "128", "-c", "list")
    expect(1, "sha256hmac", "-k", "key", "-c", "list")
    for words in (["-t", "7"], ["-t", "0"], ["-t", "264"], ["-t", "x"], ["-k", "nosuch"],
                  ["-h", "nosuch"], ["-u", "-K", "x"], ["--bogus"]):
        expect(1, "sha256hmac", *words, "a")


def test_fips():
    write("lib", DATA)
    expect(3, "fipscheck", "lib")
    result = expect(0, "fipshmac", "lib")
    assert result.stdout == result.stderr == b""
    wanted = hmac.new(FIPSCHECK, DATA, "sha256").hexdigest().encode() + b"\n"
    assert read(".lib.hmac") == wanted
    result = expect(0, "fipscheck", "lib")
    assert result.stdout == result.stderr == b""
    os.mkdir("checks")
    expect(0, "fipshmac", "-d", "checks", "-s", ".sum", "lib")
    assert read("checks/lib.sum") == wanted
    write("lib", DATA + b"x")
    expect(1, "fipscheck", "lib")
    write("lib", DATA)
    for text in (b"", wanted[:63], wanted[:63] + b"x\n", wanted[:64] + b"00\n", b"\0" * 65):
        write(".lib.hmac", text)
        expect(3, "fipscheck", "lib")
    # What sha256hmac -K writes has the name behind it.
    write(".lib.hmac", wanted[:64] + b"  lib\n")
    expect(0, "fipscheck", "lib")
    expect(0, "fipshmac", "lib")
    os.unlink("lib")
    expect(4, "fipscheck", "lib")
    expect(2, "fipscheck")
    expect(2, "fipshmac", "-x")
    expect(4, "fipshmac", "nosuch")
    assert not os.path.exists(".nosuch.hmac"), "a check file of nothing"


def test_failures_leave_no_file():
    """What filled an image with empty check files: a program that cannot compute."""
    write("in", DATA)
    before = sorted(os.listdir("."))
    expect(254, "kcapi-dgst", "-c", "nosuch", "-i", "in", "-o", "out")
    expect(251, "kcapi-dgst", "-c", "sha256", "-i", "nosuch", "-o", "out")
    reader, writer = os.pipe()
    os.write(writer, bytes(16))
    os.close(writer)
    expect(182, "kcapi-enc", "-d", "-c", "gcm(aes)", "--keyfd", str(reader), "--tag", "00" * 16,
           "--aad", "00", "-i", "in", "-o", "out", fds=(reader,))
    assert sorted(os.listdir(".")) == before, "a failure left a file"
    write("out", b"precious")
    reader, writer = os.pipe()
    os.write(writer, bytes(16))
    os.close(writer)
    result = expect(234, "kcapi-enc", "-d", "-c", "cbc(aes)", "--keyfd", str(reader), "-i", "out",
                    "-o", "out", fds=(reader,))
    assert read("out") == b"precious" and b"-22" in result.stderr


def test_interrupt_leaves_no_file():
    key, writer = os.pipe()
    os.write(writer, bytes(16))
    os.close(writer)
    reader, writer = os.pipe()
    with subprocess.Popen([TOOLS, "kcapi-enc", "-c", "ctr(aes)", "--keyfd", str(key), "-o", "out"],
                          stdin=reader, pass_fds=(key,), env=environment()) as child:
        os.close(reader)
        os.write(writer, bytes(1000))
        time.sleep(0.4)
        assert child.poll() is None
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == -signal.SIGINT
        os.close(writer)
    assert os.listdir(".") == [], os.listdir(".")


def test_large_and_odd_sizes():
    for size in (0, 1, 262143, 262144, 262145, 1000003):
        data = os.urandom(size)
        for name in ("md5", "sha1", "sha512"):
            found = expect(0, name + "sum", data=data).stdout.split()[0].decode()
            assert found == hashlib.new(name, data).hexdigest(), (name, size)


def test_whole_modes_are_right_at_any_length():
    """xts over more than the original takes at once: there and back, and no block repeats."""
    keys = []
    data = bytes(200003)
    write("in", data)
    for _ in range(2):
        reader, writer = os.pipe()
        os.write(writer, bytes(range(32)))
        os.close(writer)
        keys.append(reader)
    words = ["kcapi-enc", "-c", "xts(aes)", "--iv", "00" * 16, "-q"]
    expect(0, *words, "--keyfd", str(keys[0]), "-i", "in", "-o", "out", fds=(keys[0],))
    sealed = read("out")
    blocks = {sealed[i:i + 16] for i in range(0, len(sealed), 16)}
    assert len(blocks) == len(sealed) // 16, "a tweak was used twice"
    expect(0, *words, "-d", "--keyfd", str(keys[1]), "-i", "out", "-o", "back", fds=(keys[1],))
    assert read("back")[:len(data)] == data


def main():
    tests = [(name, value) for name, value in globals().items() if name.startswith("test_")]
    failed = 0
    print("1..%d" % len(tests))
    for number, (name, test) in enumerate(tests, 1):
        here, good = os.getcwd(), True
        with tempfile.TemporaryDirectory() as directory:
            os.chdir(directory)
            try:
                test()
            except Exception as error:  # whatever a test dies of is its failure
                print("\n".join("# " + line for line in repr(error)[:2000].splitlines()))
                good = False
            os.chdir(here)
        failed += not good
        print("%sok %d - %s" % ("" if good else "not ", number, name[5:]), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
