#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The manual pages and the completion: every command, option and public function is in them, and
they render without a warning.  test_manual.py UALG PAGES SOURCES  (TAP)
"""
import os
import re
import shutil
import subprocess
import sys

UALG, PAGES, SOURCES = (os.path.abspath(path) for path in sys.argv[1:4])
cases = []


def case(function):
    cases.append(function)
    return function


class Skip(Exception):
    pass


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False,
                          stdin=subprocess.DEVNULL, **more)


def pages():
    found = sorted(name for name in os.listdir(PAGES) if re.fullmatch(r".*\.[137]", name))
    assert found, "no pages in " + PAGES
    return found


def page(name):
    with open(os.path.join(PAGES, name), encoding="utf-8") as file:
        return file.read().replace("\\-", "-").replace("\\(dq", '"').replace("\\(aq", "'")


def commands():
    text = run(UALG, "--help").stdout.split("Commands:")[1].split("\n\n")[0]
    return [line.split()[0] for line in text.splitlines() if line.strip()]


@case
def pages_render_without_warnings():
    tool = shutil.which("mandoc")
    if not tool:
        raise Skip("mandoc is not installed")
    for name in pages():
        result = run(tool, "-Tlint", "-W", "style", os.path.join(PAGES, name))
        assert result.stdout + result.stderr == "", result.stdout + result.stderr
        result = run(tool, "-Tutf8", os.path.join(PAGES, name))
        assert result.returncode == 0 and len(result.stdout) > 300, name


@case
def pages_render_in_groff():
    tool = shutil.which("groff")
    if not tool:
        raise Skip("groff is not installed")
    for name in pages():
        result = run(tool, "-man", "-Tutf8", "-ww", "-z", os.path.join(PAGES, name))
        # A command or declaration that is shown as it is may be wider than a terminal.
        warnings = [line for line in result.stderr.splitlines() if "cannot adjust" not in line
                    and "can't break line" not in line and "cannot break line" not in line]
        assert result.returncode == 0 and not warnings, warnings


@case
def every_command_has_its_page():
    for name in commands():
        if name == "help":
            continue
        text = page("ualg-%s.1" % name)
        listed = run(UALG, "help", name).stdout
        for option in re.findall(r"^  (--[a-z0-9-]+)", listed, flags=re.M):
            assert option in text, "%s is not in ualg-%s(1)" % (option, name)
        assert name in page("ualg.1"), "%s is not in ualg(1)" % name


@case
def every_function_has_its_page():
    with open(os.path.join(SOURCES, "include/ualg/ualg.h"), encoding="utf-8") as file:
        names = set(re.findall(r"\b(ualg_[a-z0-9_]+)\(", file.read()))
    assert len(names) > 50, names
    text = "".join(page(name) for name in pages() if name.endswith(".3"))
    missing = [name for name in sorted(names) if name + "(" not in text]
    assert not missing, missing


def complete(*words):
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ualg "$1"; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    result = run("bash", "-c", script, "bash", os.path.join(SOURCES, "completion/ualg"), UALG,
                 *words)
    assert result.returncode == 0 and result.stderr == "", result.stderr
    return result.stdout.split()


@case
def completion_knows_what_the_help_says():
    if not shutil.which("bash"):
        raise Skip("bash is not installed")
    assert set(complete("")) == set(commands() + ["--help", "--version"])
    assert complete("enc") == ["encrypt"]
    assert "digest" in complete("help", "d") and "doctor" in complete("help", "d")
    assert set(complete("encrypt", "--key-")) == {"--key-file", "--key-fd", "--key-hex",
                                                  "--key-size"}
    assert set(complete("encrypt", "--format", "")) == {"sealed", "raw", "openssl"}
    assert complete("run", "--when", "m") == ["missing"]
    assert "sha3-256" in complete("digest", "--algorithm", "sha3")
    assert "gcm\\(aes\\)" in complete("info", "gcm")
    here = os.path.basename(__file__)
    assert complete("digest", os.path.join(os.path.dirname(os.path.abspath(__file__)), here[:-3])) \
        == [os.path.abspath(__file__)]


def main():
    failed = 0
    print("1..%d" % len(cases))
    for number, function in enumerate(cases, 1):
        good, note = True, ""
        try:
            function()
        except Skip as reason:
            note = " # SKIP %s" % reason
        except Exception as error:  # whatever a test dies of is its failure
            print("\n".join("# " + line for line in repr(error)[:2000].splitlines()))
            good = False
        failed += not good
        print("%sok %d - %s%s" % ("" if good else "not ", number, function.__name__, note),
              flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
