/* SPDX-License-Identifier: MIT */
/*
 * The keys that are built into the programs whose check files ours read and write: they find
 * accidents, and are no secrets.
 */
#ifndef UALG_TOOLS_KEYS_H
#define UALG_TOOLS_KEYS_H

/* sha512hmac and its like, of hmaccalc and libkcapi. */
#define KEY_HMACCALC "FIPS-FTW-RHT2009"

/* fipscheck and fipshmac; HMAC-SHA256. */
#define KEY_FIPSCHECK "orboDeJITITejsirpADONivirpUkvarP"

#endif
