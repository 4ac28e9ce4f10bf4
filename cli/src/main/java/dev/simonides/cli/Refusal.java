// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.wal.CorruptStoreException;
import org.jspecify.annotations.Nullable;

/**
 * A command that cannot go on, in one line for the user: what, where, and what to do.
 *
 * <p>Immutable.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private Refusal(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /**
     * The user asked for what cannot be.
     *
     * @param message what, where, and what to do
     * @return the refusal, with {@link ExitCode#USAGE}
     */
    public static Refusal usage(String message) {
        return new Refusal(ExitCode.USAGE, message, null);
    }

    /**
     * A check failed.
     *
     * @param message what failed, and where
     * @return the refusal, with {@link ExitCode#FAILED}
     */
    public static Refusal failed(String message) {
        return new Refusal(ExitCode.FAILED, message, null);
    }

    /**
     * The store is damaged.
     *
     * @param message what is damaged, where, and what to do
     * @param cause what the store found
     * @return the refusal, with {@link ExitCode#FAILED}
     */
    static Refusal damaged(String message, CorruptStoreException cause) {
        return new Refusal(ExitCode.FAILED, message, cause);
    }

    /** Whether a store was found damaged. */
    boolean damaged() {
        return getCause() instanceof CorruptStoreException;
    }

    /**
     * The exit code that goes with the message.
     *
     * @return one of {@link ExitCode}
     */
    public int exitCode() {
        return exitCode;
    }
}
