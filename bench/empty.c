/* SPDX-License-Identifier: MIT */
/* A library with nothing in it: what preloading costs whatever is preloaded. */
int bench_empty;
