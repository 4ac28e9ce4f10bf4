// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.SealedFileSummary;
import dev.simonides.wal.SealedFileWriter;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A graph file taken apart, to be put together again with other bytes and right checksums. */
final class ForgedFile {
    private final FileEntry entry;
    private final byte[] data;
    private final byte[] contents;

    private ForgedFile(FileEntry entry, byte[] data, byte[] contents) {
        this.entry = entry;
        this.data = data;
        this.contents = contents;
    }

    static ForgedFile of(SimulatedDirectory directory, FileEntry entry) {
        try (SealedFile file = SealedFile.open(directory, entry.fileName(), id(entry), entry.summary())) {
            byte[] data = new byte[(int) file.contentsOffset()];
            file.read(MemorySegment.ofArray(data), 0, 0, data.length);
            ByteBuffer contents = file.contents();
            byte[] copy = new byte[contents.remaining()];
            contents.get(copy);
            return new ForgedFile(entry, data, copy);
        }
    }

    private static SealedFileId id(FileEntry entry) {
        return new SealedFileId(GraphFixture.STORE, entry.id(), entry.kind().code());
    }

    byte[] data() {
        return data;
    }

    byte[] contents() {
        return contents;
    }

    ForgedFile put(int at, int value) {
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return this;
    }

    /** Replaces the file; its entry in a manifest says what it is. */
    FileEntry write(SimulatedDirectory target) {
        target.delete(entry.fileName());
        try (SealedFileWriter writer = SealedFileWriter.create(target, entry.fileName(), id(entry))) {
            writer.write(MemorySegment.ofArray(data), 0, data.length);
            SealedFileSummary summary = writer.finish(ByteBuffer.wrap(contents));
            return new FileEntry(entry.kind(), entry.id(), summary);
        }
    }
}
