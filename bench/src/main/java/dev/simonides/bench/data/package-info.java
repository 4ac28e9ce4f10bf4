// SPDX-License-Identifier: Apache-2.0
/**
 * Reads and writes the files that vectors, texts and ground truths come in, and refuses damaged ones before anything is
 * stored.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.data.ImportFiles}, then {@link
 * dev.simonides.bench.data.VectorFile} and {@link dev.simonides.bench.data.NeighbourTable}.
 *
 * <p><b>May import:</b> dev.simonides (its Limits, and Memory), jhdf, Jackson's streaming core. Nothing else of ours.
 *
 * <p><b>Threads:</b> files are immutable; sources and writers are confined to one thread.
 *
 * <p><b>Invariants:</b> I1 a source that was validated and did not change since reads to its end without an exception.
 * I2 every row of a source has its dimension, 1..4096. I3 whatever is wrong with a file is one {@link
 * dev.simonides.bench.data.VectorFileException}.
 */
package dev.simonides.bench.data;
