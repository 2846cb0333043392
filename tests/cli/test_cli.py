#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Drives the `ualg` command: results, messages, exit codes.  test_cli.py UALG  (TAP)"""
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

from command import UALG, Skip, compile_c, expect, main, ualg

COMMANDS = ["run", "list", "doctor", "bench", "report", "scan"]
NAMES = """md5 sha1 sha224 sha256 sha384 sha512 sha3-224 sha3-256 sha3-384 sha3-512
    hmac(md5) hmac(sha1) hmac(sha224) hmac(sha256) hmac(sha384) hmac(sha512)
    hmac(sha3-224) hmac(sha3-256) hmac(sha3-384) hmac(sha3-512) cmac(aes)
    ecb(aes) cbc(aes) ctr(aes) xts(aes) cbc(des3_ede) gcm(aes) ccm(aes) rfc4106(gcm(aes))
    authenc(hmac(sha256),cbc(aes)) rfc7539(chacha20,poly1305) stdrng""".split()


def test_help():
    expect(ualg("--help"), 0, stdout=["Usage: ualg"] + COMMANDS)
    for command in COMMANDS:
        by_option, by_command = ualg(command, "--help"), ualg("help", command)
        expect(by_option, 0, stdout=["Usage: ualg " + command, "Options:"])
        assert by_option.stdout == by_command.stdout
    expect(ualg("help", "frobnicate"), 2, ["'frobnicate'", "run", "list"])
    assert ualg("help", "--help").stdout == ualg("help").stdout == ualg("--help").stdout


def test_version():
    result = ualg("--version")
    expect(result, 0)
    assert re.fullmatch(r"ualg \d+\.\d+\.\d+\n", result.stdout), result.stdout


def test_wrong_usage():
    expect(ualg(), 2, ["a command is missing"])
    expect(ualg("frobnicate"), 2, ["'frobnicate'", "run, list, doctor"])
    expect(ualg("--frobnicate"), 2, ["'--frobnicate'"])
    expect(ualg("list", "--type", "cheese"), 2, ["ualg list:", "'cheese'", "hash, skcipher, aead"])
    expect(ualg("list", "--type=cheese"), 2, ["'cheese'"])
    expect(ualg("list", "--type"), 2, ["--type needs a value"])
    expect(ualg("list", "--json=yes"), 2, ["--json takes no value", "'yes'"])
    expect(ualg("list", "--jso"), 2, ["'--jso'"])
    expect(ualg("list", "-j"), 2, ["'-j'"])
    expect(ualg("list", "sha256"), 2, ["'sha256'"])
    expect(ualg("list", "--proc", "--json"), 2, ["exclude each other"])
    expect(ualg("list", "--markdown", "--json"), 2, ["exclude each other"])
    expect(ualg("list", "--vectors", "."), 2, ["--vectors needs --markdown"])
    expect(ualg("list", "--markdown", "--vectors", "/nowhere"), 1, ["'/nowhere'", "No such file"])
    expect(ualg("doctor", "--", "x"), 2, ["'x'"])
    expect(ualg("bench", "x"), 2, ["ualg bench:", "'x'"])
    expect(ualg("bench", "--json"), 2, ["--json needs a value"])
    expect(ualg("digest", "/dev/null", env={"UALG_TRANSPORT": "tram"}), 1,
           ["$UALG_TRANSPORT: 'tram' is not known; expected direct, kernel or auto"])


def test_full_disk():
    if not os.path.exists("/dev/full"):
        raise Skip("no /dev/full")
    for arguments in (["--help"], ["--version"], ["help", "run"], ["list"], ["list", "--proc"],
                      ["list", "--json"], ["list", "--markdown"], ["doctor"]):
        with open("/dev/full", "w") as full:
            expect(ualg(*arguments, stdout=full), 1, ["cannot write"])


def table(text):
    """The rows of `ualg list`, by the columns that the title line sets."""
    lines = text.splitlines()
    starts = [match.start() for match in re.finditer(r"(?:(?<=  )|^)\S", lines[0])]
    titles = [lines[0][a:b].strip() for a, b in zip(starts, starts[1:] + [None])]
    rows = []
    for line in lines[1:]:
        for start in starts[1:]:
            assert line[start - 1] == " " and line[start] != " ", "not aligned: " + line
        rows.append(dict(zip(titles, (line[a:b].strip()
                                      for a, b in zip(starts, starts[1:] + [None])))))
    return rows


def test_list_names():
    rows = table(ualg("list").stdout)
    listed = {row["NAME"] for row in rows}
    missing = [name for name in NAMES if name not in listed]
    assert not missing, "not listed: %s" % missing
    sha256 = next(row for row in rows if row["NAME"] == "sha256")
    assert (sha256["TYPE"], sha256["KEY"], sha256["BLOCK"], sha256["OUT"]) == \
        ("hash", "-", "64", "32"), sha256
    gcm = next(row for row in rows if row["NAME"] == "gcm(aes)")
    assert (gcm["TYPE"], gcm["IV"], gcm["BLOCK"], gcm["OUT"]) == ("aead", "12", "1", "16"), gcm
    assert not any(row["TYPE"] == "cipher" for row in rows)
    assert len({(row["TYPE"], row["DRIVER"]) for row in rows}) == len(rows), "driver names repeat"


def test_list_type():
    for kind in ("hash", "skcipher", "aead", "rng", "cipher"):
        rows = table(ualg("list", "--type", kind).stdout)
        assert rows and all(row["TYPE"] == kind for row in rows), kind


def test_list_json():
    entries = json.loads(ualg("list", "--json").stdout)
    assert {entry["name"] for entry in entries} >= set(NAMES)
    cbc = next(entry for entry in entries if entry["name"] == "cbc(aes)")
    assert (cbc["min_key_size"], cbc["max_key_size"], cbc["iv_size"], cbc["block_size"],
            cbc["needs_key"]) == (16, 32, 16, 16, True), cbc
    for name in ("sha256", "cbc(aes)", "gcm(aes)", "stdrng", "hmac(sha1)"):
        found = json.loads(ualg("info", "--json", name).stdout)[0]
        same = next(entry for entry in entries if entry["driver"] == found["driver"])
        sizes = {key: value for key, value in same.items() if key.endswith("_size")}
        assert sizes == {key: found[key] for key in found if key.endswith("_size")}, (same, found)
    assert json.loads(ualg("list", "--json", "--type=rng").stdout)[0]["type"] == "rng"


def test_list_markdown():
    text = ualg("list", "--markdown").stdout
    for name in NAMES:
        assert "\n| `%s` |" % name in text, "no row of %s" % name
    for line in text.splitlines():
        assert not line.startswith("|") or line.count("|") == 9, line


def test_list_proc():
    fields = {"shash": ["blocksize", "digestsize"],
              "cipher": ["blocksize", "min keysize", "max keysize"],
              "skcipher": ["async", "blocksize", "min keysize", "max keysize", "ivsize",
                           "chunksize", "walksize"],
              "aead": ["async", "blocksize", "ivsize", "maxauthsize", "geniv"],
              "rng": ["seedsize"]}
    common = ["name", "driver", "module", "priority", "refcnt", "selftest", "internal", "type"]
    text = ualg("list", "--proc").stdout
    assert text.endswith("\n\n")
    seen = set()
    for paragraph in text[:-2].split("\n\n"):
        lines = paragraph.split("\n")
        for line in lines:
            assert re.fullmatch(r"[a-z ]{13}: \S+", line), line
        keys = [line[:13].strip() for line in lines]
        values = dict(zip(keys, (line[15:] for line in lines)))
        assert keys == common + fields[values["type"]], paragraph
        seen.add(values["type"])
        if values["name"] == "sha256":
            assert values["digestsize"] == "32"
    assert seen == set(fields), seen


def kernel_answer():
    try:
        socket.socket(38, socket.SOCK_SEQPACKET, 0).close()
    except OSError as error:
        return error.errno
    return 0


def test_doctor():
    import errno
    result = ualg("doctor")
    expect(result, 0)
    for line in result.stdout.splitlines():
        assert re.match(r"(ok|missing|refused) +\S|  +-> \S", line), line
    entries = json.loads(ualg("doctor", "--json").stdout)
    by_subject = {entry["subject"]: entry for entry in entries}
    assert all(entry["state"] in ("ok", "missing", "refused") for entry in entries)
    for entry in entries:
        assert entry["subject"].strip() in result.stdout
        if entry["state"] != "ok" and "socket" in entry["subject"]:
            assert entry["advice"], entry
    answer = kernel_answer()
    af_alg = by_subject["AF_ALG socket"]
    if answer == 0:
        assert af_alg["state"] == "ok", af_alg
    else:
        assert af_alg["state"] != "ok" and errno.errorcode[answer] in af_alg["detail"], af_alg
    backends = [entry for entry in entries if entry["subject"].startswith("back end ")]
    assert any(re.search(r"\d+ hash", entry["detail"]) for entry in backends), backends


def test_doctor_without_library():
    result = ualg("doctor", env={"UALG_PRELOAD_LIBRARY": "/nowhere/lib.so"})
    assert result.returncode == 1
    assert re.search(r"^missing +preload library +/nowhere/lib.so is not there", result.stdout,
                     re.M), result.stdout


def test_doctor_without_backend():
    def entry(**env):
        entries = json.loads(ualg("doctor", "--json", env=env).stdout)
        return next((e for e in entries if e["subject"] == "back end ipsec-mb"), None)
    if not entry() or entry()["state"] != "ok":
        raise Skip("there is no back end that may be left out")
    assert entry(UALG_WITHOUT="ipsec-mb")["detail"] == "left out by $UALG_WITHOUT"
    assert entry(UALG_WITHOUT="ipsec")["state"] == "ok"


def test_run_exit_status():
    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "plain")
        open(plain, "w").close()
        expect(ualg("run", "--", "sh", "-c", "exit 7"), 7)
        expect(ualg("run", "true"), 0)
        expect(ualg("run", "--", os.path.join(folder, "absent")), 127, ["absent"])
        expect(ualg("run", "no-such-program-anywhere"), 127, ["'no-such-program-anywhere'"])
        expect(ualg("run", plain), 126, [plain])
        expect(ualg("run", folder), 126, [folder])
    result = ualg("run", "--", "sh", "-c", "kill -TERM $$")
    assert result.returncode == -15, result.returncode


def test_run_wrong_usage():
    expect(ualg("run"), 125, ["a program is missing"])
    expect(ualg("run", "--"), 125, ["a program is missing"])
    expect(ualg("run", "--when", "tuesday", "true"), 125, ["'tuesday'", "always or missing"])
    expect(ualg("run", "--profile", "mine", "true"), 125, ["'mine'", "strict, default"])
    expect(ualg("run", "--nonsense", "true"), 125, ["'--nonsense'"])
    expect(ualg("run", "true", env={"UALG_PROFILE": "mine"}), 125, ["UALG_PROFILE", "'mine'"])
    expect(ualg("run", "true", env={"UALG_WHEN": "never"}), 125, ["UALG_WHEN", "'never'"])
    expect(ualg("run", "true", env={"UALG_PRELOAD_LIBRARY": "/nowhere/lib.so"}), 125,
           ["'/nowhere/lib.so'"])


def variables(*arguments, env=None):
    result = ualg("run", *arguments, "--", "env", env=env)
    expect(result, 0)
    return dict(line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)


def library():
    """The library's path: the last in the LD_PRELOAD that `run` sets."""
    return variables()["LD_PRELOAD"].split(":")[-1]


def runtimes():
    """What has to stand before every library: the runtime of a build with a sanitizer."""
    return variables()["LD_PRELOAD"].split(":")[:-1]


def test_run_environment():
    plain = variables()
    assert os.path.basename(library()) == "libualg-preload.so"
    assert os.path.isabs(library()) and os.path.exists(library())
    assert "UALG_WHEN" not in plain and "UALG_PROFILE" not in plain
    chosen = variables("--when", "missing", "--profile=strict")
    assert (chosen["UALG_WHEN"], chosen["UALG_PROFILE"]) == ("missing", "strict")
    assert variables(env={"UALG_WHEN": "missing"})["UALG_WHEN"] == "missing"
    assert variables("--when", "always", env={"UALG_WHEN": "missing"})["UALG_WHEN"] == "always"


def test_run_keeps_preload():
    with tempfile.TemporaryDirectory() as folder:
        other = os.path.join(folder, "other.so")
        os.symlink(library(), other)
        before = ":".join(runtimes() + [other])
        both = variables(env={"LD_PRELOAD": before})["LD_PRELOAD"]
        assert both == ":".join(runtimes() + [library(), before]), both
    nested = ualg("run", "--", UALG, "run", "--", "env")
    expect(nested, 0)
    line = next(line for line in nested.stdout.splitlines() if line.startswith("LD_PRELOAD="))
    assert line.count("libualg-preload.so") == 1, line


STREAMS = """
import os, sys
found = [n for n in range(3) if os.path.exists("/proc/self/fd/%d" % n)]
open(sys.argv[1], "w").write(str(found))
sys.exit(7)
"""


def test_run_closed_streams():
    """Who closes a stream has it closed in the program, too, and hears of the program's end."""
    doors = [door for door in ("both", "seccomp", "ptrace", "preload")
             if ualg("run", "--door", door, "--", "true").returncode == 0]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "streams")
        for closed in ([], [0], [1], [2], [0, 1, 2]):
            for door in doors:
                script = 'exec "$@" ' + " ".join("%d>&-" % number for number in closed)
                result = subprocess.run(
                    ["sh", "-c", script, "sh", UALG, "run", "--door", door, "--", sys.executable,
                     "-c", STREAMS, path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, timeout=60, check=False)
                assert result.returncode == 7, (closed, door, result.returncode)
                with open(path) as file:
                    assert file.read() == str([n for n in range(3) if n not in closed]), door
                os.unlink(path)


BOUND = """
import socket
for name in ("md5", "sha256"):
    number = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0)
    try: number.bind(("hash", name)); print(name)
    except OSError as error: print(error.errno)
print(open("/proc/%d/comm" % __import__("os").getppid()).read().strip())
"""


def test_run_when_missing():
    """Over a kernel with AF_ALG the option and the variable mean the same: nobody is in its way."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    with open(os.path.join(root, "tests", "doors", "kernel_below.c")) as file:
        source = file.read()
    with tempfile.TemporaryDirectory() as folder:
        kernel = compile_c(folder, "kernel.so", source, "-shared", "-fPIC", "-D_GNU_SOURCE", "-I",
                           os.path.join(root, "include"))
        below = {"LD_PRELOAD": ":".join(runtimes() + [kernel])}
        program = [sys.executable, "-c", BOUND]
        plain = ualg("run", "--", *program, env=below)
        by_option = ualg("run", "--when", "missing", "--", *program, env=below)
        by_variable = ualg("run", "--", *program, env={**below, "UALG_WHEN": "missing"})
        always = ualg("run", "--when", "always", "--", *program,
                      env={**below, "UALG_WHEN": "missing"})
        alone = ualg("run", "--when", "missing", "--isolate", "--", *program, env=below)
    if "ualg-supervisor" not in plain.stdout:
        raise Skip("no supervisor can work here: " + plain.stderr)
    expect(always, 0, stdout=[plain.stdout])
    for result in (by_option, by_variable):
        expect(result, 0, stdout=["md5\nsha256\n"])
        assert "ualg-supervisor" not in result.stdout, result.stdout
    # The kernel's socket knows md5 alone, and nothing helps it.
    expect(alone, 0, ["this kernel serves AF_ALG"], stdout=["md5\n2\n"])


def test_run_options_end():
    result = ualg("run", "echo", "--when", "x")
    expect(result, 0, stdout=["--when x\n"])
    expect(ualg("run", "echo", "--help"), 0, stdout=["Usage: echo"])


def test_run_library_path_with_space():
    with tempfile.TemporaryDirectory(prefix="a b") as folder:
        copy = os.path.join(folder, "libualg-preload.so")
        shutil.copy(library(), copy)
        expect(ualg("run", "true", env={"UALG_PRELOAD_LIBRARY": copy}), 125, ["space or colon"])


PROGRAM = "int main(int argc, char **argv) { (void)argv; return argc == 2 ? 9 : 8; }\n"


def test_run_static():
    with tempfile.TemporaryDirectory() as folder:
        program = compile_c(folder, "static program", PROGRAM, "-static")
        expect(ualg("run", "--door=preload", program, "x"), 9, ["static", program])
        # A script is judged by its interpreter.
        script = os.path.join(folder, "script")
        os.symlink(program, os.path.join(folder, "interpreter"))
        with open(script, "w") as file:
            file.write("#! %s\n" % os.path.join(folder, "interpreter"))
        os.chmod(script, 0o755)
        expect(ualg("run", "--door=preload", script), 9, ["static", script])


def test_run_script_reached():
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "script")
        with open(script, "w") as file:
            file.write("#!/bin/sh\nexit 4\n")
        os.chmod(script, 0o755)
        result = ualg("run", script)
        expect(result, 4)
        assert result.stderr == "", result.stderr


def test_run_other_libc():
    """Its loader would end the program if it were given our library."""
    with tempfile.TemporaryDirectory() as folder:
        program = compile_c(folder, "p", PROGRAM, compiler="musl-gcc")
        expect(ualg("run", "--door=preload", program, "x"), 9, ["ld-musl", program])
        expect(ualg("run", program, "x"), 9)


def test_run_setuid():
    if os.getuid() != 0:
        raise Skip("only root can make a program that changes its user")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        program = os.path.join(folder, "setuid")
        shutil.copy("/bin/true", program)
        os.chown(program, 65534, -1)
        os.chmod(program, 0o4755)
        if os.statvfs(program).f_flag & os.ST_NOSUID:
            raise Skip("the temporary folder is mounted nosuid")
        expect(ualg("run", "--door=preload", program), 0, ["gains privileges", program])


def elf32(interpreter):
    """A 32-bit ARM program as far as its headers go; a shell that runs it as a script ends."""
    header = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01", 2, 40, 1, 0, 52, 0, 0, 52,
                         32, 1, 0, 0, 0)
    program = struct.pack("<IIIIIIII", 3, 84, 0, 0, len(interpreter) + 1, 0, 4, 1)
    return header + program + interpreter + b"\0"


def test_run_other_machine():
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "arm")
        with open(program, "wb") as file:
            file.write(elf32(b"/lib/ld-linux.so.3"))
        os.chmod(program, 0o755)
        result = ualg("run", "--door=preload", program)
        assert "32-bit" in result.stderr and program in result.stderr, result.stderr
        assert result.returncode != 0


def test_run_hostile_headers():
    """Whatever stands in a file's headers, the program is tried and ualg does not fall over."""
    whole = elf32(b"/lib/ld-linux.so.3")
    with open(UALG, "rb") as file:
        own = file.read(4096)
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "file")
        for head in (whole, own):
            for cut in list(range(4, 90)) + [len(head)]:
                for fill in (b"", b"\xff" * 16):
                    with open(program, "wb") as file:
                        file.write(head[:cut] + fill)
                    os.chmod(program, 0o644)  # looked at, then refused by the kernel
                    result = ualg("run", program)
                    assert result.returncode == 126, (cut, result.returncode, result.stderr)


if __name__ == "__main__":
    sys.exit(main(globals()))
