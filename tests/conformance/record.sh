#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes the record anew, on real kernels:  record.sh ORACLE TABLE|RANDOM
#
# ORACLE is the command that runs another on the kernel (scripts/oracle.sh).  The table's record is
# Debian's stable kernel, but for the rules that a newer one mended or brought, which are taken from
# the release's backports (docs/design/abi.md: H-14, H-23, O-15).
set -eu
newer='^(H-14|H-23|O-15) '
oracle=$(realpath "$1")
what=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=gnu17 -O2 -D_GNU_SOURCE -static -I$here/../../include -I$here/.. -I$here"

table() {
	cc $flags -o "$work/conformance" "$here"/conformance.c "$here"/language.c "$here"/verbs_*.c -pthread
	cp -r "$here/cases" "$work/cases"
	cd "$work"
	"$oracle" --timeout 900 -- ./conformance cases/*.txt >old
	"$oracle" --timeout 900 --backports -- ./conformance cases/*.txt >new
	{ grep -vE "$newer" old; grep -E "$newer" new; } | LC_ALL=C sort >"$here/record.txt"
}

random() {
	cc $flags -o "$work/random" "$here"/random*.c
	cd "$work"
	"$oracle" --timeout 3600 -- ./random >lines
	xz -9e <lines >"$here/random-6.1.txt.xz"
}

case $what in
table | random) "$what" ;;
*) sed -n '3,4s/^# //p' "$0" >&2; exit 2 ;;
esac
