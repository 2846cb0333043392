#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the consumer library with musl (Debian's musl-tools), and runs the vectors through it:
#
#     musl.sh
#
# Debian has neither libgcrypt nor libcrypto for musl, so the algorithms are those of our own code;
# the vectors of others are skipped.  Of the two libraries the headers are needed, which stand in
# folders with glibc's, and so are put into one of their own.
# $UALG_MUSL: the build directory, in the place of build-musl.
set -eu
cd "$(dirname "$0")/.."
build=${UALG_MUSL:-$PWD/build-musl}
headers=$build/headers

if [ ! -f "$build/build.ninja" ]; then
	mkdir -p "$headers"
	for name in gcrypt.h gpg-error.h openssl linux asm asm-generic; do
		for folder in /usr/include /usr/include/"$(gcc -print-multiarch)"; do
			[ ! -e "$folder/$name" ] || cp -rL "$folder/$name" "$headers/"
		done
	done
	CC=musl-gcc meson setup "$build" -Dc_args="-isystem$headers" >/dev/null
fi
ninja -C "$build" src/api/libualg.so.1.0.0 src/api/libualg.a tests/api/vectors_api tests/api/vectors_kdf \
	>"$build.log" || {
	tail -n 40 "$build.log"
	exit 1
}

# kdf, hkdf, pbkdf2 and rng have runners of their own, and want SHA-1 and SHA-2.
files=$(ls tests/vectors/*.txt | grep -vE '/(rng|kdf|hkdf|pbkdf2).txt$')
# shellcheck disable=SC2086 # a list of words
UALG_TEST_SKIP_MISSING=1 "$build/tests/api/vectors_api" direct $files >"$build/vectors.log" 2>&1 || true
passed=$(grep -c '^ok ' "$build/vectors.log" || true)
skipped=$(grep -c '^ok .*# SKIP' "$build/vectors.log" || true)
failed=$(grep -c '^not ok' "$build/vectors.log" || true)
grep -A 1 '^not ok' "$build/vectors.log" || true
grep -q '^1\.\.' "$build/vectors.log" || failed=$((failed + 1))
echo "$((passed - skipped)) passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 400 ]
