/* SPDX-License-Identifier: MIT */
/* The two ways of computing a check, for the test that they agree. */
#ifndef UALG_CRYPTO_OWN_CRC_H
#define UALG_CRYPTO_OWN_CRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct crc;

/* The checks that crc_register has prepared: NULL from some index on. */
const struct crc *crc_at(size_t index);

/* The register after size more bytes.  The second needs a processor that crc_has_pclmul finds. */
uint64_t crc_update_portable(const struct crc *crc, uint64_t value, const uint8_t *data,
			     size_t size);
uint64_t crc_update_pclmul(const struct crc *crc, uint64_t value, const uint8_t *data, size_t size);
bool crc_has_pclmul(void);

#endif
