#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds, and runs every test:  check.sh BUILD [MESON OPTIONS]
# The last line is "N passed, N failed, N skipped", by single test cases.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1
shift

if [ -f "$build/build.ninja" ]; then
	meson configure "$build" -Dtests=enabled "$@" || exit 1
else
	meson setup "$build" -Dtests=enabled "$@" || exit 1
fi
ninja -C "$build" || {
	echo "the build failed"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}
rm -f "$build/meson-logs/testlog.json"
meson test -C "$build" --no-rebuild --num-processes 2 ${UALG_TIMEOUT:+--timeout-multiplier "$UALG_TIMEOUT"}
exec python3 scripts/summarize.py "$build/meson-logs/testlog.json"
