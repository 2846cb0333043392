/* SPDX-License-Identifier: MIT */
/*
 * The constants and structures of Linux's AF_ALG interface, as programs use them.
 *
 * The numbers are the kernel's application binary interface (docs/design/abi.md, section 1).  They
 * stand here so that ualg builds against any libc and any kernel headers, or none.
 */
#ifndef UALG_IF_ALG_H
#define UALG_IF_ALG_H

#include <stdint.h>

#ifndef AF_ALG
#define AF_ALG 38
#define PF_ALG AF_ALG
#endif

#ifndef SOL_ALG
#define SOL_ALG 279
#endif

#ifndef NETLINK_CRYPTO
#define NETLINK_CRYPTO 21
#endif

/* setsockopt options at level SOL_ALG, and types of control messages. */
#define ALG_SET_KEY               1
#define ALG_SET_IV                2
#define ALG_SET_OP                3
#define ALG_SET_AEAD_ASSOCLEN     4
#define ALG_SET_AEAD_AUTHSIZE     5
#define ALG_SET_DRBG_ENTROPY      6
#define ALG_SET_KEY_BY_KEY_SERIAL 7

/* Values of an ALG_SET_OP message. */
#define ALG_OP_DECRYPT 0
#define ALG_OP_ENCRYPT 1

/* Bit of salg_feat and salg_mask: implementations that need the kernel (rule B-07). */
#define UALG_KERN_DRIVER_ONLY 0x1000u

/* The address of bind(2).  A longer name may follow: addrlen up to 128 bytes (rule B-16). */
struct ualg_sockaddr {
	uint16_t salg_family;
	uint8_t salg_type[14];
	uint32_t salg_feat;
	uint32_t salg_mask;
	uint8_t salg_name[64];
};

#define UALG_SOCKADDR_NAME_OFFSET 24u  /* where salg_name begins, bytes */
#define UALG_SOCKADDR_MAX         128u /* largest address of any family, bytes */

/* Payload of an ALG_SET_IV message: the length, then that many bytes. */
struct ualg_iv {
	uint32_t ivlen;
	uint8_t iv[];
};

#endif
