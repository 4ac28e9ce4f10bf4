// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

/** What the process says to the shell when it ends. */
public final class ExitCode {
    /** Done. */
    public static final int DONE = 0;

    /** The store is damaged, a check failed, or the medium did. */
    public static final int FAILED = 1;

    /** Wrong usage: arguments, or a file or vector that cannot be taken. Nothing was stored. */
    public static final int USAGE = 2;

    /** Another process has the store open. */
    public static final int LOCKED = 3;

    private ExitCode() {}
}
