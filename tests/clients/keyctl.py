#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""keyutils' keyctl under the preload door.  keyctl.py UALG  (TAP)"""
import os
import shutil
import subprocess
import sys

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
results = []


def keyctl(*arguments, text=""):
    """keyctl's output, or its message where it fails."""
    result = subprocess.run([UALG, "run", "--", "keyctl", *arguments], capture_output=True,
                            text=True, timeout=60, check=False, env=ENVIRONMENT, input=text)
    return (result.stdout if result.returncode == 0 else result.stderr).strip()


def check(name, found, expected):
    good = expected(found) if callable(expected) else found == expected
    results.append(good)
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), name))
    if not good:
        print("# " + repr(found))


def story(kind, description):
    """The life of a key: it is the kernel's, and the door is not in its way."""
    serial = keyctl("padd", kind, description, "@u", text="payload")
    check("padd " + kind, serial, str.isdigit)
    check("describe " + kind, keyctl("rdescribe", serial).split(";")[::4], [kind, description])
    check("search " + kind, keyctl("search", "@u", kind, description), serial)
    unreadable = "keyctl_read_alloc: Operation not supported"
    check("pipe " + kind, keyctl("pipe", serial), "payload" if kind == "user" else unreadable)
    check("setperm " + kind, keyctl("setperm", serial, "0x3f3f0000"), "")
    check("timeout " + kind, keyctl("timeout", serial, "60"), "")
    check("pupdate " + kind, keyctl("pupdate", serial, text="other"), "")
    check("revoke " + kind, keyctl("revoke", serial), "")
    check("revoked " + kind, keyctl("rdescribe", serial), lambda text: "revoked" in text)
    check("unlink " + kind, keyctl("unlink", serial, "@u"), "")


def main():
    if not shutil.which("keyctl"):
        print("1..0 # SKIP keyctl is not installed (keyutils)")
        return 0
    # Where the kernel has no keyrings a key lives as long as its process, here: one command.
    kernel = subprocess.run(["keyctl", "rdescribe", "@u"], capture_output=True, check=False,
                            env=ENVIRONMENT).returncode == 0
    name = "ualg:test-%d" % os.getpid()
    check("add to the process", keyctl("add", "logon", name, "payload", "@p"), str.isdigit)
    check("no colon", keyctl("add", "logon", "name", "payload", "@p"),
          "add_key: Invalid argument")
    check("unknown type", keyctl("add", "nosuch", name, "payload", "@p"),
          "add_key: No such device")
    check("unknown key", keyctl("rdescribe", "2147483632"),
          lambda text: "Required key not available" in text)
    if kernel:
        story("user", name)
        story("logon", name)
    print("1..%d" % len(results))
    return 0 if all(results) else 1


if __name__ == "__main__":
    UALG = os.path.abspath(sys.argv[1])
    sys.exit(main())
