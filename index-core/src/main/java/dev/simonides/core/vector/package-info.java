// SPDX-License-Identifier: Apache-2.0
/**
 * Plane V: the vectors of a tenant in pages, found through location and page base.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.vector.VectorPageLayout}, then {@link
 * dev.simonides.core.vector.VectorPages}.
 * <p><b>May import:</b> dev.simonides (limits), dev.simonides.core.memory, dev.simonides.quantization, dev.simonides.simd.
 * <p><b>Threads:</b> one writer adds, one keeper moves and arranges full pages; any thread reads what was published.
 * <p><b>Invariants:</b> P1 a location is written before its ordinal is published. P2 a page belongs to one tenant. P3 the
 * bytes of a vector never change after its location is published. P4 a page moves when it is full, to a place with equal
 * bytes; the old place stays as it is until every reader inside has left. P5 full pages are arranged once, on their second sides;
 * until every reader inside has left the first sides stay as they are, so that each vector is found on either.
 */
package dev.simonides.core.vector;
