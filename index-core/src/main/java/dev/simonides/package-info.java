// SPDX-License-Identifier: Apache-2.0
/**
 * The public API of Simonides, an embedded vector memory index.
 *
 * <p><b>Read first:</b> {@link dev.simonides.MemoryIndex}, then {@link dev.simonides.Memory}, {@link dev.simonides.Query} and
 * {@link dev.simonides.Hit}.
 * <p><b>May import:</b> dev.simonides.core.*, dev.simonides.quantization, dev.simonides.simd, dev.simonides.wal.
 * <p><b>Threads:</b> everything here may be used by any thread at any time.
 * <p><b>Invariants:</b> A1 values are immutable. A2 what was acknowledged is seen by every later search.
 */
package dev.simonides;
