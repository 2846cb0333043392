#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command and shows what it printed only if it failed.
output=$(mktemp) || exit 1
"$@" >"$output" 2>&1
status=$?
[ "$status" -eq 0 ] || cat "$output" >&2
rm -f "$output"
exit "$status"
