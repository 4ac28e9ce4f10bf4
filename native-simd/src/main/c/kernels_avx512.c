// SPDX-License-Identifier: Apache-2.0
//
// AVX-512 (F, BW, DQ, VL) with VNNI: 64 codes an instruction. Tails are read and written under masks. Where the
// processor has VPOPCNTDQ too, it counts the bits of 1-bit codes.

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"

#define TIER avx512vnni

typedef __m512 vf;
#define VF_LANES 16

INLINE vf vf_zero(void) { return _mm512_setzero_ps(); }

// The first n lanes; n is less than the number of lanes.
INLINE __mmask16 mask16(int32_t n) { return (__mmask16)((1U << n) - 1); }

INLINE __mmask64 mask64(int32_t n) { return ((__mmask64)1 << n) - 1; }

INLINE vf vf_load(const f32 *p) { return _mm512_loadu_ps(p); }

INLINE vf vf_load_part(const f32 *p, int32_t n) { return _mm512_maskz_loadu_ps(mask16(n), p); }

INLINE vf vf_load_half(const f16 *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }

INLINE vf vf_load_half_part(const f16 *p, int32_t n) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask16(n), p));
}

INLINE vf vf_multiply_add(vf a, vf b, vf sum) { return _mm512_fmadd_ps(a, b, sum); }

INLINE float vf_sum(vf v) { return _mm512_reduce_add_ps(v); }

// Σ of each of four accumulators: 8 shuffles for all four, where four separate sums take 16.
INLINE __m128i sums_of_four(const __m512i *v) {
    __m512i v01 = _mm512_add_epi32(_mm512_unpacklo_epi32(v[0], v[1]), _mm512_unpackhi_epi32(v[0], v[1]));
    __m512i v23 = _mm512_add_epi32(_mm512_unpacklo_epi32(v[2], v[3]), _mm512_unpackhi_epi32(v[2], v[3]));
    __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(v01, v23), _mm512_unpackhi_epi64(v01, v23));
    __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

INLINE void int8_dots(const uint8_t *const *codes, int rows, const int8_t *query, int32_t dimension,
                      int32_t correction, i32 *dots) {
    __m512i sums[4];
    for (int r = 0; r < rows; r++) sums[r] = _mm512_setzero_si512();
    int32_t d = 0;
    for (; d + 64 <= dimension; d += 64) {
        __m512i q = _mm512_loadu_si512(query + d);
        for (int r = 0; r < rows; r++) {
            sums[r] = _mm512_dpbusd_epi32(sums[r], _mm512_loadu_si512(codes[r] + d), q);
        }
    }
    if (d < dimension) {
        __mmask64 mask = mask64(dimension - d);
        __m512i q = _mm512_maskz_loadu_epi8(mask, query + d);
        for (int r = 0; r < rows; r++) {
            sums[r] = _mm512_dpbusd_epi32(sums[r], _mm512_maskz_loadu_epi8(mask, codes[r] + d), q);
        }
    }
    if (rows == 1) {
        dots[0] = _mm512_reduce_add_epi32(sums[0]) - correction;
        return;
    }
    for (int r = rows; r < 4; r++) sums[r] = sums[0]; // not stored
    __m128i all = _mm_sub_epi32(sums_of_four(sums), _mm_set1_epi32(correction));
    memcpy(dots, &all, (size_t)rows * sizeof *dots);
}

INLINE int32_t int8_bias_correction(const int8_t *query, int32_t dimension) {
    __m512i sum = _mm512_setzero_si512();
    __m512i bias = _mm512_set1_epi8((char)128);
    int32_t d = 0;
    for (; d + 64 <= dimension; d += 64) sum = _mm512_dpbusd_epi32(sum, bias, _mm512_loadu_si512(query + d));
    sum = _mm512_dpbusd_epi32(sum, bias, _mm512_maskz_loadu_epi8(mask64(dimension - d), query + d));
    return _mm512_reduce_add_epi32(sum);
}

INLINE float max_abs(const f32 *vector, int32_t dimension) {
    vf largest = vf_zero();
    int32_t d = 0;
    for (; d + VF_LANES <= dimension; d += VF_LANES) {
        largest = _mm512_max_ps(largest, _mm512_abs_ps(vf_load(vector + d)));
    }
    largest = _mm512_max_ps(largest, _mm512_abs_ps(vf_load_part(vector + d, dimension - d)));
    return _mm512_reduce_max_ps(largest);
}

INLINE __m128i codes_of(vf x, float inverse, uint8_t bias) {
    // cvtps rounds to the nearest, ties to even; the narrowing saturates, but |code| <= 127 holds before it.
    __m512i rounded = _mm512_cvtps_epi32(x * _mm512_set1_ps(inverse));
    __m512i clamped = _mm512_max_epi32(_mm512_min_epi32(rounded, _mm512_set1_epi32(127)), _mm512_set1_epi32(-127));
    return _mm_xor_si128(_mm512_cvtepi32_epi8(clamped), _mm_set1_epi8((char)bias));
}

INLINE void quantize_codes(const f32 *vector, int32_t dimension, float inverse, uint8_t bias, uint8_t *codes) {
    int32_t d = 0;
    for (; d + VF_LANES <= dimension; d += VF_LANES) {
        _mm_storeu_si128((__m128i *)(codes + d), codes_of(vf_load(vector + d), inverse, bias));
    }
    if (d < dimension) {
        vf last = vf_load_part(vector + d, dimension - d);
        _mm_mask_storeu_epi8(codes + d, mask16(dimension - d), codes_of(last, inverse, bias));
    }
}

INLINE int32_t unbias(const uint8_t *code, int32_t dimension, int8_t *query) {
    __m512i sum = _mm512_setzero_si512();
    __m512i bias = _mm512_set1_epi8((char)128);
    __m512i one = _mm512_set1_epi8(1);
    int32_t d = 0;
    for (; d + 64 <= dimension; d += 64) {
        __m512i codes = _mm512_xor_si512(_mm512_loadu_si512(code + d), bias);
        _mm512_storeu_si512(query + d, codes);
        sum = _mm512_dpbusd_epi32(sum, one, codes);
    }
    if (d < dimension) {
        __mmask64 mask = mask64(dimension - d);
        __m512i codes = _mm512_maskz_loadu_epi8(mask, code + d);
        codes = _mm512_maskz_sub_epi8(mask, codes, bias);
        _mm512_mask_storeu_epi8(query + d, mask, codes);
        sum = _mm512_dpbusd_epi32(sum, one, codes);
    }
    return _mm512_reduce_add_epi32(sum);
}

INLINE void narrow(const f32 *vector, int32_t dimension, f16 *half) {
    int32_t d = 0;
    for (; d + VF_LANES <= dimension; d += VF_LANES) {
        _mm256_storeu_si256((__m256i *)(half + d), _mm512_cvtps_ph(vf_load(vector + d), _MM_FROUND_TO_NEAREST_INT));
    }
    if (d < dimension) {
        vf last = vf_load_part(vector + d, dimension - d);
        _mm256_mask_storeu_epi16(half + d, mask16(dimension - d), _mm512_cvtps_ph(last, _MM_FROUND_TO_NEAREST_INT));
    }
}

INLINE void widen(const f16 *half, int32_t dimension, f32 *vector) {
    int32_t d = 0;
    for (; d + VF_LANES <= dimension; d += VF_LANES) _mm512_storeu_ps(vector + d, vf_load_half(half + d));
    if (d < dimension) {
        _mm512_mask_storeu_ps(vector + d, mask16(dimension - d), vf_load_half_part(half + d, dimension - d));
    }
}

INLINE uint64_t sign_bits(const i32 *values) {
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++) {
        bits |= (uint64_t)_mm512_movepi32_mask(_mm512_loadu_si512(values + 16 * i)) << (16 * i);
    }
    return bits;
}

// -8·|b & p3| + 4·|b & p2| + 2·|b & p1| + |b & p0|, counted by COUNT in lanes of ADD's width.
#define WEIGHTED_COUNTS(COUNT, ADD, SUBTRACT, weighted)                                            \
    __m512i weighted = SUBTRACT(_mm512_setzero_si512(), COUNT(_mm512_and_si512(bits, p3)));        \
    weighted = ADD(ADD(weighted, weighted), COUNT(_mm512_and_si512(bits, p2)));                    \
    weighted = ADD(ADD(weighted, weighted), COUNT(_mm512_and_si512(bits, p1)));                    \
    weighted = ADD(ADD(weighted, weighted), COUNT(_mm512_and_si512(bits, p0)));

// The ones of every byte, its nibbles looked up.
INLINE __m512i byte_ones(__m512i bytes) {
    __m512i ones = _mm512_set4_epi32(0x04030302, 0x03020201, 0x03020201, 0x02010100);
    __m512i nibble = _mm512_set1_epi8(15);
    __m512i low = _mm512_shuffle_epi8(ones, _mm512_and_si512(bytes, nibble));
    __m512i high = _mm512_shuffle_epi8(ones, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble));
    return _mm512_add_epi8(low, high);
}

// Cascade Lake has VNNI but not VPOPCNTDQ. What a lane holds, -64 to 56, is within a signed byte, and VNNI adds it up.
INLINE __m512i add_counts_of_bytes(__m512i sum, __m512i bits, __m512i p0, __m512i p1, __m512i p2, __m512i p3) {
    WEIGHTED_COUNTS(byte_ones, _mm512_add_epi8, _mm512_sub_epi8, weighted)
    return _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), weighted);
}

#ifndef VPOPCNTDQ
#define VPOPCNTDQ __attribute__((target("avx512vpopcntdq")))
#endif

static inline __attribute__((always_inline)) VPOPCNTDQ __m512i
add_counts(__m512i sum, __m512i bits, __m512i p0, __m512i p1, __m512i p2, __m512i p3) {
    WEIGHTED_COUNTS(_mm512_popcnt_epi32, _mm512_add_epi32, _mm512_sub_epi32, weighted)
    return _mm512_add_epi32(sum, weighted);
}

// Not inlined, because one of the two is compiled for more than this file is: a call for four rows.
#define DEFINE_BIT_DOTS(name, attributes, add_counts)                                              \
    static __attribute__((noinline)) attributes void name(                                         \
        const uint8_t *const *codes, const uint8_t *planes, int32_t words, i32 *dots) {            \
        int64_t plane = 8 * (int64_t)words;                                                        \
        __m512i sums[4];                                                                           \
        for (int r = 0; r < 4; r++) sums[r] = _mm512_setzero_si512();                              \
        for (int32_t w = 0; w < words; w += 8) {                                                   \
            __mmask8 mask = (__mmask8)(words - w >= 8 ? 0xFF : (1U << (words - w)) - 1);           \
            const uint8_t *at = planes + 8 * (int64_t)w;                                           \
            __m512i p0 = _mm512_maskz_loadu_epi64(mask, at);                                       \
            __m512i p1 = _mm512_maskz_loadu_epi64(mask, at + plane);                               \
            __m512i p2 = _mm512_maskz_loadu_epi64(mask, at + 2 * plane);                           \
            __m512i p3 = _mm512_maskz_loadu_epi64(mask, at + 3 * plane);                           \
            for (int r = 0; r < 4; r++) {                                                          \
                __m512i bits = _mm512_maskz_loadu_epi64(mask, codes[r] + 8 * (int64_t)w);          \
                sums[r] = add_counts(sums[r], bits, p0, p1, p2, p3);                               \
            }                                                                                      \
        }                                                                                          \
        __m128i all = sums_of_four(sums);                                                          \
        memcpy(dots, &all, 4 * sizeof *dots);                                                      \
    }

DEFINE_BIT_DOTS(bit_dots_of_bytes, , add_counts_of_bytes)
DEFINE_BIT_DOTS(bit_dots_by_vpopcntdq, VPOPCNTDQ, add_counts)

INLINE void bit_dots(const uint8_t *const *codes, const uint8_t *planes, int32_t words, i32 *dots) {
    if (__builtin_cpu_supports("avx512vpopcntdq")) {
        bit_dots_by_vpopcntdq(codes, planes, words, dots);
    } else {
        bit_dots_of_bytes(codes, planes, words, dots);
    }
}

#include "kernel_forms.h"
