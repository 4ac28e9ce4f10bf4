// SPDX-License-Identifier: Apache-2.0
/**
 * Media that misbehave on request: a disk whose every crash state can be looked at, and a directory that fails where told.
 *
 * <p><b>Read first:</b> {@link SimulatedDirectory}, then {@link CrashStates}, then {@link FaultyDirectory}.
 * <p><b>May import:</b> dev.simonides.wal. Nothing else of ours.
 * <p><b>Threads:</b> the directories are open to any thread; everything else is confined to one.
 * <p><b>Invariants:</b> what is durable is what was synced, bytes and names apart; everything else may be there after a
 * crash or not, each 512-byte sector, each size and each name for itself.
 */
package dev.simonides.wal.simulation;
