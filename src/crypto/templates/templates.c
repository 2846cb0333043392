/* SPDX-License-Identifier: MIT */
#include "crypto/templates/templates.h"

#include <stddef.h>

const struct template *const templates[] = {
    &template_adiantum,    &template_adiantum_hash,
    &template_authenc,     &template_cbc,
    &template_cbcmac,      &template_cfb,
    &template_cmac,        &template_cryptd_aead,
    &template_cryptd_hash, &template_cryptd_skcipher,
    &template_ctr,         &template_cts,
    &template_ecb,         &template_essiv,
    &template_hctr2,       &template_hctr2_base,
    &template_hmac,        &template_kw,
    &template_lrw,         &template_ofb,
    &template_pcbc,        &template_pcrypt,
    &template_rfc3686,     &template_rfc4106,
    &template_xcbc,        &template_xctr,
    &template_xts,         NULL,
};
