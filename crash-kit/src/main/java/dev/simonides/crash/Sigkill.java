// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Ends the present process by SIGKILL. Immutable; any thread.
 *
 * <p>{@code Runtime.halt} would wait until threads in the middle of a system call are done with it; this does not, and no
 * thread does another step.
 */
@SuppressWarnings("restricted") // one downcall into the C library, which every process has
final class Sigkill {
    private static final int NUMBER = 9;
    private static final int NOTHING = 0;

    private final MethodHandle raise;

    /** Prepares the signal, so that nothing but sending it is left to do. */
    Sigkill() {
        Linker linker = Linker.nativeLinker();
        this.raise = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("raise"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        raise(NOTHING);
    }

    /** Sends it; does not return. */
    void send() {
        raise(NUMBER);
        throw new AssertionError("alive after SIGKILL");
    }

    private void raise(int signal) {
        try {
            int failed = (int) raise.invokeExact(signal);
            if (failed != 0) {
                throw new IllegalStateException("raise(" + signal + "): " + failed);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a call into the C library does not throw", e);
        }
    }
}
