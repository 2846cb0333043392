#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes one static library of several, in which only what is public has names:
#
#     static.sh OUT OBJCOPY AR COMPILER... -- LIBRARY...
#
# So a program that links it has no names of our rooms beside its own.
set -eu
out=$1 objcopy=$2 ar=$3
shift 3
compiler=
while [ "$1" != -- ]; do
	compiler="$compiler $1"
	shift
done
shift
object=$out.o
trap 'rm -f "$object"' EXIT
# shellcheck disable=SC2086 # a list of words
$compiler -r -nostdlib -o "$object" -Wl,--whole-archive "$@" -Wl,--no-whole-archive
$objcopy --localize-hidden "$object"
rm -f "$out"
$ar crs "$out" "$object"
