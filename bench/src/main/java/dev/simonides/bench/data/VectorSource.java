// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.util.Iterator;

/**
 * Rows of one dimension, read one after the other; nothing but the row at hand is in memory where the format permits.
 *
 * <p>Confined to one thread. {@link #hasNext} and {@link #next} throw {@link VectorFileException} at the first place
 * where the file is not what it promised to be; after that only {@link #close} may be called.
 */
public interface VectorSource extends Iterator<VectorRow>, AutoCloseable {

    /** What {@link #count} says when only the end of the stream will tell. */
    long COUNT_UNKNOWN = -1;

    /**
     * Components of every vector.
     *
     * @return 1..{@link VectorShape#DIMENSION_MAX}
     */
    int dimension();

    /**
     * The number of rows from the first to the last.
     *
     * @return the count, or {@link #COUNT_UNKNOWN}
     */
    long count();

    /** Releases the file. Idempotent. */
    @Override
    void close();
}
