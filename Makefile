# SPDX-License-Identifier: MIT
# A thin front for meson; `meson setup build && ninja -C build` builds as well.
#
#   make try           build, and see a program that speaks AF_ALG without ualg and with it
#   make check         build, and run every test
#   make all           build
#   make bench         measure, against the goals in bench/; numbers go to $(BUILD)/bench.json
#   make bench-kernel  the kernel's AF_ALG beside the preload door, emulated
#   make bench-charts  draw them (docs/benchmarks.md)
#   make races         the race tests under ThreadSanitizer
#   make leaks         10,000 sockets, and the conformance table under valgrind
#   make conformance   compare with real kernels: their record, rule by rule, and random programs
#   make oracle        make that record anew, on Debian's kernel in an emulator
#   make fuzz          give each fuzz target to libFuzzer, FUZZ_SECONDS each
#   make hostile       a hostile program against the supervisor, HOSTILE_SECONDS
#   make large         3 GiB through the tools: memory, progress, interrupt (10 GiB of /tmp)
#   make cross         run the vectors on aarch64 and s390x, emulated
#   make package       the Debian packages: built, looked at, installed in a view, and run
#   make install       install (as root, or with DESTDIR=...)
#   make format        lay the C files out; check-format only looks
#   make docs          write docs/algorithms.md; check-docs only looks
#   make clean         remove the build directory

BUILD ?= build
PACKAGES ?= build-packages
FUZZ_SECONDS ?= 30
HOSTILE_SECONDS ?= 600
SOURCES = $(shell git ls-files '*.c' '*.h' 2>/dev/null)

.PHONY: all try check bench bench-kernel bench-charts races leaks fuzz hostile cross large package install format check-format docs check-docs clean

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@sh scripts/install-needs.sh build
	@echo "Setting $(BUILD) up"
	@sh scripts/quietly.sh meson setup $(BUILD)

try: $(BUILD)/build.ninja
	@echo "Building"
	@sh scripts/quietly.sh ninja -C $(BUILD)
	@sh scripts/try.sh $(BUILD)

check:
	@sh scripts/install-needs.sh check
	@sh scripts/check.sh $(BUILD)

bench: all
	sh bench/run.sh $(BUILD) --json $(BUILD)/bench.json

bench-kernel: all
	sh bench/kernel.sh $(BUILD)

bench-charts: all
	bench/charts.py $(BUILD)/bench.json $(BUILD)

races:
	sh scripts/races.sh

leaks: all
	sh scripts/leaks.sh $(BUILD) all

conformance: all
	meson test -C $(BUILD) --no-rebuild --suite conformance --print-errorlogs

oracle:
	sh tests/conformance/record.sh scripts/oracle.sh table
	sh tests/conformance/record.sh scripts/oracle.sh random

fuzz:
	sh scripts/fuzz.sh $(FUZZ_SECONDS)

hostile:
	sh scripts/hostile.sh $(HOSTILE_SECONDS)

cross:
	bash scripts/cross.sh

large: all
	python3 tests/tools/large.py $(BUILD)/ualg $(BUILD)/src/tools/ualg-tools

package:
	sh scripts/install-needs.sh package
	sh scripts/package.sh $(PACKAGES)

install: all
	meson install -C $(BUILD) --no-rebuild

format:
	clang-format -i $(SOURCES)

check-format:
	clang-format --dry-run -Werror $(SOURCES)

docs: all
	UALG_WITHOUT=ipsec-mb $(BUILD)/ualg list --markdown --vectors tests/vectors >docs/algorithms.md

check-docs: all
	UALG_WITHOUT=ipsec-mb $(BUILD)/ualg list --markdown --vectors tests/vectors | diff docs/algorithms.md -

clean:
	rm -rf $(BUILD) $(PACKAGES)
