#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the measurements and ends with the table of goals:  run.sh BUILD [OPTION OF ualg bench...]
set -u
build=$1
shift
ninja -C "$build" bench-programs >/dev/null || exit 1
library=$(cd "$build" && pwd)/src/doors/preload/libualg-preload.so
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

measure() {
	"$@" >"$log.one" || { echo "failed: $*" >&2; rm -f "$log.one"; exit 1; }
	grep -v '^goal: ' "$log.one"
	grep '^goal: ' "$log.one" >>"$log"
	rm -f "$log.one"
}
measure "$build/ualg" bench "$@"
measure "$build/ualg" run --door preload -- "$build/bench/pbkdf2"
measure "$build/bench/start" "$library"
# The part of that which any preloaded library costs, an empty one too.
"$build/bench/start" "$(cd "$build" && pwd)/bench/libempty.so" |
	sed -n 's/^goal: start of \/bin\/true, added */  with an empty library instead, added: /p'
measure "$build/bench/foreign" "$library"
measure "$build/bench/notify" "$(cd "$build" && pwd)/ualg"
measure "$build/bench/bulk"

echo
printf '%-50s %15s %12s\n' "goals, on this machine now" goal measured
sed 's/^goal: //' "$log"
