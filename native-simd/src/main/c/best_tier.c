// SPDX-License-Identifier: Apache-2.0
//
// Which tier this processor and this operating system can run.

#include "kernels.h"

// In the order of KernelTier.java, counted from NATIVE_C.
enum { TIER_C, TIER_AVX2, TIER_AVX512VNNI };

#if defined(__x86_64__)
#include <cpuid.h>

// The register state that the operating system saves for each thread: without it the registers may not be used.
static uint64_t saved_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

enum {
    STATE_SSE_AVX = 0x6,
    STATE_AVX512 = 0xE6, // and the masks, the upper halves of zmm0-15, and zmm16-31
    ECX1_FMA = 1 << 12,
    ECX1_POPCNT = 1 << 23,
    ECX1_OSXSAVE = 1 << 27,
    ECX1_AVX = 1 << 28,
    ECX1_F16C = 1 << 29,
    EBX7_AVX2 = 1 << 5,
    EBX7_AVX512F = 1 << 16,
    EBX7_AVX512DQ = 1 << 17,
    EBX7_AVX512BW = 1 << 30,
    ECX7_AVX512VNNI = 1 << 11,
};
#define EBX7_AVX512VL (1U << 31)

static int has(uint64_t flags, uint64_t wanted) { return (flags & wanted) == wanted; }

SIMONIDES_EXPORT int32_t simonides_best_tier(void);

int32_t simonides_best_tier(void) {
    uint32_t eax, ebx1, ecx1, edx, ebx7, ecx7;
    if (!__get_cpuid(1, &eax, &ebx1, &ecx1, &edx)) return TIER_C;
    if (!has(ecx1, ECX1_OSXSAVE | ECX1_POPCNT | ECX1_AVX | ECX1_FMA | ECX1_F16C)) return TIER_C;
    if (!__get_cpuid_count(7, 0, &eax, &ebx7, &ecx7, &edx)) return TIER_C;
    if (!has(ebx7, EBX7_AVX2) || !has(saved_state(), STATE_SSE_AVX)) return TIER_C;
    if (!has(ebx7, EBX7_AVX512F | EBX7_AVX512DQ | EBX7_AVX512BW | EBX7_AVX512VL)) return TIER_AVX2;
    if (!has(ecx7, ECX7_AVX512VNNI) || !has(saved_state(), STATE_AVX512)) return TIER_AVX2;
    return TIER_AVX512VNNI;
}
#else
SIMONIDES_EXPORT int32_t simonides_best_tier(void);

int32_t simonides_best_tier(void) { return TIER_C; }
#endif
