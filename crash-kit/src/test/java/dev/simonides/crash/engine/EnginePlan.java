// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.engine;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.Residency;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import dev.simonides.wal.LogOptions;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * How a store of one history is made and opened: everything drawn from the history's seed.
 *
 * @param options of the store
 * @param segmentBytes of its log
 * @param outstanding how many puts a thread issues before it waits for the first
 */
record EnginePlan(MemoryIndexOptions options, int segmentBytes, int outstanding) {
    static final int DIMENSION = 8;
    private static final int SEGMENT_BYTES_MIN = 12 << 10;

    static EnginePlan of(long seed) {
        Random random = new Random(seed);
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(DIMENSION)
                .durability(one(random, "sync-each", "group", "group", "async:1ms:1MiB", "none"))
                .similarity(one(random, List.of(Similarity.values())))
                .originals(one(random, List.of(OriginalFormat.values())))
                .exactScanMax(one(random, List.of(0, 0, 20, 2_000)))
                .pendingMax(one(random, List.of(4, 64, 2_048)))
                .indexerThreads(1 + random.nextInt(2))
                .residency(one(random, List.of(Residency.values())))
                .checkpointLogBytes(one(random, List.of(24 << 10, 24 << 10, 200 << 10, 64 << 20)))
                .checkpointOnClose(random.nextBoolean())
                .m(4)
                .efConstruction(16);
        // Half of the stores go on to a new segment every few frames.
        int segmentBytes = one(
                random,
                List.of(SEGMENT_BYTES_MIN, SEGMENT_BYTES_MIN, SEGMENT_BYTES_MIN, 64 << 10, 256 << 10, 16 << 20));
        return new EnginePlan(options, segmentBytes, one(random, List.of(1, 1, 8)));
    }

    LogOptions shape(LogOptions log) {
        return log.segmentBytes(segmentBytes);
    }

    private static Durability one(RandomGenerator random, String... texts) {
        return Durability.parse(one(random, List.of(texts)));
    }

    private static <T> T one(RandomGenerator random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    @Override
    public String toString() {
        return options.durability() + ", " + options.similarity() + ", originals=" + options.originals()
                + ", exactScanMax=" + options.exactScanMax() + ", pendingMax=" + options.pendingMax()
                + ", " + options.residency() + ", checkpointLogBytes=" + options.checkpointLogBytes()
                + ", segmentBytes="
                + segmentBytes + ", outstanding=" + outstanding;
    }
}
