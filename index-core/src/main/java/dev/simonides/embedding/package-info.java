// SPDX-License-Identifier: Apache-2.0
/**
 * From texts to vectors: the interface an embedding model plugs into, and an embedder that needs no model.
 *
 * <p><b>Read first:</b> {@link dev.simonides.embedding.Embedder}, then
 * {@link dev.simonides.embedding.HashingEmbedder}.
 *
 * <p><b>May import:</b> the JDK only. The index knows vectors, not texts: nothing of it is needed here.
 *
 * <p><b>Threads:</b> {@link dev.simonides.embedding.HashingEmbedder} and
 * {@link dev.simonides.embedding.WordWeights} are immutable and open to any thread.
 *
 * <p><b>Invariants:</b> E1 the same text gives the same vector, bit for bit, on every machine. E2 a vector of the
 * hashing embedder has length 1 and no component that is not finite. E3 vectors made with and without word weights of
 * the same dimension are comparable.
 */
package dev.simonides.embedding;
