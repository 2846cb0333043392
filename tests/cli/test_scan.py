#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`ualg scan`: programs made here, and those of the machine, with AF_ALG and without.

test_scan.py UALG  (TAP)
"""
import json
import os
import random
import struct
import sys
import tempfile

from command import Skip, compile_c, expect, main, ualg

HEAD = """
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
"""

# Uses AF_ALG as programs do; FLAGS may add to the type.
USER = HEAD + """
#ifndef FLAGS
#define FLAGS 0
#endif
int main(int argc, char **argv)
{
	struct { unsigned short family; char type[14]; unsigned feat, mask; char name[64]; } a;
	int s = socket(38, SOCK_SEQPACKET | FLAGS, 0);
	a.family = 38;
	strcpy(a.type, argc > 1 ? argv[1] : "skcipher");
	strcpy(a.name, "cbc(aes)");
	a.feat = a.mask = 0;
	return bind(s, (void *)&a, sizeof(a)) | setsockopt(s, 279, 1, argv[0], 16) |
	       accept(s, 0, 0);
}
"""

# An address that is there from the start.
ADDRESS = HEAD + """
int main(void)
{
	static struct { unsigned short family; char type[14]; unsigned feat, mask; char name[64]; }
	    a = {38, "%s", 0, 0, "cbc(aes)"};
	return bind(3, (void *)&a, sizeof(a)) | socket(1, 2, 3) | accept(0, 0, 0);
}
"""

# The same without a libc, for compilers of other machines: a library with imports.
LIBRARY = """
int socket(int, int, int), bind(int, void *, unsigned), accept(int, void *, void *);
#ifndef FLAGS
#define FLAGS 0
#endif
int user(void *a) { return bind(socket(38, 5 | FLAGS, 0), a, 88) | accept(3, a, a); }
int other(void *a) { return bind(socket(16, 3 | FLAGS, 0), a, 88) | accept(38, a, a); }
"""
OTHER_LIBRARY = LIBRARY.replace("38, 5", "2, 1")
FREE = ("-shared", "-fPIC", "-nostdlib")

# Sockets, keys and numbers of other families, and names of algorithms for another interface.
OTHERS = HEAD + """
int use(int a, int b, const char *c) { return a + b + c[0]; }
int main(int argc, char **argv)
{
	const char *const names[] = {"cbc(aes)", "hmac(sha256)", "hash", "aead", "rng"};
	int s = socket(2, 1, 0);
	struct sockaddr a = {.sa_family = 2};
	return bind(s, &a, sizeof(a)) | accept(s, 0, 0) | setsockopt(s, 1, 2, argv, 3) |
	       use(argc + 38, 5, names[argc % 5]);
}
"""

PLAIN = "int main(int argc, char **argv) { return argc + argv[0][0]; }\n"


def scan(*paths, status=0, options=()):
    """The findings by path."""
    result = ualg("scan", "--json", *options, *paths)
    assert result.returncode == status, (result.returncode, result.stderr)
    return {found["file"]: found for found in json.loads(result.stdout)}


def found(path):
    return scan(path).get(path, {"confidence": "none", "reasons": [], "algorithms": []})


def check_user(*options, compiler="cc", confidence="high", reason="calls socket(AF_ALG)"):
    with tempfile.TemporaryDirectory() as folder:
        program = compile_c(folder, "user", USER, *options, compiler=compiler)
        finding = found(program)
        assert finding["confidence"] == confidence, (options, finding)
        assert any(reason in text for text in finding["reasons"]), (options, finding)


def check_plain(*options, compiler="cc"):
    with tempfile.TemporaryDirectory() as folder:
        for source in (PLAIN, OTHERS):
            program = compile_c(folder, "plain", source, *options, compiler=compiler)
            assert found(program)["confidence"] == "none", (options, found(program))


def test_users():
    for level in ("-O0", "-O1", "-O2", "-Os"):
        check_user(level)
        check_user(level, "-DFLAGS=SOCK_CLOEXEC")
    check_user("-O2", "-DFLAGS=SOCK_NONBLOCK")
    check_user("-O2", "-DFLAGS=SOCK_CLOEXEC|SOCK_NONBLOCK")


def test_users_stripped():
    check_user("-O2", "-s")
    check_user("-O2", "-shared", "-fPIC", "-s")
    check_user("-O2", "-no-pie")


def test_users_static():
    check_user("-O2", "-static", "-s", reason="static")
    check_user("-O0", "-static-pie", reason="calls socket(AF_ALG)")


def test_users_static_hash():
    """The type is a common word: less sure than "skcipher", surer than the call alone."""
    with tempfile.TemporaryDirectory() as folder:
        for kind, confidence in (("hash", "medium"), ("stash", "low")):
            program = compile_c(folder, "user", USER.replace('"skcipher"', '"%s"' % kind), "-O2",
                                "-static", "-s")
            assert found(program)["confidence"] == confidence, (kind, found(program))


def test_users_clang():
    for level in ("-O0", "-O2", "-Os"):
        check_user(level, compiler="clang")


def check_library(*options, compiler="cc"):
    """With all levels of optimization and both kinds of descriptors."""
    with tempfile.TemporaryDirectory() as folder:
        for level in ("-O0", "-O2", "-Os"):
            for flags in (0, 0x80000):
                more = (level, "-DFLAGS=%d" % flags, *options, *FREE)
                program = compile_c(folder, "user", LIBRARY, *more, compiler=compiler)
                assert found(program)["confidence"] == "high", (more, found(program))
                program = compile_c(folder, "other", OTHER_LIBRARY, *more, compiler=compiler)
                assert found(program)["confidence"] == "none", (more, found(program))


def test_libraries():
    check_library()
    check_library("-Wl,-s", "-Wl,-z,separate-code")


def test_libraries_i386():
    check_library("-m32")


def test_libraries_aarch64():
    check_library(compiler="aarch64-linux-gnu-gcc")


def test_libraries_s390x():
    """Big-endian."""
    check_library(compiler="s390x-linux-gnu-gcc")


def test_users_musl():
    check_user("-O2", compiler="musl-gcc")
    check_user("-O2", "-static", compiler="musl-gcc", reason="static")


def test_users_aarch64():
    compiler = "aarch64-linux-gnu-gcc"
    for level in ("-O0", "-O2", "-Os"):
        check_user(level, compiler=compiler)
        check_user(level, "-DFLAGS=SOCK_CLOEXEC", compiler=compiler)
    check_user("-O2", "-static", compiler=compiler, reason="static")
    check_plain("-O2", compiler=compiler)


def test_not_users():
    for options in (["-O0"], ["-O2"], ["-O2", "-shared", "-fPIC"], ["-O2", "-static"]):
        check_plain(*options)


def test_number_alone():
    """The numbers are no sign where no socket can be made, nor without their neighbours."""
    with tempfile.TemporaryDirectory() as folder:
        program = compile_c(folder, "numbers", """
int use(int a, int b, int c);
int main(void) { return use(38, 5, 0); }
""", "-O1", "-shared", "-fPIC")
        assert found(program)["confidence"] == "none", found(program)


def test_no_accept():
    with tempfile.TemporaryDirectory() as folder:
        program = compile_c(folder, "probe", HEAD + "int main(void) { return socket(38, 5, 0); }")
        assert found(program)["confidence"] == "medium", found(program)


def test_syscall():
    with tempfile.TemporaryDirectory() as folder:
        program = compile_c(folder, "raw", HEAD + """
int main(void) { return syscall(SYS_socket, 38, SOCK_SEQPACKET | SOCK_CLOEXEC, 0); }""")
        finding = found(program)
        assert finding["confidence"] == "medium" and "syscall" in finding["reasons"][0], finding


def test_address():
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("hash", "skcipher", "aead", "rng"):
            for level in ("-O0", "-O2"):
                program = compile_c(folder, "address", ADDRESS % kind, level)
                finding = found(program)
                assert finding["confidence"] == "high", (kind, level, finding)
                assert "has an address of AF_ALG" in finding["reasons"], finding


def test_address_big_endian():
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("hash", "skcipher", "aead", "rng"):
            program = compile_c(folder, "address", """
int socket(int, int, int), bind(int, void *, unsigned);
static struct { unsigned short family; char type[14]; unsigned feat, mask; char name[64]; } a =
    {38, "%s", 0, 0, "cbc(aes)"};
int use(void) { return bind(socket(1, 2, 3), &a, sizeof(a)); }
""" % kind, *FREE, compiler="s390x-linux-gnu-gcc")
            assert found(program)["reasons"][0] == "has an address of AF_ALG", found(program)


def test_kcapi():
    with tempfile.TemporaryDirectory() as folder:
        compile_c(folder, "libkcapi.so.1", "int kcapi(void) { return 0; }", "-shared", "-fPIC",
                  "-Wl,-soname,libkcapi.so.1")
        program = compile_c(folder, "linked", "int kcapi(void); int main(void) { return kcapi(); }",
                            os.path.join(folder, "libkcapi.so.1"))
        assert found(program)["reasons"][0] == "links libkcapi", found(program)
        assert found(program)["confidence"] == "high"
        program = compile_c(folder, "loads", """
#include <dlfcn.h>
int main(void) { return dlopen("libkcapi.so.1", 1) != 0; }""")
        assert found(program)["confidence"] == "low", found(program)


def test_netlink():
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("SOCK_RAW", "SOCK_DGRAM | SOCK_CLOEXEC"):
            program = compile_c(folder, "netlink", HEAD + """
int main(void) { return socket(AF_NETLINK, %s, 21); }""" % kind, "-O2")
            finding = found(program)
            assert finding["reasons"] == ["opens NETLINK_CRYPTO"], finding
            assert finding["confidence"] == "medium"
        program = compile_c(folder, "route", HEAD + """
int main(void) { return socket(AF_NETLINK, SOCK_RAW, 0); }""")
        assert found(program)["confidence"] == "none"


def test_algorithms():
    with tempfile.TemporaryDirectory() as folder:
        program = compile_c(folder, "names", USER.replace('"cbc(aes)"', """
argc > 3 ? "authenc(hmac(sha256),cbc(aes))" : argc > 2 ? "xts(aes)" : "my-xts(aes)-no"
"""))
        names = found(program)["algorithms"]
        assert set(names) == {"authenc(hmac(sha256),cbc(aes))", "xts(aes)"}, names


def test_scripts():
    cases = {
        "a.py": ("import socket\ns = socket.socket(socket.AF_ALG, 5, 0)\n", "medium"),
        "tool": ("#!/usr/bin/perl\nuse constant AF_ALG => 38;\n", "medium"),
        "comment.py": ("#!/usr/bin/python3\n  # AF_ALG is not used\nx = 1\n", "low"),
        "other.py": ("import socket\nMY_AF_ALGAE = 3\n", "none"),
        "plain.sh": ("#!/bin/sh\necho hash skcipher\n", "none"),
        "README": ("This is about AF_ALG.\n", "none"),
        "if_alg.h": ("#define AF_ALG 38\n", "none"),
        "empty": ("", "none"),
        "one": ("#", "none"),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, confidence) in cases.items():
            path = os.path.join(folder, name)
            with open(path, "w") as file:
                file.write(text)
            assert found(path)["confidence"] == confidence, (name, found(path))
        # Behind the first piece, and across the border of two.
        for size in (262144 - 9, 262144 - 3, 262144, 600000):
            path = os.path.join(folder, "long.py")
            with open(path, "w") as file:
                file.write("x" * (size - 1) + "\nAF_ALG\n")
            assert found(path)["confidence"] == "medium", size


def test_folders():
    """Each file once, by whatever name; links to folders are not entered."""
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        deep = os.path.join(folder, *["d" * 50] * 20)
        os.makedirs(deep)
        script = os.path.join(deep, "script.py")
        with open(script, "w") as file:
            file.write("socket.AF_ALG\n")
        os.symlink(script, os.path.join(folder, "link"))
        os.link(script, os.path.join(folder, "z.py"))
        os.symlink(folder, os.path.join(folder, "self"))
        os.symlink("/nowhere", os.path.join(folder, "dangling"))
        os.mkfifo(os.path.join(folder, "pipe.py"))
        assert len(scan(folder, folder, script)) == 1
        outside = os.path.join(folder, "outside")
        os.mkdir(outside)
        os.symlink(deep, os.path.join(outside, "folder"))
        assert scan(outside) == {}
        os.symlink(script, os.path.join(outside, "file"))
        assert list(scan(outside)) == [script]
        assert len(scan(os.path.join(outside, "folder"))) == 1
        os.mkdir(os.path.join(folder, "q"))
        assert scan(os.path.join(folder, "q")) == {}


def test_kernel_folders():
    result = ualg("scan", "/proc", "/sys")
    expect(result, 0)
    assert len(result.stdout.splitlines()) == 1


def test_unreadable():
    with tempfile.TemporaryDirectory() as folder:
        absent, pipe = os.path.join(folder, "absent"), os.path.join(folder, "pipe")
        os.mkfifo(pipe)
        expect(ualg("scan", absent), 1, [absent, "No such file"])
        expect(ualg("scan", pipe), 1, [pipe, "neither a file nor a folder"])
        script = os.path.join(folder, "s.py")
        with open(script, "w") as file:
            file.write("AF_ALG\n")
        assert len(scan(absent, folder, status=1)) == 1
        if os.getuid() != 0:
            os.chmod(script, 0)
            expect(ualg("scan", folder), 1, [script, "Permission denied"])


def test_confidence():
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("low.py", "# AF_ALG\n"), ("medium.py", "AF_ALG\n")):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        compile_c(folder, "high", USER)

        def names(level):
            return [os.path.basename(path) for path in scan(folder, options=["--confidence", level])]

        assert names("low") == ["high", "medium.py", "low.py"], names("low")
        assert names("medium") == ["high", "medium.py"]
        assert names("high") == ["high"]
        table = ualg("scan", folder).stdout.splitlines()
        assert table[0].split() == ["CONFIDENCE", "FILE", "REASONS", "ALGORITHMS"]
        assert [line.split()[0] for line in table[1:]] == ["high", "medium", "low"]


def test_hostile_names():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(os.fsencode(folder), b'\x1b[31m\n\xff"\\.py')
        with open(path, "wb") as file:
            file.write(b"AF_ALG\n")
        result = ualg("scan", folder)
        expect(result, 0)
        lines = result.stdout.splitlines()
        assert len(lines) == 2 and "\x1b" not in result.stdout, result.stdout
        assert '/?[31m??"\\.py' in lines[1], lines
        name, = scan(folder)
        assert name.endswith('\x1b[31m\n\ufffd"\\.py'), name


def headers_of(bits, order):
    """The sizes and offsets by which headers are damaged."""
    wide = bits == 64
    return order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"), 64 if wide else 52


def test_damaged_elf():
    """Whatever stands in an ELF file, ualg reads within it and ends."""
    generator = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        whole = [open(compile_c(folder, "user", USER, "-O1"), "rb").read()]
        for compiler in ("s390x-linux-gnu-gcc", "aarch64-linux-gnu-gcc"):
            try:
                whole.append(open(compile_c(folder, "u", LIBRARY, *FREE, compiler=compiler),
                                  "rb").read())
            except Skip:
                pass
        path = os.path.join(folder, "damaged")
        for number in range(150):
            data = bytearray(generator.choice(whole))
            for _ in range(generator.randrange(1, 8)):
                # Headers are at the beginning, dynamic sections far behind.
                at = generator.randrange(generator.choice((64, 1024, len(data))))
                data[at] = generator.choice((0, 1, 0x7f, 0xff, generator.randrange(256)))
            if number % 3 == 0:
                del data[generator.randrange(len(data)):]
            with open(path, "wb") as file:
                file.write(data)
            scan(path)
        # Tables that claim to be huge, or to lie beyond the end.
        for bits, order, ident in ((64, "<", b"\2\1"), (32, ">", b"\1\2")):
            form, size = headers_of(bits, order)
            for value in (0, 1, 0xffff):
                for far in (0, size, 2 ** (bits - 1) - 1, 2 ** bits - 1):
                    head = b"\x7fELF" + ident + b"\1" + bytes(9) + struct.pack(
                        form, 2, 62, 1, 0, far, far, 0, size, 56 if bits == 64 else 32, value,
                        64 if bits == 64 else 40, value, value)
                    with open(path, "wb") as file:
                        file.write(head + b"\xff" * 256)
                    assert scan(path) == {}


def test_machine():
    """What is installed here."""
    users = {"/usr/bin/hardlink": "high", "/usr/bin/ip": "high", "/usr/bin/kcapi-dgst": "high",
             "/usr/lib/x86_64-linux-gnu/libkcapi.so.1": "high",
             "/usr/lib/x86_64-linux-gnu/libcryptsetup.so.12": "high",
             "/usr/lib/x86_64-linux-gnu/libell.so.0": "high",
             "/usr/lib/x86_64-linux-gnu/engines-3/afalg.so": "high",
             "/usr/lib/ipsec/plugins/libstrongswan-af-alg.so": "high",
             "/usr/bin/stress-ng": "high", "/usr/bin/python3.11": "medium"}
    seen = 0
    for path, confidence in users.items():
        if os.path.exists(path):
            finding, = scan(path).values()
            assert finding["confidence"] == confidence, finding
            seen += 1
    if not seen:
        raise Skip("none of the known users is installed")


def test_machine_not_users():
    paths = ["/bin/true", "/bin/ls", "/bin/sh", "/usr/bin/openssl", "/usr/bin/env",
             "/lib/x86_64-linux-gnu/libc.so.6", "/lib/x86_64-linux-gnu/libgcrypt.so.20",
             "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "/lib/x86_64-linux-gnu/libpthread.so.0"]
    paths = [path for path in paths if os.path.exists(path)]
    assert paths
    assert scan(*paths) == {}, scan(*paths)


def test_wrong_usage():
    expect(ualg("scan"), 2, ["a path is missing"])
    expect(ualg("scan", "--confidence", "some", "/bin/true"), 2, ["'some'", "low, medium or high"])


if __name__ == "__main__":
    sys.exit(main(globals()))
