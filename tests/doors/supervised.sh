#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a test under the supervisor door; skips it where no supervisor can work.
#
#     supervised.sh UALG TRAP PROGRAM [ARGUMENT...]
#
# TRAP: window or all; ptrace for that door; both for the supervisor beside the preload door.
ualg=$1 trap=$2
shift 2
case $trap in
ptrace | both) set -- --door "$trap" "$@" ;;
*) set -- --door seccomp --trap "$trap" "$@" ;;
esac
if ! reason=$("$ualg" run "$1" "$2" true 2>&1); then
	echo "1..0 # SKIP $reason"
	exit 0
fi
exec "$ualg" run "$@"
