/* SPDX-License-Identifier: MIT */
#ifndef UALG_TESTS_DOORS_EARLY_H
#define UALG_TESTS_DOORS_EARLY_H

/* "good", or what went wrong in the constructor. */
extern const char *early_result;

#endif
