// SPDX-License-Identifier: Apache-2.0
//
// AVX2 with FMA, F16C and POPCNT: 16 codes at a time, widened to 16 bits. vpmaddubsw would take 32, but it saturates pair sums
// at 32767, and u8 times s8 reaches 2 · 255 · 127 = 64770; vpmaddwd on widened codes is exact.

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"

#define TIER avx2

typedef __m256 vf;
#define VF_LANES 8

INLINE vf vf_zero(void) { return _mm256_setzero_ps(); }

// The first n of 8 lanes.
INLINE __m256i lanes(int32_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

INLINE vf vf_load(const f32 *p) { return _mm256_loadu_ps(p); }

INLINE vf vf_load_part(const f32 *p, int32_t n) { return _mm256_maskload_ps(p, lanes(n)); }

INLINE vf vf_load_half(const f16 *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }

// The first n < 16 bytes and zeros.
INLINE __m128i load_part(const void *p, int32_t n) {
    uint8_t bytes[16] = {0};
    for (int32_t i = 0; i < n; i++) bytes[i] = ((const uint8_t *)p)[i];
    return _mm_loadu_si128((const __m128i *)bytes);
}

INLINE void store_part(void *p, __m128i v, int32_t n) {
    uint8_t bytes[16];
    _mm_storeu_si128((__m128i *)bytes, v);
    for (int32_t i = 0; i < n; i++) ((uint8_t *)p)[i] = bytes[i];
}

INLINE vf vf_load_half_part(const f16 *p, int32_t n) { return _mm256_cvtph_ps(load_part(p, 2 * n)); }

INLINE vf vf_multiply_add(vf a, vf b, vf sum) { return _mm256_fmadd_ps(a, b, sum); }

INLINE __m128i fold(__m256i v) { return _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)); }

INLINE float vf_sum(vf v) {
    __m128 four = _mm256_castps256_ps128(v) + _mm256_extractf128_ps(v, 1);
    __m128 two = four + _mm_movehl_ps(four, four);
    return _mm_cvtss_f32(two) + _mm_cvtss_f32(_mm_movehdup_ps(two));
}

INLINE int32_t sum_of(__m256i v) {
    __m128i four = fold(v);
    __m128i two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
    return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 1)));
}

INLINE void add_products(__m256i *sums, const __m128i *codes, int rows, __m128i query) {
    __m256i q = _mm256_cvtepi8_epi16(query);
    for (int r = 0; r < rows; r++) {
        sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(_mm256_cvtepu8_epi16(codes[r]), q));
    }
}

INLINE void int8_dots(const uint8_t *const *codes, int rows, const int8_t *query, int32_t dimension,
                      int32_t correction, i32 *dots) {
    __m256i sums[4];
    __m128i blocks[4];
    for (int r = 0; r < rows; r++) sums[r] = _mm256_setzero_si256();
    int32_t d = 0;
    for (; d + 16 <= dimension; d += 16) {
        for (int r = 0; r < rows; r++) blocks[r] = _mm_loadu_si128((const __m128i *)(codes[r] + d));
        add_products(sums, blocks, rows, _mm_loadu_si128((const __m128i *)(query + d)));
    }
    if (d < dimension) {
        for (int r = 0; r < rows; r++) blocks[r] = load_part(codes[r] + d, dimension - d);
        add_products(sums, blocks, rows, load_part(query + d, dimension - d));
    }
    if (rows == 1) {
        dots[0] = sum_of(sums[0]) - correction;
        return;
    }
    for (int r = rows; r < 4; r++) sums[r] = sums[0]; // not stored
    __m256i pairs01 = _mm256_hadd_epi32(sums[0], sums[1]);
    __m256i pairs23 = _mm256_hadd_epi32(sums[2], sums[3]);
    __m128i all = fold(_mm256_hadd_epi32(pairs01, pairs23));
    all = _mm_sub_epi32(all, _mm_set1_epi32(correction));
    memcpy(dots, &all, (size_t)rows * sizeof *dots);
}

INLINE int32_t int8_bias_correction(const int8_t *query, int32_t dimension) {
    __m256i sum = _mm256_setzero_si256();
    __m256i bias = _mm256_set1_epi16(128);
    int32_t d = 0;
    for (; d + 16 <= dimension; d += 16) {
        __m256i q = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(query + d)));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(q, bias));
    }
    __m256i q = _mm256_cvtepi8_epi16(load_part(query + d, dimension - d));
    return sum_of(_mm256_add_epi32(sum, _mm256_madd_epi16(q, bias)));
}

INLINE float max_abs(const f32 *vector, int32_t dimension) {
    __m256 magnitude = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FFFFFFF));
    vf largest = vf_zero();
    int32_t d = 0;
    for (; d + VF_LANES <= dimension; d += VF_LANES) {
        largest = _mm256_max_ps(largest, _mm256_and_ps(magnitude, vf_load(vector + d)));
    }
    largest = _mm256_max_ps(largest, _mm256_and_ps(magnitude, vf_load_part(vector + d, dimension - d)));
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(largest), _mm256_extractf128_ps(largest, 1));
    __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

// Eight codes in the low 8 bytes.
INLINE __m128i codes_of(vf x, float inverse, uint8_t bias) {
    __m256i rounded = _mm256_cvtps_epi32(x * _mm256_set1_ps(inverse)); // to the nearest, ties to even
    __m256i clamped = _mm256_max_epi32(_mm256_min_epi32(rounded, _mm256_set1_epi32(127)), _mm256_set1_epi32(-127));
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(clamped), _mm256_extracti128_si256(clamped, 1));
    return _mm_xor_si128(_mm_packs_epi16(words, words), _mm_set1_epi8((char)bias));
}

INLINE void quantize_codes(const f32 *vector, int32_t dimension, float inverse, uint8_t bias, uint8_t *codes) {
    int32_t d = 0;
    for (; d + VF_LANES <= dimension; d += VF_LANES) {
        _mm_storel_epi64((__m128i *)(codes + d), codes_of(vf_load(vector + d), inverse, bias));
    }
    if (d < dimension) {
        store_part(codes + d, codes_of(vf_load_part(vector + d, dimension - d), inverse, bias), dimension - d);
    }
}

INLINE int32_t unbias(const uint8_t *code, int32_t dimension, int8_t *query) {
    __m128i bias = _mm_set1_epi8((char)128);
    __m256i one = _mm256_set1_epi16(1);
    __m256i sum = _mm256_setzero_si256();
    int32_t d = 0;
    for (; d + 16 <= dimension; d += 16) {
        __m128i codes = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(code + d)), bias);
        _mm_storeu_si128((__m128i *)(query + d), codes);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(codes), one));
    }
    int32_t total = sum_of(sum);
    for (; d < dimension; d++) {
        query[d] = (int8_t)(code[d] ^ 128);
        total += query[d];
    }
    return total;
}

INLINE void narrow(const f32 *vector, int32_t dimension, f16 *half) {
    int32_t d = 0;
    for (; d + VF_LANES <= dimension; d += VF_LANES) {
        _mm_storeu_si128((__m128i *)(half + d), _mm256_cvtps_ph(vf_load(vector + d), _MM_FROUND_TO_NEAREST_INT));
    }
    if (d < dimension) {
        vf last = vf_load_part(vector + d, dimension - d);
        store_part(half + d, _mm256_cvtps_ph(last, _MM_FROUND_TO_NEAREST_INT), 2 * (dimension - d));
    }
}

INLINE void widen(const f16 *half, int32_t dimension, f32 *vector) {
    int32_t d = 0;
    for (; d + VF_LANES <= dimension; d += VF_LANES) _mm256_storeu_ps(vector + d, vf_load_half(half + d));
    if (d < dimension) {
        _mm256_maskstore_ps(vector + d, lanes(dimension - d), vf_load_half_part(half + d, dimension - d));
    }
}

INLINE uint64_t sign_bits(const i32 *values) {
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        bits |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_loadu_ps((const f32 *)values + 8 * i)) << (8 * i);
    }
    return bits;
}

INLINE uint64_t word_at(const uint8_t *words, int32_t index) {
    uint64_t word;
    memcpy(&word, words + 8 * (int64_t)index, sizeof word);
    return word;
}

// The scalar instruction counts a word a cycle and more, no slower than looking nibbles up with vpshufb.
INLINE void bit_dots(const uint8_t *const *codes, const uint8_t *planes, int32_t words, i32 *dots) {
    int64_t plane = 8 * (int64_t)words;
    int64_t sums[4] = {0};
    for (int32_t w = 0; w < words; w++) {
        uint64_t p0 = word_at(planes, w), p1 = word_at(planes + plane, w);
        uint64_t p2 = word_at(planes + 2 * plane, w), p3 = word_at(planes + 3 * plane, w);
        for (int r = 0; r < 4; r++) {
            uint64_t bits = word_at(codes[r], w);
            sums[r] += _mm_popcnt_u64(bits & p0) + 2 * _mm_popcnt_u64(bits & p1) + 4 * _mm_popcnt_u64(bits & p2) -
                       8 * _mm_popcnt_u64(bits & p3);
        }
    }
    for (int r = 0; r < 4; r++) dots[r] = (int32_t)sums[r];
}

#include "kernel_forms.h"
