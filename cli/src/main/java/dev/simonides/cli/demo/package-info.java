// SPDX-License-Identifier: Apache-2.0

/**
 * The demonstration: the main job on real text, measured while it runs, and a kill -9 in the middle.
 *
 * <p><b>Read first:</b> {@link dev.simonides.cli.demo.DemoCommand}, then {@link dev.simonides.cli.demo.KillProof}.
 *
 * <p><b>May import:</b> everything of ours.
 *
 * <p><b>Threads:</b> one; the killed writer is a process of its own.
 *
 * <p><b>Invariants:</b> I1 every number that is printed was measured in that run. I2 a proof that fails ends with exit
 * code 1.
 */
package dev.simonides.cli.demo;
