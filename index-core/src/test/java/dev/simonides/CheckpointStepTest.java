// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.LogOptions;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The steps of a checkpoint one by one: what a crash behind each leaves, and what a failure of each does. */
@Tag("crash")
class CheckpointStepTest {
    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(Ledger.DIMENSION)
            .exactScanMax(0)
            .indexerThreads(1)
            .checkpointOnClose(false);
    private static final Map<String, String> CONTENTS = Map.of("a", "3", "b", "2");

    private final SimulatedDirectory disk = SimulatedDirectory.empty();

    /** Steps of the checkpoint, in their order, as numbered in docs/RECOVERY.md. */
    private static final List<String> ORDER = List.of(
            "CP1 sync wal",
            "CP1 rename wal",
            "CP1 sync directory",
            "CP2 write vec",
            "CP3 sync vec",
            "CP2 write meta",
            "CP3 sync meta",
            "CP2 write blob",
            "CP3 sync blob",
            "CP2 write graph",
            "CP3 sync graph",
            "CP5 sync directory",
            "CP6 write MANIFEST",
            "CP6 sync MANIFEST",
            "CP8 rename MANIFEST",
            "CP9 sync directory",
            "CP11 delete wal",
            "CP11 delete MANIFEST");

    private static LogOptions smallLog(LogOptions log) {
        return log.segmentBytes(16 << 10).salts(new Random(5));
    }

    /** Numbers the steps of one checkpoint. */
    private static final class Numbering implements StepDirectory.Steps {
        private final List<String> seen = new ArrayList<>();
        private Runnable after = () -> {};
        private Supplier<RuntimeException> failure = () -> new StorageIoException("", -1, "no failure was set");
        private String failing = "";
        private String behind = "";
        private boolean counting;

        @Override
        public void before(String step) {
            if (counting && number(step).equals(failing)) {
                throw failure.get();
            }
        }

        @Override
        public void after(String step) {
            if (counting) {
                seen.add(number(step));
                if (number(step).equals(behind)) {
                    behind = "";
                    after.run();
                }
            }
        }

        /** Where the checkpoint is can be told from what it did before. */
        private String number(String step) {
            return switch (step) {
                case "create wal", "write wal", "sync wal", "rename wal" -> "CP1 " + step;
                case "sync directory" ->
                    seen.contains("CP8 rename MANIFEST")
                            ? "CP9 " + step
                            : seen.contains("CP3 sync vec") ? "CP5 " + step : "CP1 " + step;
                case "rename MANIFEST" -> "CP8 " + step;
                case "create MANIFEST", "write MANIFEST", "sync MANIFEST" -> "CP6 " + step;
                default -> (step.startsWith("sync") ? "CP3 " : step.startsWith("delete") ? "CP11 " : "CP2 ") + step;
            };
        }
    }

    private final Numbering numbering = new Numbering();

    /** Two generations; the steps of the third are counted. */
    private MemoryIndex openWithTwoGenerations() {
        MemoryIndex index = MemoryIndex.open(new StepDirectory(disk, numbering), OPTIONS, CheckpointStepTest::smallLog);
        index.put(Ledger.memory("a", "1"));
        index.awaitLinked(ProgressListener.SILENT);
        assertEquals(1, index.checkpoint());
        index.put(Ledger.memory("b", "2"));
        index.awaitLinked(ProgressListener.SILENT);
        assertEquals(2, index.checkpoint());
        index.put(Ledger.memory("a", "3"));
        index.awaitLinked(ProgressListener.SILENT);
        numbering.counting = true;
        return index;
    }

    private static long generationOf(SimulatedDirectory image) {
        try (MemoryIndex index = MemoryIndex.open(image, OPTIONS, CheckpointStepTest::smallLog)) {
            assertEquals(CONTENTS, Ledger.contents(index));
            assertEquals(Optional.empty(), index.recovery().fallback());
            assertEquals(List.of(), index.recovery().rebuilt());
            assertTidy(image);
            return index.recovery().generation();
        }
    }

    /** Two manifests at most, and nothing that neither names. */
    private static void assertTidy(SimulatedDirectory image) {
        List<String> names = image.list();
        assertTrue(names.stream().filter(name -> name.startsWith("MANIFEST")).count() <= 2, names::toString);
        assertTrue(names.stream().noneMatch(name -> name.endsWith(".tmp")), names::toString);
    }

    @Test
    void areTheseInThisOrder() {
        try (MemoryIndex index = openWithTwoGenerations()) {
            assertEquals(3, index.checkpoint());
        }

        List<String> steps = new ArrayList<>(numbering.seen);
        int from = 0;
        for (String step : ORDER) {
            int at = steps.subList(from, steps.size()).indexOf(step);
            assertTrue(at >= 0, () -> step + " is missing, or too early: " + steps);
            from += at + 1;
        }
    }

    static List<Arguments> crashes() {
        List<Arguments> crashes = new ArrayList<>();
        for (String step : ORDER) {
            boolean named = ORDER.indexOf(step) >= ORDER.indexOf("CP8 rename MANIFEST");
            boolean durable = ORDER.indexOf(step) >= ORDER.indexOf("CP9 sync directory");
            crashes.add(Arguments.of(step, durable ? 3 : 2, named ? 3 : 2));
        }
        return crashes;
    }

    /** Of what was not synced nothing is left, or all: after a power cut, or after a kill. */
    @ParameterizedTest
    @MethodSource("crashes")
    void aCrashBehindEachLeavesAGenerationWhole(String step, long afterPowerCut, long afterKill) {
        List<SimulatedDirectory> images = new ArrayList<>();
        numbering.behind = step;
        numbering.after = () -> {
            int position = disk.operations();
            images.add(CrashStates.of(disk, CrashModel.weak(1))
                    .at(position, new BitSet())
                    .image());
            images.add(disk.afterKill());
        };
        try (MemoryIndex index = openWithTwoGenerations()) {
            assertEquals(3, index.checkpoint());
        }

        assertEquals(2, images.size(), "the step was never done");
        assertEquals(afterPowerCut, generationOf(images.get(0)), "after a power cut");
        assertEquals(afterKill, generationOf(images.get(1)), "after a kill");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CP2 create vec",
                "CP2 write vec",
                "CP3 sync vec",
                "CP2 write meta",
                "CP3 sync meta",
                "CP3 sync blob",
                "CP2 create graph",
                "CP3 sync graph",
                "CP6 create MANIFEST",
                "CP6 write MANIFEST",
                "CP6 sync MANIFEST",
                "CP8 rename MANIFEST"
            })
    void aFailureBeforeTheManifestIsNamedChangesNothing(String step) {
        for (boolean full : new boolean[] {false, true}) {
            CheckpointStepTest test = new CheckpointStepTest();
            test.numbering.failing = step;
            test.numbering.failure = () -> full
                    ? new StoreFullException("file", 0, "no space left")
                    : new StorageIoException("file", 0, "input/output error");
            test.failAndTryAgain(full ? StoreFullException.class : StorageIoException.class);
        }
    }

    private void failAndTryAgain(Class<? extends StorageException> type) {
        try (MemoryIndex index = openWithTwoGenerations()) {
            List<String> before = withoutLog(disk);
            assertThrows(type, index::checkpoint);
            assertEquals(before, withoutLog(disk), "the new files are gone");
            assertEquals(CONTENTS, Ledger.contents(index));

            numbering.failing = "";
            numbering.seen.clear();
            assertEquals(3, index.checkpoint(), "and the next attempt succeeds");
            assertEquals(4, index.put(Ledger.memory("c", "4")));
        }
        SimulatedDirectory image = disk.afterKill();
        try (MemoryIndex index = MemoryIndex.open(image, OPTIONS, CheckpointStepTest::smallLog)) {
            assertEquals(3, index.recovery().generation());
            assertEquals(3, Ledger.contents(index).size());
        }
    }

    private static List<String> withoutLog(SimulatedDirectory directory) {
        return directory.list().stream().filter(name -> !name.startsWith("wal")).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CP5 sync directory", "CP9 sync directory"})
    void aDirectoryThatCannotBeSyncedEndsAllWriting(String step) {
        numbering.failing = step;
        numbering.failure = () -> new StorageIoException("directory", -1, "input/output error");
        try (MemoryIndex index = openWithTwoGenerations()) {
            assertThrows(StoreFailedException.class, index::checkpoint);
            numbering.failing = "";

            assertThrows(StoreFailedException.class, () -> index.put(Ledger.memory("c", "4")));
            assertThrows(StoreFailedException.class, index::checkpoint);
            assertEquals(
                    2, index.search(Query.of(new float[] {1, 2, 3, 4}).top(10)).size());
        }
        long newest = step.startsWith("CP9") ? 3 : 2;
        assertEquals(newest, generationOf(disk.afterKill()));
    }

    /** Nobody may be told by a second sync that the names are durable which the first has lost. */
    @Test
    void aSegmentThatBeginsMeanwhileDoesNotSyncTheDirectoryAgain() {
        AtomicReference<MemoryIndex> index = new AtomicReference<>();
        AtomicReference<CompletableFuture<Long>> put = new AtomicReference<>();
        AtomicReference<Thread> writer = new AtomicReference<>();
        AtomicBoolean failing = new AtomicBoolean();
        AtomicInteger again = new AtomicInteger();
        StepDirectory.Steps steps = new StepDirectory.Steps() {
            @Override
            public void before(String step) {
                boolean sync = step.equals("sync directory");
                if (Thread.currentThread().getName().equals("simonides-writer")) {
                    writer.set(Thread.currentThread());
                }
                if (failing.get()) {
                    again.addAndGet(sync ? 1 : 0);
                } else if (index.get() != null && sync && isKeeper(Thread.currentThread())) {
                    failing.set(true);
                    put.set(index.get().submit(Ledger.memory("b", "2").payload(new byte[40_000])));
                    while (again.get() == 0 && writer.get().getState() != Thread.State.WAITING) {
                        Thread.onSpinWait();
                    }
                    throw new StorageIoException("directory", -1, "input/output error");
                }
            }
        };
        try (MemoryIndex opened =
                MemoryIndex.open(new StepDirectory(disk, steps), OPTIONS, CheckpointStepTest::smallLog)) {
            opened.put(Ledger.memory("a", "1"));
            index.set(opened);

            assertThrows(StoreFailedException.class, opened::checkpoint);

            assertThrows(CompletionException.class, put.get()::join);
            assertEquals(StoreState.FAILED, opened.state());
        }
        assertEquals(0, again.get());
        try (MemoryIndex reopened = MemoryIndex.open(disk.afterKill(), OPTIONS, CheckpointStepTest::smallLog)) {
            assertEquals("1", reopened.get("a").orElseThrow().text());
        }
    }

    private static boolean isKeeper(Thread thread) {
        return thread.getName().equals("simonides-keeper");
    }

    @Test
    void whatCannotBeRemovedIsRemovedLater() {
        numbering.failing = "CP11 delete MANIFEST";
        numbering.failure = () -> new StorageIoException("MANIFEST", -1, "input/output error");
        try (MemoryIndex index = openWithTwoGenerations()) {
            assertEquals(3, index.checkpoint());
            assertEquals(2, index.stats().liveCount());
            List<String> findings = index.verify(ProgressListener.SILENT).findings();
            assertTrue(
                    findings.getFirst().contains("MANIFEST-0000000001: nothing needs this file"), findings::toString);
        }
        assertEquals(3, generationOf(disk.afterKill()));
    }
}
