#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs to a folder of its own, and builds there what users build:  install.sh BUILD EXAMPLES CC...
# The examples, shared and static, and a C++ program, by what pkg-config says alone.  (TAP)
set -u
build=$1 examples=$2
shift 2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
number=0 failed=0

report() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		failed=1
		echo "not ok $number - $2"
		sed 's/^/# /' "$folder/log"
	fi
}

DESTDIR=$folder/root meson install -C "$build" --no-rebuild --quiet >"$folder/log" 2>&1
report $? "installation"
pc=$(find "$folder/root" -name ualg.pc)
libdir=$(dirname "$(dirname "$pc")")
export PKG_CONFIG_PATH="${pc%/*}" PKG_CONFIG_SYSROOT_DIR="$folder/root"
[ "$(pkg-config --modversion ualg 2>"$folder/log")" != "" ]
report $? "pkg-config"

for source in "$examples"/*.c; do
	name=$(basename "$source" .c)
	# shellcheck disable=SC2046 # lists of words
	"$@" -std=c17 -D_DEFAULT_SOURCE -O1 -Wall -Wextra -Werror "$source" -o "$folder/$name" \
		$(pkg-config --cflags --libs ualg) >"$folder/log" 2>&1
	report $? "$name"
	# shellcheck disable=SC2046
	"$@" -std=c17 -D_DEFAULT_SOURCE -O1 "$source" -o "$folder/$name-static" \
		$(pkg-config --cflags ualg) "$libdir/libualg.a" \
		$(pkg-config --static --libs-only-l ualg | sed 's/-lualg//') -pthread >"$folder/log" 2>&1
	report $? "$name, static library"
done

expected=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
[ "$(printf abc | LD_LIBRARY_PATH=$libdir "$folder/digest" 2>"$folder/log")" = $expected ]
report $? "the digest is right"
[ "$(printf abc | "$folder/digest-static" 2>"$folder/log")" = $expected ]
report $? "and by the static library"
! nm -g --defined-only "$libdir/libualg.a" | grep ' [TDBR] ' | grep -v ' ualg_' >"$folder/log"
report $? "the static library has no names but its own"

if command -v c++ >/dev/null; then
	printf '#include <ualg/ualg.h>\nint main() { return ualg_version() == nullptr; }\n' >"$folder/x.cc"
	# shellcheck disable=SC2046
	c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror "$folder/x.cc" -o "$folder/x" \
		$(pkg-config --cflags --libs ualg) >"$folder/log" 2>&1 && LD_LIBRARY_PATH=$libdir "$folder/x"
	report $? "C++"
fi
echo "1..$number"
exit $failed
