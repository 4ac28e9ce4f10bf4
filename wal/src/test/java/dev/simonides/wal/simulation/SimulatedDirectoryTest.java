// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.StorageFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SimulatedDirectoryTest {
    private static final CrashModel WEAK = CrashModel.weak(1);

    @Test
    void losesOrKeepsEachSectorOfAnUnsyncedWrite() {
        Set<String> found = after(disk -> {
            StorageFile file = durable(disk, "a", 1024, 0);
            file.writeFully(ByteBuffer.wrap(filled(1024, 1)), 0);
        });

        assertEquals(Set.of("a=00", "a=01", "a=10", "a=11"), found);
    }

    @Test
    void keepsWhatWasSynced() {
        Set<String> found = after(disk -> {
            StorageFile file = durable(disk, "a", 1024, 0);
            file.writeFully(ByteBuffer.wrap(filled(1024, 1)), 0);
            file.sync(false);
        });

        assertEquals(Set.of("a=11"), found);
    }

    @Test
    void keepsEitherOfTwoWritesToASector() {
        Set<String> found = after(disk -> {
            StorageFile file = durable(disk, "a", 512, 0);
            file.writeFully(ByteBuffer.wrap(filled(512, 1)), 0);
            file.writeFully(ByteBuffer.wrap(filled(512, 2)), 0);
        });

        assertEquals(Set.of("a=0", "a=1", "a=2"), found);
    }

    @Test
    void losesANameThatWasNotSynced() {
        Set<String> found = after(disk -> {
            StorageFile file = disk.create("a");
            file.writeFully(ByteBuffer.wrap(filled(512, 1)), 0);
            file.sync(true);
        });

        assertEquals(Set.of("", "a=1"), found);
    }

    @Test
    void keepsASizeWithoutItsBytes() {
        Set<String> found = after(disk -> {
            StorageFile file = durable(disk, "a", 512, 1);
            file.writeFully(ByteBuffer.wrap(filled(512, 2)), 512);
        });

        assertEquals(Set.of("a=1", "a=10", "a=12"), found);
    }

    @Test
    void showsRubbishInHolesWhenTold() {
        Set<String> found = after(
                disk -> {
                    StorageFile file = durable(disk, "a", 512, 1);
                    file.writeFully(ByteBuffer.wrap(filled(512, 2)), 512);
                },
                WEAK.withGarbage());

        assertEquals(Set.of("a=1", "a=1?", "a=12"), found);
    }

    @Test
    void renamesWholeOrNotAtAll() {
        Set<String> found = after(disk -> {
            durable(disk, "a", 512, 1).close();
            durable(disk, "b", 512, 2).close();
            disk.rename("a", "b");
        });

        assertEquals(Set.of("a=1 b=2", "b=1"), found);
    }

    @Test
    void changesNamesInAnySubsetOrInOrder() {
        Consumer<SimulatedDirectory> two = disk -> {
            disk.create("a").close();
            disk.create("b").close();
        };

        assertEquals(Set.of("", "a=", "b=", "a= b="), after(two));
        assertEquals(Set.of("", "a=", "a= b="), after(two, WEAK.withOrderedNames()));
    }

    @Test
    void forgetsWhatAFailedSyncLost() {
        Set<String> found = after(disk -> {
            durable(disk, "a", 512, 0).close();
            FaultyDirectory faulty = new FaultyDirectory(disk, Fault.once(3, Fault.Kind.LOST_SYNC));
            StorageFile file = faulty.open("a", dev.simonides.wal.Access.READ_WRITE);
            file.writeFully(ByteBuffer.wrap(filled(512, 1)), 0);
            try {
                file.sync(false);
            } catch (dev.simonides.wal.StorageIoException e) {
                file.sync(false);
            }
            ByteBuffer bytes = ByteBuffer.allocate(512);
            file.readFully(bytes, 0);
            assertArrayEquals(filled(512, 1), bytes.array(), "readers see it still");
        });

        assertEquals(Set.of("a=0"), found);
    }

    @Test
    void doesNothingAtALyingSync() {
        Set<String> found = after(
                disk -> {
                    StorageFile file = disk.create("a");
                    disk.sync();
                    file.writeFully(ByteBuffer.wrap(filled(512, 1)), 0);
                    file.sync(true);
                },
                WEAK.withLyingSyncs());

        assertEquals(Set.of("", "a=", "a=0", "a=1"), found);
    }

    @Test
    void tearsSectorsWhenTold() {
        Set<String> found = after(
                disk -> {
                    StorageFile file = durable(disk, "a", 512, 0);
                    file.writeFully(ByteBuffer.wrap(filled(512, 1)), 0);
                },
                WEAK.withTornSectors());

        assertEquals(Set.of("a=0", "a=1", "a=?"), found);
    }

    @Test
    void makesAStateAgain() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        StorageFile file = durable(disk, "a", 2048, 0);
        file.writeFully(ByteBuffer.wrap(filled(2048, 1)), 0);
        CrashStates states = CrashStates.of(disk, WEAK);

        Set<String> texts = new HashSet<>();
        CrashCounts counts = states.forEach(position -> 0, state -> {
            texts.add(state.toString());
            assertEquals(
                    describe(state.image()),
                    describe(states.at(state.position(), state.chosen()).image()),
                    state::toString);
        });
        assertEquals(counts.distinct(), texts.size());
        assertTrue(counts.distinct() >= 16 && counts.states() > counts.distinct(), counts::toString);
    }

    @Test
    void keepsEverythingWhenOnlyTheProcessDies() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        disk.create("a").writeFully(ByteBuffer.wrap(filled(700, 3)), 0);
        disk.lock("LOCK");
        assertEquals(2, disk.list().size());
        assertEquals(1, disk.openFiles());

        SimulatedDirectory next = disk.afterKill();

        assertArrayEquals(filled(700, 3), next.content("a"));
        next.lock("LOCK").close();
        assertEquals(List.of("LOCK"), next.without("a").list());
        assertArrayEquals(filled(3, 1), next.with("a", filled(3, 1)).content("a"));
        assertFalse(next.exists("b"));
    }

    private static Set<String> after(Consumer<SimulatedDirectory> run) {
        return after(run, WEAK);
    }

    /** What a crash after the last operation may leave. */
    private static Set<String> after(Consumer<SimulatedDirectory> run, CrashModel model) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        run.accept(disk);
        Set<String> found = new TreeSet<>();
        CrashStates.of(disk, model)
                .from(disk.operations())
                .forEach(position -> 0, state -> found.add(describe(state.image())));
        return found;
    }

    /** Each file as its name and the value of each sector; a question mark for a sector of unequal bytes. */
    private static String describe(SimulatedDirectory disk) {
        StringBuilder text = new StringBuilder();
        for (String name : disk.list()) {
            byte[] content = disk.content(name);
            text.append(text.isEmpty() ? "" : " ").append(name).append('=');
            for (int at = 0; at < content.length; at += Sector.BYTES) {
                byte[] sector = Arrays.copyOfRange(content, at, at + Sector.BYTES);
                byte[] uniform = filled(Sector.BYTES, sector[0]);
                text.append(Arrays.equals(sector, uniform) ? String.valueOf(sector[0]) : "?");
            }
        }
        return text.toString();
    }

    private static StorageFile durable(SimulatedDirectory disk, String name, int bytes, int value) {
        StorageFile file = disk.create(name);
        file.writeFully(ByteBuffer.wrap(filled(bytes, value)), 0);
        file.sync(true);
        disk.sync();
        return file;
    }

    private static byte[] filled(int bytes, int value) {
        byte[] filled = new byte[bytes];
        Arrays.fill(filled, (byte) value);
        return filled;
    }
}
