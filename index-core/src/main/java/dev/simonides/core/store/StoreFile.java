// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.core.vector.PageFormat;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Access;
import dev.simonides.wal.CorruptSegmentException;
import dev.simonides.wal.Durability;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageFile;
import dev.simonides.wal.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What the file STORE says. Immutable.
 *
 * @param storeId the store's identity, in every segment of its log
 * @param options the options it was created with, those of the process at their usual values
 * @param pages how codes stand in its pages
 * @param bytes the file itself, which every manifest repeats
 */
record StoreFile(UUID storeId, MemoryIndexOptions options, PageFormat pages, ByteBuffer bytes) {
    static final String NAME = "STORE";
    static final String UNFINISHED_NAME = "STORE.tmp";

    private static final int ASYNC_CODE =
            new Durability.Async(Durability.Async.LAG_MILLIS, Durability.Async.LAG_BYTES).code();

    /** Makes the file of a new store; it is not written yet. */
    static StoreFile of(UUID storeId, MemoryIndexOptions options) {
        return new StoreFile(storeId, options, PageFormat.PACKED, encode(storeId, options));
    }

    /** Writes the file under its unfinished name, durable with that name. */
    void writeUnfinished(StorageDirectory directory) {
        if (directory.exists(UNFINISHED_NAME)) {
            directory.delete(UNFINISHED_NAME);
        }
        try (StorageFile file = directory.create(UNFINISHED_NAME)) {
            file.writeFully(bytes.duplicate(), 0);
            file.sync(true);
            file.seal();
        }
        directory.sync();
    }

    /** Gives the file its name: from here on there is a store. */
    static void finish(StorageDirectory directory) {
        directory.rename(UNFINISHED_NAME, NAME);
        directory.sync();
    }

    /** Reads the file of a store that will be written. */
    static StoreFile read(StorageDirectory directory) {
        return read(directory, Access.READ_WRITE);
    }

    /**
     * Reads the file.
     *
     * @param access READ_WRITE to write on: then features that only forbid writing are refused too
     */
    static StoreFile read(StorageDirectory directory, Access access) {
        try (StorageFile file = directory.open(NAME, Access.READ)) {
            String path = directory.path() + "/" + NAME;
            if (file.size() != StoreLayout.BYTES) {
                throw new CorruptSegmentException(
                        path, 0, "wrong size: expected=" + StoreLayout.BYTES + " bytes, actual=" + file.size());
            }
            ByteBuffer bytes = ByteBuffer.allocate(StoreLayout.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            file.readFully(bytes, 0);
            return decode(bytes.flip(), path, access);
        }
    }

    private static ByteBuffer encode(UUID storeId, MemoryIndexOptions options) {
        ByteBuffer bytes = ByteBuffer.allocate(StoreLayout.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(StoreLayout.MAGIC, StoreLayout.MAGIC_VALUE);
        bytes.putInt(StoreLayout.VERSION, StoreLayout.VERSION_VALUE);
        bytes.putInt(StoreLayout.INCOMPAT_FEATURES, StoreLayout.PACKED_PAGES);
        bytes.putLong(StoreLayout.STORE_ID_HIGH, storeId.getMostSignificantBits());
        bytes.putLong(StoreLayout.STORE_ID_LOW, storeId.getLeastSignificantBits());
        bytes.putLong(StoreLayout.CREATED_MILLIS, options.clock().millis());
        bytes.putInt(StoreLayout.DIMENSION, options.dimension());
        bytes.putInt(StoreLayout.SIMILARITY, options.similarity().code());
        bytes.putInt(StoreLayout.ORIGINALS, options.originals().code());
        bytes.putInt(StoreLayout.DURABILITY, options.durability().code());
        bytes.putInt(StoreLayout.M, options.m());
        bytes.putInt(StoreLayout.EF_CONSTRUCTION, options.efConstruction());
        bytes.putInt(StoreLayout.EXACT_SCAN_MAX, options.exactScanMax());
        bytes.putInt(StoreLayout.PENDING_MAX, options.pendingMax());
        bytes.putLong(StoreLayout.SEED, options.seed());
        if (options.durability() instanceof Durability.Async async) {
            bytes.putLong(StoreLayout.ASYNC_LAG_MILLIS, async.lagMillis());
            bytes.putLong(StoreLayout.ASYNC_LAG_BYTES, async.lagBytes());
        }
        bytes.putInt(StoreLayout.CRC32C, checksum(bytes));
        return bytes;
    }

    /** What a manifest repeats of the file. */
    static StoreFile decode(ByteBuffer repeated, String path) {
        ByteBuffer bytes = ByteBuffer.allocate(StoreLayout.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(repeated.duplicate())
                .flip();
        return decode(bytes, path, Access.READ);
    }

    /** The valid-iff list of {@link StoreLayout}, in its order. */
    private static StoreFile decode(ByteBuffer bytes, String path, Access access) {
        if (bytes.getLong(StoreLayout.MAGIC) != StoreLayout.MAGIC_VALUE) {
            throw wrongMagic(bytes, path);
        }
        if (bytes.getInt(StoreLayout.CRC32C) != checksum(bytes)) {
            throw new CorruptSegmentException(path, StoreLayout.CRC32C, "checksum does not match");
        }
        int version = bytes.getInt(StoreLayout.VERSION);
        int features = bytes.getInt(StoreLayout.INCOMPAT_FEATURES);
        int unknown = (features & ~StoreLayout.PACKED_PAGES)
                | (access == Access.READ ? 0 : bytes.getInt(StoreLayout.READ_ONLY_COMPAT_FEATURES));
        if (version < StoreLayout.VERSION_MIN || version > StoreLayout.VERSION_VALUE || unknown != 0) {
            throw new UnsupportedFormatException(path, version, StoreLayout.VERSION_MIN, StoreLayout.VERSION_VALUE);
        }
        UUID storeId = new UUID(bytes.getLong(StoreLayout.STORE_ID_HIGH), bytes.getLong(StoreLayout.STORE_ID_LOW));
        try {
            int reserved = bytes.getInt(StoreLayout.RESERVED);
            if (reserved != 0) {
                throw new IllegalArgumentException("reserved: expected=0, actual=" + reserved);
            }
            PageFormat pages = (features & StoreLayout.PACKED_PAGES) == 0 ? PageFormat.ROUNDED : PageFormat.PACKED;
            return new StoreFile(storeId, options(bytes), pages, bytes);
        } catch (IllegalArgumentException e) {
            // The checksum was right, so someone wrote it so.
            throw new CorruptSegmentException(path, StoreLayout.DIMENSION, String.valueOf(e.getMessage()));
        }
    }

    /** With everything else right, the magic number is damaged and not another one. */
    private static StorageException wrongMagic(ByteBuffer bytes, String path) {
        ByteBuffer mended = ByteBuffer.allocate(StoreLayout.BYTES)
                .put(bytes.duplicate())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(StoreLayout.MAGIC, StoreLayout.MAGIC_VALUE);
        return bytes.getInt(StoreLayout.CRC32C) == checksum(mended)
                ? new CorruptSegmentException(path, StoreLayout.MAGIC, "magic number is damaged")
                : new NotAStoreException(path, StoreLayout.MAGIC, "wrong magic number: this is no Simonides store");
    }

    private static MemoryIndexOptions options(ByteBuffer bytes) {
        return MemoryIndexOptions.ofDimension(bytes.getInt(StoreLayout.DIMENSION))
                .similarity(Similarity.of(bytes.getInt(StoreLayout.SIMILARITY)))
                .originals(OriginalFormat.of(bytes.getInt(StoreLayout.ORIGINALS)))
                .durability(durability(bytes))
                .m(bytes.getInt(StoreLayout.M))
                .efConstruction(bytes.getInt(StoreLayout.EF_CONSTRUCTION))
                .exactScanMax(bytes.getInt(StoreLayout.EXACT_SCAN_MAX))
                .pendingMax(bytes.getInt(StoreLayout.PENDING_MAX))
                .seed(bytes.getLong(StoreLayout.SEED));
    }

    private static Durability durability(ByteBuffer bytes) {
        int code = bytes.getInt(StoreLayout.DURABILITY);
        long lagMillis = bytes.getLong(StoreLayout.ASYNC_LAG_MILLIS);
        long lagBytes = bytes.getLong(StoreLayout.ASYNC_LAG_BYTES);
        if (code == ASYNC_CODE) {
            return new Durability.Async(lagMillis, lagBytes);
        }
        if (lagMillis != 0 || lagBytes != 0) {
            throw new IllegalArgumentException("a lag without ASYNC: millis=" + lagMillis + ", bytes=" + lagBytes);
        }
        for (Durability durability :
                List.of(new Durability.SyncEach(), new Durability.Group(), new Durability.None())) {
            if (durability.code() == code) {
                return durability;
            }
        }
        throw new IllegalArgumentException("durability: unknown code=" + code);
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, StoreLayout.CRC32C));
        return (int) crc.getValue();
    }
}
