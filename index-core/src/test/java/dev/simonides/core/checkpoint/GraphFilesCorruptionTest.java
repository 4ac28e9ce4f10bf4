// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.graph.GraphView;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.wal.Soak;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damage, and files made by somebody who knows how to repair checksums: the graph is used as it was or made again, every
 * answer is right, and nothing hangs.
 */
@Tag("crash")
@Timeout(300)
class GraphFilesCorruptionTest {
    private static final int DIMENSION = 4;
    private static final int TENANT_NODES = 90;
    private static final long SEED = 20_261_121;
    private static final int[] ODD = {0, 1, -1, 2, 15, 16, TENANT_NODES, TENANT_NODES - 1, 1 << 16, Integer.MAX_VALUE};

    private final GraphFixture fixture = GraphFixture.of(DIMENSION);
    private SimulatedDirectory directory = SimulatedDirectory.empty();
    private List<FileEntry> entries = List.of();
    private Snapshot snapshot = fixture.snapshot();

    @BeforeEach
    void writeABaseAndChanges() {
        for (String name : List.of("a", "b")) {
            fixture.add(name, Vectors.clustered(1, TENANT_NODES - 5, DIMENSION, 3, 0.7));
            fixture.link(name, TENANT_NODES - 5);
        }
        fixture.kill("a", 11);
        fixture.checkpoint(directory);
        fixture.add("a", Vectors.clustered(2, 5, DIMENSION, 3, 0.7));
        fixture.kill("a", TENANT_NODES - 4);
        fixture.link("a", 3);
        snapshot = fixture.snapshot();
        fixture.link("a", 1);
        Prepared prepared = fixture.files.write(fixture.target(directory), snapshot);
        entries = new ArrayList<>(prepared.entries());
        if (entries.size() == 1) {
            throw new AssertionError("the test needs a file of changes");
        }
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void everyByteThatIsFlippedCostsAGraphAtMost() {
        int flips = 0;
        int rebuilt = 0;
        for (FileEntry entry : entries) {
            byte[] good = directory.content(entry.fileName());
            // In the header every byte of its fields, of the rest of it one in 64; behind it all.
            for (int at = 0; at < good.length; at += at >= 64 && at < 4_032 ? 64 : Soak.amount(3, 1)) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << at % 8);
                GraphFixture next = assertAnswers(directory.with(entry.fileName(), bad), entries);
                flips++;
                rebuilt += next.rebuilt.isEmpty() ? 0 : 1;
                assertFalse(next.rebuilt.isEmpty(), entry.fileName() + ": byte " + at + " was not noticed");
            }
        }
        System.out.printf("graph files: %d bytes flipped, %d times rebuilt%n", flips, rebuilt);
    }

    @Test
    void everyLengthThatIsCutCostsTheGraphs() {
        for (FileEntry entry : entries) {
            byte[] good = directory.content(entry.fileName());
            for (int length = 0; length < good.length; length += Soak.amount(97, 7)) {
                byte[] bad = Arrays.copyOf(good, length);
                assertFalse(assertAnswers(directory.with(entry.fileName(), bad), entries)
                        .rebuilt
                        .isEmpty());
            }
        }
    }

    @Test
    void aMissingFileCostsTheGraphs() {
        for (FileEntry entry : entries) {
            SimulatedDirectory without = directory.afterKill();
            without.delete(entry.fileName());

            GraphFixture next = assertAnswers(without, entries);

            assertEquals(1, next.rebuilt.size());
            assertTrue(next.rebuilt.getFirst().contains("missing"), next.rebuilt::toString);
        }
    }

    @Test
    void filesInAnotherOrderCostTheGraphs() {
        assertFalse(assertAnswers(directory, entries.reversed()).rebuilt.isEmpty());
        assertFalse(assertAnswers(directory, entries.subList(1, 2)).rebuilt.isEmpty());
        assertFalse(
                assertAnswers(directory, entries.subList(0, 1)).rebuilt.isEmpty(), "counts of an earlier checkpoint");
    }

    @Test
    void codesOfALaterVersionCostTheGraph() {
        ForgedFile forged = ForgedFile.of(directory, entries.getLast());
        int at = GraphContentsLayout.BYTES + GraphSectionLayout.FLAGS;
        ByteBuffer contents = ByteBuffer.wrap(forged.contents()).order(ByteOrder.LITTLE_ENDIAN);
        contents.putInt(at, contents.getInt(at) | GraphSectionLayout.CODES);
        SimulatedDirectory target = directory.afterKill();
        List<FileEntry> named = new ArrayList<>(entries);
        named.set(entries.size() - 1, forged.write(target));

        GraphFixture next = assertAnswers(target, named);

        assertTrue(next.rebuilt.getFirst().contains("flags="), next.rebuilt::toString);
    }

    @Test
    void anythingWithRightChecksumsIsCheckedBeforeItIsBelieved() {
        Random random = new Random(SEED);
        int rounds = 0;
        int believed = 0;
        for (Soak.Rounds round = Soak.rounds(3_000, 200_000); round.next(); rounds++) {
            int file = random.nextInt(entries.size());
            ForgedFile forged = ForgedFile.of(directory, entries.get(file));
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                change(forged, random);
            }
            SimulatedDirectory target = directory.afterKill();
            List<FileEntry> named = new ArrayList<>(entries);
            named.set(file, forged.write(target));
            GraphFixture next = assertAnswers(target, named);
            believed += next.rebuilt.isEmpty() ? 1 : 0;
        }
        System.out.printf("graph files: seed=%d, %d forged, %d of them were graphs%n", SEED, rounds, believed);
        assertTrue(believed > 0 && believed < rounds, "believed: " + believed);
    }

    /** Loads, and asserts what must hold of any file: right answers now, a sound and whole graph later. */
    private GraphFixture assertAnswers(StorageDirectory from, List<FileEntry> named) {
        try (GraphFixture next = fixture.restart(from, snapshot, named, 1)) {
            for (TenantSnapshot held : snapshot.tenants()) {
                String name = held.tenant().name();
                Tenant tenant = next.tenant(name);
                next.assertSound(name);
                float[] query = next.vector(name, 20);
                int[] exact = next.search(name, query, 10, 10, true);
                assertArrayEquals(fixture.search(name, query, 10, 10, true), exact);
                int[] walked = next.search(name, query, 10, 100, false);
                assertEquals(10, Arrays.stream(walked).distinct().count(), "hits twice");
                for (int ordinal : walked) {
                    assertTrue(ordinal < held.count() && !tenant.dead(ordinal), "hit " + ordinal);
                }
                for (int ordinal = tenant.pending().floor(); ordinal < held.count(); ordinal++) {
                    assertFalse(next.graph(name).settled(ordinal), "node " + ordinal + " is pending");
                }
                next.settle(name);
                next.assertSound(name);
                assertEquals(0, next.unreachable(name));
                assertEquals(held.count(), tenant.pending().floor());
                assertTrue(GraphView.entryOrdinal(next.graph(name)) < held.count());
            }
            return next;
        }
    }

    /** Changes a byte or a word, of what says much more often than of what says little. */
    private static void change(ForgedFile forged, Random random) {
        byte[] bytes = random.nextInt(3) == 0 ? forged.contents() : forged.data();
        if (random.nextBoolean()) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(4);
        } else {
            int at = random.nextInt(bytes.length / 4) * 4;
            int value = random.nextBoolean() ? ODD[random.nextInt(ODD.length)] : random.nextInt(TENANT_NODES);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        }
    }
}
