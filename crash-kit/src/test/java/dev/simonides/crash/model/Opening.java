// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.Residency;
import dev.simonides.wal.Durability;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.StorageDirectory;
import java.util.Random;

/**
 * How a store is opened: everything that may differ from one opening to the next. Immutable.
 *
 * @param looks whether the store is first opened for reading, and must show the same
 */
record Opening(
        Durability durability,
        Residency residency,
        int exactScanMax,
        int pendingMax,
        long checkpointLogBytes,
        int segmentBytes,
        boolean looks) {
    static Opening random(Random random) {
        return new Opening(
                one(
                        random,
                        new Durability.Group(),
                        new Durability.Group(),
                        new Durability.SyncEach(),
                        new Durability.None(),
                        new Durability.Async(50, 1 << 20)),
                one(random, Residency.values()),
                one(random, 0, 0, 10, 2_000),
                one(random, 1, 16, 2_048),
                one(random, 16L << 10, 100L << 10, 64L << 20),
                one(random, 12 << 10, 16 << 10, 64 << 10),
                random.nextInt(4) == 0);
    }

    @SafeVarargs
    static <T> T one(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }

    /** Whether an acknowledgement says that a write is durable. */
    boolean durableWhenAcknowledged() {
        return durability instanceof Durability.Group || durability instanceof Durability.SyncEach;
    }

    private MemoryIndexOptions options(MemoryIndexOptions fixed) {
        return fixed.durability(durability)
                .residency(residency)
                .exactScanMax(exactScanMax)
                .pendingMax(pendingMax)
                .checkpointLogBytes(checkpointLogBytes);
    }

    private LogOptions shape(LogOptions log) {
        return log.segmentBytes(segmentBytes);
    }

    MemoryIndex open(StorageDirectory directory, MemoryIndexOptions fixed) {
        return MemoryIndex.open(directory, options(fixed), this::shape);
    }

    MemoryIndex openReadOnly(StorageDirectory directory, MemoryIndexOptions fixed) {
        return MemoryIndex.openReadOnly(directory, options(fixed), this::shape);
    }
}
