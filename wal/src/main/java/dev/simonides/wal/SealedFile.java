// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * A write-once file, open for reading; every byte read is checked before the caller may use it.
 *
 * <p>Any thread that is never interrupted ({@link FileSystemDirectory} says why). Offsets are those of the data, 0-based,
 * as {@link SealedFileWriter#position} gave them.
 */
public final class SealedFile implements AutoCloseable {
    // 16 blocks a read: one system call a MiB, and the block to be checked is still in the cache.
    private static final int RUN_BYTES = 16 * SealedFileLayout.BLOCK_BYTES;

    private final StorageFile file;
    private final SealedFileId id;
    private final SealedFooter footer;
    // Empty for what is left of a damaged file.
    private final String sha256;
    private final int[] crcs;
    // Where blocks are checked of which only a part is wanted: as large as the first one. Guarded by itself.
    private final ByteBuffer bounce;

    private SealedFile(StorageFile file, SealedFileId id, SealedFooter footer, String sha256, int[] crcs) {
        this.file = file;
        this.id = id;
        this.footer = footer;
        this.sha256 = sha256;
        this.crcs = crcs;
        this.bounce = DirectBytes.allocate((int) Math.min(SealedFileLayout.BLOCK_BYTES, footer.dataBytes()));
    }

    /**
     * Opens a file and checks everything but the data itself: its size, its header, its footer, its table of checksums.
     *
     * @param directory where
     * @param name its name
     * @param id which file it must be
     * @param expected what it must be, as {@link SealedFileWriter#finish} said
     * @return the file, closed by the caller
     * @throws CorruptSegmentException if it is missing, damaged, or another file
     * @throws UnsupportedFormatException if its version is not known
     */
    public static SealedFile open(
            StorageDirectory directory, String name, SealedFileId id, SealedFileSummary expected) {
        return open(directory, name, file -> {
            long size = file.size();
            if (size != expected.bytes()) {
                throw new CorruptSegmentException(
                        name,
                        Math.min(size, expected.bytes()),
                        "wrong size: expected=" + expected.bytes() + ", actual=" + size);
            }
            SealedFileHeader.check(read(file, 0, SealedFileLayout.BYTES), name, id);
            return read(file, id, size, OptionalInt.of(expected.crc()), expected.sha256());
        });
    }

    /**
     * Opens what is left of a damaged file. Without its footer and its table of checksums nothing of it can be believed, so
     * these must be right; its header repeats what the caller knows, and need not be. Blocks are checked as always.
     *
     * @param directory where
     * @param name its name
     * @param id which file it must be
     * @param expected what it must have been; if nobody knows, the footer is believed when it is of that file
     * @return the file, closed by the caller; {@link #verify} is not for it
     * @throws CorruptSegmentException if it is missing, has lost its end, or is another file
     */
    public static SealedFile openDamaged(
            StorageDirectory directory, String name, SealedFileId id, Optional<SealedFileSummary> expected) {
        return open(directory, name, file -> {
            long size = expected.map(SealedFileSummary::bytes).orElse(file.size());
            if (size < SealedFileLayout.BYTES + SealedFooterLayout.BYTES || size > file.size()) {
                throw new CorruptSegmentException(name, file.size(), "its end is missing: actual=" + file.size());
            }
            OptionalInt crc =
                    expected.map(summary -> OptionalInt.of(summary.crc())).orElse(OptionalInt.empty());
            return read(file, id, size, crc, "");
        });
    }

    private static SealedFile open(
            StorageDirectory directory, String name, Function<StorageFile, SealedFile> checking) {
        if (!directory.exists(name)) {
            throw new CorruptSegmentException(name, StorageException.NO_OFFSET, "file is missing");
        }
        StorageFile file = directory.open(name, Access.READ);
        boolean done = false;
        try {
            SealedFile opened = checking.apply(file);
            done = true;
            return opened;
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    /** Reads footer and table, which stand at the end of the bytes that belong to the file. */
    private static SealedFile read(StorageFile file, SealedFileId id, long size, OptionalInt crc, String sha256) {
        String name = file.name();
        long footerAt = size - SealedFooterLayout.BYTES;
        SealedFooter footer =
                SealedFooter.read(read(file, footerAt, SealedFooterLayout.BYTES), name, footerAt, id, crc);
        long tableAt = SealedFileLayout.BYTES + footer.dataBytes();
        ByteBuffer table = read(file, tableAt, SealedFileLayout.tableBytes(footer.blocks()));
        if (SaltedChecksum.unsalted(table, 0, table.capacity()) != footer.tableCrc()) {
            throw new CorruptSegmentException(name, tableAt, "table of checksums: checksum does not match");
        }
        for (int i = footer.blocks() * Integer.BYTES; i < table.capacity(); i++) {
            if (table.get(i) != 0) {
                throw new CorruptSegmentException(name, tableAt + i, "padding behind the table is not zero");
            }
        }
        int[] crcs = new int[footer.blocks()];
        table.asIntBuffer().get(crcs);
        return new SealedFile(file, id, footer, sha256, crcs);
    }

    /**
     * The file's name in its directory.
     *
     * @return the name
     */
    public String name() {
        return file.name();
    }

    /**
     * The bytes of data, the table of contents included.
     *
     * @return bytes, a multiple of 64
     */
    public long dataBytes() {
        return footer.dataBytes();
    }

    /**
     * The blocks of data, each with a checksum of its own.
     *
     * @return their number
     */
    public int blocks() {
        return footer.blocks();
    }

    /**
     * Where the table of contents begins, which is where the data proper ends.
     *
     * @return offset in the data
     */
    public long contentsOffset() {
        return footer.contentsOffset();
    }

    /**
     * Reads the table of contents, checked.
     *
     * @return its bytes, little-endian, a copy
     * @throws CorruptSegmentException if it is damaged
     */
    public ByteBuffer contents() {
        int padded = Math.toIntExact(footer.dataBytes() - footer.contentsOffset());
        ByteBuffer contents = DirectBytes.allocate(padded);
        read(MemorySegment.ofBuffer(contents), 0, footer.contentsOffset(), padded);
        for (int i = footer.contentsBytes(); i < padded; i++) {
            if (contents.get(i) != 0) {
                throw damaged(footer.contentsOffset() + i, "padding behind the table of contents is not zero");
            }
        }
        return contents.limit(footer.contentsBytes());
    }

    /**
     * Reads data, checked: every block it touches is read and checked whole.
     *
     * @param destination where it goes; memory outside the heap, or an array of bytes; its content is undefined if this
     *     throws
     * @param destinationOffset bytes from its start
     * @param offset offset in the data
     * @param bytes how many
     * @throws CorruptSegmentException if a block is damaged
     */
    public void read(MemorySegment destination, long destinationOffset, long offset, long bytes) {
        Objects.checkFromIndexSize(destinationOffset, bytes, destination.byteSize());
        Objects.checkFromIndexSize(offset, bytes, footer.dataBytes());
        for (long done = 0; done < bytes; ) {
            long at = offset + done;
            long run = wholeBlocks(at, bytes - done);
            if (run > 0) {
                readBlocks(destination.asSlice(destinationOffset + done, run).asByteBuffer(), blockOf(at));
                done += run;
            } else {
                int block = blockOf(at);
                int from = (int) (at - blockStart(block));
                int part = (int) Math.min(bytes - done, blockBytes(block) - from);
                synchronized (bounce) {
                    readBlocks(bounce.clear().limit(blockBytes(block)), block);
                    MemorySegment.copy(
                            MemorySegment.ofBuffer(bounce.clear()), from, destination, destinationOffset + done, part);
                }
                done += part;
            }
        }
    }

    /**
     * Reads and checks one block.
     *
     * @param block its number, 0-based
     * @throws CorruptSegmentException if it is damaged
     */
    public void verifyBlock(int block) {
        Objects.checkIndex(block, footer.blocks());
        synchronized (bounce) {
            readBlocks(bounce.clear().limit(blockBytes(block)), block);
        }
    }

    /**
     * Reads the whole file and checks every block, and that the file's SHA-256 is the expected one.
     *
     * @param progress receives the bytes read so far, after every block
     * @throws CorruptSegmentException at the first place that is damaged
     */
    public void verify(LongConsumer progress) {
        MessageDigest sha = SealedFileWriter.sha256();
        sha.update(read(file, 0, SealedFileLayout.BYTES));
        for (int block = 0; block < footer.blocks(); block++) {
            synchronized (bounce) {
                readBlocks(bounce.clear().limit(blockBytes(block)), block);
                sha.update(bounce.flip());
            }
            progress.accept(SealedFileLayout.BYTES + blockStart(block) + blockBytes(block));
        }
        long tableAt = SealedFileLayout.BYTES + footer.dataBytes();
        int tableBytes = SealedFileLayout.tableBytes(footer.blocks());
        sha.update(read(file, tableAt, tableBytes + SealedFooterLayout.BYTES));
        String actual = HexFormat.of().formatHex(sha.digest());
        if (!actual.equals(sha256)) {
            throw new CorruptSegmentException(
                    name(),
                    StorageException.NO_OFFSET,
                    "another file than the one that is expected: SHA-256 expected=" + sha256 + ", actual=" + actual);
        }
    }

    /**
     * The data as memory, <em>not checked</em>: {@link #verifyBlock} is to be called for a block before it is used.
     *
     * @param arena keeps the memory; the file may be closed before it
     * @return {@link #dataBytes()} bytes, read-only, aligned to 64
     * @throws BudgetExceededException if there is no address space for them
     */
    public MemorySegment map(Arena arena) {
        return file.mapReadOnly(SealedFileLayout.BYTES, footer.dataBytes(), arena);
    }

    @Override
    public void close() {
        file.close();
    }

    /** The bytes from a place on that are whole blocks of the range, at most a run of them; 0 if it begins within one. */
    private long wholeBlocks(long at, long bytes) {
        if (at % SealedFileLayout.BLOCK_BYTES != 0) {
            return 0;
        }
        boolean toTheEnd = at + bytes == footer.dataBytes();
        long whole = toTheEnd ? bytes : bytes - bytes % SealedFileLayout.BLOCK_BYTES;
        return Math.min(whole, RUN_BYTES);
    }

    /** Fills a buffer with whole blocks and checks each. */
    private void readBlocks(ByteBuffer destination, int first) {
        int start = destination.position();
        int end = destination.limit();
        file.readFully(destination, SealedFileLayout.BYTES + blockStart(first));
        int block = first;
        for (int at = start; at < end; block++) {
            int length = blockBytes(block);
            CRC32C crc = id.seeded(block);
            crc.update(destination.limit(at + length).position(at));
            if ((int) crc.getValue() != crcs[block]) {
                throw damaged(blockStart(block), "block " + block + ": checksum does not match");
            }
            at += length;
        }
        destination.limit(end).position(end);
    }

    private static int blockOf(long offset) {
        return (int) (offset / SealedFileLayout.BLOCK_BYTES);
    }

    private static long blockStart(int block) {
        return (long) block * SealedFileLayout.BLOCK_BYTES;
    }

    private int blockBytes(int block) {
        return (int) Math.min(SealedFileLayout.BLOCK_BYTES, footer.dataBytes() - blockStart(block));
    }

    private CorruptSegmentException damaged(long offset, String text) {
        return new CorruptSegmentException(name(), SealedFileLayout.BYTES + offset, text);
    }

    private static ByteBuffer read(StorageFile file, long at, int bytes) {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.readFully(buffer, at);
        return buffer.clear();
    }
}
