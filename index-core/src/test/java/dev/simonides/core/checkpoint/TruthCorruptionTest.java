// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.CorruptSegmentException;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.SealedFileSummary;
import dev.simonides.wal.SealedFileWriter;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.UnsupportedFormatException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damaged files of truth: a typed error that names file and offset, or exactly the content; never another content. */
class TruthCorruptionTest {
    private static final VectorCodec CODEC = VectorCodec.of(2, Similarity.DOT, OriginalFormat.F16, Kernels.best());

    private final SimulatedDirectory directory = SimulatedDirectory.empty();
    private List<FileEntry> entries = List.of();
    private Map<String, String> content = Map.of();
    private long lsn;

    /** Two tenants, two generations of files of every kind, and deaths across them. */
    @BeforeEach
    void write() {
        try (TruthStore store = new TruthStore(CODEC)) {
            for (int i = 0; i < 300; i++) {
                store.put("t", "key-" + i, "payload " + i + " ".repeat(20));
            }
            store.put("u", "key", "");
            store.checkpoint(directory);
            store.put("t", "key-3", "changed");
            store.delete("t", "key-4");
            store.put("u", "key", "with a payload");
            entries = store.checkpoint(directory);
            content = store.content();
            lsn = store.lsn;
        }
        assertEquals(6, entries.size(), "nothing was folded");
    }

    @AfterEach
    void close() {
        assertEquals(0, directory.openFiles());
    }

    private static void assertNamesAFile(StorageException damage) {
        assertTrue(damage.file().matches("(vec|meta|blob)-[0-9]{10}"), () -> "no file: " + damage);
    }

    @Test
    void everyFlippedByteIsNoticed() {
        int flips = 0;
        for (FileEntry entry : entries) {
            byte[] bytes = directory.content(entry.fileName());
            for (int at = 0; at < bytes.length; at++) {
                // Zeros in the header are alike, and pages hold little else: each of them once in a while.
                if (bytes[at] == 0 && at % 251 != 0) {
                    continue;
                }
                bytes[at] ^= 0x40;
                SimulatedDirectory damaged = directory.with(entry.fileName(), bytes);
                bytes[at] ^= 0x40;
                int offset = at;
                StorageException damage = assertThrows(
                        StorageException.class,
                        () -> TruthStore.load(CODEC, damaged, entries, lsn, 0).close(),
                        () -> entry.fileName() + " byte " + offset);
                assertTrue(
                        damage instanceof CorruptSegmentException || damage instanceof UnsupportedFormatException,
                        damage::toString);
                assertNamesAFile(damage);
                assertTrue(
                        damage.offset() >= 0 && damage.offset() <= bytes.length,
                        () -> "byte " + offset + ", said " + damage);
                flips++;
            }
        }
        System.out.println("bytes flipped in files of truth: " + flips);
    }

    @Test
    void everyFileMustBeThereAndWhole() {
        for (FileEntry entry : entries) {
            byte[] bytes = directory.content(entry.fileName());
            for (int length : new int[] {0, 1, 4_095, 4_096, bytes.length / 2, bytes.length - 1, bytes.length + 1}) {
                SimulatedDirectory damaged = directory.with(entry.fileName(), java.util.Arrays.copyOf(bytes, length));
                CorruptSegmentException damage = assertThrows(
                        CorruptSegmentException.class,
                        () -> TruthStore.load(CODEC, damaged, entries, lsn, 0).close());
                assertEquals(entry.fileName(), damage.file());
            }
            SimulatedDirectory without = directory.afterKill();
            without.delete(entry.fileName());
            assertThrows(
                    CorruptSegmentException.class,
                    () -> TruthStore.load(CODEC, without, entries, lsn, 0).close());
        }
    }

    @Test
    void filesThatDoNotBelongTogetherAreNoticed() {
        for (int without = 0; without < entries.size(); without++) {
            List<FileEntry> others = new ArrayList<>(entries);
            others.remove(without);
            assertNamesAFile(assertThrows(
                    CorruptSegmentException.class,
                    () -> TruthStore.load(CODEC, directory, others, lsn, 0).close()));
        }
        for (int i = 0; i < entries.size(); i += 2) {
            List<FileEntry> swapped = new ArrayList<>(entries);
            swapped.set(i, entries.get(i + 1));
            swapped.set(i + 1, entries.get(i));
            assertNamesAFile(assertThrows(
                    CorruptSegmentException.class,
                    () -> TruthStore.load(CODEC, directory, swapped, lsn, 0).close()));
        }
        assertThrows(
                CorruptSegmentException.class,
                () -> TruthStore.load(CODEC, directory, entries, lsn - 1, 0).close());
        List<FileEntry> twice = new ArrayList<>(entries);
        twice.add(entries.getLast());
        assertThrows(
                CorruptSegmentException.class,
                () -> TruthStore.load(CODEC, directory, twice, lsn, 0).close());
    }

    /** What an attacker does: the bytes of a file changed, and every checksum right again. */
    private List<FileEntry> forge(SimulatedDirectory forged, int file, int at, int with) {
        FileEntry entry = entries.get(file);
        SealedFileId id =
                new SealedFileId(TruthStore.STORE_ID, entry.id(), entry.kind().code());
        SealedFileSummary summary;
        try (SealedFile original = SealedFile.open(directory, entry.fileName(), id, entry.summary());
                Arena arena = Arena.ofConfined()) {
            int dataBytes = (int) original.contentsOffset();
            MemorySegment data = arena.allocate(Math.max(1, dataBytes), 64);
            original.read(data, 0, 0, dataBytes);
            ByteBuffer contents = original.contents();
            if (at < dataBytes) {
                data.set(ValueLayout.JAVA_BYTE, at, (byte) (data.get(ValueLayout.JAVA_BYTE, at) ^ with));
            } else {
                contents.put(at - dataBytes, (byte) (contents.get(at - dataBytes) ^ with));
            }
            forged.delete(entry.fileName());
            try (SealedFileWriter writer = SealedFileWriter.create(forged, entry.fileName(), id)) {
                writer.write(data, 0, dataBytes);
                summary = writer.finish(contents);
            }
        }
        List<FileEntry> changed = new ArrayList<>(entries);
        changed.set(file, new FileEntry(entry.kind(), entry.id(), summary));
        return changed;
    }

    /** Where in the data a file's table of contents begins, and where it ends. */
    private int[] contentsOf(int file) {
        FileEntry entry = entries.get(file);
        SealedFileId id =
                new SealedFileId(TruthStore.STORE_ID, entry.id(), entry.kind().code());
        try (SealedFile opened = SealedFile.open(directory, entry.fileName(), id, entry.summary())) {
            int start = (int) opened.contentsOffset();
            return new int[] {start, start + opened.contents().remaining()};
        }
    }

    @Test
    void aForgedTableOfContentsIsNoticed() {
        int forgeries = 0;
        for (int file = 0; file < entries.size(); file++) {
            int[] contents = contentsOf(file);
            for (int at = contents[0]; at < contents[1]; at++) {
                for (int with : new int[] {1, 0x80, 0xFF}) {
                    SimulatedDirectory forged = directory.afterKill();
                    List<FileEntry> changed = forge(forged, file, at, with);
                    String place = entries.get(file).fileName() + " byte " + (at - contents[0]) + " with " + with;
                    try (TruthStore loaded = TruthStore.load(CODEC, forged, changed, lsn, 0)) {
                        // Only another LSN or another split of the parts leaves the same content.
                        assertTrue(at - contents[0] < ContentsLayout.SECTIONS, place);
                        assertEquals(content, loaded.content(), place);
                    } catch (CorruptSegmentException e) {
                        assertEquals(entries.get(file).kind(), kindOf(e), place);
                        forgeries++;
                    }
                }
            }
        }
        System.out.println("forged tables of contents refused: " + forgeries);
    }

    private dev.simonides.core.manifest.FileKind kindOf(CorruptSegmentException damage) {
        return entries.stream()
                .filter(entry -> entry.fileName().equals(damage.file()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no file: " + damage))
                .kind();
    }

    @Test
    void aForgedFileLoadsOrIsATypedError() {
        int refused = 0;
        int loadedAnyway = 0;
        for (int file = 0; file < entries.size(); file++) {
            int end = contentsOf(file)[0];
            for (int at = 0; at < end; at += 1 + at / 256) {
                SimulatedDirectory forged = directory.afterKill();
                List<FileEntry> changed = forge(forged, file, at, at % 2 == 0 ? 0xFF : 1);
                try (TruthStore loaded = TruthStore.load(CODEC, forged, changed, lsn, 0)) {
                    // Keys, payloads, times and originals are the forger's to choose: reading them harms nobody.
                    assertEquals(content.size(), loaded.content().size());
                    loadedAnyway++;
                } catch (CorruptSegmentException e) {
                    refused++;
                }
            }
        }
        System.out.println("forged files refused: " + refused + ", loaded: " + loadedAnyway);
        assertTrue(refused > 100 && loadedAnyway > 100);
    }
}
