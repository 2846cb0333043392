#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the consumer library's tests over the sockets of a real kernel, in an emulator:
#
#     library-on-kernel.sh BUILD [--backports]
#
# The vectors of names that this kernel does not have are skipped.  See oracle.sh for what it wants.
set -eu
build=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
root=$PWD
ninja -C "$build" tests/api/test_api tests/api/vectors_api >/dev/null

log=$build/library-on-kernel.log
status=0
files=$(ls tests/vectors/*.txt | grep -vE '/(rng|kdf|hkdf|pbkdf2).txt$' | sed "s|^|$root/|" | tr '\n' ' ')
sh scripts/oracle.sh "$@" --timeout 1800 -- sh -c "
	CMOCKA_MESSAGE_OUTPUT=TAP $build/tests/api/test_api kernel $root/tests/vectors
	UALG_TEST_SKIP_MISSING=1 $build/tests/api/vectors_api kernel $files" >"$log" 2>&1 || status=$?

passed=$(grep -c '^ok ' "$log" || true)
skipped=$(grep -c '^ok .*# SKIP' "$log" || true)
failed=$(grep -c '^not ok ' "$log" || true)
grep -A 3 '^not ok ' "$log" || true
[ "$status" -eq 0 ] || tail -n 3 "$log"
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "$((passed - skipped)) passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 500 ]
