#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command on a real Debian kernel that has AF_ALG, in an emulator.
#
#   oracle.sh [--backports] [--icount] [--timeout SECONDS] -- COMMAND [ARGUMENT...]
#
# The kernel is the package that linux-image-amd64 of this Debian release stands for, or that of the
# release's backports.  It sees this machine's files, read-only, and runs COMMAND as root in the
# current directory; standard output, standard error and the exit status come back at the end.
# With --icount the guest's clock counts instructions: one is a nanosecond.
# 124: it took longer than SECONDS (600); 125: the emulator failed.  Wants qemu-system-x86,
# busybox-static, cpio, kmod and apt.  What was fetched is kept in ~/.cache/ualg-oracle.
set -eu

limit=600
release=stable
icount=
while [ $# -gt 0 ]; do
	case $1 in
	--backports) release=backports ;;
	--icount) icount='-icount shift=0,sleep=off' ;;
	--timeout) limit=$2; shift ;;
	--) shift; break ;;
	*) break ;;
	esac
	shift
done

fail() {
	echo "oracle.sh: $*" >&2
	exit 125
}

[ $# -gt 0 ] || { sed -n '3,5s/^# \{0,1\}//p' "$0" >&2; exit 125; }
for tool in qemu-system-x86_64 cpio depmod apt-get dpkg-deb; do
	command -v $tool >/dev/null || PATH=$PATH:/sbin:/usr/sbin command -v $tool >/dev/null ||
		fail "$tool is missing: apt-get install qemu-system-x86 busybox-static cpio kmod"
done
PATH=$PATH:/sbin:/usr/sbin
busybox=$(command -v busybox) || fail "busybox is missing: apt-get install busybox-static"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/ualg-oracle/$release
mkdir -p "$cache"

# ---- the kernel's package ----

# apt, with lists of its own where the backports are wanted.
apt_of_release() {
	tool=$1
	shift
	if [ $release = stable ]; then
		"$tool" "$@"
		return
	fi
	"$tool" -o Dir::Etc::SourceList="$cache/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$cache/lists" -o Dir::Cache::pkgcache= \
		-o Dir::Cache::srcpkgcache= "$@"
}

use_backports() {
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
		awk -v release="$codename" '$2 == release { print $1; exit }')
	[ -n "$mirror" ] || fail "no package source of $codename (apt-get update?)"
	mkdir -p "$cache/lists/partial"
	echo "deb $mirror $codename-backports main" >"$cache/sources.list"
	apt_of_release apt-get -qq update
}

fetch_kernel() {
	[ $release = stable ] || use_backports
	package=$(apt_of_release apt-cache depends --important linux-image-amd64 |
		sed -n '/Depends: linux-image-[0-9]/{s/.*: //p;q;}')
	[ -n "$package" ] || fail "apt knows no linux-image-amd64 (apt-get update?)"
	rm -rf "$cache/deb" "$cache/kernel"
	mkdir "$cache/deb"
	(cd "$cache/deb" && apt_of_release apt-get -qq -o APT::Sandbox::User=root download "$package") ||
		fail "cannot fetch $package"
	dpkg-deb -x "$cache"/deb/*.deb "$cache/kernel"
	rm -r "$cache/deb"
}

# ---- its first file system: busybox, the modules that may be asked for, and an init ----

write_init() {
	cat <<'EOF'
#!/bin/sh
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
modprobe -a virtio_pci 9pnet_virtio 9p
# What udev would load for this processor: the accelerated drivers.
read -r cpu </sys/devices/system/cpu/modalias
cat /lib/modules/*/modules.alias | while read -r word glob module; do
	case $glob in cpu:*) case $cpu in $glob) modprobe -q $module ;; esac ;; esac
done
modprobe -a af_alg algif_hash algif_skcipher algif_aead algif_rng crypto_user
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro root /r
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=mmap result /result
for dir in proc sys dev; do mount --bind /$dir /r/$dir; done
chroot /r /bin/sh -c "$(cat /result/command)" </dev/null >/result/out 2>/result/err
echo $? >/result/status
sync
reboot -f
EOF
}

make_initramfs() {
	root=$cache/root
	modules=$(echo "$cache"/kernel/lib/modules/*)
	version=${modules##*/}
	rm -rf "$root"
	mkdir -p "$root/bin" "$root/sbin" "$root/dev" "$root/proc" "$root/sys" "$root/r" \
		"$root/result" "$root/lib/modules/$version"
	cp "$busybox" "$root/bin/busybox"
	for name in sh mount modprobe cat chroot sync reboot; do
		ln -s busybox "$root/bin/$name"
	done
	ln -s ../bin/busybox "$root/sbin/modprobe" # the kernel asks for it by this name
	(cd "$modules" && find modules.builtin modules.builtin.modinfo modules.order kernel/crypto \
		kernel/arch/x86/crypto kernel/lib kernel/net/9p kernel/fs/9p kernel/fs/netfs \
		kernel/fs/fscache kernel/drivers/virtio ! -type d 2>/dev/null |
		cpio --quiet -pdm "$root/lib/modules/$version")
	find "$root/lib" -name '*.ko.xz' -exec xz -d {} +
	depmod -b "$root" "$version"
	write_init >"$root/init"
	chmod +x "$root/init"
	(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$cache/initramfs.new"
	mv "$cache/initramfs.new" "$cache/initramfs"
	rm -r "$root"
}

if [ ! -e "$cache/initramfs" ] || [ "$0" -nt "$cache/initramfs" ]; then
	[ -d "$cache/kernel" ] || fetch_kernel
	make_initramfs
fi

# ---- the run ----

quote() {
	printf "'%s' " "$(printf %s "$1" | sed "s/'/'\\\\''/g")"
}

result=$(mktemp -d)
trap 'rm -rf "$result"' EXIT
{
	printf 'cd %s && exec ' "$(quote "$PWD")"
	for word; do quote "$word"; done
} >"$result/command"

status=0
# shellcheck disable=SC2086 # a list of words, or none
timeout "$limit" qemu-system-x86_64 -accel tcg $icount -machine q35 -cpu max -m 768 \
	-nodefaults -no-user-config -display none -no-reboot -serial "file:$result/console" \
	-kernel "$cache"/kernel/boot/vmlinuz-* -initrd "$cache/initramfs" \
	-append "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable cryptomgr.notests" \
	-fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
	-device virtio-9p-pci,fsdev=root,mount_tag=root \
	-fsdev "local,id=result,path=$result,security_model=none" \
	-device virtio-9p-pci,fsdev=result,mount_tag=result \
	</dev/null >"$result/qemu" 2>&1 || status=$?
[ $status -ne 124 ] || exit 124
[ -s "$result/status" ] || fail "the kernel ended without a result: $(cat "$result/qemu" "$result/console" | tail -n 3)"
cat "$result/out"
cat "$result/err" >&2
exit "$(cat "$result/status")"
