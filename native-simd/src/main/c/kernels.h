// SPDX-License-Identifier: Apache-2.0
//
// The one list of kernels. A tier defines every one of them under its own suffix: simonides_int8_dot_c,
// simonides_int8_dot_avx2, simonides_int8_dot_avx512vnni. What each computes is said in Kernels.java.

#ifndef SIMONIDES_KERNELS_H
#define SIMONIDES_KERNELS_H

#include <stdint.h>

// What memory holds. No alignment is assumed, and the compiler is told so.
typedef float f32 __attribute__((aligned(1), may_alias));
typedef uint16_t f16 __attribute__((aligned(1), may_alias));
typedef int32_t i32 __attribute__((aligned(1), may_alias));
typedef const uint8_t *address __attribute__((aligned(1), may_alias));
typedef uint8_t *code_address __attribute__((aligned(1), may_alias));

#define SIMONIDES_FLOAT_TRIO(KERNEL, name)                                                         \
    KERNEL(float, name, (const void *vector, const f32 *query, int32_t dimension))                 \
    KERNEL(void, name##_bulk,                                                                      \
           (const void *vectors, int64_t pitch, int32_t count, const f32 *query, int32_t dimension,\
            f32 *results))                                                                         \
    KERNEL(void, name##_gather,                                                                    \
           (const address *addresses, int32_t count, const f32 *query, int32_t dimension,          \
            f32 *results))

#define SIMONIDES_QUANTIZE_TRIO(KERNEL, name)                                                      \
    KERNEL(float, name, (const f32 *vector, int32_t dimension, uint8_t *codes))                    \
    KERNEL(void, name##_bulk,                                                                      \
           (const void *vectors, int64_t pitch, int32_t count, int32_t dimension, uint8_t *codes,  \
            int64_t code_pitch, f32 *scales))                                                      \
    KERNEL(void, name##_gather,                                                                    \
           (const address *addresses, int32_t count, int32_t dimension,                            \
            const code_address *code_addresses, f32 *scales))

#define SIMONIDES_KERNELS(KERNEL)                                                                  \
    KERNEL(int32_t, int8_dot, (const uint8_t *code, const int8_t *query, int32_t dimension))       \
    KERNEL(void, int8_dot_bulk,                                                                    \
           (const void *codes, int64_t pitch, int32_t count, const int8_t *query, int32_t dimension,\
            i32 *dots))                                                                            \
    KERNEL(void, int8_dot_gather,                                                                  \
           (const address *addresses, int32_t count, const int8_t *query, int32_t dimension,       \
            i32 *dots))                                                                            \
    KERNEL(void, int8_score_bulk,                                                                  \
           (const void *codes, int64_t pitch, int32_t count, const struct int8_query *query,       \
            f32 *scores))                                                                          \
    KERNEL(void, int8_score_gather,                                                                \
           (const address *addresses, int32_t count, const struct int8_query *query, f32 *scores,  \
            const void *ahead, int32_t ahead_bytes))                                               \
    SIMONIDES_FLOAT_TRIO(KERNEL, f32_dot)                                                          \
    SIMONIDES_FLOAT_TRIO(KERNEL, f32_squared_distance)                                             \
    SIMONIDES_FLOAT_TRIO(KERNEL, f16_dot)                                                          \
    SIMONIDES_FLOAT_TRIO(KERNEL, f16_squared_distance)                                             \
    KERNEL(float, f32_squared_norm, (const void *vector, int32_t dimension))                       \
    KERNEL(void, f32_squared_norm_bulk,                                                            \
           (const void *vectors, int64_t pitch, int32_t count, int32_t dimension, f32 *results))   \
    KERNEL(void, f32_squared_norm_gather,                                                          \
           (const address *addresses, int32_t count, int32_t dimension, f32 *results))             \
    SIMONIDES_QUANTIZE_TRIO(KERNEL, int8_quantize_query)                                           \
    SIMONIDES_QUANTIZE_TRIO(KERNEL, int8_quantize_document)                                        \
    KERNEL(int32_t, int8_unbias, (const uint8_t *code, int32_t dimension, int8_t *query))          \
    KERNEL(void, bit_rotate,                                                                       \
           (const int8_t *codes, int32_t dimension, const i32 *signs, i32 *rotated))               \
    KERNEL(int64_t, bit_encode, (const i32 *rotated, int32_t components, uint8_t *bits))           \
    KERNEL(int32_t, bit_encode_query, (const i32 *rotated, int32_t components, uint8_t *planes))   \
    KERNEL(void, bit_score_gather,                                                                 \
           (const address *addresses, int32_t count, const struct int8_query *query, f32 *scores,  \
            const void *ahead, int32_t ahead_bytes))                                               \
    KERNEL(void, f32_to_f16, (const f32 *vector, int32_t dimension, f16 *half))                    \
    KERNEL(void, f16_to_f32, (const f16 *half, int32_t dimension, f32 *vector))

// The layout that Int8QueryLayout.java describes, and BitQueryLayout.java, whose bit planes stand where the codes do.
struct int8_query {
    int32_t dimension;
    int32_t factors_offset;
    int32_t bias_correction;
    int32_t reserved;
    float score_scale;
    float norm_weight;
    float score_offset;
    int32_t code_sum;
    uint8_t zero[32];
    int8_t codes[];
} __attribute__((packed, may_alias));
_Static_assert(sizeof(struct int8_query) == 64, "Int8QueryLayout.HEADER_BYTES");

#define INLINE static inline __attribute__((always_inline))
#define SIMONIDES_EXPORT __attribute__((visibility("default")))

#endif
