#!/bin/sh
# SPDX-License-Identifier: MIT
# UALG_ variables have no effect on a program that gains rights:  preload_secure.sh PROGRAM
set -u
if [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP a program of another user can be made by root only"
	exit 0
fi
place=$(mktemp -d) || exit 1
trap 'rm -rf "$place"' EXIT
chmod 755 "$place"
cp "$1" "$place/program"
chown 65534 "$place/program"
chmod 4755 "$place/program"
plain=$(UALG_PROFILE=strict "$1")
secure=$(UALG_PROFILE=strict "$place/program" 2>&1)
case $secure in
"secure 1, "*) ;;
*)
	echo "1..0 # SKIP no such program here: $secure"
	exit 0
	;;
esac
failed=0
check() {
	if [ "$2" = "$3" ]; then
		echo "ok $1 - $3"
	else
		echo "not ok $1 - $2, expected $3"
		failed=1
	fi
}
echo 1..2
check 1 "$plain" "secure 0, strict"
check 2 "$secure" "secure 1, default"
exit $failed
