#!/bin/sh
# SPDX-License-Identifier: MIT
# Has a hostile program attack the supervisor, built with AddressSanitizer, for some time:
#   hostile.sh SECONDS [SEED]
# It is run by each way in turn; what a sanitizer finds is printed.
set -u
cd "$(dirname "$0")/.." || exit 1
seconds=$1
seed=${2:-$(date +%s)}
build=build-sanitized
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT

if [ ! -f "$build/build.ninja" ]; then
	meson setup "$build" -Db_sanitize=address,undefined -Dtests=enabled || exit 1
fi
ninja -C "$build" ualg tests/doors/hostile >/dev/null || exit 1
export ASAN_OPTIONS=detect_leaks=0:log_path="$logs/found"
export UBSAN_OPTIONS=print_stacktrace=1:log_path="$logs/found"
failed=0 left=$seconds
while [ "$left" -gt 0 ]; do
	for way in "--door seccomp" "--door seccomp --trap all"; do
		part=$((left < 30 ? left : 30))
		# shellcheck disable=SC2086 # a way is several words
		"$build/ualg" run $way "$build/tests/doors/hostile" "$seed" "$part" || {
			echo "failed: $way, seed $seed" >&2
			failed=$((failed + 1))
		}
		seed=$((seed + 100000)) left=$((left - part))
	done
done
if [ -n "$(ls -A "$logs")" ]; then
	cat "$logs"/found*
	failed=$((failed + 1))
fi
echo "hostile: $seconds seconds, $failed failed"
[ "$failed" -eq 0 ]
