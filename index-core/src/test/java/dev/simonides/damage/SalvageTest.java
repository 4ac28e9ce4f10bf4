// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.SalvageLoss;
import dev.simonides.SalvageReport;
import dev.simonides.StepDirectory;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.core.store.Salvage;
import dev.simonides.wal.Soak;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Of files of truth everything comes back that lies in whole blocks, nothing else does, and what is lost is named.
 *
 * <p>A block is damaged by a byte; every block of every file alone, then several at a time.
 */
@Tag("crash")
class SalvageTest {
    private static BlockStore grown;
    private static BlockStore folded;
    private static List<Subject> subjects;

    @BeforeAll
    static void write() {
        grown = BlockStore.write(40);
        folded = BlockStore.write(600);
        subjects = List.of(
                Subject.whole("two generations", grown),
                Subject.newest("one generation", grown),
                Subject.whole("two generations, folded", folded),
                Subject.newest("one generation, folded", folded));
    }

    /** A store, what it is like without its older generation, and where everything lies. */
    private record Subject(String name, BlockStore store, SimulatedDirectory disk, BlockMap map, long logStart) {
        static Subject whole(String name, BlockStore store) {
            return new Subject(
                    name,
                    store,
                    store.disk(),
                    new BlockMap(store),
                    store.manifests().getLast().lsn());
        }

        /** Nothing but the newest generation, and the log behind it. */
        static Subject newest(String name, BlockStore store) {
            SimulatedDirectory disk = store.disk()
                    .without(Manifests.name(store.manifests().getLast().generation()));
            for (String file : disk.list()) {
                boolean older = file.startsWith("wal-")
                        && Long.parseLong(file.substring(4))
                                < store.manifests().getFirst().logSegment();
                if (older) {
                    disk = disk.without(file);
                }
            }
            BlockMap map = new BlockMap(store);
            Set<String> named = new TreeSet<>();
            store.manifests().getFirst().files().forEach(file -> named.add(file.fileName()));
            map.files.removeIf(file -> !named.contains(file.name));
            return new Subject(
                    name, store, disk, map, store.manifests().getFirst().lsn());
        }

        long alive() {
            return store.versions().stream().filter(BlockStore.Version::alive).count();
        }

        List<String> blocks() {
            return map.files.stream()
                    .flatMap(file ->
                            java.util.stream.IntStream.range(0, file.blocks).mapToObj(block -> file.name + ":" + block))
                    .toList();
        }
    }

    @Test
    void bringsBackWhatLiesInWholeBlocks() {
        for (Subject subject : subjects) {
            int lost = 0;
            for (String block : subject.blocks()) {
                lost += check(subject, List.of(block), new Random(block.hashCode()));
            }
            System.out.printf(
                    "salvage, %s: each of %d blocks damaged, %d memories lost%n",
                    subject.name(), subject.blocks().size(), lost);
        }
    }

    @Test
    void bringsBackWhatSeveralDamagesLeave() {
        Random random = new Random(Soak.on() ? System.nanoTime() : 11);
        int rounds = 0;
        int lost = 0;
        for (Soak.Rounds round = Soak.rounds(40, 2_000); round.next(); ) {
            Subject subject = subjects.get(round.number() % 4);
            List<String> blocks = subject.blocks();
            List<String> damaged = random.ints(2 + random.nextInt(4), 0, blocks.size())
                    .mapToObj(blocks::get)
                    .distinct()
                    .toList();
            lost += check(subject, damaged, random);
            rounds++;
        }
        System.out.printf("salvage: %d sets of damaged blocks, %d memories lost%n", rounds, lost);
    }

    /** Returns how many memories are lost. */
    private static int check(Subject subject, List<String> blocks, Random random) {
        Map<String, Set<Integer>> damaged = new HashMap<>();
        SimulatedDirectory disk = subject.disk();
        for (String block : blocks) {
            String name = block.substring(0, block.indexOf(':'));
            int number = Integer.parseInt(block.substring(block.indexOf(':') + 1));
            damaged.computeIfAbsent(name, unknown -> new TreeSet<>()).add(number);
            byte[] bytes = disk.content(name);
            int start = BlockMap.HEADER + number * BlockMap.BLOCK;
            // The last block ends before the table of checksums.
            int length = Math.min(BlockMap.BLOCK, bytes.length - 128 - start);
            bytes[start + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
            disk = disk.with(name, bytes);
        }
        SalvageOracle oracle = new SalvageOracle(subject.store(), subject.map(), damaged, subject.logStart());
        String what = subject.name() + " " + blocks;
        SimulatedDirectory from = disk;
        SimulatedDirectory to = SimulatedDirectory.empty();

        SalvageReport report = Salvage.run(() -> from, () -> to);

        Map<String, String> contents = subject.store().contents(to);
        assertSame(oracle.contents, contents, what);
        assertEquals(contents.size(), report.memories(), what);
        Set<String> lost = new TreeSet<>();
        Set<String> doubtful = new TreeSet<>();
        long unknown = 0;
        boolean fileOfRecordsLost = false;
        for (SalvageLoss loss : report.losses()) {
            (loss.what().startsWith("who died") ? doubtful : lost).addAll(loss.keys());
            if (loss.what().startsWith("the records of LSN")) {
                fileOfRecordsLost = true;
            } else if (loss.what().startsWith("the records")) {
                unknown += loss.memories();
            }
            assertNames(loss, damaged, what);
        }
        assertSame(keyed(oracle.lostNames), keyed(lost), what + ", said to be lost");
        assertSame(keyed(oracle.doubtfulNames), keyed(doubtful), what + ", said to be doubtful");
        assertEquals(oracle.unknown, unknown, what);
        assertEquals(oracle.fileOfRecordsLost, fileOfRecordsLost, what);
        long alive = subject.store().versions().stream()
                .filter(version -> version.alive() && version.content().equals(contents.get(version.name())))
                .count();
        if (report.losses().isEmpty()) {
            assertEquals(subject.alive(), alive, what);
            assertEquals(subject.alive(), contents.size(), what);
        }
        assertTrue(report.losses().isEmpty() || !report.damages().isEmpty(), what);
        return (int) (subject.alive() - alive);
    }

    private static Map<String, String> keyed(Set<String> names) {
        Map<String, String> map = new TreeMap<>();
        names.forEach(name -> map.put(name, ""));
        return map;
    }

    /** Says where two maps differ, and not all that they hold. */
    private static void assertSame(Map<String, String> expected, Map<String, String> actual, String what) {
        List<String> differences = new ArrayList<>();
        expected.forEach((key, text) -> {
            if (!text.equals(actual.get(key))) {
                differences.add("not as expected: " + key.substring(0, 10) + " " + text + ", but " + actual.get(key));
            }
        });
        actual.keySet().stream()
                .filter(key -> !expected.containsKey(key))
                .forEach(key -> differences.add("too much: " + key.substring(0, 10)));
        assertEquals(
                List.of(),
                differences.subList(0, Math.min(5, differences.size())),
                () -> what + ": " + differences.size() + " differences");
    }

    /** A loss has a damaged block, unless the table of contents of a file is lost. */
    private static void assertNames(SalvageLoss loss, Map<String, Set<Integer>> damaged, String what) {
        if (!loss.file().isEmpty()) {
            int block = (int) ((loss.offset() - BlockMap.HEADER) / BlockMap.BLOCK);
            assertTrue(damaged.getOrDefault(loss.file(), Set.of()).contains(block), () -> what + ": " + loss);
        }
    }

    @Test
    void takesWhatCannotBeReadForDamaged() {
        Subject subject = subjects.get(1);
        String name = grown.files(FileKind.VECTORS).getFirst();
        long start = BlockMap.HEADER + BlockMap.BLOCK;
        StepDirectory.Steps refusal = new StepDirectory.Steps() {
            @Override
            public void beforeRead(String file, long position, int bytes) {
                if (file.equals(name) && position < start + BlockMap.BLOCK && position + bytes > start) {
                    throw new StorageIoException(file, position, "Input/output error");
                }
            }
        };
        SimulatedDirectory to = SimulatedDirectory.empty();

        SalvageReport report = Salvage.run(() -> new StepDirectory(subject.disk(), refusal), () -> to);

        SalvageOracle oracle = new SalvageOracle(grown, subject.map(), Map.of(name, Set.of(1)), subject.logStart());
        assertSame(oracle.contents, grown.contents(to), "unreadable");
        assertEquals(1, report.losses().size());
        assertEquals(oracle.lostNames.size(), report.losses().getFirst().memories());
        assertTrue(report.damages().getFirst().contains("Input/output error"), report::toString);
    }

    @Test
    void readsFilesThatNoManifestNames() {
        for (BlockStore store : List.of(grown, folded)) {
            SimulatedDirectory disk = store.disk();
            for (String name : disk.list()) {
                if (name.startsWith("MANIFEST-")) {
                    byte[] bytes = disk.content(name);
                    bytes[bytes.length / 2] ^= 1;
                    disk = disk.with(name, bytes);
                }
            }
            SimulatedDirectory from = disk;
            SimulatedDirectory to = SimulatedDirectory.empty();

            SalvageReport report = Salvage.run(() -> from, () -> to);

            Map<String, String> all = new TreeMap<>();
            store.versions().stream()
                    .filter(BlockStore.Version::alive)
                    .forEach(version -> all.put(version.name(), version.content()));
            assertSame(all, store.contents(to), "without manifests");
            assertEquals(List.of(), report.losses());
            assertEquals(2, report.damages().size());
        }
    }

    @Test
    void needsNoHeaderAndNoSize() {
        SimulatedDirectory disk = grown.disk();
        for (FileKind kind : List.of(FileKind.VECTORS, FileKind.RECORDS, FileKind.PAYLOADS)) {
            for (String name : grown.files(kind)) {
                byte[] bytes = disk.content(name);
                byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 100);
                longer[30] ^= 1;
                disk = disk.with(name, longer);
            }
        }
        SimulatedDirectory from = disk;
        SimulatedDirectory to = SimulatedDirectory.empty();

        SalvageReport report = Salvage.run(() -> from, () -> to);

        assertEquals(List.of(), report.losses());
        assertEquals(grown.versions().stream().filter(BlockStore.Version::alive).count(), report.memories());
    }
}
