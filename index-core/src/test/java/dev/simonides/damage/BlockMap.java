// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.damage.BlockStore.Version;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * In which blocks of which file every version of a memory lies, found by looking for its bytes in the files, and not by what
 * the engine says. Immutable.
 */
final class BlockMap {
    static final int BLOCK = 65_536;
    static final int HEADER = 4096;

    private static final int FOOTER = 64;
    private static final int ROW = 24;
    private static final long ALIVE = Long.MAX_VALUE;

    final List<File> files = new ArrayList<>();

    /** A run of bytes of the data. */
    private record Run(long offset, long bytes) {
        Set<Integer> blocks() {
            Set<Integer> blocks = new TreeSet<>();
            for (long block = offset / BLOCK; block <= (offset + Math.max(bytes, 1) - 1) / BLOCK; block++) {
                blocks.add((int) block);
            }
            return blocks;
        }
    }

    /** Where a file has what. */
    static final class File {
        final String name;
        final FileKind kind;
        /** The LSN of its checkpoint, and of the one that wrote the file before it. */
        final long lsn;

        final long afterLsn;
        final @Nullable File before;
        final int blocks;
        /** Without these nothing of the file can be found. */
        final Set<Integer> contents;
        /** By version: all blocks that are needed for this kind of part. */
        final Map<Version, Set<Integer>> parts = new HashMap<>();
        /** By version: the blocks of its row; in files of records. */
        final Map<Version, Set<Integer>> rows = new HashMap<>();
        /** By version that died: the blocks of its death; in files of records. */
        final Map<Version, Set<Integer>> deaths = new HashMap<>();
        /** Lengths of payloads stand here; in files of payloads. */
        Set<Integer> lengths = Set.of();

        private File(String name, FileKind kind, long lsn, @Nullable File before, byte[] data, long contentsOffset) {
            this.name = name;
            this.kind = kind;
            this.lsn = lsn;
            this.before = before;
            this.afterLsn = before == null ? 0 : before.lsn;
            this.blocks = (data.length + BLOCK - 1) / BLOCK;
            this.contents = new Run(contentsOffset, data.length - contentsOffset).blocks();
        }
    }

    BlockMap(BlockStore store) {
        for (Manifest manifest : store.manifests()) {
            Map<FileKind, File> before = new HashMap<>();
            for (FileEntry entry : manifest.files()) {
                if (entry.kind().truth()) {
                    File known = file(entry.fileName());
                    File file = known != null ? known : find(store, entry, before.get(entry.kind()));
                    if (known == null) {
                        files.add(file);
                    }
                    before.put(entry.kind(), file);
                }
            }
        }
    }

    private @Nullable File file(String name) {
        return files.stream().filter(file -> file.name.equals(name)).findFirst().orElse(null);
    }

    private static File find(BlockStore store, FileEntry entry, @Nullable File before) {
        byte[] content = store.disk().content(entry.fileName());
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int footer = content.length - FOOTER;
        byte[] data = new byte[Math.toIntExact(bytes.getLong(footer + 8))];
        bytes.get(HEADER, data);
        long contentsOffset = bytes.getLong(footer + 16);
        ByteBuffer view = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        long lsn = view.getLong((int) contentsOffset);
        long backStart = view.getLong((int) contentsOffset + 8);
        File file = new File(entry.fileName(), entry.kind(), lsn, before, data, contentsOffset);
        switch (entry.kind()) {
            case VECTORS -> findVectors(store, view, file);
            case RECORDS -> findRecords(store, view, file, (int) backStart);
            default -> {
                file.lengths = new Run(0, backStart).blocks();
                findPayloads(store, data, file);
            }
        }
        return file;
    }

    private static void findVectors(BlockStore store, ByteBuffer data, File file) {
        VectorCodec codec =
                VectorCodec.of(BlockStore.DIMENSION, Similarity.EUCLIDEAN, OriginalFormat.F32, Kernels.best());
        Map<ByteBuffer, Integer> codes = new HashMap<>();
        for (int at = 0; at + codec.codeBytes() <= data.capacity(); at += 8) {
            codes.putIfAbsent(data.slice(at, codec.codeBytes()), at);
        }
        Map<ByteBuffer, Integer> originals = new HashMap<>();
        for (int at = 0; at + codec.originalBytes() <= data.capacity(); at += 32) {
            originals.putIfAbsent(data.slice(at, codec.originalBytes()), at);
        }
        try (Arena arena = Arena.ofConfined()) {
            long scratch = arena.allocate(1 << 12, 64).address();
            MemorySegment code = arena.allocate(codec.codeBytes(), 64);
            MemorySegment original = arena.allocate(codec.originalBytes(), 64);
            for (Version version : store.versions()) {
                codec.encode(version.vector, scratch, code.address(), original.address());
                Integer codeAt = codes.get(ByteBuffer.wrap(code.toArray(ValueLayout.JAVA_BYTE)));
                Integer originalAt = originals.get(ByteBuffer.wrap(original.toArray(ValueLayout.JAVA_BYTE)));
                if (codeAt != null && originalAt != null) {
                    Set<Integer> blocks = new Run(codeAt, codec.codeBytes()).blocks();
                    blocks.addAll(new Run(originalAt, codec.originalBytes()).blocks());
                    file.parts.put(version, blocks);
                }
            }
        }
    }

    private static void findRecords(BlockStore store, ByteBuffer data, File file, int backStart) {
        Map<Long, Integer> fronts = new HashMap<>();
        Map<String, Integer> keys = new HashMap<>();
        for (int at = 0; at + 16 <= data.capacity(); at += 8) {
            if (at < backStart) {
                fronts.putIfAbsent(data.getLong(at) << 32 ^ data.getLong(at + 8), at);
            } else if (data.get(at + 1) == '-' && data.get(at + 8) == '-') {
                keys.put(StandardCharsets.US_ASCII.decode(data.slice(at, 9)).toString(), at);
            }
        }
        for (Version version : store.versions()) {
            Integer row = fronts.get(version.birth << 32 ^ (version.dead(file.lsn) ? version.death : ALIVE));
            Integer key = keys.get(version.key.substring(0, 9));
            if (row != null && version.birth <= file.lsn) {
                Set<Integer> blocks = new Run(row, ROW).blocks();
                file.rows.put(version, blocks);
                if (key != null && !version.dead(file.lsn)) {
                    Set<Integer> parts = new Run(key - 24, 24 + version.key.length()).blocks();
                    parts.addAll(blocks);
                    file.parts.put(version, parts);
                }
            }
            Integer death = fronts.get((long) version.ordinal << 32 ^ version.death);
            if (death != null && version.death > file.afterLsn && version.dead(file.lsn) && row == null) {
                file.deaths.put(version, new Run(death, 16).blocks());
            }
        }
    }

    private static void findPayloads(BlockStore store, byte[] data, File file) {
        Map<String, Integer> found = new HashMap<>();
        for (int at = 0; at + 9 <= data.length; at++) {
            if (data[at] == '<' && data[at + 8] == '>') {
                found.put(new String(data, at, 9, StandardCharsets.US_ASCII), at);
            }
        }
        for (Version version : store.versions()) {
            if (!version.text.isEmpty()) {
                Integer at = found.get(version.text.substring(0, 9));
                if (at != null) {
                    file.parts.put(version, new Run(at, version.text.length()).blocks());
                }
            }
        }
    }
}
