// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.tenant.RecordImageLayout;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.vector.VectorPageLayout;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import dev.simonides.wal.CorruptSegmentException;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.SealedFileSummary;
import dev.simonides.wal.SealedFileWriter;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files with every checksum right that contradict docs/FORMAT.md in one place: each is refused, and the file is named. */
class TruthContradictionTest {
    private static final VectorCodec CODEC = VectorCodec.of(2, Similarity.DOT, OriginalFormat.F16, Kernels.best());
    private static final int FIRST_COUNT = 300;
    private static final long FIRST_LSN = 301;

    private final SimulatedDirectory directory = SimulatedDirectory.empty();

    @AfterEach
    void close() {
        assertEquals(0, directory.openFiles());
    }

    /** A change of the data of the n-th file of a kind; it gets the data and the section of tenant "t". */
    record Forgery(String name, FileKind kind, int file, BiConsumer<ByteBuffer, Section> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static int row(Section section, int index, int field) {
        return (int) section.front().offset() + index * RowLayout.BYTES + field;
    }

    private static int death(Section section, int index, int field) {
        return row(section, section.count(), 0) + index * DeathLayout.BYTES + field;
    }

    private static int image(ByteBuffer data, Section section, int index, int field) {
        return (int) (section.back().offset() + data.getLong(row(section, index, RowLayout.IMAGE_OFFSET))) + field;
    }

    private static Forgery row(String name, int field, long value) {
        return new Forgery(name, FileKind.RECORDS, 0, (data, section) -> data.putLong(row(section, 7, field), value));
    }

    private static Forgery image(String name, int field, int value) {
        return new Forgery(
                name, FileKind.RECORDS, 0, (data, section) -> data.putInt(image(data, section, 7, field), value));
    }

    private static Forgery death(String name, int field, int value) {
        return new Forgery(name, FileKind.RECORDS, 1, (data, section) -> data.putInt(death(section, 0, field), value));
    }

    private static Forgery page(String name, int file, int field, int value) {
        return new Forgery(
                name,
                FileKind.VECTORS,
                file,
                (data, section) -> data.putInt((int) section.front().offset() + field, value));
    }

    static Stream<Forgery> forgeries() {
        return Stream.of(
                row("born never", RowLayout.BIRTH_LSN, 0),
                row("born with the one before", RowLayout.BIRTH_LSN, 7),
                new Forgery(
                        "born after the checkpoint",
                        FileKind.RECORDS,
                        0,
                        (data, section) ->
                                data.putLong(row(section, FIRST_COUNT - 1, RowLayout.BIRTH_LSN), FIRST_LSN + 1)),
                row("dead when born", RowLayout.DEATH_LSN, 8),
                row("dead after the checkpoint", RowLayout.DEATH_LSN, FIRST_LSN + 1),
                row("an image elsewhere", RowLayout.IMAGE_OFFSET, 0),
                image("alive without a key", RecordImageLayout.KEY_BYTES, 0),
                image("a key too long", RecordImageLayout.KEY_BYTES, 513),
                image("a key of negative length", RecordImageLayout.KEY_BYTES, -1),
                image("a payload of negative length", RecordImageLayout.PAYLOAD_BYTES, -1),
                image("a payload too long", RecordImageLayout.PAYLOAD_BYTES, (64 << 20) + 1),
                image("another length of payload", RecordImageLayout.PAYLOAD_BYTES, 11),
                image("an address in a file", RecordImageLayout.PAYLOAD_ADDRESS, 8),
                // "key-7" ends at 29 of 32.
                new Forgery(
                        "padding",
                        FileKind.RECORDS,
                        0,
                        (data, section) -> data.put(image(data, section, 7, RecordImageLayout.BYTES + 6), (byte) 1)),
                new Forgery(
                        "two alive with one key",
                        FileKind.RECORDS,
                        0,
                        (data, section) -> data.put(image(data, section, 7, RecordImageLayout.BYTES + 4), (byte) '8')),
                new Forgery(
                        "a death in its own file",
                        FileKind.RECORDS,
                        1,
                        (data, section) -> data.putInt(death(section, 1, DeathLayout.ORDINAL), FIRST_COUNT)),
                death("a death of nobody", DeathLayout.ORDINAL, -1),
                death("a death out of order", DeathLayout.ORDINAL, 5),
                death("a second death", DeathLayout.ORDINAL, 1),
                death("a reserved byte of a death", DeathLayout.RESERVED, 1),
                death("a death the file before knew", DeathLayout.DEATH_LSN, (int) FIRST_LSN),
                death("a death after the checkpoint", DeathLayout.DEATH_LSN, (int) FIRST_LSN + 100),
                page("a count too small", 0, 0, 63),
                page("a count too large", 0, 0, 65),
                page("a page of another class", 0, 4, 16 << 10),
                page("a reserved byte of a page", 0, 60, 1 << 24),
                page("another ordinal", 0, (int) VectorPageLayout.ORDINALS_OFFSET + 8, 3),
                page("an ordinal of a newer file", 0, (int) VectorPageLayout.ORDINALS_OFFSET, FIRST_COUNT),
                page("an ordinal below none", 0, (int) VectorPageLayout.ORDINALS_OFFSET, -1),
                page("another ordinal in a page in part", 1, (int) VectorPageLayout.ORDINALS_OFFSET, 257),
                page("an ordinal in no slot", 1, (int) VectorPageLayout.ORDINALS_OFFSET + 4 * 63, 5),
                page("a code that is none", 0, PageGeometry.of(CODEC).codesOffset(0), 0),
                new Forgery(
                        "a longer payload",
                        FileKind.PAYLOADS,
                        0,
                        (data, section) -> data.putInt((int) section.front().offset() + 28, 11)),
                new Forgery(
                        "a payload of less than nothing",
                        FileKind.PAYLOADS,
                        0,
                        (data, section) -> data.putInt((int) section.front().offset() + 4, -10)));
    }

    /** Two generations: ordinals 1 and 4 are dead in the first one, 2 and 3 die in the second. */
    private List<FileEntry> write() {
        try (TruthStore store = new TruthStore(CODEC)) {
            for (int i = 0; i < FIRST_COUNT - 1; i++) {
                store.put("t", "key-" + i, "payload " + i % 10);
            }
            store.put("t", "key-1", "again");
            store.delete("t", "key-4");
            assertEquals(FIRST_LSN, store.lsn);
            store.checkpoint(directory);
            store.put("t", "more", "payload");
            store.delete("t", "key-2");
            store.delete("t", "key-3");
            return store.checkpoint(directory);
        }
    }

    private SealedFileSummary forge(FileEntry entry, BiConsumer<ByteBuffer, Section> change) {
        SealedFileId id =
                new SealedFileId(TruthStore.STORE_ID, entry.id(), entry.kind().code());
        byte[] data;
        ByteBuffer contents;
        Section section;
        try (SealedFile file = SealedFile.open(directory, entry.fileName(), id, entry.summary())) {
            data = new byte[(int) file.contentsOffset()];
            file.read(java.lang.foreign.MemorySegment.ofArray(data), 0, 0, data.length);
            contents = file.contents();
            section = Contents.read(file).sections().getFirst();
        }
        change.accept(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN), section);
        directory.delete(entry.fileName());
        try (SealedFileWriter file = SealedFileWriter.create(directory, entry.fileName(), id)) {
            file.write(java.lang.foreign.MemorySegment.ofArray(data), 0, data.length);
            return file.finish(contents);
        }
    }

    @ParameterizedTest
    @MethodSource("forgeries")
    void aContradictionIsRefused(Forgery forgery) {
        List<FileEntry> entries = new ArrayList<>(write());
        List<FileEntry> ofKind =
                entries.stream().filter(entry -> entry.kind() == forgery.kind()).toList();
        FileEntry entry = ofKind.get(forgery.file());
        SealedFileSummary summary = forge(entry, forgery.change());
        entries.set(entries.indexOf(entry), new FileEntry(entry.kind(), entry.id(), summary));

        CorruptSegmentException damage = assertThrows(
                CorruptSegmentException.class,
                () -> TruthStore.load(CODEC, directory, entries, FIRST_LSN + 3, 0)
                        .close());

        // Lengths of payloads stand in two files, and which one is wrong cannot be known.
        FileKind named = forgery.name().equals("another length of payload") ? FileKind.PAYLOADS : forgery.kind();
        assertEquals(
                named,
                entries.stream()
                        .filter(one -> one.fileName().equals(damage.file()))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("no file: " + damage))
                        .kind());
    }

    @Test
    void aPageThatANewerFileHoldsIsNotReadFromTheOlder() {
        List<FileEntry> entries = new ArrayList<>(write());
        FileEntry entry = entries.getFirst();
        SealedFileSummary summary = forge(
                entry,
                (data, section) ->
                        data.putInt((int) section.front().end() - 4096 + (int) VectorPageLayout.COUNT_OFFSET, 63));
        entries.set(0, new FileEntry(entry.kind(), entry.id(), summary));

        TruthStore.load(CODEC, directory, entries, FIRST_LSN + 3, 0).close();
    }

    @Test
    void theLivingHaveKeys() {
        try (TruthStore store = new TruthStore(CODEC)) {
            for (int i = 0; i < 10; i++) {
                store.put("t", "key-" + i, "payload");
            }
            Tenant tenant = Objects.requireNonNull(store.tenants.find("t"));
            long image = tenant.keyAddress(7) - RecordImageLayout.BYTES;
            OffHeap.everything().set(ValueLayout.JAVA_INT, image + RecordImageLayout.KEY_BYTES, 0);
            List<FileEntry> entries = store.checkpoint(directory);

            assertThrows(
                    CorruptSegmentException.class,
                    () -> TruthStore.load(CODEC, directory, entries, store.lsn, 0)
                            .close());
        }
    }

    @Test
    void filesWithoutAForgeryAreAccepted() {
        List<FileEntry> entries = new ArrayList<>(write());
        FileEntry entry = entries.getFirst();
        entries.set(0, new FileEntry(entry.kind(), entry.id(), forge(entry, (data, section) -> {})));

        TruthStore.load(CODEC, directory, entries, FIRST_LSN + 3, 0).close();
    }
}
