#!/bin/sh
# SPDX-License-Identifier: MIT
# The main job in one screen: a program that speaks AF_ALG, without ualg and with it.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
python=/usr/bin/python3
[ -x "$python" ] || python=python3

echo "examples/try.py on this kernel alone (Linux $(uname -r)):"
"$python" examples/try.py
case $? in
0) echo "  This kernel has AF_ALG: programs work without ualg here too." ;;
3) ;;
*) echo "  This kernel has AF_ALG, but not all that the example needs." ;;
esac

echo
echo "The same under '$build/ualg run --':"
"$build/ualg" run -- "$python" examples/try.py
status=$?
echo
if [ "$status" -eq 0 ]; then
	echo "Everything agreed.  Next: '$build/ualg run -- YOUR-PROGRAM', '$build/ualg list', '$build/ualg doctor'."
else
	echo "Something went wrong (status $status); '$build/ualg doctor' may tell what."
fi
exit "$status"
