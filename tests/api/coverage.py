# SPDX-License-Identifier: MIT
"""Checks that the tests invoke every call of the public header.

    coverage.py HEADER LIBRARY PROGRAM ARGUMENTS...

The library has to export what the header declares, and nothing else.  PROGRAM is run with lazy
binding, and the dynamic loader says which of the library's functions it binds: it does so when a
function is first called.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def declared(header):
    text = re.sub(r"/\*.*?\*/", "", Path(header).read_text(), flags=re.S)
    return {name for name in re.findall(r"^(?!typedef)[^\n#]*?\b(ualg_\w+)\s*\(", text, flags=re.M)}


def exported(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True,
                           capture_output=True).stdout.splitlines()
    return {line.split()[2].split("@")[0] for line in lines if line.split()[1] == "T"}


def called(command):
    with tempfile.TemporaryDirectory() as directory:
        environment = dict(os.environ, LD_DEBUG="bindings", LD_DEBUG_OUTPUT=directory + "/log")
        environment.pop("LD_BIND_NOW", None)
        status = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode
        text = "".join(log.read_text(errors="replace") for log in Path(directory).iterdir())
    program = re.escape(command[0])
    return status, set(re.findall(
        rf"binding file {program} \[\d+\] to \S*libualg\.so\S* \[\d+\]: normal symbol `(\w+)'", text))


def report(number, good, what, names):
    print(f"{'ok' if good else 'not ok'} {number} - {what}")
    for name in sorted(names):
        print(f"# {name}")
    return good


def main():
    header, library, *command = sys.argv[1:]
    public = declared(header)
    offered = exported(library)
    status, used = called(command)
    print("1..4")
    good = [
        report(1, len(public) > 100, f"the header declares {len(public)} calls", []),
        report(2, public == offered, "the library exports them, and nothing else", public ^ offered),
        report(3, status == 0, f"the test application passes (status {status})", []),
        report(4, public <= used, f"it invokes {len(public & used)} of {len(public)}", public - used),
    ]
    return 0 if all(good) else 1


sys.exit(main())
