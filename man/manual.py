#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the manual pages from what already says it: the commands' help and the library's header.

manual.py command UALG NAME     ualg-NAME(1), from `ualg help NAME`
manual.py header HEADER PAGE    a page of section 3, from the group of that name in ualg.h
manual.py text FILE PAGE SECTION  a page from a text: '# Heading', paragraphs, "  verbatim", '- item'

Behind a command's help, man/ualg-NAME.txt is added where it is there.  The page goes to standard
output.  $MANUAL_VERSION and $MANUAL_DATE stand in its title.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = os.environ.get("MANUAL_VERSION", "")
DATE = os.environ.get("MANUAL_DATE", "")
BOOKS = {"1": "User Commands", "3": "Library Functions Manual",
         "7": "Miscellaneous Information Manual"}
# The groups of the header, by the titles it gives them, and their pages.
GROUPS = {
    "libualg": ("The library", "the algorithms of Linux's crypto API in user space"),
    "ualg_alg": ("Information about algorithms", "names, types and sizes of algorithms"),
    "ualg_secure": ("Memory for secrets", "memory that is locked and wiped"),
    "ualg_digest": ("Digests and keyed digests", "digests and keyed digests"),
    "ualg_skcipher": ("Symmetric ciphers", "encryption without authentication"),
    "ualg_aead": ("Authenticated encryption", "authenticated encryption"),
    "ualg_rng": ("Random numbers", "random numbers"),
    "ualg_kdf": ("Key derivation", "keys from keys and passwords"),
    "ualg_queue": ("Asynchronous requests", "requests that threads carry out"),
    "ualg_simple": ("Convenience", "common algorithms in one call"),
}
SPECIAL = {"\\": "\\e", "-": "\\-", "~": "\\(ti", "^": "\\(ha", "`": "\\(ga", "'": "\\(aq",
           "\"": "\\(dq"}


def escape(text):
    return "".join(SPECIAL.get(character, character) for character in text)


def line(text):
    """A line of text; nothing in it may be taken for a request."""
    text = escape(text)
    return "\\&" + text if text[:1] in (".", "'") else text


def fill(lines):
    """Words in lines that stay short, and begin with a sentence where one ends."""
    out, row = [], ""
    for word in " ".join(lines).split():
        if row and (len(row) + 1 + len(escape(word)) > 76 or re.search(r"[a-z)][.:]$", row)):
            out.append(row)
            row = ""
        row += (" " if row else "") + escape(word)
    if row:
        out.append(row)
    return ["\\&" + text if text[:1] in (".", "'") else text for text in out]


def title(name, section, what):
    named = fill(["%s \0 %s" % (name, what)])
    return [".TH %s %s %s \"ualg %s\" \"%s\"" % (escape(name.upper()), section, DATE, VERSION,
                                                BOOKS[section]),
            ".SH NAME", *(text.replace("\0", "\\-") for text in named)]


def verbatim(lines):
    return [".nf", ".RS 4"] + [line(text) if text else "" for text in lines] + [".RE", ".fi"]


def paragraphs(lines):
    """Groups of lines that stand together."""
    group = []
    for text in list(lines) + [""]:
        if text.strip():
            group.append(text.rstrip())
        elif group:
            yield group
            group = []


def item(text):
    """'NAME  what it is' as a tagged paragraph."""
    name, _, rest = text.partition("  ")
    return [".TP", ".B %s" % escape(name.strip())] + fill([rest])


def body(lines):
    """Paragraphs: filled, but as they are where they are indented; '- ' begins items."""
    out = []
    for group in paragraphs(lines):
        if group[0].startswith("# "):
            out.append(".SH %s" % escape(group[0][2:].upper()))
            group = group[1:]
            if not group:
                continue
        elif out and not out[-1].startswith(".SH"):
            out.append(".PP")
        if group[0].startswith("- "):
            out = out[:-1] if out and out[-1] == ".PP" else out
            for text in re.split(r"\n(?=- )", "\n".join(group)):
                out += item(text[2:].replace("\n", " "))
        elif all(text.startswith("  ") for text in group):
            out += verbatim(text[2:] for text in group)
        elif any(text.startswith("  ") for text in group):
            out += verbatim(group)
        else:
            out += fill(group)
    return out


def option_lines(lines):
    out = []
    for text in lines:
        name, _, rest = text.strip().partition("  ")
        if not rest.strip():
            # A long name and its help, one blank apart.
            match = re.match(r"(--\S+(?: [A-Z]+)?) (.*)", text.strip())
            name, rest = match.groups() if match else (name, rest)
        words = name.split(" ", 1)
        tag = ".B %s" % escape(words[0])
        if len(words) > 1:
            tag = ".BI %s \" %s\"" % (escape(words[0]), escape(words[1]))
        out += [".TP", tag] + fill([rest])
    return out


def extra(name):
    try:
        with open(os.path.join(HERE, name + ".txt"), encoding="utf-8") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def command_page(ualg, name):
    result = subprocess.run([ualg, "help", name], capture_output=True, text=True, check=True)
    groups = list(paragraphs(result.stdout.splitlines()))
    usage, summary = groups[0][0], groups[1]
    out = title("ualg-" + name, "1", summary[0].rstrip(".")[0].lower() + summary[0].rstrip(".")[1:])
    out += [".SH SYNOPSIS", ".B ualg %s" % name]
    operands = usage.split("ualg " + name, 1)[1].strip()
    if operands:
        out.append(line(operands))
    out.append(".SH DESCRIPTION")
    out += fill(summary)
    rest = groups[2:]
    options = []
    if rest and rest[0][0] == "Options:":
        options = option_lines(rest[0][1:])
        rest = rest[1:]
    flat = [text for group in rest for text in group + [""]]
    if flat:
        out += [".PP"] + body(flat)
    if options:
        out += [".SH OPTIONS"] + options
    out += body(extra("ualg-" + name))
    if not any("EXIT STATUS" in text for text in out) and name != "run":
        out += [".SH EXIT STATUS", "0: done; 1: it failed; 2: wrong usage."]
    out += [".SH SEE ALSO", ".BR ualg (1),", ".BR ualg (7)"]
    return out


def comment_text(block):
    text = re.sub(r"^\s*/\*+ ?|\s*\*+/\s*$", "", block, flags=re.S)
    return [re.sub(r"^\s*\* ?", "", part).rstrip() for part in text.splitlines()]


def pieces(source):
    """Comments and code by turns: ('comment', lines) and ('code', lines)."""
    out = []
    position = 0
    for match in re.finditer(r"^/\*.*?\*/[ \t]*\n", source, flags=re.S | re.M):
        out.append(("code", source[position:match.start()].strip("\n").splitlines()))
        out.append(("comment", comment_text(match.group(0))))
        position = match.end()
    out.append(("code", source[position:].strip("\n").splitlines()))
    return [(kind, lines) for kind, lines in out if any(text.strip() for text in lines)]


def groups_of(header):
    """The header's opening comment, and its groups by title."""
    parts = re.split(r"^/\* -+ (.*?) -+ \*/\n", header, flags=re.M)
    opening = re.search(r"^/\*\n \* libualg.*?\*/\n", parts[0], flags=re.S | re.M).group(0)
    return comment_text(opening), dict(zip(parts[1::2], parts[2::2]))


def comment_lines(lines):
    """A comment's text; its lists stay as they are written."""
    out = []
    for group in paragraphs(lines):
        out.append(".PP")
        if any(text.startswith(("- ", "  ")) or re.match(r"-E[A-Z]+(, -E[A-Z]+)*  ", text) for text in group):
            out += verbatim(group)
        else:
            out += fill(group)
    return out


def code_lines(lines):
    kept = [text.replace("\t", "    ") for text in lines if not text.startswith(("#", "}"))
            or text.startswith("};")]
    while kept and not kept[-1].strip():
        kept.pop()
    return verbatim(kept) if kept else []


def header_page(path, page):
    with open(path, encoding="utf-8") as file:
        opening, groups = groups_of(file.read())
    begin, what = GROUPS[page]
    source = next(text for name, text in groups.items() if name.startswith(begin))
    source = source.split("#pragma GCC visibility pop")[0]
    out = title(page, "3", what)
    out += [".SH LIBRARY", "libualg (\\-lualg); pkg\\-config: ualg", ".SH SYNOPSIS", ".nf",
            "#include <ualg/ualg.h>", ".fi", ".SH DESCRIPTION"]
    if page == "libualg":
        out += comment_lines(opening[1:])[1:]
    last = None
    for kind, lines in pieces(source):
        if kind == "comment":
            out += comment_lines(lines)
        else:
            out += [".PP"] + code_lines(lines) if last != "code" else code_lines(lines)
        last = kind
    others = [name for name in GROUPS if name != page]
    out.append(".SH SEE ALSO")
    out += [".BR %s (3)," % escape(name) for name in others] + [".BR ualg (7)"]
    return [text for i, text in enumerate(out)
            if not (text == ".PP" and out[i - 1].startswith(".SH"))]


def text_page(path, page, section):
    with open(path, encoding="utf-8") as file:
        what, *lines = file.read().splitlines()
    return title(page, section, what) + body(lines)


def main():
    kind, *arguments = sys.argv[1:]
    makers = {"command": command_page, "header": header_page, "text": text_page}
    print(".\\\" Generated by man/manual.py; edit what it is made of.")
    print("\n".join(makers[kind](*arguments)))


if __name__ == "__main__":
    main()
