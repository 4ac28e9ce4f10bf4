// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.manifest;

import dev.simonides.wal.CorruptManifestException;
import dev.simonides.wal.LogLimits;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.SealedFileLayout;
import dev.simonides.wal.SealedFileSummary;
import dev.simonides.wal.SealedFooterLayout;
import dev.simonides.wal.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What makes up a generation of a store: its files, and where the log goes on behind them. Immutable.
 *
 * @param storeId the store's identity
 * @param generation 1, 2, 3, …; the store that the log alone makes is generation 0
 * @param lsn the last LSN that the files hold
 * @param logSegment number of the first segment of the log that is needed besides them
 * @param nextFileId no file of the store ever had this number or a higher one
 * @param maxTimestampMillis the latest time of a record up to the LSN, in milliseconds since 1970
 * @param cleanClose whether the store was closed behind it
 * @param predecessor the generation before
 * @param store the bytes of the file STORE
 * @param numbering how often the store has been compacted
 * @param files in the order in which they are loaded
 */
public record Manifest(
        UUID storeId,
        long generation,
        long lsn,
        long logSegment,
        long nextFileId,
        long maxTimestampMillis,
        boolean cleanClose,
        Predecessor predecessor,
        ByteBuffer store,
        int numbering,
        List<FileEntry> files) {
    /** Nobody counts so far, and counting on from here overflows nothing. */
    private static final long NUMBER_MAX = 1L << 62;

    /**
     * The generation before.
     *
     * @param generation its number, 0 for the log alone
     * @param sha256 SHA-256 of its manifest, 64 hexadecimal digits; zeros for generation 0
     */
    public record Predecessor(long generation, String sha256) {
        /** The log alone. */
        public static final Predecessor NONE = new Predecessor(0, "0".repeat(2 * ManifestLayout.SHA256_BYTES));
    }

    /** Keeps copies. */
    public Manifest {
        files = List.copyOf(files);
        store = ByteBuffer.allocate(store.remaining())
                .put(store.duplicate())
                .flip()
                .asReadOnlyBuffer();
    }

    /**
     * Returns where the log goes on behind this generation.
     *
     * @return the start of a replay
     */
    public LogStart start() {
        return new LogStart(logSegment, lsn);
    }

    /** The whole file. */
    ByteBuffer encode() {
        int bytes = ManifestLayout.bytes(files.size());
        ByteBuffer file = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(ManifestLayout.MAGIC, ManifestLayout.MAGIC_VALUE);
        file.putInt(ManifestLayout.VERSION, ManifestLayout.VERSION_VALUE);
        file.putInt(ManifestLayout.FLAGS, cleanClose ? ManifestLayout.FLAG_CLEAN_CLOSE : 0);
        file.putLong(ManifestLayout.STORE_ID_HIGH, storeId.getMostSignificantBits());
        file.putLong(ManifestLayout.STORE_ID_LOW, storeId.getLeastSignificantBits());
        file.putLong(ManifestLayout.GENERATION, generation);
        file.putLong(ManifestLayout.LSN, lsn);
        file.putLong(ManifestLayout.LOG_SEGMENT, logSegment);
        file.putLong(ManifestLayout.NEXT_FILE_ID, nextFileId);
        file.putLong(ManifestLayout.MAX_TIMESTAMP_MILLIS, maxTimestampMillis);
        file.putLong(ManifestLayout.PREDECESSOR, predecessor.generation());
        file.put(ManifestLayout.PREDECESSOR_SHA256, HexFormat.of().parseHex(predecessor.sha256()));
        file.put(ManifestLayout.STORE, store, store.position(), ManifestLayout.STORE_BYTES);
        file.putInt(ManifestLayout.FILE_COUNT, files.size());
        file.putInt(ManifestLayout.NUMBERING, numbering);
        for (int i = 0; i < files.size(); i++) {
            FileEntry entry = files.get(i);
            int at = ManifestLayout.BYTES + i * ManifestEntryLayout.BYTES;
            file.putInt(at + ManifestEntryLayout.KIND, entry.kind().code());
            file.putInt(at + ManifestEntryLayout.CRC32C, entry.summary().crc());
            file.putLong(at + ManifestEntryLayout.ID, entry.id());
            file.putLong(at + ManifestEntryLayout.FILE_BYTES, entry.summary().bytes());
            file.put(
                    at + ManifestEntryLayout.SHA256,
                    HexFormat.of().parseHex(entry.summary().sha256()));
        }
        int crcAt = bytes - ManifestLayout.CRC32C_BYTES;
        return file.putInt(crcAt, checksum(file, crcAt));
    }

    /** Where a manifest is read from, for messages and to be compared. */
    record Source(String path, UUID storeId, long generation) {
        CorruptManifestException corrupt(long offset, String what) {
            return new CorruptManifestException(path, offset, what);
        }
    }

    /** The valid-iff list of {@link ManifestLayout}, in its order. */
    static Manifest decode(ByteBuffer bytes, Source source) {
        ByteBuffer file = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        int size = file.limit();
        if (size < ManifestLayout.bytes(0)) {
            throw source.corrupt(size, "too short for a manifest: bytes=" + size);
        }
        int count = file.getInt(ManifestLayout.FILE_COUNT);
        if (count < 0 || count > ManifestLayout.FILES_MAX || size != ManifestLayout.bytes(count)) {
            throw source.corrupt(
                    ManifestLayout.FILE_COUNT, "size and number of files differ: bytes=" + size + ", files=" + count);
        }
        if (file.getLong(ManifestLayout.MAGIC) != ManifestLayout.MAGIC_VALUE) {
            throw source.corrupt(ManifestLayout.MAGIC, "wrong magic number");
        }
        int crcAt = size - ManifestLayout.CRC32C_BYTES;
        if (file.getInt(crcAt) != checksum(file, crcAt)) {
            throw source.corrupt(crcAt, "checksum does not match");
        }
        int version = file.getInt(ManifestLayout.VERSION);
        if (version != ManifestLayout.VERSION_VALUE) {
            throw new UnsupportedFormatException(
                    source.path(), version, ManifestLayout.VERSION_VALUE, ManifestLayout.VERSION_VALUE);
        }
        UUID storeId = new UUID(file.getLong(ManifestLayout.STORE_ID_HIGH), file.getLong(ManifestLayout.STORE_ID_LOW));
        if (!storeId.equals(source.storeId())) {
            throw source.corrupt(
                    ManifestLayout.STORE_ID_HIGH,
                    "belongs to another store: expected=" + source.storeId() + ", actual=" + storeId);
        }
        long generation = file.getLong(ManifestLayout.GENERATION);
        if (generation != source.generation()) {
            throw source.corrupt(ManifestLayout.GENERATION, "generation is not the name's: actual=" + generation);
        }
        return fields(file, count, source);
    }

    private static Manifest fields(ByteBuffer file, int count, Source source) {
        int flags = file.getInt(ManifestLayout.FLAGS);
        require(source, ManifestLayout.FLAGS, "flags", flags, 0, ManifestLayout.FLAG_CLEAN_CLOSE);
        long lsn = file.getLong(ManifestLayout.LSN);
        require(source, ManifestLayout.LSN, "lsn", lsn, 0, LogLimits.LSN_MAX);
        long logSegment = file.getLong(ManifestLayout.LOG_SEGMENT);
        require(source, ManifestLayout.LOG_SEGMENT, "logSegment", logSegment, 1, NUMBER_MAX);
        long nextFileId = file.getLong(ManifestLayout.NEXT_FILE_ID);
        require(source, ManifestLayout.NEXT_FILE_ID, "nextFileId", nextFileId, 1, NUMBER_MAX);
        long predecessor = file.getLong(ManifestLayout.PREDECESSOR);
        require(source, ManifestLayout.PREDECESSOR, "predecessor", predecessor, 0, source.generation() - 1);
        int numbering = file.getInt(ManifestLayout.NUMBERING);
        require(source, ManifestLayout.NUMBERING, "numbering", numbering, 0, Integer.MAX_VALUE);
        return new Manifest(
                source.storeId(),
                source.generation(),
                lsn,
                logSegment,
                nextFileId,
                file.getLong(ManifestLayout.MAX_TIMESTAMP_MILLIS),
                flags == ManifestLayout.FLAG_CLEAN_CLOSE,
                new Predecessor(predecessor, sha256(file, ManifestLayout.PREDECESSOR_SHA256)),
                file.slice(ManifestLayout.STORE, ManifestLayout.STORE_BYTES),
                numbering,
                entries(file, count, nextFileId, source));
    }

    private static List<FileEntry> entries(ByteBuffer file, int count, long nextFileId, Source source) {
        List<FileEntry> entries = new ArrayList<>(count);
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < count; i++) {
            int at = ManifestLayout.BYTES + i * ManifestEntryLayout.BYTES;
            int code = file.getInt(at + ManifestEntryLayout.KIND);
            require(source, at + ManifestEntryLayout.KIND, "kind", code, 1, FileKind.values().length);
            long id = file.getLong(at + ManifestEntryLayout.ID);
            require(source, at + ManifestEntryLayout.ID, "id", id, 1, nextFileId - 1);
            if (!ids.add(id)) {
                throw source.corrupt(at + ManifestEntryLayout.ID, "two files with one number: id=" + id);
            }
            long bytes = file.getLong(at + ManifestEntryLayout.FILE_BYTES);
            require(
                    source,
                    at + ManifestEntryLayout.FILE_BYTES,
                    "bytes",
                    bytes,
                    SealedFileLayout.BYTES + SealedFooterLayout.BYTES,
                    Long.MAX_VALUE);
            int crc = file.getInt(at + ManifestEntryLayout.CRC32C);
            entries.add(new FileEntry(
                    FileKind.of(code),
                    id,
                    new SealedFileSummary(bytes, crc, sha256(file, at + ManifestEntryLayout.SHA256))));
        }
        return entries;
    }

    private static void require(Source source, int offset, String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw source.corrupt(offset, name + ": expected=" + min + ".." + max + ", actual=" + value);
        }
    }

    private static String sha256(ByteBuffer file, int offset) {
        byte[] bytes = new byte[ManifestLayout.SHA256_BYTES];
        file.get(offset, bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static int checksum(ByteBuffer file, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(file.slice(0, bytes));
        return (int) crc.getValue();
    }
}
