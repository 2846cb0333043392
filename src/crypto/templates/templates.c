/* SPDX-License-Identifier: MIT */
#include "crypto/templates/templates.h"

#include <stddef.h>

const struct template *const templates[] = {
    &template_authenc, &template_cbc,  &template_cmac,    &template_ctr,
    &template_ecb,     &template_hmac, &template_rfc4106, NULL,
};
