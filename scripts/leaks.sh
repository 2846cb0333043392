#!/bin/sh
# SPDX-License-Identifier: MIT
# Looks for what stays behind:  leaks.sh BUILD
#
# Ten thousand sockets, counted by the process itself; then one short round of every kind of socket
# under valgrind, which must find no lost block and no use of memory that is not there.
#
# The round passes good pointers only.  Valgrind reports an access to bad memory where it happens,
# before the program's SIGSEGV handler runs, and would take each EFAULT for a fault of ours; those
# are tested without it (tests/doors/preload_faults.c), and under AddressSanitizer.
set -u
build=${1:?usage: leaks.sh BUILD}
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
