#!/bin/sh
# SPDX-License-Identifier: MIT
# The kernel's AF_ALG beside the preload door, in one emulated machine:  kernel.sh BUILD
#
# An emulator has neither the time nor the caches of a processor, and crypto instructions cost it
# most, so the first table, by its clock, says little of a real machine.  The second counts
# instructions: what each side executes, whatever they take.  docs/benchmarks.md says more.
set -eu
build=$(cd "$1" && pwd)
ninja -C "$build" bench-programs >/dev/null
cd "$(dirname "$0")/.."
library=$build/src/doors/preload/libualg-preload.so

compare() {
	sh scripts/oracle.sh --timeout 3000 "$@" -- env LD_PRELOAD="$library" UALG_WITHOUT=ipsec-mb \
		"$build/bench/compare" --quick --most 16384 --ways kernel,preload,floor
}
echo "== by the emulator's clock"
compare
echo
echo "== by instructions: a nanosecond is one"
compare --icount
