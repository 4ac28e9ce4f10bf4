// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.generate;

import dev.simonides.bench.data.VectorFileException;
import dev.simonides.bench.data.VectorRow;
import dev.simonides.bench.data.VectorSource;
import java.util.NoSuchElementException;

/** Rows that are drawn as they are read. */
final class GeneratedSource implements VectorSource {

    private final VectorGenerator generator;
    private final long count;
    private long number;

    GeneratedSource(VectorGenerator generator, long count) {
        this.generator = generator;
        this.count = count;
    }

    @Override
    public int dimension() {
        return generator.dimension();
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public boolean hasNext() {
        return number < count;
    }

    @Override
    public VectorRow next() {
        if (!hasNext()) {
            throw new NoSuchElementException("row " + number);
        }
        return VectorRow.of(number++, VectorFileException.NOWHERE, generator.next());
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
