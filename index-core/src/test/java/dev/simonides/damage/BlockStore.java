// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.SmallSegments;
import dev.simonides.Vectors;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A store whose files of truth have several blocks each, and everything that was ever written into it. Two generations and
 * the log behind the older one are there; most files belong to both. Immutable.
 */
final class BlockStore {
    static final int DIMENSION = 24;

    private static final int SEGMENT_BYTES = 1 << 20;
    private static final int ID_HIGH = 24;
    private static final int KEY_FILLER = 80;

    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(DIMENSION)
            .similarity(Similarity.EUCLIDEAN)
            .originals(OriginalFormat.F32)
            .exactScanMax(1_000_000)
            .indexerThreads(1)
            .checkpointOnClose(false);

    private final SimulatedDirectory disk;
    private final List<Version> versions;
    private final Map<String, List<Version>> byName;
    private final List<Manifest> manifests;

    /** What was put once: it lived from one LSN to another. */
    static final class Version {
        final String tenant;
        final String key;
        final String text;
        final float[] vector;
        final int ordinal;
        final long birth;
        long death = Long.MAX_VALUE;

        Version(String tenant, String key, String text, float[] vector, int ordinal, long birth) {
            this.tenant = tenant;
            this.key = key;
            this.text = text;
            this.vector = vector;
            this.ordinal = ordinal;
            this.birth = birth;
        }

        String name() {
            return tenant + "/" + key;
        }

        /** What tells it from all others, of the same key too. */
        String content() {
            return birth + ":" + text;
        }

        boolean dead(long lsn) {
            return death <= lsn;
        }

        boolean alive() {
            return death == Long.MAX_VALUE;
        }
    }

    private BlockStore(SimulatedDirectory disk, List<Version> versions) {
        this.disk = disk;
        this.versions = List.copyOf(versions);
        this.byName = versions.stream().collect(Collectors.groupingBy(Version::name));
        ByteBuffer file = ByteBuffer.wrap(disk.content("STORE")).order(ByteOrder.LITTLE_ENDIAN);
        UUID id = new UUID(file.getLong(ID_HIGH), file.getLong(ID_HIGH + Long.BYTES));
        Manifests found = new Manifests(disk, id);
        this.manifests = found.generations().stream()
                .map(generation -> found.read(generation).manifest())
                .toList();
    }

    SimulatedDirectory disk() {
        return disk;
    }

    /** Everything that was put, in the order of the log. */
    List<Version> versions() {
        return versions;
    }

    /** Everything that was put under one tenant and key. */
    List<Version> versions(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /** The generations, newest first. */
    List<Manifest> manifests() {
        return manifests;
    }

    /** The files of one kind of all generations. */
    List<String> files(FileKind kind) {
        return manifests.stream()
                .flatMap(manifest -> manifest.files().stream())
                .filter(file -> file.kind() == kind)
                .map(FileEntry::fileName)
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * Writes a store.
     *
     * @param last memories that the last checkpoint adds: with many of them it holds those of the one before again
     */
    static BlockStore write(int last) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        Writing writing = new Writing();
        try (MemoryIndex index = SmallSegments.open(disk, OPTIONS, SEGMENT_BYTES, new Random(1))) {
            writing.put(index, "a", 0, 1500);
            writing.put(index, "b", 0, 200);
            writing.put(index, "a", 100, 160);
            writing.delete(index, "a", 200, 230);
            writing.delete(index, "b", 10, 20);
            index.checkpoint();
            writing.put(index, "a", 1500, 1800);
            writing.put(index, "c", 0, 50);
            writing.put(index, "a", 700, 760);
            writing.delete(index, "a", 300, 340);
            writing.delete(index, "b", 50, 60);
            index.checkpoint();
            writing.put(index, "a", 1800, 1800 + last);
            writing.put(index, "a", 1000, 1010);
            writing.delete(index, "a", 1520, 1530);
            writing.delete(index, "c", 5, 7);
            index.checkpoint();
            writing.put(index, "a", 5000, 5010);
            writing.put(index, "b", 100, 105);
            writing.put(index, "d", 0, 5);
            writing.delete(index, "a", 400, 405);
        }
        return new BlockStore(disk.afterKill(), writing.versions);
    }

    private static final class Writing {
        private final List<Version> versions = new ArrayList<>();
        private final Map<String, Version> living = new HashMap<>();
        private final Map<String, Integer> ordinals = new HashMap<>();
        private final Random random = new Random(7);

        void put(MemoryIndex index, String tenant, int from, int to) {
            for (int i = from; i < to; i++) {
                int number = versions.size();
                String key = String.format("%s-%06d-", tenant, i) + "k".repeat(KEY_FILLER);
                // Every number stands for itself wherever it is found.
                String text = i % 13 == 0 ? "" : String.format("<%07d>", number) + "p".repeat(random.nextInt(120));
                float[] vector = Vectors.gaussian(number, DIMENSION);
                long lsn = index.put(Memory.of(key, vector).text(text).tenant(tenant));
                int ordinal = ordinals.merge(tenant, 1, Integer::sum) - 1;
                Version version = new Version(tenant, key, text, vector, ordinal, lsn);
                versions.add(version);
                end(living.put(version.name(), version), lsn);
            }
        }

        void delete(MemoryIndex index, String tenant, int from, int to) {
            for (int i = from; i < to; i++) {
                String key = String.format("%s-%06d-", tenant, i) + "k".repeat(KEY_FILLER);
                long lsn = index.stats().lastLsn() + 1;
                if (!index.delete(tenant, key)) {
                    throw new AssertionError("not there: " + key);
                }
                end(living.remove(tenant + "/" + key), lsn);
            }
        }

        private static void end(@Nullable Version version, long lsn) {
            if (version != null) {
                version.death = lsn;
            }
        }
    }

    /** What a store holds: tenant and key to what was put; vector and text must be of one put. */
    Map<String, String> contents(SimulatedDirectory target) {
        Map<String, String> contents = new TreeMap<>();
        try (MemoryIndex index = SmallSegments.open(target, OPTIONS, SEGMENT_BYTES, new Random(2))) {
            for (Version version : versions) {
                index.get(version.tenant, version.key)
                        .filter(memory -> memory.text().equals(version.text))
                        .filter(memory -> Arrays.equals(memory.vector(), version.vector))
                        .ifPresent(memory -> contents.put(version.name(), version.content()));
            }
            if (contents.size() != index.stats().liveCount()) {
                throw new AssertionError("never written: " + (index.stats().liveCount() - contents.size()) + " of "
                        + index.stats().liveCount());
            }
        }
        return contents;
    }
}
