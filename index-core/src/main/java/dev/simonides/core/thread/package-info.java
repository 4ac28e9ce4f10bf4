// SPDX-License-Identifier: Apache-2.0
/**
 * What all threads of a store have in common.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.thread.EngineThread}.
 * <p><b>May import:</b> the JDK only.
 * <p><b>Threads:</b> any thread starts and awaits them.
 * <p><b>Invariants:</b> H1 no thread that touches a file can be interrupted.
 */
package dev.simonides.core.thread;
