// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

/** A crash test found a promise broken; the message says which, where, and how to see it again. */
public final class CrashFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    /**
     * Makes a failure.
     *
     * @param message what was found
     */
    public CrashFailure(String message) {
        super(message);
    }

    /**
     * Makes a failure that something else led to.
     *
     * @param message what was found
     * @param cause what it was
     */
    public CrashFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
