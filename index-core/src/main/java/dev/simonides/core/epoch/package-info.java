// SPDX-License-Identifier: Apache-2.0
/**
 * When memory and mappings that readers may still see can be given back.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.epoch.Epochs}; then docs/CONCURRENCY.md, "The epoch".
 * <p><b>May import:</b> the JDK only.
 * <p><b>Threads:</b> any thread reads inside an epoch, in a slot that is its own meanwhile; engine threads retire; one thread
 * at a time reclaims.
 * <p><b>Invariants:</b> E1 whatever is reachable when a reader enters, or becomes so later, is not released before it leaves.
 * E2 a slot has one user at a time. E3 what is retired was unreachable before, and is released once. E4 nobody is inside when
 * the epochs are closed.
 */
package dev.simonides.core.epoch;
