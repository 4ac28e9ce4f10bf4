// SPDX-License-Identifier: Apache-2.0
/**
 * How a vector is stored, and how stored vectors are scored against a query.
 *
 * <p><b>Read first:</b> {@link dev.simonides.quantization.VectorCodec}, then
 * {@link dev.simonides.quantization.CodeLayout}; {@link dev.simonides.quantization.BitCodec} for 1-bit codes.
 *
 * <p><b>May import:</b> dev.simonides.simd, java.lang.foreign. Nothing else of ours.
 *
 * <p><b>Threads:</b> everything here is immutable and open to any thread; work memory is the caller's.
 *
 * <p><b>Invariants:</b> Q1 a code record is what {@link dev.simonides.quantization.CodeLayout} says is valid. Q2 no
 * score of an accepted vector against an accepted query is NaN or infinite. Q3 the query made from a vector and the
 * query made from that vector's stored code are the same bytes. Q4 encoding a decoded code gives the same codes again. Q5
 * a 1-bit code follows from its code record and the seed alone, on every tier the same bytes.
 */
package dev.simonides.quantization;
