#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`ualg report`: records added up, and lines that are none.  test_report.py UALG  (TAP)"""
import json
import os
import random
import subprocess
import sys
import tempfile

from command import UALG, expect, main, ualg

WHO = {"pid": 7, "program": "/usr/bin/x", "type": "skcipher", "name": "cbc(aes)", "driver": "d"}


def line(event, **members):
    return json.dumps(dict({"event": event}, **{**WHO, **members}))


def use(operation, count, size, least, most, **members):
    return line("use", operation=operation, count=count, bytes=size, least=least, most=most,
                **members)


def bind(**members):
    return line("bind", **members)


def refused(call, error, count, **members):
    return line("error", call=call, error=error, count=count, **members)


def report(*lines, arguments=("--json",), raw=None):
    """Runs it on a file of those lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "record")
        with open(path, "wb") as file:
            file.write(raw if raw is not None else "".join(text + "\n" for text in lines).encode())
        return ualg("report", *arguments, path)


def rows(*lines):
    result = report(*lines)
    expect(result, 0)
    return json.loads(result.stdout)


def test_sums():
    row, = rows(use("encrypt", 2, 48, 16, 32, key=16), use("encrypt", 3, 40, 8, 24, key=32),
                use("encrypt", 1, 99, 99, 99, key=24, pid=8))
    assert row == {"program": "/usr/bin/x", "type": "skcipher", "name": "cbc(aes)", "driver": "d",
                   "operation": "encrypt", "error": None, "count": 6, "bytes": 187, "least": 8,
                   "most": 99, "key_least": 16, "key_most": 32}, row


def test_rows():
    """What differs in a text is another row; rows are in order."""
    found = rows(bind(), bind(program="/a"), bind(type="hash"), bind(name="ecb(aes)"),
                 bind(driver="e"), bind(error="ENOENT"), use("decrypt", 1, 1, 1, 1),
                 use("encrypt", 1, 1, 1, 1), refused("recv", "EBADMSG", 4),
                 refused("send", "EBADMSG", 4), refused("recv", "EINVAL", 1),
                 refused("recv", "EBADMSG", 6, pid=9))
    assert len(found) == 11, len(found)
    assert found == sorted(found, key=lambda row: [
        row[key] or "" for key in ("program", "type", "name", "driver", "operation", "error")])
    row, = (row for row in found if (row["operation"], row["error"]) == ("recv", "EBADMSG"))
    assert row["count"] == 10 and "bytes" not in row and "key_least" not in row, row
    kernel, = rows(json.dumps({"event": "bind", "pid": 1, "program": "/k", "type": "hash",
                               "name": "sha256"}))
    assert kernel["driver"] is None and kernel["count"] == 1, kernel


def test_table():
    result = report(bind(), use("encrypt", 2, 48, 16, 32, key=16), use("decrypt", 1, 5, 5, 5),
                    refused("recv", "EBADMSG", 4), arguments=())
    expect(result, 0)
    assert [row.split() for row in result.stdout.splitlines()] == [
        "PROGRAM TYPE ALGORITHM DRIVER OPERATION KEY COUNT BYTES SIZES ERROR".split(),
        "/usr/bin/x skcipher cbc(aes) d bind - 1 - - -".split(),
        "/usr/bin/x skcipher cbc(aes) d decrypt - 1 5 5 -".split(),
        "/usr/bin/x skcipher cbc(aes) d encrypt 16 2 48 16-32 -".split(),
        "/usr/bin/x skcipher cbc(aes) d recv - 4 - - EBADMSG".split()], result.stdout


def test_empty():
    assert rows() == []
    expect(report(arguments=()), 0, stdout=["PROGRAM"])


def test_later_versions():
    """Members that are not known are left alone; their order means nothing."""
    members = json.loads(use("encrypt", 2, 48, 16, 32))
    members["since"] = 17
    members["door"] = "supervisor"
    row, = rows(json.dumps(dict(reversed(list(members.items())))))
    assert row["count"] == 2, row


def test_overflow():
    most = 2 ** 64 - 1
    row, = rows(use("encrypt", most, most, 0, most), use("encrypt", 5, 5, 1, 1))
    assert (row["count"], row["bytes"], row["most"]) == (most, most, most), row


WRONG = [
    "", "x", "{}", "[]", "null", "{", bind()[:-1], bind() + bind(), " ".join([bind(), "x"]),
    line("cheese"), line("use"), line("error"), bind(pid="7"), bind(pid=-1), bind(pid=1.5),
    bind(program=3), bind(name=None), bind(type=["hash"]), bind(driver=1), bind(error=2),
    use("encrypt", 0, 0, 0, 0), use("encrypt", 1, 1, 2, 1), use(3, 1, 1, 1, 1),
    use("encrypt", "1", 1, 1, 1), use("encrypt", 1, 2 ** 64, 1, 1),
    use("encrypt", 1, 1, 1, 1, key="a"), refused("recv", 5, 1), refused("recv", "EIO", 0),
    bind()[:-1] + ',"pid":7}', bind()[:-1] + ',"x":' + "[" * 10000 + "]" * 10000 + "}",
    '{"event":"bind","pid":1,"program":"\\ud800","type":"t","name":"n"}',
    '{"event":"bind","pid":1,"program":"/x","type":"t"}', "\x00", "\u00a0" + bind(),
]


def test_wrong_lines():
    """Each is told by its number and left out; what is around it counts."""
    for number, wrong in enumerate(WRONG):
        result = report(bind(), wrong, bind())
        assert result.returncode == 1, (number, wrong)
        assert result.stderr.count("\n") == 1 and "line 2 " in result.stderr, (wrong, result.stderr)
        row, = json.loads(result.stdout)
        assert row["count"] == 2, (wrong, row)
    result = report(raw=b"\xff\xfe\n" + bind().encode() + b"\n" + bind().encode()[:20])
    assert result.returncode == 1 and "line 1 " in result.stderr and "line 3 " in result.stderr
    # The last line needs no newline if it is whole.
    expect(report(raw=bind().encode()), 0)


def test_many_wrong_lines():
    result = report(*["x"] * 5000 + [bind()])
    assert result.returncode == 1 and "4990 more" in result.stderr, result.stderr
    assert result.stderr.count("\n") == 11
    assert json.loads(result.stdout)[0]["count"] == 1


def test_noise():
    """Damaged records of all kinds: never a crash, and always JSON."""
    generator = random.Random(5)
    whole = "\n".join([bind(), use("encrypt", 2, 48, 16, 32, key=16), bind(error="ENOENT"),
                       refused("recv", "EBADMSG", 4)] * 4).encode()
    for _ in range(100):
        damaged = bytearray(whole)
        for _ in range(generator.randrange(1, 40)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        result = report(raw=bytes(damaged))
        assert result.returncode in (0, 1), result
        json.loads(result.stdout)


def test_terminal():
    """Nothing of a hostile name reaches the terminal as a command."""
    names = ["\x1b]0;x\x07", "a\nb\r", "\x9b31m", "\x7f", "\u009b2J", '"quoted"', "back\\slash"]
    result = report(*[bind(name=name) for name in names], arguments=())
    expect(result, 0)
    for character in result.stdout:
        assert character == "\n" or (" " <= character and not "\x7f" <= character <= "\x9f")
    assert result.stdout.count("\n") == len(names) + 1
    assert '"quoted"' in result.stdout and "back\\slash" in result.stdout
    assert {row["name"] for row in rows(*[bind(name=name) for name in names])} == set(names)


def test_files():
    """Several files are one record; '-' is standard input."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("a", "b")]
        for path in paths:
            with open(path, "w") as file:
                file.write(bind() + "\n")
        result = subprocess.run([UALG, "report", "--json", "-", *paths], input=bind() + "\n",
                                capture_output=True, text=True, check=True)
        assert json.loads(result.stdout)[0]["count"] == 3, result.stdout
        absent = os.path.join(folder, "absent")
        result = ualg("report", "--json", absent, paths[0])
        expect(result, 1, [absent, "No such file"])
        assert json.loads(result.stdout)[0]["count"] == 1
        expect(ualg("report", folder), 1, [folder, "Is a directory"])


def test_of_a_run():
    """From program to report."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "record")
        expect(ualg("run", "--record", path, "--", "/usr/bin/python3", "-c", """
import socket
s = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0)
s.bind(("hash", "sha256"))
for size in (10, 20):
    o = s.accept()[0]
    o.send(bytes(size))
    o.recv(32)
"""), 0)
        result = ualg("report", "--json", path)
        expect(result, 0)
        bound, digest = json.loads(result.stdout)
        assert bound["operation"] == "bind" and bound["count"] == 1, bound
        assert (digest["operation"], digest["count"], digest["bytes"], digest["least"],
                digest["most"]) == ("digest", 2, 30, 10, 20), digest
        assert digest["program"] == os.path.realpath("/usr/bin/python3"), digest


def test_wrong_usage():
    expect(ualg("report"), 2, ["a file is missing"])
    expect(ualg("report", "--nonsense", "x"), 2, ["'--nonsense'"])


if __name__ == "__main__":
    sys.exit(main(globals()))
