#!/bin/sh
# SPDX-License-Identifier: MIT
# Gives each fuzz target to libFuzzer for some time, one after another:  fuzz.sh SECONDS
# What is found is kept in build-fuzz/NAME/, and growing corpora too.
set -u
cd "$(dirname "$0")/.." || exit 1
seconds=$1
build=build-fuzz

command -v clang >/dev/null 2>&1 || {
	echo "clang is missing: libFuzzer is a part of it" >&2
	exit 1
}
if [ ! -f "$build/build.ninja" ]; then
	CC=clang meson setup "$build" -Dtests=enabled -Dlibfuzzer=true -Dbuildtype=debugoptimized \
		-Db_sanitize=address,undefined -Db_lundef=false || exit 1
fi
failed=0
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	ninja -C "$build" "tests/fuzz/$name" >/dev/null || exit 1
	mkdir -p "$build/$name/corpus"
	echo "=== $name, $seconds seconds"
	"$build/tests/fuzz/$name" -max_total_time="$seconds" -print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$build/$name/" "$build/$name/corpus" || failed=1
done
exit "$failed"
