// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * How a log is written and read. Immutable.
 *
 * @param storeId the store's identity, in every segment
 * @param segmentBytes the size of a new segment, a multiple of 4096 within {@link LogLimits}; a giant frame gets a
 *     greater one
 * @param salts where the salts of new segments come from
 * @param tornSectors what a damaged sector behind the last whole frame means
 */
public record LogOptions(UUID storeId, int segmentBytes, RandomGenerator salts, TornSectors tornSectors) {
    /** Checks the bounds. */
    public LogOptions {
        if (segmentBytes < LogLimits.SEGMENT_BYTES_MIN
                || segmentBytes > LogLimits.SEGMENT_BYTES_MAX
                || segmentBytes % SegmentLayout.BLOCK_BYTES != 0) {
            throw new IllegalArgumentException("segmentBytes: expected=a multiple of 4096, "
                    + LogLimits.SEGMENT_BYTES_MIN + ".." + LogLimits.SEGMENT_BYTES_MAX + ", actual=" + segmentBytes);
        }
    }

    /**
     * The usual options: segments of 16 MiB, salts nobody can guess, sectors that are never torn.
     *
     * @param storeId the store's identity
     * @return the options
     */
    public static LogOptions of(UUID storeId) {
        return new LogOptions(storeId, LogLimits.SEGMENT_BYTES_USUAL, new SecureRandom(), TornSectors.REFUSE);
    }

    /**
     * These options with another segment size.
     *
     * @param bytes the size of a new segment
     * @return the options
     */
    public LogOptions segmentBytes(int bytes) {
        return new LogOptions(storeId, bytes, salts, tornSectors);
    }

    /**
     * These options with another source of salts; a test that must repeat itself gives a seeded one.
     *
     * @param source the source
     * @return the options
     */
    public LogOptions salts(RandomGenerator source) {
        return new LogOptions(storeId, segmentBytes, source, tornSectors);
    }

    /**
     * These options with another meaning of damaged sectors.
     *
     * @param meaning the meaning
     * @return the options
     */
    public LogOptions tornSectors(TornSectors meaning) {
        return new LogOptions(storeId, segmentBytes, salts, meaning);
    }
}
