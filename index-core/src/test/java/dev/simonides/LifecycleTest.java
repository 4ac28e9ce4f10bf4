// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.WriteOutcomeUnknownException;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Opening, closing, interrupting: what a program may do around the work, at any time and in any order. */
@Timeout(60)
class LifecycleTest {
    private static final int DIMENSION = 8;
    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(DIMENSION);

    @TempDir
    private Path directory;

    private static float[] vector(long seed) {
        return Vectors.gaussian(seed, DIMENSION);
    }

    /** A change of the stored options, and what the refusal must say. */
    record Contradiction(MemoryIndexOptions options, String words) {}

    static Stream<Contradiction> contradictions() {
        return Stream.of(
                new Contradiction(MemoryIndexOptions.ofDimension(9), "dimension: the store was created with 8"),
                new Contradiction(OPTIONS.similarity(Similarity.DOT), "similarity: the store was created with COSINE"),
                new Contradiction(OPTIONS.originals(OriginalFormat.NONE), "originals: the store was created with F16"));
    }

    @ParameterizedTest
    @MethodSource
    void contradictions(Contradiction contradiction) {
        MemoryIndex.create(directory, OPTIONS).close();

        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> MemoryIndex.open(directory, contradiction.options()));

        assertTrue(String.valueOf(refusal.getMessage()).contains(contradiction.words()), refusal::getMessage);
        assertThrows(
                IllegalArgumentException.class,
                () -> MemoryIndex.open(directory, (MemoryIndexOptions stored) -> contradiction.options()));
        assertThrows(
                IllegalArgumentException.class,
                () -> MemoryIndex.openReadOnly(directory, (MemoryIndexOptions stored) -> contradiction.options()));
        MemoryIndex.open(directory, OPTIONS).close();
    }

    @Test
    void aStoreRemembersItsOptions() {
        MemoryIndexOptions chosen = OPTIONS.similarity(Similarity.EUCLIDEAN)
                .originals(OriginalFormat.F32)
                .m(7)
                .efConstruction(77)
                .exactScanMax(777)
                .pendingMax(70)
                .seed(-7)
                .durability(new Durability.Async(70, 7 << 20));
        MemoryIndex.create(directory, chosen).close();

        try (MemoryIndex index = MemoryIndex.open(directory)) {
            MemoryIndexOptions stored = index.options();
            assertEquals(DIMENSION, stored.dimension());
            assertEquals(Similarity.EUCLIDEAN, stored.similarity());
            assertEquals(OriginalFormat.F32, stored.originals());
            assertEquals(7, stored.m());
            assertEquals(77, stored.efConstruction());
            assertEquals(777, stored.exactScanMax());
            assertEquals(70, stored.pendingMax());
            assertEquals(-7, stored.seed());
            assertEquals(new Durability.Async(70, 7 << 20), stored.durability());
        }
        try (MemoryIndex index = MemoryIndex.open(directory, (MemoryIndexOptions stored) -> stored.pendingMax(71))) {
            assertEquals(71, index.options().pendingMax());
        }
        try (MemoryIndex index = MemoryIndex.open(directory)) {
            assertEquals(70, index.options().pendingMax(), "options given at an open hold for that open");
        }
    }

    @Test
    void createRefusesWhatIsThere() throws IOException {
        MemoryIndex.create(directory.resolve("store"), OPTIONS).close();
        Files.createDirectory(directory.resolve("full"));
        Files.writeString(directory.resolve("full").resolve("letter.txt"), "Dear Scopas");

        for (String name : List.of("store", "full")) {
            assertThrows(StorageException.class, () -> MemoryIndex.create(directory.resolve(name), OPTIONS));
        }
        assertThrows(StorageException.class, () -> MemoryIndex.open(directory.resolve("full"), OPTIONS));
        try (Stream<Path> files = Files.list(directory.resolve("full"))) {
            assertEquals(
                    List.of("letter.txt"),
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }

    @Test
    void openWithoutOptionsRefusesWhatIsNoStore() throws IOException {
        Files.createDirectory(directory.resolve("empty"));

        assertThrows(NotAStoreException.class, () -> MemoryIndex.open(directory.resolve("empty")));
        assertThrows(StorageException.class, () -> MemoryIndex.open(directory.resolve("missing")));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(1, files.count(), "nothing was made");
        }
        try (Stream<Path> files = Files.list(directory.resolve("empty"))) {
            assertEquals(0, files.count(), "nothing was made");
        }
    }

    @Test
    void aClosedStoreRefusesEverythingAndClosesAgain() {
        MemoryIndex index = MemoryIndex.open(directory, OPTIONS);
        index.put(Memory.of("a", vector(1)).text("text"));
        Hit hit = index.search(Query.of(vector(1))).get(0);
        index.close();

        List<Consumer<MemoryIndex>> operations = List.of(
                closed -> closed.put(Memory.of("b", vector(2))),
                closed -> closed.putAll(List.of(Memory.of("b", vector(2)))),
                closed -> closed.submit(Memory.of("b", vector(2))).join(),
                closed -> closed.get("a"),
                closed -> closed.delete("", "a"),
                closed -> closed.delete("nobody", "a"),
                closed -> closed.search(Query.of(vector(1))),
                closed -> closed.exact().search(Query.of(vector(1))),
                MemoryIndex::flush,
                MemoryIndex::stats,
                closed -> closed.awaitLinked(ProgressListener.SILENT),
                closed -> closed.verify(ProgressListener.SILENT),
                closed -> hit.text(),
                closed -> hit.payload(),
                closed -> hit.lsn());
        for (int i = 0; i < operations.size(); i++) {
            Consumer<MemoryIndex> operation = operations.get(i);
            IllegalStateException refusal =
                    assertThrows(IllegalStateException.class, () -> operation.accept(index), "operation " + i);
            assertTrue(String.valueOf(refusal.getMessage()).contains("closed"), refusal::getMessage);
        }

        index.close();
        assertEquals("a", hit.key(), "copied out by the search");
    }

    @Test
    void manyThreadsMayCloseAtOnce() throws InterruptedException {
        MemoryIndex index = MemoryIndex.open(directory, OPTIONS);
        List<Thread> closers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            closers.add(Thread.ofVirtual().start(index::close));
        }
        for (Thread closer : closers) {
            closer.join();
        }

        MemoryIndex.open(directory, OPTIONS).close();
    }

    @Test
    void closeFinishesWhatWasQueued() {
        MemoryIndex index = MemoryIndex.open(directory, OPTIONS.durability(new Durability.None()));
        List<CompletableFuture<Long>> writes = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            writes.add(index.submit(Memory.of("key-" + i, vector(i))));
        }

        index.close();

        assertEquals(400, writes.getLast().join());
        try (MemoryIndex reopened = MemoryIndex.open(directory)) {
            assertEquals(400, reopened.stats().liveCount());
        }
    }

    @Test
    void everyWriteBesideACloseIsStoredOrRefused() throws Exception {
        for (int round = 0; round < 40; round++) {
            SimulatedDirectory disk = SimulatedDirectory.empty();
            MemoryIndex index = open(disk);
            long enough = 5 + round * 10L;
            List<CompletableFuture<Long>> accepted = new ArrayList<>();
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; ; i++) {
                        accepted.add(index.submit(Memory.of("key-" + i, vector(i))));
                    }
                } catch (IllegalStateException e) {
                    // Closed.
                }
            });
            while (index.stats().lastLsn() < enough) {
                Thread.onSpinWait();
            }

            index.close();
            writer.join();

            long stored = 0;
            for (CompletableFuture<Long> write : accepted) {
                // Answers come on other threads than the writer's: one that never comes is a timeout here.
                stored +=
                        write.handle((lsn, refusal) -> refusal == null ? 1 : 0).get(10, TimeUnit.SECONDS);
            }
            try (MemoryIndex reopened = open(disk)) {
                assertEquals(stored, reopened.stats().liveCount());
            }
        }
    }

    private static MemoryIndex open(dev.simonides.wal.StorageDirectory medium) {
        return MemoryIndex.open(medium, OPTIONS, log -> log.segmentBytes(1 << 20));
    }

    @Test
    void aPutOfAnInterruptedThreadStoresNothingOrEverything() {
        try (MemoryIndex index = MemoryIndex.open(directory, OPTIONS)) {
            long stored = 0;
            for (int i = 0; i < 20; i++) {
                Thread.currentThread().interrupt();
                try {
                    index.put(Memory.of("key-" + i, vector(i)));
                    stored++;
                } catch (WriteOutcomeUnknownException e) {
                    stored = -1_000;
                } catch (IllegalStateException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("nothing was stored"), e::getMessage);
                }
                assertTrue(Thread.interrupted(), "the flag is kept");
            }

            index.put(Memory.of("last", vector(99)));
            assertTrue(stored < 0 || index.stats().liveCount() == stored + 1, "stored " + stored);
            assertTrue(index.verify(ProgressListener.SILENT).clean());
        }
    }

    /** A medium that stands still at one operation until it is let go. */
    private static final class Gate {
        final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch opened = new CountDownLatch(1);
        private final AtomicBoolean armed = new AtomicBoolean();

        void arm() {
            armed.set(true);
        }

        void open() {
            opened.countDown();
        }

        void pass(int operation) {
            if (armed.get()) {
                reached.countDown();
                try {
                    opened.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("an engine thread was interrupted at operation " + operation, e);
                }
            }
        }
    }

    @Test
    void anInterruptWhileWaitingLeavesTheOutcomeOpenAndTheStoreWhole() throws Exception {
        Gate gate = new Gate();
        FaultyDirectory medium = new FaultyDirectory(SimulatedDirectory.empty(), Fault.none(), gate::pass);
        try (MemoryIndex index = open(medium)) {
            gate.arm();
            AtomicReference<Throwable> outcome = new AtomicReference<>();
            AtomicBoolean flag = new AtomicBoolean();
            Thread putter = Thread.ofPlatform().start(() -> {
                try {
                    index.put(Memory.of("a", vector(1)));
                } catch (WriteOutcomeUnknownException e) {
                    outcome.set(e);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            gate.reached.await();

            putter.interrupt();
            putter.join();

            assertTrue(outcome.get() instanceof WriteOutcomeUnknownException, () -> "outcome " + outcome.get());
            assertTrue(flag.get(), "the flag is kept");
            gate.open();
            index.put(Memory.of("b", vector(2)));
            assertEquals(2, index.stats().liveCount(), "the store went on, and here the write was there");
        } finally {
            gate.open();
        }
    }

    @Test
    void searchesGoOnWhileTheMediumStandsStill() throws Exception {
        Gate gate = new Gate();
        FaultyDirectory medium = new FaultyDirectory(SimulatedDirectory.empty(), Fault.none(), gate::pass);
        try (MemoryIndex index = open(medium)) {
            index.put(Memory.of("a", vector(1)));
            gate.arm();
            CompletableFuture<Long> write = index.submit(Memory.of("b", vector(2)));
            gate.reached.await();

            assertEquals(1, index.search(Query.of(vector(2))).size(), "not yet acknowledged, not yet seen");
            assertEquals("a", index.get("a").orElseThrow().key());
            assertTrue(index.get("b").isEmpty());
            assertEquals(1, index.stats().liveCount());
            assertFalse(write.isDone());

            gate.open();
            write.join();
            assertEquals(2, index.search(Query.of(vector(2))).size());
        } finally {
            gate.open();
        }
    }

    @Test
    void anInterruptedThreadSearchesReadsAndCloses() {
        MemoryIndex index = MemoryIndex.open(directory, OPTIONS);
        index.put(Memory.of("a", vector(1)).text("text"));

        Thread.currentThread().interrupt();
        assertEquals("text", index.search(Query.of(vector(1))).get(0).text());
        assertTrue(index.get("a").isPresent());
        assertTrue(Thread.currentThread().isInterrupted());
        index.close();
        assertTrue(Thread.interrupted(), "the flag is kept");

        try (MemoryIndex reopened = MemoryIndex.open(directory)) {
            assertTrue(reopened.stats().replay().closed(), "closed as it should be");
        }
    }

    @Test
    void anAnswerThatComesAfterAFailureNamesTheFailure() throws InterruptedException {
        // The first sync of the second write fails.
        Gate armed = new Gate();
        armed.open();
        FaultyDirectory counting = new FaultyDirectory(SimulatedDirectory.empty(), Fault.none());
        int first;
        try (MemoryIndex index = open(counting)) {
            index.put(Memory.of("a", vector(1)));
            first = counting.operations();
        }
        FaultyDirectory medium =
                new FaultyDirectory(SimulatedDirectory.empty(), Fault.once(first + 1, Fault.Kind.LOST_SYNC));
        MemoryIndex index = open(medium);
        index.put(Memory.of("a", vector(1)));
        assertEquals(StoreState.OPEN, index.stats().state());

        ExecutionException unknown = assertThrows(
                ExecutionException.class,
                () -> index.submit(Memory.of("b", vector(2))).get());
        StorageException refused = assertThrows(StorageException.class, () -> index.put(Memory.of("c", vector(3))));

        assertTrue(unknown.getCause() instanceof WriteOutcomeUnknownException, () -> "was " + unknown.getCause());
        assertTrue(refused instanceof dev.simonides.wal.StoreFailedException, () -> "was " + refused);
        assertTrue(String.valueOf(refused.getMessage()).contains("injected"), refused::getMessage);
        assertEquals(1, index.search(Query.of(vector(1))).size(), "reads go on");
        assertEquals(StoreState.FAILED, index.stats().state());
        index.close();
        assertEquals(StoreState.CLOSED, index.state());
    }
}
