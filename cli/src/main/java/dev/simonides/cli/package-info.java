// SPDX-License-Identifier: Apache-2.0

/**
 * The command line: one class a command, and what they share.
 *
 * <p><b>Read first:</b> {@link dev.simonides.cli.Simonides}, then {@link dev.simonides.cli.ImportCommand}.
 *
 * <p><b>May import:</b> everything of ours; imported by nobody.
 *
 * <p><b>Threads:</b> a command runs on the thread that called {@link dev.simonides.cli.Simonides#run}; progress may be
 * reported from any thread.
 *
 * <p><b>Invariants:</b> I1 stdout carries results only, and under {@code --json} one JSON object a line. I2 bars, notes
 * and errors go to stderr, an error in one line. I3 the exit code is one of {@link dev.simonides.cli.ExitCode}.
 */
package dev.simonides.cli;
