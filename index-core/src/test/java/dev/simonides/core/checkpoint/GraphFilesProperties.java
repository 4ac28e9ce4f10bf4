// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.graph.GraphView;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever is put, deleted, linked, written, given up and restarted, in whatever order: the graph that is loaded is right. */
class GraphFilesProperties {
    private static final int DIMENSION = 6;
    private static final List<String> TENANTS = List.of("a", "b");

    /** A life of a store in which one thread does everything, so that every list is known to the last id. */
    @Property(tries = 150)
    void everyListComesBackWithoutTheLinksBehindTheCount(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int steps) {
        Random random = new Random(seed);
        SimulatedDirectory directory = SimulatedDirectory.empty();
        GraphFixture fixture = GraphFixture.of(DIMENSION);
        List<FileEntry> entries = List.of();
        try {
            for (int step = 0; step < steps; step++) {
                String name = TENANTS.get(random.nextInt(TENANTS.size()));
                switch (random.nextInt(6)) {
                    case 0, 1 -> fixture.add(name, vectors(random, 1 + random.nextInt(120)));
                    case 2, 3 -> linkSome(fixture, name, random);
                    case 4 -> killOne(fixture, name, random);
                    default -> {
                        Snapshot snapshot = fixture.snapshot();
                        if (random.nextBoolean()) {
                            fixture.add(name, vectors(random, 1 + random.nextInt(20)));
                            linkSome(fixture, name, random);
                        }
                        Prepared prepared = fixture.files.write(fixture.target(directory), snapshot);
                        GraphFixture next = fixture.restart(directory, snapshot, prepared.entries(), 1);
                        assertLoaded(fixture, next, snapshot);
                        if (random.nextInt(3) == 0) {
                            prepared.abandon();
                            next.close();
                        } else if (random.nextInt(3) > 0) {
                            prepared.commit();
                            next.close();
                            entries = prepared.entries();
                        } else {
                            fixture.close();
                            fixture = next;
                            entries = prepared.entries();
                        }
                    }
                }
            }
            assertTrue(entries.size() <= GraphFiles.DELTAS_MAX + 1);
            for (TenantSnapshot held : fixture.snapshot().tenants()) {
                String name = held.tenant().name();
                fixture.settle(name);
                fixture.assertSound(name);
                assertEquals(0, fixture.unreachable(name));
            }
        } finally {
            fixture.close();
        }
        assertEquals(0, directory.openFiles());
    }

    /** The same beside a thread that links while the file is written. */
    @Property(tries = 60)
    void whatIsWrittenBesideLinkingIsAGraph(@ForAll long seed, @ForAll @IntRange(min = 20, max = 400) int count) {
        Random random = new Random(seed);
        SimulatedDirectory directory = SimulatedDirectory.empty();
        try (GraphFixture fixture = GraphFixture.of(DIMENSION)) {
            fixture.add("a", vectors(random, count));
            fixture.link("a", count / 4);
            GraphLinker linker = fixture.newLinker();
            for (int checkpoint = 0; checkpoint < 3; checkpoint++) {
                fixture.add("a", vectors(random, 16));
                Map<Integer, int[]> before = settledLists(fixture);
                Snapshot snapshot = fixture.snapshot();
                CompletableFuture<Void> linking = CompletableFuture.runAsync(() -> {
                    fixture.add("a", vectors(new Random(seed), 8));
                    while (fixture.link("a", 4, linker)) {
                        Thread.onSpinWait();
                    }
                });
                Prepared prepared;
                try {
                    prepared = fixture.files.write(fixture.target(directory), snapshot);
                    try (GraphFixture next = fixture.restart(directory, snapshot, prepared.entries(), 1)) {
                        assertStructure(next, snapshot);
                        next.settle("a");
                        next.assertSound("a");
                        assertEquals(0, next.unreachable("a"));
                        assertLinked(before, next);
                    }
                } finally {
                    // Before the memory that it uses is given back.
                    linking.join();
                }
                if (random.nextBoolean()) {
                    prepared.commit();
                } else {
                    prepared.abandon();
                }
            }
            Snapshot last = fixture.snapshot();
            Prepared prepared = fixture.files.write(fixture.target(directory), last);
            try (GraphFixture next = fixture.restart(directory, last, prepared.entries(), 2)) {
                assertLoaded(fixture, next, last);
            }
        }
    }

    private static float[][] vectors(Random random, int count) {
        // A third of them are equal to others: pruning among equals is where nodes get lost.
        float[][] vectors = Vectors.clustered(random.nextInt(), count, DIMENSION, 3, 0.5);
        for (int i = 1; i < count; i++) {
            if (random.nextInt(3) == 0) {
                vectors[i] = vectors[random.nextInt(i)];
            }
        }
        return vectors;
    }

    private static void linkSome(GraphFixture fixture, String name, Random random) {
        if (fixture.tenant(name).graph() != null) {
            var _ = fixture.link(name, 1 + random.nextInt(150));
        }
    }

    private static void killOne(GraphFixture fixture, String name, Random random) {
        Tenant tenant = fixture.tenant(name);
        int ordinal = tenant.count() == 0 ? -1 : random.nextInt(tenant.count());
        if (ordinal >= 0 && !tenant.dead(ordinal)) {
            fixture.kill(name, ordinal);
        }
    }

    private static Map<Integer, int[]> settledLists(GraphFixture fixture) {
        Map<Integer, int[]> lists = new HashMap<>();
        for (int ordinal = 0; ordinal < fixture.tenant("a").pending().floor(); ordinal++) {
            lists.put(ordinal, GraphView.list(fixture.graph("a"), ordinal, 0));
        }
        return lists;
    }

    /** A node that was settled before the snapshot has links after the restart too. */
    private static void assertLinked(Map<Integer, int[]> before, GraphFixture next) {
        before.forEach((ordinal, list) -> assertEquals(
                list.length == 0, GraphView.list(next.graph("a"), ordinal, 0).length == 0, "node " + ordinal));
    }

    private static void assertStructure(GraphFixture next, Snapshot snapshot) {
        assertEquals(List.of(), next.rebuilt);
        for (TenantSnapshot held : snapshot.tenants()) {
            String name = held.tenant().name();
            next.assertSound(name);
            assertEquals(held.pendingFloor(), next.tenant(name).pending().floor());
            for (int ordinal = 0; ordinal < held.count(); ordinal++) {
                assertEquals(ordinal < held.pendingFloor(), next.graph(name).settled(ordinal), "node " + ordinal);
            }
        }
    }

    private static void assertLoaded(GraphFixture fixture, GraphFixture next, Snapshot snapshot) {
        assertStructure(next, snapshot);
        for (TenantSnapshot held : snapshot.tenants()) {
            if (held.pendingFloor() > 0) {
                String name = held.tenant().name();
                assertSameLists(fixture.graph(name), next.graph(name), held.count());
            }
        }
    }

    private static void assertSameLists(Graph before, Graph after, int count) {
        List<String> differences = new ArrayList<>();
        for (int ordinal = 0; ordinal < count; ordinal++) {
            for (int level = 0; level <= GraphView.level(before, ordinal); level++) {
                int[] kept = IntStream.of(GraphView.list(before, ordinal, level))
                        .filter(id -> id < count)
                        .toArray();
                int[] loaded = GraphView.list(after, ordinal, level);
                if (!Arrays.equals(kept, loaded)) {
                    differences.add("node " + ordinal + ", level " + level + ": " + Arrays.toString(kept)
                            + " came back as " + Arrays.toString(loaded));
                }
            }
        }
        assertEquals(List.of(), differences);
    }
}
