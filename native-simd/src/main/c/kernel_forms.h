// SPDX-License-Identifier: Apache-2.0
//
// What all tiers share: the float sums, the scores, and the single, bulk and gather form of every kernel. A tier
// includes this file after it has defined
//
//   TIER                          its suffix
//   vf, VF_LANES                  a vector of floats, as an arithmetic type: + - * work
//   vf_zero, vf_load, vf_load_part, vf_load_half, vf_load_half_part, vf_multiply_add, vf_sum
//   int8_dots                     raw dot products of 1 or 4 rows (bias included) with one query
//   int8_bias_correction, max_abs, quantize_codes, unbias, narrow, widen
//
// Everything here is inlined into the exported functions with `rows` 1 or 4 and `stored`, `term` and `addresses`
// known, so that the loops over rows unroll, and a single result is the same bits as one of a batch of four.

#include <stddef.h>
#include <string.h>

#include "kernels.h"

#define JOIN_EXPANDED(prefix, name, suffix) prefix##name##_##suffix
#define JOIN(prefix, name, suffix) JOIN_EXPANDED(prefix, name, suffix)
#define NAMED(name) JOIN(simonides_, name, TIER)

#define DECLARE(result, name, parameters) SIMONIDES_EXPORT result NAMED(name) parameters;
SIMONIDES_KERNELS(DECLARE)

enum stored { F32, F16 };
enum term { PRODUCT, SQUARED_DIFFERENCE, SQUARE };

// Vectors of a batch: a pitch apart from `first`, or where `addresses` says.
struct batch {
    const uint8_t *first;
    int64_t pitch;
    const address *addresses;
    int32_t count;
};

INLINE struct batch contiguous(const void *first, int64_t pitch, int32_t count) {
    return (struct batch){first, pitch, NULL, count};
}

INLINE struct batch gathered(const address *addresses, int32_t count) {
    return (struct batch){NULL, 0, addresses, count};
}

INLINE const uint8_t *row(struct batch batch, int32_t i) {
    return batch.addresses != NULL ? batch.addresses[i] : batch.first + i * batch.pitch;
}

INLINE void prefetch(const void *start, int32_t bytes) {
    const uint8_t *end = (const uint8_t *)start + bytes;
    for (const uint8_t *line = (const uint8_t *)((uintptr_t)start & ~(uintptr_t)63); line < end; line += 64) {
        __builtin_prefetch(line);
    }
}

#ifndef AHEAD
#define AHEAD 4
#endif
// Fetches every line of the rows AHEAD positions after the four that start at `i`.
INLINE void prefetch_rows(struct batch batch, int32_t i, int32_t bytes) {
    if (batch.addresses == NULL) return; // the hardware sees the stride itself
    for (int32_t next = i + AHEAD; next < batch.count && next < i + AHEAD + 4; next++) {
        prefetch(row(batch, next), bytes);
    }
}

INLINE void prefetch_first_rows(struct batch batch, int32_t bytes) {
    if (batch.addresses == NULL) return;
    for (int32_t next = 0; next < batch.count && next < AHEAD; next++) {
        prefetch(row(batch, next), bytes);
    }
}

// ---- sums of floats -------------------------------------------------------------------------------------------------

INLINE vf components(enum stored stored, const uint8_t *vector, int32_t d) {
    return stored == F16 ? vf_load_half((const f16 *)vector + d) : vf_load((const f32 *)vector + d);
}

INLINE vf last_components(enum stored stored, const uint8_t *vector, int32_t d, int32_t n) {
    return stored == F16 ? vf_load_half_part((const f16 *)vector + d, n) : vf_load_part((const f32 *)vector + d, n);
}

INLINE vf add_term(enum term term, vf x, vf query, vf sum) {
    if (term == PRODUCT) return vf_multiply_add(x, query, sum);
    if (term == SQUARE) return vf_multiply_add(x, x, sum);
    vf difference = x - query;
    return vf_multiply_add(difference, difference, sum);
}

// Two sums a row hide the latency of the additions; with four rows that is eight, and fits 16 registers.
INLINE void float_sums(enum stored stored, enum term term, const uint8_t *const *vectors, int rows, const f32 *query,
                       int32_t dimension, f32 *results) {
    vf even[4], odd[4];
    for (int r = 0; r < rows; r++) even[r] = odd[r] = vf_zero();
    int32_t d = 0;
    for (; d + 2 * VF_LANES <= dimension; d += 2 * VF_LANES) {
        vf query0 = term == SQUARE ? vf_zero() : vf_load(query + d);
        vf query1 = term == SQUARE ? vf_zero() : vf_load(query + d + VF_LANES);
        for (int r = 0; r < rows; r++) {
            even[r] = add_term(term, components(stored, vectors[r], d), query0, even[r]);
            odd[r] = add_term(term, components(stored, vectors[r], d + VF_LANES), query1, odd[r]);
        }
    }
    if (d + VF_LANES <= dimension) {
        vf query0 = term == SQUARE ? vf_zero() : vf_load(query + d);
        for (int r = 0; r < rows; r++) {
            even[r] = add_term(term, components(stored, vectors[r], d), query0, even[r]);
        }
        d += VF_LANES;
    }
    if (d < dimension) {
        vf query0 = term == SQUARE ? vf_zero() : vf_load_part(query + d, dimension - d);
        for (int r = 0; r < rows; r++) {
            odd[r] = add_term(term, last_components(stored, vectors[r], d, dimension - d), query0, odd[r]);
        }
    }
    for (int r = 0; r < rows; r++) results[r] = vf_sum(even[r] + odd[r]);
}

INLINE void float_batch(enum stored stored, enum term term, struct batch batch, const f32 *query, int32_t dimension,
                        f32 *results) {
    int32_t bytes = dimension * (stored == F16 ? 2 : 4);
    int32_t i = 0;
    prefetch_first_rows(batch, bytes);
    for (; i + 4 <= batch.count; i += 4) {
        prefetch_rows(batch, i, bytes);
        const uint8_t *four[] = {row(batch, i), row(batch, i + 1), row(batch, i + 2), row(batch, i + 3)};
        float_sums(stored, term, four, 4, query, dimension, results + i);
    }
    for (; i < batch.count; i++) {
        const uint8_t *one[] = {row(batch, i)};
        float_sums(stored, term, one, 1, query, dimension, results + i);
    }
}

#define DEFINE_FLOAT_TRIO(name, stored, term)                                                      \
    float NAMED(name)(const void *vector, const f32 *query, int32_t dimension) {                   \
        float result;                                                                              \
        float_batch(stored, term, contiguous(vector, 0, 1), query, dimension, &result);            \
        return result;                                                                             \
    }                                                                                              \
    void NAMED(name##_bulk)(const void *vectors, int64_t pitch, int32_t count, const f32 *query,   \
                            int32_t dimension, f32 *results) {                                     \
        float_batch(stored, term, contiguous(vectors, pitch, count), query, dimension, results);   \
    }                                                                                              \
    void NAMED(name##_gather)(const address *addresses, int32_t count, const f32 *query,           \
                              int32_t dimension, f32 *results) {                                   \
        float_batch(stored, term, gathered(addresses, count), query, dimension, results);          \
    }

DEFINE_FLOAT_TRIO(f32_dot, F32, PRODUCT)
DEFINE_FLOAT_TRIO(f32_squared_distance, F32, SQUARED_DIFFERENCE)
DEFINE_FLOAT_TRIO(f16_dot, F16, PRODUCT)
DEFINE_FLOAT_TRIO(f16_squared_distance, F16, SQUARED_DIFFERENCE)

float NAMED(f32_squared_norm)(const void *vector, int32_t dimension) {
    float result;
    float_batch(F32, SQUARE, contiguous(vector, 0, 1), NULL, dimension, &result);
    return result;
}

void NAMED(f32_squared_norm_bulk)(const void *vectors, int64_t pitch, int32_t count, int32_t dimension,
                                  f32 *results) {
    float_batch(F32, SQUARE, contiguous(vectors, pitch, count), NULL, dimension, results);
}

void NAMED(f32_squared_norm_gather)(const address *addresses, int32_t count, int32_t dimension, f32 *results) {
    float_batch(F32, SQUARE, gathered(addresses, count), NULL, dimension, results);
}

// ---- INT8 -----------------------------------------------------------------------------------------------------------

int32_t NAMED(int8_dot)(const uint8_t *code, const int8_t *query, int32_t dimension) {
    int32_t dot;
    int8_dots(&code, 1, query, dimension, int8_bias_correction(query, dimension), &dot);
    return dot;
}

INLINE void dot_batch(struct batch batch, const int8_t *query, int32_t dimension, i32 *dots) {
    int32_t correction = int8_bias_correction(query, dimension);
    int32_t i = 0;
    prefetch_first_rows(batch, dimension);
    for (; i + 4 <= batch.count; i += 4) {
        prefetch_rows(batch, i, dimension);
        const uint8_t *four[] = {row(batch, i), row(batch, i + 1), row(batch, i + 2), row(batch, i + 3)};
        int8_dots(four, 4, query, dimension, correction, dots + i);
    }
    for (; i < batch.count; i++) {
        const uint8_t *one[] = {row(batch, i)};
        int8_dots(one, 1, query, dimension, correction, dots + i);
    }
}

void NAMED(int8_dot_bulk)(const void *codes, int64_t pitch, int32_t count, const int8_t *query, int32_t dimension,
                          i32 *dots) {
    dot_batch(contiguous(codes, pitch, count), query, dimension, dots);
}

void NAMED(int8_dot_gather)(const address *addresses, int32_t count, const int8_t *query, int32_t dimension,
                            i32 *dots) {
    dot_batch(gathered(addresses, count), query, dimension, dots);
}

// The operations and their order are those of Int8Score.java: the scores are the same bits on every tier.
INLINE void score_rows(const uint8_t *const *codes, int rows, const struct int8_query *query, f32 *scores) {
    int32_t dots[4];
    int8_dots(codes, rows, query->codes, query->dimension, query->bias_correction, dots);
    float factors[4][2];
    for (int r = 0; r < rows; r++) memcpy(factors[r], codes[r] + query->factors_offset, sizeof factors[r]);
    for (int r = 0; r < rows; r++) {
        float scaled = (float)dots[r] * factors[r][0] * query->score_scale;
        float norm = factors[r][1] * query->norm_weight;
        scores[r] = scaled + norm + query->score_offset;
    }
}

INLINE void score_batch(struct batch batch, const struct int8_query *query, f32 *scores) {
    int32_t bytes = query->factors_offset + 2 * (int32_t)sizeof(float);
    int32_t i = 0;
    prefetch_first_rows(batch, bytes);
    for (; i + 4 <= batch.count; i += 4) {
        prefetch_rows(batch, i, bytes);
        const uint8_t *four[] = {row(batch, i), row(batch, i + 1), row(batch, i + 2), row(batch, i + 3)};
        score_rows(four, 4, query, scores + i);
    }
    for (; i < batch.count; i++) {
        const uint8_t *one[] = {row(batch, i)};
        score_rows(one, 1, query, scores + i);
    }
}

void NAMED(int8_score_bulk)(const void *codes, int64_t pitch, int32_t count, const struct int8_query *query,
                            f32 *scores) {
    score_batch(contiguous(codes, pitch, count), query, scores);
}

void NAMED(int8_score_gather)(const address *addresses, int32_t count, const struct int8_query *query,
                              f32 *scores, const void *ahead, int32_t ahead_bytes) {
    if (ahead != NULL) prefetch(ahead, ahead_bytes);
    score_batch(gathered(addresses, count), query, scores);
}

int32_t NAMED(int8_unbias)(const uint8_t *code, int32_t dimension, int8_t *query) {
    return unbias(code, dimension, query);
}

// ---- quantisation and conversions -----------------------------------------------------------------------------------

// The operations are those of Int8Quantization.java.
INLINE float quantize(const f32 *vector, int32_t dimension, uint8_t bias, uint8_t *codes) {
    float largest = max_abs(vector, dimension);
    if (!(largest >= 0x1p-100f)) {
        memset(codes, bias, (size_t)dimension);
        return 0;
    }
    quantize_codes(vector, dimension, 127.0f / largest, bias, codes);
    return largest / 127.0f;
}

#define DEFINE_QUANTIZE_TRIO(name, bias)                                                           \
    float NAMED(name)(const f32 *vector, int32_t dimension, uint8_t *codes) {                      \
        return quantize(vector, dimension, bias, codes);                                           \
    }                                                                                              \
    void NAMED(name##_bulk)(const void *vectors, int64_t pitch, int32_t count, int32_t dimension,  \
                            uint8_t *codes, int64_t code_pitch, f32 *scales) {                     \
        struct batch batch = contiguous(vectors, pitch, count);                                    \
        for (int32_t i = 0; i < count; i++) {                                                      \
            uint8_t *code = codes + i * code_pitch;                                                \
            scales[i] = quantize((const f32 *)row(batch, i), dimension, bias, code);               \
        }                                                                                          \
    }                                                                                              \
    void NAMED(name##_gather)(const address *addresses, int32_t count, int32_t dimension,          \
                              const code_address *code_addresses, f32 *scales) {                   \
        struct batch batch = gathered(addresses, count);                                           \
        for (int32_t i = 0; i < count; i++) {                                                      \
            uint8_t *code = code_addresses[i];                                                     \
            scales[i] = quantize((const f32 *)row(batch, i), dimension, bias, code);               \
        }                                                                                          \
    }

DEFINE_QUANTIZE_TRIO(int8_quantize_query, 0)
DEFINE_QUANTIZE_TRIO(int8_quantize_document, 128)

void NAMED(f32_to_f16)(const f32 *vector, int32_t dimension, f16 *half) { narrow(vector, dimension, half); }

void NAMED(f16_to_f32)(const f16 *half, int32_t dimension, f32 *vector) { widen(half, dimension, vector); }
