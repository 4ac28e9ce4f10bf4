// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.OriginalFormat;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The medium fails at operation 1, 2, 3 … of a fixed scenario, in every way it can: nothing acknowledged is lost, nothing
 * refused appears, everything fails with its type, and nothing stays open.
 */
@Tag("crash")
class MemoryIndexFaultTest {
    /** So long that three vectors fill a page, and a mapping holds something. */
    private static final int DIMENSION = 1_000;

    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(DIMENSION)
            .originals(OriginalFormat.NONE)
            .m(4)
            .efConstruction(8)
            .exactScanMax(0)
            .indexerThreads(1);

    private static final float[] QUERY = Vectors.gaussian(1, DIMENSION);

    /** One way in which a medium fails, and a store to which it happens. */
    private record Way(Fault.Kind kind, boolean sticky, Residency residency) {
        @Override
        public String toString() {
            return kind + (sticky ? ", sticky, " : ", once, ") + residency;
        }
    }

    /** What a store makes good without anybody noticing. */
    private static final Set<Fault.Kind> HARMLESS =
            Set.of(Fault.Kind.SHORT_ONE, Fault.Kind.SHORT_HALF, Fault.Kind.NO_MAPPING);

    /** Less than there are of the rarest operation that a kind can hit, mappings. */
    private static final int OPERATIONS_MIN = 4;

    /** A store that maps nothing cannot fail to map. */
    private static List<Way> ways(Fault.Kind kind) {
        List<Way> ways = new ArrayList<>();
        for (Residency residency : List.of(Residency.RESIDENT, Residency.MAPPED)) {
            if (kind != Fault.Kind.NO_MAPPING || residency == Residency.MAPPED) {
                ways.add(new Way(kind, false, residency));
                ways.add(new Way(kind, true, residency));
            }
        }
        return ways;
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(300)
    void everyOutcomeIsTrue(Fault.Kind kind) {
        ways(kind).parallelStream().forEach(MemoryIndexFaultTest::failEverywhere);
    }

    /** The store that a session begins with. */
    private record Begun(SimulatedDirectory disk, Map<String, String> contents) {}

    /** What was counted over all runs of a way. */
    private static final class Counts {
        private int failed;
        private int checkpoints;
        private int compactions;
        private int verified;
    }

    /**
     * At every operation that the fault can hit: the first one of a session, the one behind it, and so on, each time with the
     * session that comes next; then of that one, which begins where the first ends on a medium that does not fail.
     */
    private static void failEverywhere(Way way) {
        Counts counts = new Counts();
        Begun begun = new Begun(SimulatedDirectory.empty(), Map.of());
        for (int session = 0; session < Run.SESSIONS; session++) {
            int firedAt = 0;
            Run run;
            do {
                run = new Run(new Fault(firedAt + 1, way.kind, way.sticky), way.residency, begun, counts);
                run.session(session);
                firedAt = run.faulty.firedAt();
                if (firedAt > 0) {
                    counts.failed++;
                    run.session(session + 1);
                    run.check();
                }
            } while (firedAt > 0);
            begun = run.end();
            run.check();
        }
        System.out.println(way + ": failed at each of " + counts.failed + " operations, beside " + counts.checkpoints
                + " checkpoints and " + counts.compactions + " compactions; " + counts.verified
                + " failed stores verified");
        assertTrue(counts.failed >= OPERATIONS_MIN, way::toString);
        assertTrue(counts.compactions > 0, way::toString);
    }

    /** One run of the scenario. */
    private static final class Run {
        static final int SESSIONS = 3;

        final FaultyDirectory faulty;
        private final SimulatedDirectory disk;
        private final Fault fault;
        private final MemoryIndexOptions options;
        private final Ledger ledger = new Ledger();

        /** Writes whose effect must be there. */
        private int acknowledged;

        private final Counts counts;

        Run(Fault fault, Residency residency, Begun begun, Counts counts) {
            this.fault = fault;
            this.options = OPTIONS.residency(residency);
            this.disk = begun.disk.afterKill();
            this.faulty = new FaultyDirectory(disk, fault);
            this.counts = counts;
            ledger.restart(begun.contents);
        }

        /** What the next session finds. */
        Begun end() {
            return new Begun(disk.afterKill(), ledger.after(acknowledged));
        }

        private static LogOptions smallLog(LogOptions log) {
            return log.segmentBytes(16 << 10).salts(new Random(1));
        }

        private static Memory memory(String key, String text) {
            return Memory.of(key, Vectors.gaussian(text.hashCode(), DIMENSION)).text(text);
        }

        /** The sessions of the scenario, and nothing behind the last one. */
        void session(int number) {
            switch (number) {
                case 0 -> session(this::beginning);
                case 1 -> session(this::goingOn);
                case 2 -> session(this::compacting);
                default -> {}
            }
        }

        private void beginning(MemoryIndex index) {
            write(index, Ledger.putting("a", "first"), () -> index.put(memory("a", "first")));
            write(index, Ledger.putting("b", "second"), () -> index.put(memory("b", "second")));
            checkpoint(index);
            write(
                    index,
                    state -> {
                        state.put("c", "third");
                        state.put("a", "fourth");
                        return state;
                    },
                    () -> index.putAll(List.of(memory("c", "third"), memory("a", "fourth"))));
            write(index, Ledger.deleting("b"), () -> index.delete("", "b"));
            checkpoint(index);
            write(index, Ledger.putting("d", "fifth"), () -> index.put(memory("d", "fifth")));
        }

        private void goingOn(MemoryIndex index) {
            write(index, Ledger.putting("b", "sixth"), () -> index.put(memory("b", "sixth")));
            checkpoint(index);
            write(index, Ledger.deleting("c"), () -> index.delete("", "c"));
        }

        private void compacting(MemoryIndex index) {
            write(index, Ledger.putting("e", "seventh"), () -> index.put(memory("e", "seventh")));
            compact(index);
            write(index, Ledger.deleting("d"), () -> index.delete("", "d"));
        }

        private void session(java.util.function.Consumer<MemoryIndex> work) {
            MemoryIndex index;
            try {
                index = MemoryIndex.open(faulty, options.durability(new Durability.Group()), Run::smallLog);
            } catch (StorageException e) {
                // The next session, or the check, finds what there was.
                requireHarmful(e);
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
                verifyFailed(index);
            } finally {
                try {
                    index.close();
                } catch (StorageException e) {
                    // What the close was to make durable had been made durable before it was acknowledged.
                    requireHarmful(e);
                }
                assertEquals(StoreState.CLOSED, index.state(), fault::toString);
            }
        }

        /** Where the medium can be read a store that has failed is sound. */
        private void verifyFailed(MemoryIndex index) {
            boolean readable = fault.kind() != Fault.Kind.IO_ERROR && fault.kind() != Fault.Kind.TOO_MANY_FILES;
            if (index.state() == StoreState.FAILED && (readable || !fault.sticky())) {
                List<String> findings = index.verify(ProgressListener.SILENT).findings();
                assertEquals(List.of(), findings, fault::toString);
                counts.verified++;
            }
        }

        private static Map<String, String> ledgerContents(MemoryIndex index) {
            Map<String, String> contents = new java.util.TreeMap<>();
            for (Hit hit : index.search(Query.of(QUERY).top(100))) {
                contents.put(hit.key(), hit.text());
            }
            return contents;
        }

        private void checkpoint(MemoryIndex index) {
            counts.checkpoints += keeps(index, index::checkpoint) ? 1 : 0;
        }

        private void compact(MemoryIndex index) {
            boolean done = keeps(index, () -> index.compact(ProgressListener.SILENT));
            counts.compactions += done ? 1 : 0;
            assertTrue(!done || index.stats().ordinalCount() == index.stats().liveCount(), fault::toString);
        }

        /**
         * A checkpoint or a compaction that fails changes nothing that is served, and its type says whether the store goes on.
         *
         * @return whether it succeeded
         */
        private boolean keeps(MemoryIndex index, LongSupplier operation) {
            StoreState before = index.state();
            boolean done = false;
            try {
                long _ = operation.getAsLong();
                done = true;
                assertTrue(before != StoreState.FAILED, () -> "done by a failed store: " + fault);
            } catch (StoreFailedException e) {
                requireHarmful(e);
                assertEquals(StoreState.FAILED, index.state(), fault::toString);
            } catch (StorageException e) {
                requireHarmful(e);
                assertTrue(index.state() != StoreState.FAILED, () -> "untold failure: " + fault);
            }
            assertEquals(ledger.after(acknowledged), ledgerContents(index), fault::toString);
            return done;
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
                requireHarmful(e);
                assertEquals(StoreState.FAILED, index.state(), fault::toString);
            } catch (StoreFullException | StorageIoException | StoreFailedException | StoreReadOnlyException e) {
                requireHarmful(e);
                ledger.retract();
            }
        }

        private void requireHarmful(StorageException e) {
            if (HARMLESS.contains(fault.kind())) {
                throw new AssertionError("a fault that does no harm: " + fault, e);
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
            try (MemoryIndex index = MemoryIndex.open(disk, options, Run::smallLog)) {
                ledger.check(Ledger.contents(index), acknowledged, fault);
                index.put(memory("last", "eighth"));
            }
            assertEquals(0, disk.openFiles(), () -> "files left open after " + fault);
        }
    }
}
