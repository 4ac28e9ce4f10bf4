// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.checkpoint.GraphFixture;
import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphView;
import dev.simonides.core.tenant.Tenant;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads that link: what they do, and what ends them. */
@Timeout(60)
class IndexersTest {
    private static final int DIMENSION = 8;

    private final Set<Thread> others = threads();
    private final GraphFixture fixture = GraphFixture.of(DIMENSION);
    private final Epochs epochs = new Epochs(3);
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Indexers indexers = new Indexers(fixture.published, epochs, 0, failures::add);

    @AfterEach
    void close() {
        indexers.close();
        epochs.close();
        fixture.close();
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("simonides-indexer-"))
                .collect(Collectors.toSet());
    }

    private List<Thread> started() {
        return threads().stream().filter(thread -> !others.contains(thread)).toList();
    }

    private Tenant add(int seed, int count) {
        fixture.add("a", Vectors.clustered(seed, count, DIMENSION, 5, 0.7));
        indexers.announce(fixture.tenant("a"));
        return fixture.tenant("a");
    }

    private static void awaitLinked(Tenant tenant) throws InterruptedException {
        assertTrue(
                tenant.pending().awaitRoom(1, 30_000),
                "pending: " + tenant.pending().size());
    }

    @Test
    void strayInterruptsEndNoIndexer() throws InterruptedException {
        indexers.start(2, fixture::newLinker, fixture::newUnlinker);
        Tenant tenant = add(1, 300);
        for (int i = 0; i < 50; i++) {
            started().forEach(Thread::interrupt);
            tenant = add(i, 10);
        }

        awaitLinked(tenant);

        assertEquals(2, started().size());
        assertTrue(started().stream().allMatch(Thread::isAlive));
        assertTrue(failures.isEmpty(), failures::toString);
        fixture.assertSound("a");
        assertEquals(0, fixture.unreachable("a"));
    }

    @Test
    void closingLeavesNoThreadAndNoHalfLinkedNode() throws InterruptedException {
        indexers.start(2, fixture::newLinker, fixture::newUnlinker);
        Tenant tenant = add(1, 2_000);
        assertTrue(tenant.pending().awaitRoom(1_900, 30_000));

        indexers.close();

        assertEquals(List.of(), started());
        assertTrue(failures.isEmpty(), failures::toString);
        int floor = tenant.pending().floor();
        assertTrue(floor >= 100 && floor <= 2_000);
        for (int ordinal = 0; ordinal < floor; ordinal++) {
            assertTrue(fixture.graph("a").linked(ordinal), "node " + ordinal);
        }
        fixture.assertSound("a");
        assertEquals(0, fixture.unreachable("a"));
    }

    @Test
    void nodesThatALoadedGraphHasLostAreLinkedAgain() throws InterruptedException {
        fixture.add("a", Vectors.clustered(1, 500, DIMENSION, 5, 0.7));
        fixture.link("a", 500);
        loseEveryTenth();
        assertTrue(fixture.unreachable("a") > 0);
        Tenant tenant = fixture.tenant("a");
        tenant.upkeep().wantRepair();
        indexers.announce(tenant);
        assertFalse(tenant.upkeep().await(1), "nobody repairs yet");

        indexers.start(1, fixture::newLinker, fixture::newUnlinker);

        assertTrue(tenant.upkeep().await(30_000));
        assertEquals(0, fixture.unreachable("a"));
        fixture.assertSound("a");
    }

    /** Between two turns an indexer is outside the epoch: a compaction may take the memory away. */
    @Test
    void aTenantThatIsReplacedDuringATaskIsNotTouchedAgain() {
        fixture.add("a", Vectors.clustered(1, 500, DIMENSION, 5, 0.7));
        fixture.link("a", 500);
        loseEveryTenth();
        Tenant tenant = fixture.tenant("a");
        Graph graph = fixture.graph("a");
        Indexers.Indexer indexer = new Indexers.Indexer(fixture.newLinker(), fixture.newUnlinker(), 0);
        int condemned = indexer.unlinker().condemn(graph, 500, ordinal -> ordinal < 100);
        GraphView.wear(graph, 200);
        fixture.compactToNothing();
        assertTrue(tenant.replaced());

        epochs.enter(0);
        indexers.repair(tenant, graph, indexer);
        assertEquals(0, GraphView.list(graph, 105, 0).length, "lost as before");
        indexers.unlink(tenant, graph, indexer);
        assertEquals(0, graph.skippedCount(), "of " + condemned);
        assertTrue(GraphView.worn(graph, 200));
        epochs.leave(0);
    }

    private void loseEveryTenth() {
        for (int ordinal = 0; ordinal < 500; ordinal++) {
            int self = ordinal;
            int[] kept = Arrays.stream(GraphView.list(fixture.graph("a"), ordinal, 0))
                    .filter(id -> id % 10 != 5 && self % 10 != 5)
                    .toArray();
            GraphView.setList(fixture.graph("a"), ordinal, 0, kept);
        }
    }

    @Test
    void theDeadLeaveTheGraphOnceNoReaderCanReturnThem() throws InterruptedException {
        indexers.start(2, fixture::newLinker, fixture::newUnlinker);
        Tenant tenant = add(1, 500);
        awaitLinked(tenant);
        int reader = 2;
        epochs.enter(reader);
        killEverySecond(tenant);

        assertFalse(tenant.upkeep().await(300), "a reader is inside that may return them");
        assertEquals(0, fixture.graph("a").skippedCount());
        assertTrue(Arrays.stream(linksOfTheLiving(tenant)).anyMatch(tenant::dead));

        epochs.leave(reader);
        assertTrue(tenant.upkeep().await(30_000));
        assertEquals(250, fixture.graph("a").skippedCount());
        assertTrue(Arrays.stream(linksOfTheLiving(tenant)).noneMatch(tenant::dead));
        assertEquals(0, fixture.unreachable("a"));
        fixture.assertSound("a");
    }

    /** Whatever comes while one indexer is at work on the graph, the other one must not let it be forgotten. */
    @Test
    void theDeadThatComeDuringATaskLeaveToo() throws InterruptedException {
        indexers.start(2, fixture::newLinker, fixture::newUnlinker);
        Tenant tenant = add(1, 4_000);
        awaitLinked(tenant);
        for (int ordinal = 0; ordinal < 3_900; ordinal++) {
            fixture.kill("a", ordinal);
            indexers.announce(tenant);
        }

        assertTrue(tenant.upkeep().await(30_000));
        assertTrue(
                tenant.upkeep().deadInGraph() < 64, "left: " + tenant.upkeep().deadInGraph());
        assertEquals(0, fixture.unreachable("a"));
        fixture.assertSound("a");
    }

    private void killEverySecond(Tenant tenant) {
        for (int ordinal = 0; ordinal < tenant.count(); ordinal += 2) {
            fixture.kill("a", ordinal);
        }
        indexers.announce(tenant);
    }

    private int[] linksOfTheLiving(Tenant tenant) {
        return IntStream.range(0, tenant.count())
                .filter(ordinal -> !tenant.dead(ordinal))
                .flatMap(ordinal -> Arrays.stream(GraphView.list(fixture.graph("a"), ordinal, 0)))
                .toArray();
    }

    @Test
    void aFailureIsToldOnceAndEndsItsIndexer() throws InterruptedException {
        indexers.start(1, () -> null, () -> null);
        add(1, 10);
        while (!started().isEmpty()) {
            Thread.onSpinWait();
        }

        assertEquals(1, failures.size());
    }
}
