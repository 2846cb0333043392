/* SPDX-License-Identifier: MIT */
#include "base/cpu.h"

#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#define HAVE_PLATFORM_X86 1
#endif
#endif

#if defined(HAVE_PLATFORM_X86)

bool cpu_has(enum cpu_feature feature)
{
	switch (feature) {
	case CPU_AES:
		return CPU_FEATURE_ACTIVE(AES);
	case CPU_AVX2:
		return CPU_FEATURE_ACTIVE(AVX2);
	case CPU_AVX512:
		return CPU_FEATURE_ACTIVE(AVX512F) && CPU_FEATURE_ACTIVE(AVX512VL);
	case CPU_BMI2:
		return CPU_FEATURE_ACTIVE(BMI1) && CPU_FEATURE_ACTIVE(BMI2);
	case CPU_PCLMUL:
		return CPU_FEATURE_ACTIVE(PCLMULQDQ) && CPU_FEATURE_ACTIVE(SSSE3);
	}
	return false;
}

#elif defined(__x86_64__)

#include <cpuid.h>
#include <stdint.h>

static uint64_t read_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

bool cpu_has(enum cpu_feature feature)
{
	unsigned eax, ebx1, ecx1 = 0, edx, ebx7 = 0, ecx7;
	uint64_t saved = 0;
	bool saves_ymm;

	if (!__get_cpuid(1, &eax, &ebx1, &ecx1, &edx))
		return false;
	(void)__get_cpuid_count(7, 0, &eax, &ebx7, &ecx7, &edx);
	if (ecx1 & bit_OSXSAVE)
		saved = read_xcr0();
	saves_ymm = (saved & 6) == 6;
	switch (feature) {
	case CPU_AES:
		return ecx1 & bit_AES;
	case CPU_AVX2:
		return saves_ymm && (ebx7 & bit_AVX2);
	case CPU_AVX512:
		return (saved & 0xe6) == 0xe6 && (ebx7 & bit_AVX512F) && (ebx7 & bit_AVX512VL);
	case CPU_BMI2:
		return (ebx7 & bit_BMI) && (ebx7 & bit_BMI2);
	case CPU_PCLMUL:
		return (ecx1 & bit_PCLMUL) && (ecx1 & bit_SSSE3);
	}
	return false;
}

#else

bool cpu_has(enum cpu_feature feature)
{
	(void)feature;
	return false;
}

#endif
