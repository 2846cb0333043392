#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the packages that a task needs, where they are missing:  install-needs.sh build|check|ci|cross|package
#
# As root on a machine with apt-get it installs them; anywhere else it prints the one command to run
# and stops.
set -u

build='gcc libc6-dev make meson ninja-build pkg-config python3 libgcrypt20-dev libssl-dev libseccomp-dev'
# Debian gives the test suite of its Python a package by version.
python=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
# The programs that tests/clients runs.
clients='kcapi-tools keyutils openssl cryptsetup-bin strongswan-charon libstrongswan-extra-plugins
	stress-ng iwd dbus-daemon iproute2 util-linux'
# What the tools and their manual pages are held against.
manual='bash coreutils groff-base mandoc'
check="$build libcmocka-dev libpython${python:-3.11}-testsuite binutils $clients $manual"
# Programs of other makes, for the supervisor's tests.  The package gcc-multilib itself would remove
# cross compilers.
kinds='golang-go musl-tools'
version=$(gcc -dumpversion 2>/dev/null | cut -d. -f1)
case $(uname -m)$version in x86_64?*) kinds="$kinds gcc-$version-multilib libc6-dev-i386" ;; esac
# A back end that is only built where its header is.
case $(uname -m) in x86_64) ipsec_mb=libipsec-mb-dev ;; *) ipsec_mb= ;; esac
ci="$check $ipsec_mb git clang clang-format valgrind $kinds"
cross="$build gcc-aarch64-linux-gnu gcc-s390x-linux-gnu gcc-i686-linux-gnu qemu-user"

package="$build debhelper dpkg-dev fakeroot lintian git libseccomp-dev openssl"
case ${1:-} in
build) wanted=$build ;;
check) wanted=$check ;;
ci) wanted=$ci ;;
cross) wanted=$cross ;;
package) wanted=$package ;;
*)
	echo "usage: $0 build|check|ci|cross|package" >&2
	exit 2
	;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
	for tool in cc meson ninja pkg-config python3; do
		command -v "$tool" >/dev/null 2>&1 && continue
		echo "$tool is missing.  Needed, by their Debian names: $wanted" >&2
		exit 1
	done
	exit 0
fi

missing=
for package in $wanted; do
	state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "Packages are missing.  Run this, then try again:" >&2
	echo "    sudo apt-get install$missing" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
echo "Installing:$missing"
log=$(mktemp)
# shellcheck disable=SC2086 # a list of words
if apt-get install -y --no-install-recommends $missing >"$log" 2>&1 ||
	{ apt-get update >"$log" 2>&1 && apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; }; then
	rm -f "$log"
	exit 0
fi
tail -n 20 "$log" >&2
rm -f "$log"
echo "apt-get could not install:$missing" >&2
exit 1
