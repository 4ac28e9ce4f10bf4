// SPDX-License-Identifier: Apache-2.0
/**
 * The key directory: which ordinal holds a key of a tenant now.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.key.KeyDirectory}.
 * <p><b>May import:</b> dev.simonides.simd.
 * <p><b>Threads:</b> any thread reads; the writer thread changes.
 * <p><b>Invariants:</b> K1 the directory is derived: the log decides what exists. K2 the bytes of
 * a key stay where they are, and as they are, as long as the directory names them.
 */
package dev.simonides.core.key;
