#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds for another processor and runs the vectors and the crypto tests there, in an emulator:
#
#     cross.sh [aarch64|s390x|i386 ...]        (all, if none is named)
#
# Libraries and headers are those of Debian for that architecture, unpacked beside the build, so that
# the machine's own packages stay as they are.  s390x is big-endian, i386 has 32 bits.
# $UALG_CROSS: where all that goes, in the place of build-cross.
set -eu
cd "$(dirname "$0")/.."
root=${UALG_CROSS:-$PWD/build-cross}

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
	local machine=$1 sysroot=$2 endian=little family=$1 prefix=$1-linux-gnu
	[ "$machine" = s390x ] && endian=big
	[ "$machine" = i386 ] && family=x86 prefix=i686-linux-gnu
	cat <<END
[binaries]
c = ['$prefix-gcc', '--sysroot=$sysroot']
ar = '$prefix-ar'
objcopy = '$prefix-objcopy'
strip = '$prefix-strip'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-$machine', '-L', '$sysroot']

[properties]
needs_exe_wrapper = true
sys_root = '$sysroot'
pkg_config_libdir = '$sysroot/usr/lib/$machine-linux-gnu/pkgconfig:$sysroot/usr/share/pkgconfig'

[host_machine]
system = 'linux'
cpu_family = '$family'
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
		sed -nE 's#^(tests/(crypto|socket|catalog|api)/[^.:]*): c_LINKER.*#\1#p')
	ninja -C "$build" "${programs[@]}" >"$build.log" || { tail -n 40 "$build.log"; return 1; }
	rm -f "$build/meson-logs/testlog.json"
	mapfile -t names < <(meson test -C "$build" --list 2>/dev/null |
		sed -n 's/^ualg[a-z:]* \/ //p' |
		grep -E '^(engine vectors|crypto-|rng_vectors|rng_state|names|split|catalog|socket (interrupted|move|profile|stream|wait)|api (direct|vectors))')
	echo "=== $machine"
	meson test -C "$build" --no-rebuild --num-processes 2 --timeout-multiplier 20 "${names[@]}" |
		grep -E 'FAIL|ERROR|TIMEOUT' || true
	python3 scripts/summarize.py "$build/meson-logs/testlog.json"
}

sh scripts/install-needs.sh cross
mkdir -p "$root"
status=0
for machine in "${@:-aarch64 s390x i386}"; do
	for one in $machine; do
		run_on "$one" || status=1
	done
done
exit $status
