/* SPDX-License-Identifier: MIT */
/* The templates, one file each; a new one is its file and a row in templates.c. */
#ifndef UALG_CRYPTO_TEMPLATES_TEMPLATES_H
#define UALG_CRYPTO_TEMPLATES_TEMPLATES_H

#include "crypto/template.h"

extern const struct template template_authenc;
extern const struct template template_cbc;
extern const struct template template_cmac;
extern const struct template template_ctr;
extern const struct template template_ecb;
extern const struct template template_hmac;
extern const struct template template_rfc4106;

/* All of them, ended by NULL. */
extern const struct template *const templates[];

#endif
