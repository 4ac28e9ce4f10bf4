// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphShape;
import dev.simonides.core.graph.GraphView;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written of graphs, and what comes back of it. */
class GraphFilesTest {
    private static final int DIMENSION = 8;

    private final SimulatedDirectory directory = SimulatedDirectory.empty();
    private final GraphFixture fixture = GraphFixture.of(DIMENSION);
    private final List<GraphFixture> restarted = new ArrayList<>();

    @AfterEach
    void close() {
        fixture.close();
        restarted.forEach(GraphFixture::close);
        assertEquals(0, directory.openFiles());
    }

    private static float[][] vectors(int seed, int count) {
        return Vectors.clustered(seed, count, DIMENSION, 5, 0.7);
    }

    private GraphFixture restart(Snapshot snapshot, List<FileEntry> entries) {
        GraphFixture next = fixture.restart(directory, snapshot, entries, 1);
        restarted.add(next);
        return next;
    }

    private static void assertSameLists(GraphFixture expected, GraphFixture actual, String tenant, int count) {
        Graph before = expected.graph(tenant);
        Graph after = actual.graph(tenant);
        for (int ordinal = 0; ordinal < count; ordinal++) {
            for (int level = 0; level <= GraphView.level(before, ordinal); level++) {
                int[] kept = Arrays.stream(GraphView.list(before, ordinal, level))
                        .filter(id -> id < count)
                        .toArray();
                assertArrayEquals(kept, GraphView.list(after, ordinal, level), "node " + ordinal + ", level " + level);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 64, 65, 500})
    void aGraphComesBackAsItWas(int count) {
        fixture.add("a", vectors(1, count));
        fixture.link("a", count);
        List<FileEntry> entries = fixture.checkpoint(directory);

        GraphFixture next = restart(fixture.snapshot(), entries);

        assertEquals(List.of(), next.rebuilt);
        assertEquals(count, next.tenant("a").pending().floor());
        assertSameLists(fixture, next, "a", count);
        assertEquals(
                GraphView.entryLevel(fixture.graph("a")), GraphView.entryLevel(next.graph("a")), "level of the entry");
        next.assertSound("a");
        assertEquals(0, next.unreachable("a"));
    }

    @Test
    void severalThreadsLoadTheSame() {
        fixture.add("a", vectors(1, 700));
        fixture.add("b", vectors(2, 300));
        fixture.link("a", 700);
        fixture.link("b", 300);
        List<FileEntry> entries = fixture.checkpoint(directory);

        try (GraphFixture next = fixture.restart(directory, fixture.snapshot(), entries, 4)) {
            assertEquals(List.of(), next.rebuilt);
            assertSameLists(fixture, next, "a", 700);
            assertSameLists(fixture, next, "b", 300);
        }
    }

    @Test
    void whatIsNotLinkedIsPendingAfterwards() {
        fixture.add("a", vectors(1, 100));
        fixture.link("a", 60);
        List<FileEntry> entries = fixture.checkpoint(directory);

        GraphFixture next = restart(fixture.snapshot(), entries);

        assertEquals(60, next.tenant("a").pending().floor());
        assertTrue(next.graph("a").linked(59));
        assertFalse(next.graph("a").settled(60));
        assertTrue(next.link("a", 100));
        assertEquals(100, next.tenant("a").pending().floor());
        next.assertSound("a");
        assertEquals(0, next.unreachable("a"));
    }

    @Test
    void whatWasLinkedAfterTheSnapshotIsPendingAgain() {
        fixture.add("a", vectors(1, 200));
        fixture.link("a", 120);
        Snapshot snapshot = fixture.snapshot();
        fixture.link("a", 80);
        fixture.add("a", vectors(2, 100));
        fixture.link("a", 100);
        Prepared prepared = fixture.files.write(fixture.target(directory), snapshot);

        GraphFixture next = restart(snapshot, prepared.entries());

        assertEquals(List.of(), next.rebuilt);
        assertEquals(120, next.tenant("a").pending().floor());
        assertFalse(next.graph("a").linked(120));
        assertSameLists(fixture, next, "a", 200);
        next.assertSound("a");
        next.add("a", vectors(3, 50));
        next.link("a", 200);
        assertEquals(250, next.tenant("a").pending().floor());
        next.assertSound("a");
        assertEquals(0, next.unreachable("a"));
        for (int ordinal = 0; ordinal < 250; ordinal++) {
            int[] list = GraphView.list(next.graph("a"), ordinal, 0);
            assertEquals(list.length, Arrays.stream(list).distinct().count(), "a link twice, node " + ordinal);
        }
    }

    @Test
    void aNodeThatIsPendingAndNamedByTheGraphIsOneHit() {
        fixture.add("a", vectors(1, 200));
        fixture.link("a", 150);
        Snapshot snapshot = fixture.snapshot();
        fixture.link("a", 50);
        Prepared prepared = fixture.files.write(fixture.target(directory), snapshot);

        GraphFixture next = restart(snapshot, prepared.entries());

        for (int ordinal = 140; ordinal < 200; ordinal++) {
            int[] found = next.search("a", fixture.vector("a", ordinal), 10, 40, false);
            assertEquals(ordinal, found[0]);
            assertEquals(10, Arrays.stream(found).distinct().count());
        }
    }

    @Test
    void theDeadThatWereNeverLinkedStayOut() {
        fixture.add("a", vectors(1, 60));
        fixture.kill("a", 7);
        fixture.link("a", 60);
        List<FileEntry> entries = fixture.checkpoint(directory);

        GraphFixture next = restart(fixture.snapshot(), entries);

        assertEquals(List.of(), next.rebuilt);
        assertFalse(next.graph("a").linked(7));
        assertTrue(next.graph("a").settled(7));
    }

    @Test
    void onlyChangedBlocksAreWrittenAgain() {
        fixture.add("a", vectors(1, 1_600));
        fixture.link("a", 1_600);
        List<FileEntry> base = fixture.checkpoint(directory);
        fixture.add("a", vectors(2, 3));
        fixture.link("a", 3);

        List<FileEntry> entries = fixture.checkpoint(directory);

        assertEquals(base.getFirst(), entries.getFirst());
        assertEquals(
                List.of(FileKind.GRAPH, FileKind.GRAPH_DELTA),
                entries.stream().map(FileEntry::kind).toList());
        long baseBytes = base.getFirst().summary().bytes();
        long deltaBytes = entries.getLast().summary().bytes();
        assertTrue(deltaBytes < baseBytes / 2, deltaBytes + " of " + baseBytes);
        GraphFixture next = restart(fixture.snapshot(), entries);
        assertEquals(List.of(), next.rebuilt);
        assertSameLists(fixture, next, "a", 1_603);
        assertEquals(1_603, next.tenant("a").pending().floor());
    }

    @Test
    void nothingIsWrittenWhereNothingChanged() {
        fixture.add("a", vectors(1, 90));
        fixture.link("a", 90);
        List<FileEntry> first = fixture.checkpoint(directory);

        assertEquals(first, fixture.checkpoint(directory));

        fixture.kill("a", 3);
        assertEquals(first, fixture.checkpoint(directory), "a death is no change of the graph");
    }

    @Test
    void aStoreWithoutGraphsHasNoGraphFile() {
        fixture.add("a", vectors(1, 20));

        assertEquals(List.of(), fixture.checkpoint(directory));
        assertEquals(List.of(), directory.list());
    }

    @Test
    void changesThatPassTheirShareOfTheBaseMakeAnother() {
        fixture.add("a", vectors(1, 400));
        fixture.link("a", 400);
        List<FileEntry> base = fixture.checkpoint(directory);
        fixture.add("a", vectors(2, 300));
        fixture.link("a", 300);

        List<FileEntry> entries = fixture.checkpoint(directory);

        assertEquals(1, entries.size());
        assertEquals(FileKind.GRAPH, entries.getFirst().kind());
        assertTrue(entries.getFirst().id() > base.getFirst().id());
        assertSameLists(fixture, restart(fixture.snapshot(), entries), "a", 700);
    }

    @Test
    void manySmallChangesMakeABaseToo() {
        fixture.add("a", vectors(1, 4_000));
        fixture.link("a", 4_000);
        List<FileEntry> entries = fixture.checkpoint(directory);
        int most = 0;
        for (int i = 0; i < 40; i++) {
            fixture.add("a", fixture.vector("a", i));
            fixture.link("a", 1);
            entries = fixture.checkpoint(directory);
            most = Math.max(most, entries.size());
        }

        assertTrue(most > 2 && most <= 17, "files: " + most);
        assertSameLists(fixture, restart(fixture.snapshot(), entries), "a", 4_040);
    }

    @Test
    void aTenantThatCameLaterStandsWholeAmongTheChanges() {
        fixture.add("a", vectors(1, 3_000));
        fixture.link("a", 3_000);
        fixture.checkpoint(directory);
        fixture.add("b", vectors(2, 50));
        fixture.link("b", 50);
        fixture.checkpoint(directory);
        fixture.add("b", vectors(3, 5));
        fixture.link("b", 5);

        List<FileEntry> entries = fixture.checkpoint(directory);

        assertEquals(3, entries.size());
        GraphFixture next = restart(fixture.snapshot(), entries);
        assertEquals(List.of(), next.rebuilt);
        assertSameLists(fixture, next, "a", 3_000);
        assertSameLists(fixture, next, "b", 55);
    }

    @Test
    void checkpointsGoOnAfterARestart() {
        fixture.add("a", vectors(1, 3_000));
        fixture.link("a", 2_990);
        List<FileEntry> base = fixture.checkpoint(directory);
        Snapshot snapshot = fixture.snapshot();
        GraphFixture next = restart(snapshot, base);
        next.link("a", 10);
        next.add("a", vectors(2, 2));
        next.link("a", 2);

        List<FileEntry> entries = next.checkpoint(directory);

        assertEquals(2, entries.size());
        GraphFixture third = next.restart(directory, next.snapshot(), entries, 1);
        restarted.add(third);
        assertEquals(List.of(), third.rebuilt);
        assertSameLists(next, third, "a", 3_002);
    }

    @Test
    void linksThatWereDroppedAtLoadAreGoneFromTheNextFileToo() {
        fixture.add("a", vectors(1, 1_000));
        fixture.link("a", 1_000);
        Snapshot snapshot = fixture.snapshot();
        fixture.add("a", vectors(2, 20));
        fixture.link("a", 20);
        Prepared prepared = fixture.files.write(fixture.target(directory), snapshot);
        GraphFixture next = restart(snapshot, prepared.entries());
        next.add("a", vectors(3, 30));

        List<FileEntry> entries = next.checkpoint(directory);

        GraphFixture third = next.restart(directory, next.snapshot(), entries, 1);
        restarted.add(third);
        assertEquals(List.of(), third.rebuilt);
        assertSameLists(next, third, "a", 1_030);
    }

    @Test
    void anAbandonedCheckpointLeavesNoFileAndForgetsNoChange() {
        fixture.add("a", vectors(1, 2_000));
        fixture.link("a", 2_000);
        fixture.checkpoint(directory);
        List<String> names = directory.list();
        fixture.add("a", vectors(2, 3));
        fixture.link("a", 3);

        fixture.files.write(fixture.target(directory), fixture.snapshot()).abandon();

        assertEquals(names, directory.list());
        List<FileEntry> entries = fixture.checkpoint(directory);
        assertSameLists(fixture, restart(fixture.snapshot(), entries), "a", 2_003);
    }

    @Test
    void aCheckpointThatFailsLeavesNoFileAndForgetsNoChange() {
        fixture.add("a", vectors(1, 2_000));
        fixture.link("a", 2_000);
        fixture.checkpoint(directory);
        List<String> names = directory.list();
        fixture.add("a", vectors(2, 3));
        fixture.link("a", 3);
        int at = 1;
        for (; at < 100; at++) {
            FaultyDirectory faulty = new FaultyDirectory(directory, Fault.once(at, Fault.Kind.NO_SPACE));
            try {
                Prepared prepared = fixture.files.write(fixture.target(faulty), fixture.snapshot());
                assertFalse(faulty.fired());
                prepared.abandon();
                break;
            } catch (StorageException e) {
                assertEquals(names, directory.list());
            }
        }
        assertTrue(at > 3, "operations: " + at);
        List<FileEntry> entries = fixture.checkpoint(directory);
        assertEquals(2, entries.size());
        assertSameLists(fixture, restart(fixture.snapshot(), entries), "a", 2_003);
    }

    @Test
    void nodesThatShareTheLastBlockWithTheSnapshotAreNotForgotten() {
        fixture.add("a", vectors(1, 1_000));
        fixture.link("a", 1_000);
        Snapshot snapshot = fixture.snapshot();
        fixture.add("a", vectors(2, 4));
        fixture.link("a", 4);
        fixture.files.write(fixture.target(directory), snapshot).commit();

        List<FileEntry> entries = fixture.checkpoint(directory);

        GraphFixture next = restart(fixture.snapshot(), entries);
        assertEquals(List.of(), next.rebuilt);
        assertSameLists(fixture, next, "a", 1_004);
    }

    /** Each rule for lists by itself, broken in memory before the file is written. */
    @ParameterizedTest
    @CsvSource({"-1", "5", "2147483647"})
    void anIdThatNoListMayHoldCostsTheGraph(int id) {
        fixture.add("a", vectors(1, 100));
        fixture.link("a", 100);
        GraphView.setList(fixture.graph("a"), 5, 0, 7, id, 8);
        List<FileEntry> entries = fixture.checkpoint(directory);

        GraphFixture next = restart(fixture.snapshot(), entries);

        if (id == Integer.MAX_VALUE) {
            assertEquals(List.of(), next.rebuilt, "an ordinal behind the count");
            assertArrayEquals(new int[] {7, 8}, GraphView.list(next.graph("a"), 5, 0));
        } else {
            assertEquals(1, next.rebuilt.size());
            assertTrue(next.rebuilt.getFirst().contains("ordinal 5 is not valid"), next.rebuilt::toString);
        }
    }

    @Test
    void whatStandsBehindADegreeCostsTheGraph() {
        fixture.add("a", vectors(1, 100));
        fixture.link("a", 100);
        List<FileEntry> entries = fixture.checkpoint(directory);
        SimulatedDirectory target = directory.afterKill();

        FileEntry forged = ForgedFile.of(directory, entries.getFirst())
                // The last four bytes of the first node, behind room for ten ids.
                .put(GraphFixture.SHAPE.blockBytes() / 16 - 4, 1)
                .write(target);

        try (GraphFixture next = fixture.restart(target, fixture.snapshot(), List.of(forged), 1)) {
            assertEquals(1, next.rebuilt.size());
            assertTrue(next.rebuilt.getFirst().contains("ordinal 0 is not valid"), next.rebuilt::toString);
        }
    }

    /** Offsets are those of a section; the first one stands behind the 16 bytes of the contents' own fields. */
    @ParameterizedTest
    @CsvSource({
        "0, 257",
        "0, -1",
        "4, 2",
        "8, 0",
        "8, -1",
        "8, 99",
        "8, 101",
        "12, 0",
        "12, -1",
        "12, 101",
        "16, 6",
        "16, 8",
        "16, 2147483647",
        "20, -1",
        "20, 2147483647",
        "24, 1",
        "24, 64000",
        "28, 1",
        "28, -1"
    })
    void aSectionThatSaysWhatCannotBeCostsTheGraph(int offset, int value) {
        fixture.add("a", vectors(1, 100));
        fixture.link("a", 100);
        List<FileEntry> entries = fixture.checkpoint(directory);
        SimulatedDirectory target = directory.afterKill();
        ForgedFile forged = ForgedFile.of(directory, entries.getFirst());

        ByteBuffer.wrap(forged.contents()).order(ByteOrder.LITTLE_ENDIAN).putInt(16 + offset, value);

        try (GraphFixture next = fixture.restart(target, fixture.snapshot(), List.of(forged.write(target)), 1)) {
            assertEquals(1, next.rebuilt.size());
            assertEquals(0, next.tenant("a").pending().floor());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 63})
    void blocksOutOfOrderCostTheGraph(int second) {
        fixture.add("a", vectors(1, 1_000));
        fixture.link("a", 1_000);
        fixture.checkpoint(directory);
        // Two blocks, 3 and 5.
        GraphView.setList(fixture.graph("a"), 50, 0, 1, 2);
        GraphView.setList(fixture.graph("a"), 90, 0, 1, 2);
        List<FileEntry> entries = fixture.checkpoint(directory);
        SimulatedDirectory target = directory.afterKill();

        FileEntry forged =
                ForgedFile.of(directory, entries.getLast()).put(4, second).write(target);

        try (GraphFixture next = fixture.restart(target, fixture.snapshot(), List.of(entries.getFirst(), forged), 1)) {
            assertEquals(1, next.rebuilt.size());
            assertTrue(next.rebuilt.getFirst().contains("block " + second + " after 3"), next.rebuilt::toString);
        }
    }

    /** Neither linked, nor dead before it was: a node below the floor that would never be found. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3})
    void aNodeBelowTheFloorThatIsNotLinkedCostsTheGraph(int state) {
        fixture.add("a", vectors(1, 100));
        fixture.link("a", 100);
        List<FileEntry> entries = fixture.checkpoint(directory);
        SimulatedDirectory target = directory.afterKill();

        FileEntry forged =
                ForgedFile.of(directory, entries.getFirst()).put(4, state).write(target);

        try (GraphFixture next = fixture.restart(target, fixture.snapshot(), List.of(forged), 1)) {
            assertEquals(1, next.rebuilt.size());
            assertTrue(next.rebuilt.getFirst().contains("ordinal 0 is not valid"), next.rebuilt::toString);
        }
    }

    @Test
    void graphsOfAnotherShapeAreMadeAgain() {
        fixture.add("a", vectors(1, 100));
        fixture.link("a", 100);
        List<FileEntry> entries = fixture.checkpoint(directory);
        GraphFixture next = restart(fixture.snapshot(), List.of());
        List<String> rebuilt = new ArrayList<>();

        GraphFiles.load(
                directory,
                GraphFixture.STORE,
                entries,
                next.tenants,
                new GraphShape(GraphFixture.M, 43),
                1,
                rebuilt::add);

        assertEquals(1, rebuilt.size());
        assertTrue(rebuilt.getFirst().contains("seed=42"), rebuilt::toString);
    }

    @Test
    void aDamagedFileIsGivenUpAndReplacedByTheNextCheckpoint() {
        fixture.add("a", vectors(1, 1_500));
        fixture.link("a", 1_500);
        List<FileEntry> entries = fixture.checkpoint(directory);
        String name = entries.getFirst().fileName();
        byte[] bytes = directory.content(name);
        bytes[5_000] ^= 1;
        SimulatedDirectory damaged = directory.with(name, bytes);

        try (GraphFixture next = fixture.restart(damaged, fixture.snapshot(), entries, 1)) {
            assertEquals(1, next.rebuilt.size());
            assertTrue(next.rebuilt.getFirst().startsWith("graph of tenant 'a': "), next.rebuilt::toString);
            assertEquals(0, next.tenant("a").pending().floor());
            assertFalse(next.graph("a").settled(0));
            next.link("a", 1_500);
            assertEquals(0, next.unreachable("a"));
            List<FileEntry> again = next.checkpoint(damaged);
            assertEquals(1, again.size());
            assertTrue(again.getFirst().id() > entries.getFirst().id());
        }
    }
}
