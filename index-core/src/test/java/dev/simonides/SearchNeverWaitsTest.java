// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.core.compact.Renumbering;
import dev.simonides.core.compact.RenumberingView;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.graph.GraphView;
import dev.simonides.core.search.ScratchPool;
import dev.simonides.core.search.ScratchView;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.store.Store;
import dev.simonides.core.store.StoreView;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.Durability;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.foreign.Arena;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every thread of the store is stopped in the middle of what it does, with whatever it holds then; readers go on. A
 * search that takes a lock which that thread holds, or which it waits for, fails here by its time limit.
 *
 * <p>Seen failing with searches that take the monitor of the slabs, of the records or of a graph's stripe, or a lock that a
 * checkpoint or the end of a compaction holds.
 */
@Timeout(120)
class SearchNeverWaitsTest {
    private static final int DIMENSION = 8;
    private static final int HELD = 128;
    private static final long LIMIT_SECONDS = 10;

    private final EveryStep steps = new EveryStep();
    private final StoppingClock clock = new StoppingClock();
    private final Store store = Store.openOrCreate(
            () -> new StepDirectory(SimulatedDirectory.empty(), steps),
            MemoryIndexOptions.ofDimension(DIMENSION)
                    .exactScanMax(0)
                    .indexerThreads(1)
                    .residency(Residency.MAPPED)
                    .checkpointOnClose(false)
                    .clock(clock)
                    .durability(new Durability.Group()),
            log -> log.segmentBytes(1 << 20));
    private final MemoryIndex index = new MemoryIndex(store);

    /** Lets readers read at every step of an engine thread that reaches the medium, while the thread stands still there. */
    private final class EveryStep implements StepDirectory.Steps {
        final Set<String> seen = new ConcurrentSkipListSet<>();
        final AtomicReference<AssertionError> failure = new AtomicReference<>();
        private volatile boolean armed;
        private volatile Runnable atSync = () -> {};

        @Override
        public void before(String step) {
            read("before " + step);
            if (step.equals("sync wal")) {
                atSync.run();
            }
        }

        @Override
        public void after(String step) {
            read("after " + step);
        }

        private void read(String step) {
            if (armed
                    && failure.get() == null
                    && seen.add(Thread.currentThread().getName() + " " + step)) {
                try {
                    assertReadersGoOn();
                } catch (AssertionError e) {
                    failure.compareAndSet(null, new AssertionError(step, e));
                }
            }
        }
    }

    /** Lets the writer do something before it is told the time. */
    private static final class StoppingClock extends Clock {
        private volatile Runnable atWriter = () -> {};

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            if (Thread.currentThread().getName().equals("simonides-writer")) {
                atWriter.run();
            }
            return Instant.EPOCH;
        }
    }

    @AfterEach
    void close() {
        steps.armed = false;
        index.close();
    }

    private static Memory memory(int number) {
        return Memory.of("key-" + number, Vectors.gaussian(number, DIMENSION)).text("text-" + number);
    }

    private void fill() {
        List<Memory> memories = new ArrayList<>();
        for (int i = 0; i < HELD; i++) {
            memories.add(memory(i));
        }
        index.putAll(memories);
        index.awaitLinked(ProgressListener.SILENT);
    }

    /** Reads on a thread of its own, which holds nothing, within a time limit. */
    private void assertReadersGoOn() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                read();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        try {
            done.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("readers wait", e);
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void read() {
        for (int number : new int[] {0, HELD / 2, HELD - 1}) {
            Query query = Query.of(Vectors.gaussian(number, DIMENSION)).top(3);
            SearchResult found = index.search(query);
            assertEquals("key-" + number, found.get(0).key());
            assertEquals("text-" + number, found.get(0).text());
            assertEquals("key-" + number, index.exact().search(query).get(0).key());
            assertTrue(index.get("key-" + number).isPresent());
        }
        Strategy strategy =
                index.search(Query.of(Vectors.gaussian(0, DIMENSION))).strategy();
        assertNotEquals(Strategy.EXACT_SCAN, strategy);
    }

    /** Waits until an engine thread of that name stands still before a lock. */
    private static void awaitBlocked(String name) {
        long start = System.nanoTime();
        while (Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith(name) && thread.getState() == Thread.State.BLOCKED)) {
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(LIMIT_SECONDS), "not stopped: " + name);
            Thread.onSpinWait();
        }
    }

    private TenantShape shape() {
        return store.tenants().shape();
    }

    private Graph graph() {
        Tenant tenant = store.tenants().find("");
        assertNotNull(tenant);
        Graph graph = tenant.graph();
        assertNotNull(graph);
        return graph;
    }

    @Test
    void forACheckpointAndTheLogAtAnyStep() {
        fill();
        steps.armed = true;

        index.checkpoint();
        index.put(memory(HELD));
        index.checkpoint();

        assertNull(steps.failure.get(), () -> "failed: " + steps.failure.get());
        for (String step : List.of(
                "simonides-writer before write wal",
                "simonides-sync before sync wal",
                "simonides-writer before rename wal",
                "simonides-keeper before write vec",
                "simonides-keeper before sync meta",
                "simonides-keeper before write graph",
                "simonides-keeper before rename MANIFEST",
                "simonides-keeper after sync directory")) {
            assertTrue(steps.seen.contains(step), () -> step + " was not reached: " + steps.seen);
        }
    }

    @Test
    void forACompactionAtAnyStep() {
        fill();
        assertTrue(index.delete("", "key-1"));
        steps.armed = true;

        long _ = index.compact(ProgressListener.SILENT);

        assertNull(steps.failure.get(), () -> "failed: " + steps.failure.get());
        for (String step : List.of(
                "simonides-writer before write wal",
                "simonides-keeper before write vec",
                "simonides-keeper before rename MANIFEST")) {
            assertTrue(steps.seen.contains(step), () -> step + " was not reached: " + steps.seen);
        }
    }

    @Test
    void forAWriterInTheMiddleOfAFrame() throws InterruptedException {
        fill();
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        steps.atSync = () -> {
            syncing.countDown();
            awaitQuietly(goOn);
        };
        CompletableFuture<Long> write = index.submit(memory(HELD));
        syncing.await();

        // The frame is in the log. The writer will apply it, and needs memory for the record.
        synchronized (shape().numbering().records()) {
            goOn.countDown();
            awaitBlocked("simonides-writer");
            assertReadersGoOn();
        }

        write.join();
        assertTrue(index.get("key-" + HELD).isPresent());
    }

    @Test
    void forAWriterThatMakesRoom() {
        fill();
        CompletableFuture<Long> write;

        // The columns are full: 128 entries. Reserving pages, columns and lists takes this monitor again and again.
        synchronized (shape().numbering().slabs()) {
            write = index.submit(memory(HELD));
            awaitBlocked("simonides-writer");
            assertReadersGoOn();
        }

        write.join();
        assertTrue(index.get("key-" + HELD).isPresent());
    }

    @Test
    void forAnIndexerInTheMiddleOfALink() {
        fill();

        holdingStripes(0, () -> {
            index.put(memory(HELD));
            awaitBlocked("simonides-indexer-");
            SearchResult found = index.search(Query.of(Vectors.gaussian(HELD, DIMENSION)));
            assertEquals("key-" + HELD, found.get(0).key(), "pending");
            assertEquals(Strategy.GRAPH_AND_PENDING, found.strategy());
            assertReadersGoOn();
        });

        index.awaitLinked(ProgressListener.SILENT);
        assertTrue(graph().linked(HELD));
    }

    @Test
    void forAnIndexerInTheMiddleOfAnUnlinking() {
        fill();
        // All but one of those that must be dead before anybody is taken out; readers look for others.
        for (int number = 1; number < HELD / 2; number++) {
            assertTrue(index.delete("", "key-" + number));
        }

        synchronized (GraphView.stripe(graph(), HELD - 1)) {
            assertTrue(index.delete("", "key-" + (HELD / 2 + 1)));
            awaitBlocked("simonides-indexer-");
            assertTrue(GraphView.leaving(graph(), 1), "the dead are on their way out");
            assertReadersGoOn();
        }

        index.awaitLinked(ProgressListener.SILENT);
        assertFalse(GraphView.leaving(graph(), 1), "gone");
        assertReadersGoOn();
    }

    @Test
    void forAnIndexerInTheMiddleOfARepair() {
        fill();
        int lost = 5;
        GraphView.cutOff(graph(), lost, HELD);
        Objects.requireNonNull(store.tenants().find("")).upkeep().wantRepair();

        synchronized (GraphView.stripe(graph(), lost)) {
            // Whoever links it looks first whether there is something to repair.
            index.put(memory(HELD));
            awaitBlocked("simonides-indexer-");
            assertReadersGoOn();
        }

        index.awaitLinked(ProgressListener.SILENT);
        assertEquals(
                "key-" + lost,
                index.search(Query.of(Vectors.gaussian(lost, DIMENSION))).get(0).key());
    }

    @Test
    void forACompactionThatCopiesAGraph() {
        fill();
        CompletableFuture<Long> compaction;

        synchronized (GraphView.stripe(graph(), HELD / 2)) {
            compaction = CompletableFuture.supplyAsync(() -> index.compact(ProgressListener.SILENT));
            awaitBlocked("simonides-keeper");
            assertReadersGoOn();
        }

        compaction.join();
        assertReadersGoOn();
    }

    @Test
    void forACompactionThatCatchesUp() throws InterruptedException {
        fill();
        Renumbering renumbering =
                RenumberingView.of(store, new GraphLinker(Kernels.best(), store.codec(), 16, 100, Arena.global()));
        renumbering.copy(ProgressListener.SILENT);
        index.put(memory(HELD));
        Thread catchingUp = Thread.ofPlatform().name("compaction").unstarted(renumbering::catchUp);

        // It makes room for what was put meanwhile.
        synchronized (RenumberingView.next(renumbering).slabs()) {
            catchingUp.start();
            awaitBlocked("compaction");
            assertReadersGoOn();
        }

        catchingUp.join();
        renumbering.abandon();
    }

    /** The writer has caught up for the last time and is about to log the compaction: it asks what time it is. */
    @Test
    void forACompactionThatIsAboutToBeLogged() {
        fill();
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        clock.atWriter = () -> {
            asked.countDown();
            awaitQuietly(goOn);
        };
        CompletableFuture<Long> compaction =
                CompletableFuture.supplyAsync(() -> index.compact(ProgressListener.SILENT));
        awaitQuietly(asked);
        try {
            assertEquals(0, asked.getCount(), "the writer has stopped");
            assertReadersGoOn();
        } finally {
            goOn.countDown();
        }

        compaction.join();
        assertReadersGoOn();
    }

    /** All that make memory, and whoever closes the pool, hold what they may hold. */
    @Test
    void forAnybodyToMakeTheirScratch() {
        fill();
        ScratchPool pool = store.scratchPool();
        List<SearchScratch> taken = new ArrayList<>();
        do {
            taken.add(pool.claim());
        } while (taken.size() < ScratchView.made(pool));
        int made = ScratchView.made(pool);

        try {
            synchronized (StoreView.scratchMemory(store)) {
                synchronized (shape().numbering().slabs()) {
                    synchronized (pool) {
                        assertReadersGoOn();
                    }
                }
            }
        } finally {
            taken.forEach(pool::release);
        }

        assertEquals(made + 1, ScratchView.made(pool), "the readers shared one of their own");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            // Longer than readers may take: who waits here is to be there when their time is over.
            boolean _ = latch.await(3 * LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Does something while this thread holds the stripes of all nodes from an ordinal on, but not that of the next node. */
    private void holdingStripes(int ordinal, Runnable action) {
        if (ordinal == HELD) {
            action.run();
            return;
        }
        boolean free = GraphView.sameStripe(ordinal, HELD);
        synchronized (free ? new Object() : GraphView.stripe(graph(), ordinal)) {
            holdingStripes(ordinal + 1, action);
        }
    }
}
