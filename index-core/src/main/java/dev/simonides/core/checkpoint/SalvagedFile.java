// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileLayout;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A file of truth of which blocks may be damaged; the others are read. Confined to one thread, which closes it. */
final class SalvagedFile implements AutoCloseable {
    private static final long BLOCK_BYTES = SealedFileLayout.BLOCK_BYTES;

    private final SealedFile file;
    private final String what;
    private final Map<String, Section> sections = new HashMap<>();
    private final int numbering;
    private final long lsn;
    private final long afterLsn;
    private final Consumer<StorageException> damages;
    private final BitSet damaged = new BitSet();
    private final Reader front;
    private final Reader back;

    /**
     * Takes a file over.
     *
     * @param file open
     * @param contents its table of contents
     * @param what it holds, in the plural
     * @param afterLsn the LSN of the file of its kind before it
     * @param damages receives each damaged block once
     */
    SalvagedFile(SealedFile file, Contents contents, String what, long afterLsn, Consumer<StorageException> damages) {
        this.file = file;
        this.what = what;
        contents.sections().forEach(section -> sections.put(section.tenant(), section));
        this.numbering = contents.numbering();
        this.lsn = contents.lsn();
        this.afterLsn = Math.min(afterLsn, lsn);
        this.damages = damages;
        this.front = new Reader();
        this.back = new Reader();
    }

    String name() {
        return file.name();
    }

    Set<String> tenants() {
        return sections.keySet();
    }

    Optional<Section> section(String tenant) {
        return Optional.ofNullable(sections.get(tenant));
    }

    /** What the ordinals in it mean. */
    int numbering() {
        return numbering;
    }

    long lsn() {
        return lsn;
    }

    long afterLsn() {
        return afterLsn;
    }

    /** Reads front parts. */
    Reader front() {
        return front;
    }

    /** Reads back parts. */
    Reader back() {
        return back;
    }

    @Override
    public void close() {
        file.close();
    }

    private long blockBytes(long block) {
        return Math.min(BLOCK_BYTES, file.dataBytes() - block * BLOCK_BYTES);
    }

    /** Reads ranges of which the next one is likely to be in the same block, which it keeps. */
    final class Reader {
        private final ByteBuffer kept = ByteBuffer.allocate((int) Math.min(BLOCK_BYTES, file.dataBytes()));
        private long keptNumber = -1;

        /**
         * Reads a range of the data.
         *
         * @return its bytes, little-endian, at position 0
         * @throws LostBytes if a block of it is damaged
         */
        ByteBuffer read(long offset, long bytes) throws LostBytes {
            ByteBuffer read = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
            while (read.hasRemaining()) {
                long at = offset + read.position();
                long block = at / BLOCK_BYTES;
                keep(block);
                int from = (int) (at % BLOCK_BYTES);
                int part = (int) Math.min(read.remaining(), blockBytes(block) - from);
                read.put(read.position(), kept, from, part).position(read.position() + part);
            }
            return read.flip();
        }

        /** What stands at a place is lost, or contradicts the rest. */
        LostBytes lost(long offset) {
            long block = offset / BLOCK_BYTES;
            return new LostBytes(name(), SealedFileLayout.BYTES + block * BLOCK_BYTES, blockBytes(block), what);
        }

        private void keep(long block) throws LostBytes {
            if (block == keptNumber) {
                return;
            }
            if (!damaged.get((int) block)) {
                keptNumber = -1;
                try {
                    file.read(MemorySegment.ofBuffer(kept.clear()), 0, block * BLOCK_BYTES, blockBytes(block));
                    keptNumber = block;
                    return;
                } catch (CorruptStoreException | StorageIoException e) {
                    damages.accept(e);
                    damaged.set((int) block);
                }
            }
            throw lost(block * BLOCK_BYTES);
        }
    }
}
