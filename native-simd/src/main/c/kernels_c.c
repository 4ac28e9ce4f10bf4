// SPDX-License-Identifier: Apache-2.0
//
// Plain C with the vector extension of gcc and clang: whatever 16-byte registers the target always has.

#include <stdint.h>
#include <string.h>

#include "kernels.h"

#define TIER c

typedef float vf __attribute__((vector_size(16)));
typedef uint32_t vu __attribute__((vector_size(16)));
#define VF_LANES 4

INLINE vf vf_zero(void) { return (vf){0, 0, 0, 0}; }

INLINE vf vf_load(const f32 *p) {
    vf v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE vf vf_load_part(const f32 *p, int32_t n) {
    vf v = vf_zero();
    for (int32_t i = 0; i < n; i++) v[i] = p[i];
    return v;
}

// Shifting exponent and fraction into place divides by 2^112 = 2^(127 - 15); the product takes that back, and is exact
// for subnormals too. An exponent of all ones stays one.
INLINE vf widened(vu half) {
    vu magnitude = (half & 0x7FFF) << 13;
    vf scaled = (vf)magnitude * 0x1p112f;
    vu special = (vu)(magnitude >= 0x0F800000u) & 0x7F800000u;
    return (vf)((vu)scaled | special | ((half & 0x8000) << 16));
}

INLINE vf vf_load_half(const f16 *p) {
    uint16_t h[4];
    memcpy(h, p, sizeof h);
    return widened((vu){h[0], h[1], h[2], h[3]});
}

INLINE vf vf_load_half_part(const f16 *p, int32_t n) {
    vu half = {0, 0, 0, 0};
    for (int32_t i = 0; i < n; i++) half[i] = p[i];
    return widened(half);
}

INLINE vf vf_multiply_add(vf a, vf b, vf sum) { return a * b + sum; }

INLINE float vf_sum(vf v) { return (v[0] + v[2]) + (v[1] + v[3]); }

INLINE void int8_dots(const uint8_t *const *codes, int rows, const int8_t *query, int32_t dimension,
                      int32_t correction, i32 *dots) {
    for (int r = 0; r < rows; r++) {
        const uint8_t *code = codes[r];
        int32_t sum = 0;
        for (int32_t d = 0; d < dimension; d++) sum += (int16_t)code[d] * (int16_t)query[d];
        dots[r] = sum - correction;
    }
}

INLINE int32_t int8_bias_correction(const int8_t *query, int32_t dimension) {
    int32_t sum = 0;
    for (int32_t d = 0; d < dimension; d++) sum += query[d];
    return 128 * sum;
}

INLINE float max_abs(const f32 *vector, int32_t dimension) {
    float largest = 0;
    for (int32_t d = 0; d < dimension; d++) {
        float magnitude = __builtin_fabsf(vector[d]);
        largest = magnitude > largest ? magnitude : largest;
    }
    return largest;
}

INLINE void quantize_codes(const f32 *vector, int32_t dimension, float inverse, uint8_t bias, uint8_t *codes) {
    // Adding and taking away 1.5 · 2^23 leaves no bits for a fraction, and rounds it to the nearest, ties to even.
    const float no_fraction = 0x1.8p23f;
    for (int32_t d = 0; d < dimension; d++) {
        float scaled = vector[d] * inverse;
        int32_t rounded = (int32_t)((scaled + no_fraction) - no_fraction);
        int32_t clamped = rounded > 127 ? 127 : rounded < -127 ? -127 : rounded;
        codes[d] = (uint8_t)(clamped + bias);
    }
}

INLINE int32_t unbias(const uint8_t *code, int32_t dimension, int8_t *query) {
    int32_t sum = 0;
    for (int32_t d = 0; d < dimension; d++) {
        query[d] = (int8_t)(code[d] ^ 128);
        sum += query[d];
    }
    return sum;
}

INLINE uint16_t narrowed(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = (bits >> 16) & 0x8000;
    uint32_t magnitude = bits & 0x7FFFFFFF;
    if (magnitude >= 0x7F800000) return (uint16_t)(sign | (magnitude > 0x7F800000 ? 0x7E00 : 0x7C00));
    if (magnitude >= 0x477FF000) return (uint16_t)(sign | 0x7C00); // 65520 and more round to infinity
    if (magnitude < 0x38800000) {
        // Below 2^-14 the result is a multiple of 2^-24: adding 1/2, whose last bit is 2^-24, rounds to it.
        float shifted;
        memcpy(&shifted, &magnitude, sizeof shifted);
        shifted += 0.5f;
        memcpy(&bits, &shifted, sizeof bits);
        return (uint16_t)(sign | (bits - 0x3F000000));
    }
    uint32_t odd = (magnitude >> 13) & 1;
    return (uint16_t)(sign | ((magnitude - 0x38000000 + 0xFFF + odd) >> 13));
}

INLINE void narrow(const f32 *vector, int32_t dimension, f16 *half) {
    for (int32_t d = 0; d < dimension; d++) half[d] = narrowed(vector[d]);
}

INLINE void widen(const f16 *half, int32_t dimension, f32 *vector) {
    int32_t d = 0;
    for (; d + VF_LANES <= dimension; d += VF_LANES) {
        vf wide = vf_load_half(half + d);
        memcpy(vector + d, &wide, sizeof wide);
    }
    for (; d < dimension; d++) vector[d] = vf_load_half_part(half + d, 1)[0];
}

INLINE uint64_t sign_bits(const i32 *values) {
    uint64_t bits = 0;
    for (int i = 0; i < 64; i++) bits |= (uint64_t)((uint32_t)values[i] >> 31) << i;
    return bits;
}

// Where the target has an instruction for it, the compiler finds it in this.
INLINE int32_t ones(uint64_t word) {
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0F;
    return (int32_t)(word * 0x0101010101010101 >> 56);
}

INLINE uint64_t word_at(const uint8_t *words, int32_t index) {
    uint64_t word;
    memcpy(&word, words + 8 * (int64_t)index, sizeof word);
    return word;
}

INLINE void bit_dots(const uint8_t *const *codes, const uint8_t *planes, int32_t words, i32 *dots) {
    int64_t plane = 8 * (int64_t)words;
    for (int r = 0; r < 4; r++) {
        int32_t sum = 0;
        for (int32_t w = 0; w < words; w++) {
            uint64_t bits = word_at(codes[r], w);
            sum += ones(bits & word_at(planes, w)) + 2 * ones(bits & word_at(planes + plane, w)) +
                   4 * ones(bits & word_at(planes + 2 * plane, w)) - 8 * ones(bits & word_at(planes + 3 * plane, w));
        }
        dots[r] = sum;
    }
}

#include "kernel_forms.h"
