#!/bin/sh
# SPDX-License-Identifier: MIT
# Looks for what stays behind:  leaks.sh BUILD [all]
#
# Ten thousand sockets, counted by the process itself; then one short round of every kind of socket
# under valgrind, which must find no lost block and no use of memory that is not there.  With "all"
# the conformance table and the random programs as well, in some minutes.
#
# The round passes good pointers only.  Valgrind reports an access to bad memory where it happens,
# before the program's SIGSEGV handler runs, and would take each EFAULT for a fault of ours.  In the
# table and the random programs tests/conformance/memcheck.py tells them apart.
set -u
build=${1:?usage: leaks.sh BUILD [all]}
what=${2:-short}
program=$build/tests/doors/leaks
door=$(cd "$build" && pwd)/src/doors/preload/libualg-preload.so

UALG_PROFILE=strict LD_PRELOAD=$door "$program" || exit 1

command -v valgrind >/dev/null 2>&1 || {
	echo "valgrind is missing" >&2
	exit 1
}
# The library comes to valgrind's own launcher too, which does not use AF_ALG.
UALG_PROFILE=strict LD_PRELOAD=$door valgrind --quiet --leak-check=full --num-callers=20 \
	--errors-for-leak-kinds=definite,indirect,possible --error-exitcode=9 "$program" short ||
	exit 1
echo "valgrind: nothing lost, nothing wrong"
[ "$what" = all ] || exit 0

tests=tests/conformance
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT
mkdir "$logs/memcheck"
watch="valgrind --leak-check=full --num-callers=30 --suppressions=$tests/memcheck.supp"
watch="$watch --log-file=$logs/memcheck/%p"

# Runs a comparison with the kernel, prints what differs, and counts the cases.
compare() {
	python3 "$@" >"$logs/tap"
	status=$?
	grep -A 20 '^not ok' "$logs/tap"
	echo "under valgrind: $(grep -c '^ok' "$logs/tap") good, $(grep -c '^not ok' "$logs/tap") bad"
	return $status
}

compare $tests/compare.py --under "$watch" --preload "$door" "$build/$tests/conformance" \
	table $tests &&
	compare $tests/compare_random.py --under "$watch" --preload "$door" "$build/$tests/random" \
		$tests/random-6.1.txt.xz &&
	python3 $tests/memcheck.py "$logs/memcheck"
