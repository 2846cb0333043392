#!/bin/sh
# SPDX-License-Identifier: MIT
# The preload library gives the names of the list and no others, none with a version, and needs
# nothing but libc:  preload_symbols.sh LIBRARY LIST
set -u
failed=0
report() {
	if [ -z "$2" ]; then
		echo "ok $1 - $3"
	else
		echo "not ok $1 - $3"
		echo "$2" | sed 's/^/# /'
		failed=1
	fi
}
echo 1..3
given=$(nm -D --defined-only "$1" | awk '{ print $3 }' | LC_ALL=C sort)
wanted=$(grep -v '^#' "$2" | LC_ALL=C sort)
difference=$(printf '%s\n' "$given" "$wanted" | LC_ALL=C sort | uniq -u)
[ -n "$given" ] || difference="no names at all"
report 1 "$difference" "names"
report 2 "$(printf '%s\n' "$given" | grep '@')" "no versions"
needed=$(readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
report 3 "$(printf '%s\n' "$needed" | grep -vE '^(libc\.so|ld-linux|lib[a-z]*san\.)')" "libraries"
exit $failed
