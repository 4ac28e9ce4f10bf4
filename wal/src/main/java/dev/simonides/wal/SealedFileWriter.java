// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Writes a write-once file from its beginning to its end. Confined to one thread, which is never interrupted.
 *
 * <pre>{@code
 * try (SealedFileWriter writer = SealedFileWriter.create(directory, name, id)) {
 *     writer.write(vectors, 0, vectors.byteSize());
 *     summary = writer.finish(contents);
 * }
 * }</pre>
 *
 * <p>The bytes are durable when {@link #finish} returns, the name is not before {@link StorageDirectory#sync}. Whatever
 * ends otherwise removes the file.
 *
 * <p>Checksums are computed from the caller's memory before the bytes are copied, so that what is damaged on its way
 * to the medium is noticed when it is read. The source must not change during the call.
 */
public final class SealedFileWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final MemorySegment ZEROS =
            MemorySegment.ofArray(new byte[4096]).asReadOnly();

    private final StorageDirectory directory;
    private final String name;
    private final SealedFileId id;
    private final StorageFile file;
    private final ByteBuffer buffer = DirectBytes.allocate(BUFFER_BYTES);
    private final MessageDigest sha = sha256();
    private CRC32C blockCrc;
    private int[] crcs = new int[64];
    private int blocks;
    private long written;
    private long position;
    private boolean finished;
    private boolean closed;

    private SealedFileWriter(StorageDirectory directory, String name, SealedFileId id, StorageFile file) {
        this.directory = directory;
        this.name = name;
        this.id = id;
        this.file = file;
        this.blockCrc = id.seeded(0);
    }

    /**
     * Creates the file, and begins it.
     *
     * @param directory where
     * @param name its name, which must be free
     * @param id which file it is
     * @return the writer, closed by the caller
     * @throws StorageException if the name is taken or the medium refuses
     */
    public static SealedFileWriter create(StorageDirectory directory, String name, SealedFileId id) {
        SealedFileWriter writer = new SealedFileWriter(directory, name, id, directory.create(name));
        writer.raw(SealedFileHeader.of(id));
        return writer;
    }

    /**
     * The bytes of data so far.
     *
     * @return the offset in the data of the byte written next, 0-based
     */
    public long position() {
        return position;
    }

    /**
     * Appends bytes.
     *
     * @param source where they are; memory outside the heap, or an array of bytes
     * @param offset bytes from its start
     * @param bytes how many
     * @throws StoreFullException if there is no room
     */
    public void write(MemorySegment source, long offset, long bytes) {
        requireOpen();
        Objects.checkFromIndexSize(offset, bytes, source.byteSize());
        if (bytes > SealedFileLayout.DATA_BYTES_MAX - position) {
            throw new IllegalArgumentException("a file holds at most " + SealedFileLayout.DATA_BYTES_MAX
                    + " bytes: position=" + position + ", bytes=" + bytes);
        }
        for (long done = 0; done < bytes; ) {
            long blockRest = SealedFileLayout.BLOCK_BYTES - position % SealedFileLayout.BLOCK_BYTES;
            long part = Math.min(Math.min(bytes - done, blockRest), buffer.remaining());
            ByteBuffer view = source.asSlice(offset + done, part).asByteBuffer();
            blockCrc.update(view);
            raw(view.rewind());
            position += part;
            if (part == blockRest) {
                endBlock();
            }
            done += part;
        }
    }

    /**
     * Appends zeros up to the next multiple.
     *
     * @param alignment a power of two
     */
    public void align(int alignment) {
        requireOpen();
        if (Integer.bitCount(alignment) != 1) {
            throw new IllegalArgumentException("alignment: expected=a power of two, actual=" + alignment);
        }
        for (long rest = -position & (alignment - 1); rest > 0; rest = -position & (alignment - 1)) {
            write(ZEROS, 0, Math.min(rest, ZEROS.byteSize()));
        }
    }

    /**
     * Completes the file: the table of contents, the checksums, the footer. Makes it durable, forbids writing it, and
     * closes it.
     *
     * @param contents what the reader needs to find its way, from position to limit
     * @return what the file is
     * @throws StoreFullException if there is no room
     */
    public SealedFileSummary finish(ByteBuffer contents) {
        align(SealedFileLayout.ALIGNMENT);
        long contentsOffset = position;
        int contentsBytes = contents.remaining();
        write(MemorySegment.ofBuffer(contents), 0, contentsBytes);
        align(SealedFileLayout.ALIGNMENT);
        if (position % SealedFileLayout.BLOCK_BYTES != 0) {
            endBlock();
        }
        assert blocks == SealedFileLayout.blocks(position) : "every block has its checksum";
        ByteBuffer table =
                ByteBuffer.allocate(SealedFileLayout.tableBytes(blocks)).order(ByteOrder.LITTLE_ENDIAN);
        table.asIntBuffer().put(crcs, 0, blocks);
        SealedFooter footer = new SealedFooter(
                position, contentsOffset, contentsBytes, blocks, SaltedChecksum.unsalted(table, 0, table.capacity()));
        ByteBuffer end = footer.write(id);
        int crc = end.getInt(SealedFooterLayout.CRC32C);
        raw(table);
        raw(end);
        flush();
        file.seal();
        file.sync(true);
        closed = true;
        file.close();
        finished = true;
        return new SealedFileSummary(written, crc, HexFormat.of().formatHex(sha.digest()));
    }

    /** Gives the file up and removes it; does nothing to a file that is finished. Never throws. */
    public void abandon() {
        if (finished) {
            return;
        }
        finished = true;
        closed = true;
        try {
            file.close();
        } catch (StorageException e) {
            // The file is to go.
        }
        try {
            directory.delete(name);
        } catch (StorageException e) {
            // Nothing names it, so the collection of orphans removes it.
        }
    }

    /** Removes a file that was not finished. */
    @Override
    public void close() {
        abandon();
    }

    private void endBlock() {
        if (blocks == crcs.length) {
            crcs = Arrays.copyOf(crcs, 2 * blocks);
        }
        crcs[blocks++] = (int) blockCrc.getValue();
        blockCrc = id.seeded(blocks);
    }

    /** Appends bytes to the file, whatever they are. */
    private void raw(ByteBuffer bytes) {
        sha.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            int part = Math.min(bytes.remaining(), buffer.remaining());
            buffer.put(buffer.position(), bytes, bytes.position(), part);
            buffer.position(buffer.position() + part);
            bytes.position(bytes.position() + part);
            if (!buffer.hasRemaining()) {
                flush();
            }
        }
    }

    private void flush() {
        buffer.flip();
        int bytes = buffer.remaining();
        file.writeFully(buffer, written);
        written += bytes;
        buffer.clear();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the file is finished: file=" + name);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
