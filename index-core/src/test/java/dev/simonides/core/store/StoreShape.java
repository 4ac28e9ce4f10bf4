// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.Residency;
import dev.simonides.Vectors;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import dev.simonides.wal.Durability;
import dev.simonides.wal.LogOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.UUID;

/**
 * What a store under crash test is like: small in everything, so that its crash states are many and quick to look at. Immutable.
 *
 * @param durability what an acknowledgement promises
 * @param residency where the vectors of a checkpoint are; mapped ones are long, so that three of them fill a page
 * @param originals how vectors are kept beside their codes
 * @param graph whether there is a graph from the first vector on, and so in every checkpoint
 * @param segmentBytes size of a segment of the log, which two frames of 4 KiB or a few more fill
 */
record StoreShape(
        Durability durability, Residency residency, OriginalFormat originals, boolean graph, int segmentBytes) {
    /** Synced when acknowledged, with everything that a checkpoint can have. */
    static final StoreShape USUAL =
            new StoreShape(new Durability.Group(), Residency.RESIDENT, OriginalFormat.F16, true, 16 << 10);

    /** Synced at checkpoints, flushes and closings only: most of what a crash finds was never promised. */
    static final StoreShape LAZY =
            new StoreShape(new Durability.None(), Residency.RESIDENT, OriginalFormat.F32, false, 16 << 10);

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);
    private static final int LONG_DIMENSION = 900;

    /** Any shape; the same for the same random numbers. */
    static StoreShape random(Random random) {
        return new StoreShape(
                one(
                        random,
                        new Durability.Group(),
                        new Durability.SyncEach(),
                        new Durability.None(),
                        // So long that no clock decides when something is synced.
                        new Durability.Async(60_000, 1 << 20)),
                one(random, Residency.RESIDENT, Residency.RESIDENT, Residency.MAPPED),
                one(random, OriginalFormat.values()),
                random.nextBoolean(),
                one(random, 12 << 10, 16 << 10, 24 << 10));
    }

    @SafeVarargs
    private static <T> T one(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }

    /** Whether what was acknowledged survives every crash. */
    boolean durableWhenAcknowledged() {
        return durability instanceof Durability.Group || durability instanceof Durability.SyncEach;
    }

    int dimension() {
        return residency == Residency.MAPPED ? LONG_DIMENSION : 4;
    }

    MemoryIndexOptions options() {
        return MemoryIndexOptions.ofDimension(dimension())
                .durability(durability)
                .residency(residency)
                .originals(originals)
                .exactScanMax(graph ? 0 : 2_000)
                .indexerThreads(1)
                .m(4)
                .efConstruction(8)
                .checkpointOnClose(false)
                .memoryBudgetBytes(64 << 20)
                .clock(CLOCK);
    }

    /** Salts that repeat, but never within one store. */
    LogOptions log(LogOptions usual, int session) {
        return usual.segmentBytes(segmentBytes).salts(new Random(session));
    }

    LogOptions log(UUID storeId, int session) {
        return log(LogOptions.of(storeId), session);
    }

    /** The vector of a memory with a text. */
    float[] vector(String text) {
        return Vectors.gaussian(text.hashCode(), dimension());
    }

    /** What a store keeps of that vector, every byte: the code record, then the original. */
    byte[] stored(String text) {
        VectorCodec codec = VectorCodec.of(dimension(), options().similarity(), originals, Kernels.best());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment scratch = arena.allocate(codec.exactQueryBytes(), 64);
            MemorySegment stored = arena.allocate(codec.codeBytes() + (long) codec.originalBytes(), 64);
            codec.encode(vector(text), scratch.address(), stored.address(), stored.address() + codec.codeBytes());
            return stored.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** The bytes at a code record and an original in memory, as {@link #stored} says them. */
    static byte[] stored(VectorCodec codec, long code, long original) {
        byte[] stored = new byte[codec.codeBytes() + codec.originalBytes()];
        MemorySegment.copy(OffHeap.everything(), ValueLayout.JAVA_BYTE, code, stored, 0, codec.codeBytes());
        if (codec.originalBytes() > 0) {
            MemorySegment.copy(
                    OffHeap.everything(),
                    ValueLayout.JAVA_BYTE,
                    original,
                    stored,
                    codec.codeBytes(),
                    codec.originalBytes());
        }
        return stored;
    }
}
