#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the tests of what threads share under ThreadSanitizer:  races.sh [BUILD]
#
# The door's libraries and the tests are built with it, in a directory of their own.  A report ends
# a test with an error.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:-build-thread}

[ -f "$build/build.ninja" ] ||
	sh scripts/quietly.sh meson setup "$build" -Db_sanitize=thread -Db_lundef=false || exit 1
# The front opens the door's library by name: meson does not see that the tests need it.
sh scripts/quietly.sh ninja -C "$build" || exit 1
TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1 suppressions=$PWD/tests/doors/races.supp" \
	meson test -C "$build" --print-errorlogs 'preload races' 'preload pcrypt' crypto-parallel
