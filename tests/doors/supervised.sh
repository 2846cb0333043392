#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a test under the supervisor door; skips it where no supervisor can work.
#
#     supervised.sh UALG TRAP PROGRAM [ARGUMENT...]
ualg=$1 trap=$2
shift 2
if ! reason=$("$ualg" run --door seccomp --trap "$trap" true 2>&1); then
	echo "1..0 # SKIP $reason"
	exit 0
fi
exec "$ualg" run --door seccomp --trap "$trap" "$@"
