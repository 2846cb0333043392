/* SPDX-License-Identifier: MIT */
#include "base/cpu.h"

#include <stdatomic.h>
#include <stdint.h>

#define KNOWN (1u << 31) /* the other bits are told: one for each feature */

#if defined(__x86_64__)

#include <cpuid.h>

#define XCR0_YMM 0x06u /* the system saves these registers */
#define XCR0_ZMM 0xe6u

static uint32_t saved_registers(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

static uint32_t find_features(void)
{
	unsigned eax, ebx, edx, ecx1 = 0, ebx7 = 0, ecx7 = 0;
	uint32_t saved = 0, found = 0;

	if (!__get_cpuid(1, &eax, &ebx, &ecx1, &edx))
		return 0;
	(void)__get_cpuid_count(7, 0, &eax, &ebx7, &ecx7, &edx);
	if (ecx1 & bit_OSXSAVE)
		saved = saved_registers();
	found |= (uint32_t)((ecx1 & bit_AES) != 0) << CPU_AES;
	found |= (uint32_t)((ebx7 & bit_AVX2) && (saved & XCR0_YMM) == XCR0_YMM) << CPU_AVX2;
	found |= (uint32_t)((ebx7 & bit_AVX512F) && (ebx7 & bit_AVX512VL) &&
			    (saved & XCR0_ZMM) == XCR0_ZMM)
		 << CPU_AVX512;
	found |= (uint32_t)((ecx7 & bit_GFNI) && (ecx7 & bit_AVX512VBMI) && (ebx7 & bit_AVX512F) &&
			    (ebx7 & bit_AVX512BW) && (saved & XCR0_ZMM) == XCR0_ZMM)
		 << CPU_GFNI;
	found |= (uint32_t)((ebx7 & bit_BMI) && (ebx7 & bit_BMI2)) << CPU_BMI2;
	found |= (uint32_t)((ecx1 & bit_PCLMUL) && (ecx1 & bit_SSSE3)) << CPU_PCLMUL;
	return found;
}

#else

static uint32_t find_features(void)
{
	return 0;
}

#endif

bool cpu_has(enum cpu_feature feature)
{
	static _Atomic uint32_t features;
	uint32_t known = atomic_load_explicit(&features, memory_order_relaxed);

	if (!(known & KNOWN)) {
		known = find_features() | KNOWN;
		atomic_store_explicit(&features, known, memory_order_relaxed);
	}
	return known >> feature & 1u;
}
