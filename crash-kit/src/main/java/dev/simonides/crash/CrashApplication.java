// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

/**
 * A program under crash test: how it works, and how to see what it had done.
 *
 * <p>Its operations belong to one or more {@link Sequence}s, each done in order. Operation <i>n</i> of a sequence must be the
 * same whenever it is done: a function of {@link CrashRun#seed()}, the sequence and <i>n</i>. Then {@link #check} can tell
 * from what it finds how many operations had an effect, and the harness whether that keeps what was promised.
 *
 * <p>An instance may be asked for several runs at once and so keeps nothing of them in its fields. For {@link KillRounds} its
 * class has a {@code main} method that calls {@link CrashChild#run}.
 */
public interface CrashApplication {
    /**
     * How many sequences of operations there are.
     *
     * @return 1..1024; 1 unless overridden
     */
    default int sequences() {
        return 1;
    }

    /**
     * Opens {@link CrashRun#directory()}, with what earlier rounds left in it, and does operations until
     * {@link CrashRun#goesOn()} is false, each {@linkplain Sequence#issue() issued} before and
     * {@linkplain Sequence#acknowledge() acknowledged} after. It may be killed at any instant.
     *
     * @param run where, and with which numbers
     * @throws Exception whatever the application throws: it fails a test, except a
     *     {@link dev.simonides.wal.StorageException} or {@link IllegalStateException} on a disk that was made to fail
     */
    void work(CrashRun run) throws Exception; // the application is somebody else's code

    /**
     * Opens {@link CrashRun#directory()} after a crash, looks at everything in it, and reports of every sequence how many
     * operations are {@linkplain Sequence#found found}, for instance by {@link Sequence#findPrefix}.
     *
     * @param run where
     * @throws Exception if anything is wrong
     */
    void check(CrashRun run) throws Exception; // the application is somebody else's code
}
