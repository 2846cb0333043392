#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the Debian packages of what is committed (of what is there, where that is no checkout), has lintian look at them, installs them and runs
# debian/tests/installed:  package.sh DIRECTORY
#
# The build is in a copy.  The packages are installed in a view of this machine's file system
# (overlayfs) that ends with the script.  Where that cannot be made, --for-real allows the machine
# itself: for a container that is thrown away.
set -eu
cd "$(dirname "$0")/.."
real=
[ "${1:-}" = --for-real ] && real=1 && shift
out=$(mkdir -p "${1:?usage: $0 [--for-real] DIRECTORY}" && cd "$1" && pwd)

rm -rf "${out:?}"/*
mkdir "$out/ualg-0.1.0"
if git rev-parse --verify -q HEAD >/dev/null; then
	git archive HEAD | tar -x -C "$out/ualg-0.1.0"
else
	tar -c --exclude='./build*' . | tar -x -C "$out/ualg-0.1.0"
fi
echo "Building"
(cd "$out/ualg-0.1.0" && dpkg-buildpackage -us -uc) >"$out/build.log" 2>&1 || {
	tail -n 40 "$out/build.log"
	exit 1
}
ls "$out"/*.deb

echo "Looking at them with lintian"
# root: a container has nobody else.  initial-upload: there is no archive with a list of bugs.
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs \
	"$out"/ualg_*.changes

echo "Installing and running them"
# The test is run of the copy, whose build is not needed any more.
# shellcheck disable=SC2016 # the inner shell's own words
try='dpkg -i "$0"/*.deb >"$0/install.log" 2>&1 || { cat "$0/install.log"; exit 1; }
	sh "$0/ualg-0.1.0/debian/tests/installed"'
# shellcheck disable=SC2016 # the inner shell's own words
view='view=$(mktemp -d)
	mount -t tmpfs tmpfs "$view"
	mkdir "$view/upper" "$view/work" "$view/root"
	mount -t overlay overlay -o "lowerdir=/,upperdir=$view/upper,workdir=$view/work" "$view/root"'
if ! unshare --mount --propagation private sh -ec "$view" 2>/dev/null; then
	if [ -z "$real" ]; then
		echo "No view of the file system can be made here; --for-real installs on this machine." >&2
		exit 1
	fi
	exec sh -ec "$try" "$out"
fi
# shellcheck disable=SC2016 # the inner shell's own words
exec unshare --mount --propagation private sh -ec "$view"'
	mount --rbind /dev "$view/root/dev"
	mount -t proc proc "$view/root/proc"
	mkdir -p "$view/root$0"
	mount --bind "$0" "$view/root$0"
	chroot "$view/root" sh -ec "$1" "$0"' "$out" "$try"
