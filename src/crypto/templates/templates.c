/* SPDX-License-Identifier: MIT */
#include "crypto/templates/templates.h"

#include <stddef.h>

const struct template *const templates[] = {
    &template_hmac,
    NULL,
};
