// SPDX-License-Identifier: Apache-2.0
//
// What all tiers share: the float sums, the scores, and the single, bulk and gather form of every kernel. A tier
// includes this file after it has defined
//
//   TIER                          its suffix
//   vf, VF_LANES                  a vector of floats, as an arithmetic type: + - * work
//   vf_zero, vf_load, vf_load_part, vf_load_half, vf_load_half_part, vf_multiply_add, vf_sum
//   int8_dots                     dot products of 1 to 4 rows with one query, less the correction
//   int8_bias_correction, max_abs, quantize_codes, unbias, narrow, widen
//   sign_bits, bit_dots           of 1-bit codes: 64 signs as a word, and the counts of four rows with one query
//
// Everything here is inlined into the exported functions with `rows` 1 to 4 and `stored`, `term` and `addresses`
// known, so that the loops over rows unroll, and a single result is the same bits as one of a batch.

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

// Rows are scored four at a time.
enum { GROUP = 4 };

// How far ahead rows are prefetched, and only their first lines: that starts the page walk and the hardware's own
// prefetchers. Measured with calls of 8, 16 and 30 random rows of 384 and 768 codes (Xeon, 2.6 GHz, 2026-11-21): from
// DRAM 5-15 % faster than none and than all lines of the next four, from L2 as fast as none, where all lines cost 20-35 %;
// 4, 8, 12 and 16 rows ahead lie within 5 %.
enum { ROWS_AHEAD = 8 };

// Only listed rows need it: a stride the hardware sees by itself.
INLINE void prefetch_rows(struct batch batch, int32_t from, int32_t to) {
    if (batch.addresses == NULL) return;
    for (int32_t i = from; i < to && i < batch.count; i++) __builtin_prefetch(row(batch, i));
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

INLINE void float_group(enum stored stored, enum term term, struct batch batch, int32_t i, int rows,
                        const f32 *query, int32_t dimension, f32 *results) {
    const uint8_t *vectors[GROUP];
    for (int r = 0; r < rows; r++) vectors[r] = row(batch, i + r);
    float_sums(stored, term, vectors, rows, query, dimension, results + i);
}

INLINE void float_batch(enum stored stored, enum term term, struct batch batch, const f32 *query,
                        int32_t dimension, f32 *results) {
    int32_t i = 0;
    prefetch_rows(batch, 0, ROWS_AHEAD);
    for (; i + GROUP <= batch.count; i += GROUP) {
        prefetch_rows(batch, i + ROWS_AHEAD, i + ROWS_AHEAD + GROUP);
        float_group(stored, term, batch, i, GROUP, query, dimension, results);
    }
    switch (batch.count - i) {
    case 3: float_group(stored, term, batch, i, 3, query, dimension, results); break;
    case 2: float_group(stored, term, batch, i, 2, query, dimension, results); break;
    case 1: float_group(stored, term, batch, i, 1, query, dimension, results); break;
    }
}

#define DEFINE_FLOAT_TRIO(name, stored, term)                                                      \
    float NAMED(name)(const void *vector, const f32 *query, int32_t dimension) {                   \
        float result;                                                                              \
        float_group(stored, term, contiguous(vector, 0, 1), 0, 1, query, dimension, &result);            \
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
    float_group(F32, SQUARE, contiguous(vector, 0, 1), 0, 1, NULL, dimension, &result);
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

INLINE void dot_group(struct batch batch, int32_t i, int rows, const int8_t *query, int32_t dimension,
                      int32_t correction, i32 *dots) {
    const uint8_t *codes[GROUP];
    for (int r = 0; r < rows; r++) codes[r] = row(batch, i + r);
    int8_dots(codes, rows, query, dimension, correction, dots + i);
}

INLINE void dot_batch(struct batch batch, const int8_t *query, int32_t dimension, i32 *dots) {
    int32_t correction = int8_bias_correction(query, dimension);
    int32_t i = 0;
    prefetch_rows(batch, 0, ROWS_AHEAD);
    for (; i + GROUP <= batch.count; i += GROUP) {
        prefetch_rows(batch, i + ROWS_AHEAD, i + ROWS_AHEAD + GROUP);
        dot_group(batch, i, GROUP, query, dimension, correction, dots);
    }
    switch (batch.count - i) {
    case 3: dot_group(batch, i, 3, query, dimension, correction, dots); break;
    case 2: dot_group(batch, i, 2, query, dimension, correction, dots); break;
    case 1: dot_group(batch, i, 1, query, dimension, correction, dots); break;
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

typedef float four_floats __attribute__((vector_size(16)));
typedef int32_t four_ints __attribute__((vector_size(16)));

// The operations and their order are those of Int8Score.java: the scores are the same bits on every tier.
// `head` is a copy of the query's header, which the compiler need not read again after every store of a score.
INLINE void write_scores(const uint8_t *const *codes, int rows, four_ints dots, struct int8_query head, f32 *scores) {
    float factors[GROUP][2] = {{0}};
    for (int r = 0; r < rows; r++) memcpy(factors[r], codes[r] + head.factors_offset, sizeof factors[r]);
    four_floats factor0 = {factors[0][0], factors[1][0], factors[2][0], factors[3][0]};
    four_floats factor1 = {factors[0][1], factors[1][1], factors[2][1], factors[3][1]};
    four_floats scaled = __builtin_convertvector(dots, four_floats) * factor0 * head.score_scale;
    four_floats norm = factor1 * head.norm_weight;
    four_floats score = scaled + norm + head.score_offset;
    memcpy(scores, &score, (size_t)rows * sizeof *scores);
}

INLINE void score_group(struct batch batch, int32_t i, int rows, struct int8_query head, const int8_t *query,
                        f32 *scores) {
    const uint8_t *codes[GROUP];
    for (int r = 0; r < rows; r++) codes[r] = row(batch, i + r);
    four_ints dots = {0};
    int8_dots(codes, rows, query, head.dimension, head.bias_correction, (i32 *)&dots);
    write_scores(codes, rows, dots, head, scores + i);
}

INLINE void score_batch(struct batch batch, const struct int8_query *query, f32 *scores) {
    struct int8_query head = *query;
    int32_t i = 0;
    prefetch_rows(batch, 0, ROWS_AHEAD);
    for (; i + GROUP <= batch.count; i += GROUP) {
        prefetch_rows(batch, i + ROWS_AHEAD, i + ROWS_AHEAD + GROUP);
        score_group(batch, i, GROUP, head, query->codes, scores);
    }
    switch (batch.count - i) {
    case 3: score_group(batch, i, 3, head, query->codes, scores); break;
    case 2: score_group(batch, i, 2, head, query->codes, scores); break;
    case 1: score_group(batch, i, 1, head, query->codes, scores); break;
    }
}

void NAMED(int8_score_bulk)(const void *codes, int64_t pitch, int32_t count, const struct int8_query *query,
                            f32 *scores) {
    score_batch(contiguous(codes, pitch, count), query, scores);
}

void NAMED(int8_score_gather)(const address *addresses, int32_t count, const struct int8_query *query,
                              f32 *scores, const void *ahead, int32_t ahead_bytes) {
    for (int32_t offset = 0; offset < ahead_bytes; offset += 64) {
        __builtin_prefetch((const uint8_t *)ahead + offset);
    }
    score_batch(gathered(addresses, count), query, scores);
}

int32_t NAMED(int8_unbias)(const uint8_t *code, int32_t dimension, int8_t *query) {
    return unbias(code, dimension, query);
}

// ---- 1-bit codes ----------------------------------------------------------------------------------------------------

typedef int32_t eight_ints __attribute__((vector_size(32)));

#if defined(__clang__)
#define SHUFFLED(v, ...) __builtin_shufflevector(v, v, __VA_ARGS__)
#else
#define SHUFFLED(v, ...) __builtin_shuffle(v, (eight_ints){__VA_ARGS__})
#endif

// Of the first stages of a transform, within eight values: sums where the mask is 0, differences where it is -1.
#define STAGE_OF_EIGHT(v, m0, m1, m2, m3, m4, m5, m6, m7, ...)                                     \
    do {                                                                                           \
        eight_ints subtracted = {m0, m1, m2, m3, m4, m5, m6, m7};                                  \
        (v) = SHUFFLED(v, __VA_ARGS__) + (((v) ^ subtracted) - subtracted);                        \
    } while (0)

// The Walsh-Hadamard transform of a block of 64 values or more: sums and differences only, so exact.
INLINE void transform(i32 *values, int32_t block) {
    for (int32_t i = 0; i < block; i += 8) {
        eight_ints v;
        memcpy(&v, values + i, sizeof v);
        STAGE_OF_EIGHT(v, 0, -1, 0, -1, 0, -1, 0, -1, 1, 0, 3, 2, 5, 4, 7, 6);
        STAGE_OF_EIGHT(v, 0, 0, -1, -1, 0, 0, -1, -1, 2, 3, 0, 1, 6, 7, 4, 5);
        STAGE_OF_EIGHT(v, 0, 0, 0, 0, -1, -1, -1, -1, 4, 5, 6, 7, 0, 1, 2, 3);
        memcpy(values + i, &v, sizeof v);
    }
    for (int32_t half = 8; half < block; half *= 2) {
        for (int32_t start = 0; start < block; start += 2 * half) {
            for (int32_t low = start, high = start + half; low < start + half; low += 8, high += 8) {
                eight_ints a, b;
                memcpy(&a, values + low, sizeof a);
                memcpy(&b, values + high, sizeof b);
                eight_ints sum = a + b, difference = a - b;
                memcpy(values + low, &sum, sizeof sum);
                memcpy(values + high, &difference, sizeof difference);
            }
        }
    }
}

// One round: signs, the transposition that gives every block a part of all others, and the transform of the blocks.
INLINE void rotate_round(const i32 *restrict from, const i32 *restrict signs, int32_t block, int32_t blocks,
                         i32 *restrict to) {
    for (int32_t b = 0; b < blocks; b++) {
        for (int32_t i = 0; i < block; i++) to[i * blocks + b] = from[b * block + i] * signs[b * block + i];
    }
    for (int32_t b = 0; b < blocks; b++) transform(to + b * block, block);
}

void NAMED(bit_rotate)(const int8_t *codes, int32_t dimension, const i32 *signs, i32 *rotated) {
    int32_t components = (dimension + 63) & -64;
    int32_t block = components & -components;
    int32_t blocks = components / block;
    i32 *work = rotated + components;
    for (int32_t i = 0; i < dimension; i++) rotated[i] = codes[i] * signs[i];
    for (int32_t i = dimension; i < components; i++) rotated[i] = 0;
    for (int32_t b = 0; b < blocks; b++) transform(rotated + b * block, block);
    rotate_round(rotated, signs + components, block, blocks, work);
    rotate_round(work, signs + 2 * components, block, blocks, rotated);
}

int64_t NAMED(bit_encode)(const i32 *rotated, int32_t components, uint8_t *bits) {
    int64_t magnitude = 0;
    for (int32_t i = 0; i < components; i++) magnitude += rotated[i] < 0 ? -rotated[i] : rotated[i];
    for (int32_t i = 0; i < components; i += 64) {
        uint64_t word = ~sign_bits(rotated + i);
        memcpy(bits + i / 8, &word, sizeof word);
    }
    return magnitude;
}

// The operations are those of ScalarKernels.java. Adding 1.5 * 2^23 leaves no bits for a fraction.
int32_t NAMED(bit_encode_query)(const i32 *rotated, int32_t components, uint8_t *planes) {
    int32_t largest = 0;
    for (int32_t i = 0; i < components; i++) {
        int32_t magnitude = rotated[i] < 0 ? -rotated[i] : rotated[i];
        largest = magnitude > largest ? magnitude : largest;
    }
    float inverse = largest == 0 ? 0 : 7.0f / (float)largest;
    for (int32_t i = 0; i < components; i += 64) {
        uint32_t levels[64];
        for (int j = 0; j < 64; j++) {
            float shifted = (float)rotated[i + j] * inverse + 0x1.8p23f;
            memcpy(&levels[j], &shifted, sizeof shifted);
            levels[j] <<= 28;
        }
        for (int plane = 3; plane >= 0; plane--) {
            uint64_t word = sign_bits((const i32 *)levels);
            memcpy(planes + (int64_t)plane * (components / 8) + i / 8, &word, sizeof word);
            for (int j = 0; j < 64; j++) levels[j] <<= 1;
        }
    }
    return largest;
}

INLINE void bit_score_group(struct batch batch, int32_t i, int rows, struct int8_query head, const uint8_t *planes,
                            f32 *scores) {
    const uint8_t *codes[GROUP];
    for (int r = 0; r < GROUP; r++) codes[r] = row(batch, r < rows ? i + r : i);
    four_ints counts;
    bit_dots(codes, planes, head.dimension / 64, (i32 *)&counts);
    write_scores(codes, rows, counts * 2 - head.bias_correction, head, scores + i);
}

// A code is a line or two, and all of it is fetched ahead.
INLINE void prefetch_codes(struct batch batch, int32_t from, int32_t to, int32_t bytes) {
    for (int32_t i = from; i < to && i < batch.count; i++) {
        for (int32_t offset = 0; offset < bytes; offset += 64) __builtin_prefetch(row(batch, i) + offset);
    }
}

void NAMED(bit_score_gather)(const address *addresses, int32_t count, const struct int8_query *query, f32 *scores,
                             const void *ahead, int32_t ahead_bytes) {
    for (int32_t offset = 0; offset < ahead_bytes; offset += 64) {
        __builtin_prefetch((const uint8_t *)ahead + offset);
    }
    struct int8_query head = *query;
    struct batch batch = gathered(addresses, count);
    const uint8_t *planes = (const uint8_t *)query->codes;
    int32_t bytes = head.factors_offset + 8;
    prefetch_codes(batch, 0, ROWS_AHEAD, bytes);
    int32_t i = 0;
    for (; i + GROUP <= count; i += GROUP) {
        prefetch_codes(batch, i + ROWS_AHEAD, i + ROWS_AHEAD + GROUP, bytes);
        bit_score_group(batch, i, GROUP, head, planes, scores);
    }
    switch (count - i) {
    case 3: bit_score_group(batch, i, 3, head, planes, scores); break;
    case 2: bit_score_group(batch, i, 2, head, planes, scores); break;
    case 1: bit_score_group(batch, i, 1, head, planes, scores); break;
    }
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
