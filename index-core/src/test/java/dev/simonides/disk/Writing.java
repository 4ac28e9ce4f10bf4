// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import dev.simonides.MemoryIndex;
import dev.simonides.ProgressListener;
import dev.simonides.VerifyReport;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.WriteOutcomeUnknownException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One thread that writes a script and notes how each operation ended: acknowledged ones are there, refused ones are not, and
 * of those that ended unknown there is at most one, because it ends the store. Confined to the thread that uses it.
 */
final class Writing {
    private final Script script;
    private final Map<String, String> expected = new TreeMap<>();
    private Optional<Map<String, String>> perhaps = Optional.empty();
    private final StringBuilder outcomes = new StringBuilder();
    private int operation;
    private int acknowledged;
    private int refused;

    Writing(long seed) {
        this.script = new Script(seed, 0);
    }

    int acknowledged() {
        return acknowledged;
    }

    int refused() {
        return refused;
    }

    /** A letter for each operation, for {@link #replayed}. */
    String outcomes() {
        return outcomes.toString();
    }

    /** What another process did, by the outcomes it noted. */
    static Writing replayed(long seed, String outcomes) {
        Writing writing = new Writing(seed);
        for (int i = 0; i < outcomes.length(); i++) {
            writing.note(Outcome.valueOf(outcomes.substring(i, i + 1)));
        }
        return writing;
    }

    private enum Outcome {
        /** Acknowledged. */
        A,
        /** Refused. */
        R,
        /** Unknown. */
        U,
        /** The unknown one was done. */
        D,
        /** The unknown one was not done. */
        N
    }

    private void note(Outcome outcome) {
        outcomes.append(outcome);
        switch (outcome) {
            case A -> {
                script.apply(operation++, expected);
                acknowledged++;
            }
            case R -> {
                operation++;
                refused++;
            }
            case U -> {
                Map<String, String> done = new TreeMap<>(expected);
                script.apply(operation++, done);
                perhaps = Optional.of(done);
            }
            case D -> {
                expected.clear();
                expected.putAll(perhaps.orElseThrow());
                perhaps = Optional.empty();
            }
            case N -> perhaps = Optional.empty();
        }
    }

    /** Does the next operation; returns why it was not acknowledged, if it was not. */
    Optional<StorageException> next(MemoryIndex index) {
        try {
            script.perform(index, operation);
            if (perhaps.isPresent()) {
                throw new AssertionError("a store accepted a write after one that ended unknown");
            }
            note(Outcome.A);
            return Optional.empty();
        } catch (WriteOutcomeUnknownException e) {
            if (perhaps.isPresent()) {
                throw new AssertionError("a second write ended unknown", e);
            }
            note(Outcome.U);
            return Optional.of(e);
        } catch (StorageException e) {
            if (perhaps.isPresent() && !(e instanceof StoreFailedException)) {
                throw new AssertionError("a failed store must say so", e);
            }
            note(Outcome.R);
            return Optional.of(e);
        }
    }

    /** Does so many operations, all of which must be acknowledged. */
    void all(MemoryIndex index, int operations) {
        for (int i = 0; i < operations; i++) {
            next(index).ifPresent(e -> {
                throw new AssertionError("refused", e);
            });
        }
    }

    /** Checks what a store serves that has not been closed since: exactly what it acknowledged. */
    void checkServed(MemoryIndex index, Object when) {
        Map<String, String> found = script.contents(index);
        if (!found.equals(expected)) {
            throw new AssertionError(
                    when + ": served " + Script.describe(found) + ", acknowledged " + Script.describe(expected));
        }
    }

    /** Sees in a store that was opened anew whether what ended unknown was done. */
    void decide(MemoryIndex index) {
        if (perhaps.isPresent()) {
            note(script.contents(index).equals(perhaps.get()) ? Outcome.D : Outcome.N);
        }
    }

    /** Checks in every way what a store holds that was opened anew. */
    void checkOpened(MemoryIndex index, Object when) {
        decide(index);
        checkServed(index, when);
        VerifyReport report = index.verify(ProgressListener.SILENT);
        if (!report.clean()) {
            throw new AssertionError(when + ": " + report.findings());
        }
    }
}
