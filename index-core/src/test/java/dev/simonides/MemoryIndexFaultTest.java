// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.StoreReadOnlyException;
import dev.simonides.wal.WriteOutcomeUnknownException;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The medium fails at operation 1, 2, 3 … of a fixed scenario, in every way it can: nothing acknowledged is lost, nothing
 * refused appears, everything fails with its type, and nothing stays open.
 */
@Tag("crash")
class MemoryIndexFaultTest {
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(Ledger.DIMENSION).exactScanMax(0).indexerThreads(1);

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(Fault.Kind.IO_ERROR, false),
                Arguments.of(Fault.Kind.IO_ERROR, true),
                Arguments.of(Fault.Kind.NO_SPACE, false),
                Arguments.of(Fault.Kind.NO_SPACE, true),
                Arguments.of(Fault.Kind.TOO_MANY_FILES, false),
                Arguments.of(Fault.Kind.READ_ONLY, true),
                Arguments.of(Fault.Kind.SHORT_ONE, false),
                Arguments.of(Fault.Kind.SHORT_HALF, true),
                Arguments.of(Fault.Kind.HALF_THEN_NO_SPACE, false),
                Arguments.of(Fault.Kind.HALF_THEN_NO_SPACE, true),
                Arguments.of(Fault.Kind.LOST_SYNC, false));
    }

    @ParameterizedTest
    @MethodSource("faults")
    @Timeout(60)
    void everyOutcomeIsTrue(Fault.Kind kind, boolean sticky) {
        int at = 1;
        int checkpoints = 0;
        boolean fired = true;
        while (fired) {
            Run run = new Run(new Fault(at, kind, sticky));
            run.work();
            run.check();
            checkpoints += run.checkpoints;
            fired = run.faulty.fired();
            at++;
        }
        System.out.println(kind + (sticky ? ", sticky" : ", once") + ": failed at each of " + (at - 2)
                + " operations, beside " + checkpoints + " checkpoints");
        assertTrue(at > 60, "the scenario has more operations than " + at);
    }

    /** One run of the scenario. */
    private static final class Run {
        final FaultyDirectory faulty;
        private final SimulatedDirectory disk = SimulatedDirectory.empty();
        private final Fault fault;
        private final Ledger ledger = new Ledger();

        /** Writes whose effect must be there. */
        private int acknowledged;

        private int checkpoints;

        Run(Fault fault) {
            this.fault = fault;
            this.faulty = new FaultyDirectory(disk, fault);
        }

        private static LogOptions smallLog(LogOptions log) {
            return log.segmentBytes(16 << 10).salts(new Random(1));
        }

        void work() {
            session(index -> {
                write(index, Ledger.putting("a", "first"), () -> index.put(Ledger.memory("a", "first")));
                write(index, Ledger.putting("b", "second"), () -> index.put(Ledger.memory("b", "second")));
                checkpoint(index);
                write(
                        index,
                        state -> {
                            state.put("c", "third");
                            state.put("a", "fourth");
                            return state;
                        },
                        () -> index.putAll(List.of(Ledger.memory("c", "third"), Ledger.memory("a", "fourth"))));
                write(index, Ledger.deleting("b"), () -> index.delete("", "b"));
                checkpoint(index);
                write(index, Ledger.putting("d", "fifth"), () -> index.put(Ledger.memory("d", "fifth")));
            });
            session(index -> {
                write(index, Ledger.putting("b", "sixth"), () -> index.put(Ledger.memory("b", "sixth")));
                checkpoint(index);
                write(index, Ledger.deleting("c"), () -> index.delete("", "c"));
            });
            session(index ->
                    write(index, Ledger.putting("e", "seventh"), () -> index.put(Ledger.memory("e", "seventh"))));
        }

        private void session(java.util.function.Consumer<MemoryIndex> work) {
            MemoryIndex index;
            try {
                index = MemoryIndex.open(faulty, OPTIONS.durability(new Durability.Group()), Run::smallLog);
            } catch (StorageException e) {
                // The next session, or the check, finds what there was.
                return;
            }
            Map<String, String> present = ledgerContents(index);
            acknowledged = ledger.check(present, acknowledged, fault);
            ledger.restart(ledger.after(acknowledged));
            acknowledged = 0;
            try {
                work.accept(index);
                // Reads go on, whatever happened to the writes.
                Map<String, String> seen = ledgerContents(index);
                assertEquals(ledger.after(acknowledged), seen, fault::toString);
            } finally {
                try {
                    index.close();
                } catch (StorageException e) {
                    // What the close was to make durable had been made durable before it was acknowledged.
                }
                assertEquals(StoreState.CLOSED, index.state(), fault::toString);
            }
        }

        private static Map<String, String> ledgerContents(MemoryIndex index) {
            Map<String, String> contents = new java.util.TreeMap<>();
            for (Hit hit : index.search(Query.of(new float[] {1, 2, 3, 4}).top(100))) {
                contents.put(hit.key(), hit.text());
            }
            return contents;
        }

        /** A checkpoint that fails changes nothing that is served, and its type says whether the store goes on. */
        private void checkpoint(MemoryIndex index) {
            StoreState before = index.state();
            try {
                index.checkpoint();
                checkpoints++;
                assertTrue(before != StoreState.FAILED, () -> "checkpoint of a failed store: " + fault);
            } catch (StoreFailedException e) {
                assertEquals(StoreState.FAILED, index.state(), fault::toString);
            } catch (StorageException e) {
                assertTrue(index.state() != StoreState.FAILED, () -> "untold failure: " + fault);
            }
            assertEquals(ledger.after(acknowledged), ledgerContents(index), fault::toString);
        }

        /** Does a write and notes what its outcome promises. */
        private void write(MemoryIndex index, UnaryOperator<Map<String, String>> effect, Runnable operation) {
            if (ledger.writes() > acknowledged) {
                // After an unknown outcome the store has failed, and nothing can be stored.
                assertRefused(operation);
                return;
            }
            ledger.expect(effect);
            try {
                operation.run();
                acknowledged++;
                boolean written = !ledger.after(acknowledged).equals(ledger.after(acknowledged - 1));
                assertTrue(!written || index.state() == StoreState.OPEN, fault::toString);
            } catch (WriteOutcomeUnknownException e) {
                // It may be there: the ledger keeps the state, the promise stays.
                assertEquals(StoreState.FAILED, index.state(), fault::toString);
            } catch (StoreFullException | StorageIoException | StoreFailedException | StoreReadOnlyException e) {
                ledger.retract();
            }
        }

        private static void assertRefused(Runnable operation) {
            try {
                operation.run();
            } catch (StoreFailedException e) {
                return;
            }
            throw new AssertionError("a failed store accepted a write");
        }

        /** On the same medium without the fault. */
        void check() {
            assertEquals(0, faulty.openFiles(), () -> "files left open after " + fault);
            assertEquals(0, faulty.repeatedSyncs(), () -> "synced again what could not be synced: " + fault);
            try (MemoryIndex index = MemoryIndex.open(disk, OPTIONS, Run::smallLog)) {
                ledger.check(Ledger.contents(index), acknowledged, fault);
                index.put(Ledger.memory("last", "seventh"));
            }
            assertEquals(0, disk.openFiles(), () -> "files left open after " + fault);
        }
    }
}
