/* SPDX-License-Identifier: MIT */
#ifndef UALG_CLI_SUPERVISED_H
#define UALG_CLI_SUPERVISED_H

#include <stdbool.h>

/* Whether a supervisor of `ualg run` serves this process; there is one at most. */
bool is_supervised(void);

#endif
