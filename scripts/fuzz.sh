#!/bin/sh
# SPDX-License-Identifier: MIT
# Gives each target of tests/fuzz to libFuzzer, under ASan and UBSan, for FUZZ_SECONDS each (60).
# Needs clang and its sanitizer runtime (Debian: clang libclang-rt-14-dev).
set -eu
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
cd "$(dirname "$0")/.."
build=build-fuzz
[ -d $build ] || CC=clang meson setup $build -Dlibfuzzer=true -Db_sanitize=address,undefined \
	-Db_lundef=false -Dbuildtype=debugoptimized
targets="fuzz_template fuzz_control fuzz_socket fuzz_import"
for target in $targets; do
	ninja -C $build tests/fuzz/$target
done
for target in $targets; do
	corpus=$build/corpus/$target
	mkdir -p "$corpus"
	$build/tests/fuzz/$target -max_total_time="${FUZZ_SECONDS:-60}" -timeout=20 \
		-print_final_stats=1 "$corpus"
done
