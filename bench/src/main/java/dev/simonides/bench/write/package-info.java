// SPDX-License-Identifier: Apache-2.0
/**
 * Measures how many writes a second are acknowledged, beside what the disk can do.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.write.WriteRates}, then {@link dev.simonides.bench.write.WriteRun}.
 *
 * <p><b>May import:</b> dev.simonides, dev.simonides.wal, dev.simonides.bench, dev.simonides.bench.generate, Jackson,
 * HdrHistogram. Nothing else of ours.
 *
 * <p><b>Threads:</b> each writer of a run is a thread; everything else is confined to one thread.
 *
 * <p><b>Invariants:</b> I1 a write counts when its acknowledgement has come within the time measured. I2 the rate of the
 * disk is measured in the same directory right before each run and right after it.
 */
package dev.simonides.bench.write;
