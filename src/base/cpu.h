/* SPDX-License-Identifier: MIT */
/*
 * What instructions the processor has, for code with variants.
 *
 * Not __builtin_cpu_supports: it links a constructor that runs CPUID a dozen times in every process
 * that loads us, and CPUID traps in a virtual machine (several microseconds each).  The answers
 * here come from CPUID, once, when first asked.
 */
#ifndef UALG_BASE_CPU_H
#define UALG_BASE_CPU_H

#include <stdbool.h>

enum cpu_feature {
	CPU_AES,    /* x86 AES-NI */
	CPU_AVX2,   /* x86, usable: the system saves its registers */
	CPU_AVX512, /* x86 AVX-512 F and VL, usable likewise */
	CPU_GFNI,   /* x86 GFNI, with AVX-512 F, BW and VBMI, usable likewise */
	CPU_BMI2,   /* x86 BMI1 and BMI2 */
	CPU_PCLMUL, /* x86 PCLMULQDQ and SSSE3, which comes with it */
};

/* Whether the processor that runs this has a feature.  Thread-safe. */
bool cpu_has(enum cpu_feature feature);

#endif
