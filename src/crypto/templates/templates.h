/* SPDX-License-Identifier: MIT */
/* The templates, one file each; a new one is its file and a row in templates.c. */
#ifndef UALG_CRYPTO_TEMPLATES_TEMPLATES_H
#define UALG_CRYPTO_TEMPLATES_TEMPLATES_H

#include "crypto/template.h"

extern const struct template template_adiantum;
extern const struct template template_adiantum_hash;
extern const struct template template_authenc;
extern const struct template template_authencesn;
extern const struct template template_cbc;
extern const struct template template_cbcmac;
extern const struct template template_ccm;
extern const struct template template_ccm_base;
extern const struct template template_cfb;
extern const struct template template_cmac;
extern const struct template template_cryptd_aead;
extern const struct template template_cryptd_hash;
extern const struct template template_cryptd_skcipher;
extern const struct template template_ctr;
extern const struct template template_cts;
extern const struct template template_ecb;
extern const struct template template_echainiv;
extern const struct template template_essiv;
extern const struct template template_essiv_aead;
extern const struct template template_gcm;
extern const struct template template_gcm_base;
extern const struct template template_hctr2;
extern const struct template template_hctr2_base;
extern const struct template template_hmac;
extern const struct template template_krb5enc;
extern const struct template template_kw;
extern const struct template template_lrw;
extern const struct template template_ofb;
extern const struct template template_pcbc;
extern const struct template template_pcrypt;
extern const struct template template_rfc3686;
extern const struct template template_rfc4106;
extern const struct template template_rfc4309;
extern const struct template template_rfc4543;
extern const struct template template_rfc7539;
extern const struct template template_rfc7539esp;
extern const struct template template_seqiv;
extern const struct template template_vmac64;
extern const struct template template_xcbc;
extern const struct template template_xctr;
extern const struct template template_xts;

/* All of them, ended by NULL. */
extern const struct template *const templates[];

#endif
