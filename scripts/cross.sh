#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds for another processor and runs the vectors and the crypto tests there, in an emulator:
#
#     cross.sh [aarch64|s390x ...]        (both, if none is named)
#
# Libraries and headers are those of Debian for that architecture, unpacked beside the build, so that
# the machine's own packages stay as they are.  s390x is big-endian.
set -eu
cd "$(dirname "$0")/.."
root=$PWD/build-cross

packages='libc6 libc6-dev linux-libc-dev libcrypt1 libcrypt-dev libgcc-s1 libgcrypt20 libgcrypt20-dev
	libgpg-error0 libgpg-error-dev libssl3 libssl-dev libcmocka0 libcmocka-dev'

debian_name() {
	case $1 in
	aarch64) echo arm64 ;;
	*) echo "$1" ;;
	esac
}

# apt-get for another architecture, with lists and packages of its own.
foreign_apt() {
	local architecture=$1 state=$root/$1-apt
	shift
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
	touch "$state/status"
	apt-get -qq -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
		-o Dir::State="$state" -o Dir::State::status="$state/status" \
		-o Dir::Cache="$state/cache" -o APT::Sandbox::User=root "$@"
}

make_sysroot() {
	local architecture=$1 sysroot=$2
	[ -e "$sysroot/complete" ] && return
	echo "Fetching libraries for $architecture"
	rm -rf "$sysroot"
	mkdir -p "$sysroot/packages"
	foreign_apt "$architecture" update
	# shellcheck disable=SC2086 # a list of words
	(cd "$sysroot/packages" && foreign_apt "$architecture" download $packages)
	for package in "$sysroot"/packages/*.deb; do
		dpkg -x "$package" "$sysroot"
	done
	touch "$sysroot/complete"
}

write_cross_file() {
	local machine=$1 sysroot=$2 triplet=$1-linux-gnu endian=little
	[ "$machine" = s390x ] && endian=big
	cat <<END
[binaries]
c = ['$triplet-gcc', '--sysroot=$sysroot']
ar = '$triplet-ar'
strip = '$triplet-strip'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-$machine', '-L', '$sysroot']

[properties]
sys_root = '$sysroot'
pkg_config_libdir = '$sysroot/usr/lib/$triplet/pkgconfig:$sysroot/usr/share/pkgconfig'

[host_machine]
system = 'linux'
cpu_family = '$machine'
cpu = '$machine'
endian = '$endian'
END
}

run_on() {
	local machine=$1 architecture sysroot build=$root/$1
	architecture=$(debian_name "$machine")
	sysroot=$root/$machine-sysroot
	make_sysroot "$architecture" "$sysroot"
	write_cross_file "$machine" "$sysroot" >"$root/$machine.ini"
	[ -f "$build/build.ninja" ] ||
		meson setup "$build" --cross-file "$root/$machine.ini" -Dtests=enabled >/dev/null
	ninja -C "$build" build.ninja >"$build.log"
	# What stands below the doors: those need each processor's own system call instruction.
	mapfile -t programs < <(ninja -C "$build" -t targets all |
		sed -nE 's#^(tests/(crypto|socket|catalog)/[^.:]*): c_LINKER.*#\1#p')
	ninja -C "$build" "${programs[@]}" >"$build.log" || { tail -n 40 "$build.log"; return 1; }
	rm -f "$build/meson-logs/testlog.json"
	mapfile -t names < <(meson test -C "$build" --list 2>/dev/null |
		sed -n 's/^ualg[a-z:]* \/ //p' |
		grep -E '^(engine vectors|crypto-|rng_vectors|rng_state|names|split|catalog|socket)')
	echo "=== $machine"
	meson test -C "$build" --no-rebuild --num-processes 2 --timeout-multiplier 20 "${names[@]}" |
		grep -E 'FAIL|ERROR|TIMEOUT' || true
	python3 scripts/summarize.py "$build/meson-logs/testlog.json"
}

sh scripts/install-needs.sh cross
mkdir -p "$root"
status=0
for machine in "${@:-aarch64 s390x}"; do
	for one in $machine; do
		run_on "$one" || status=1
	done
done
exit $status
