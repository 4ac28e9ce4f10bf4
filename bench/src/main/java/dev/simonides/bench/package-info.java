// SPDX-License-Identifier: Apache-2.0
/**
 * What every measurement has beside it: the machine it was made on.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.Machine}.
 *
 * <p><b>May import:</b> dev.simonides.simd, Jackson's streaming core. Nothing else of ours.
 *
 * <p><b>Threads:</b> any thread.
 *
 * <p><b>Invariants:</b> I1 a number is published with the line of the machine that gave it.
 */
package dev.simonides.bench;
