// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import io.jhdf.api.Dataset;
import java.nio.file.Path;
import java.util.NoSuchElementException;

/** Rows of one dataset of an HDF5 file, read in slices. */
final class Hdf5Source implements VectorSource {

    // One slice is at most 2 MiB of float32 at the largest dimension; a chunked dataset is unpacked once a slice.
    private static final int SLICE_ROWS = 128;

    private final Path file;
    private final Hdf5File hdf;
    private final Dataset dataset;
    private final VectorShape shape;
    private Object slice = new float[0][];
    private long sliceBegin;
    private int sliceRows;
    private long number;

    private Hdf5Source(Path file, Hdf5File hdf, Dataset dataset, VectorShape shape) {
        this.file = file;
        this.hdf = hdf;
        this.dataset = dataset;
        this.shape = shape;
    }

    static Hdf5Source open(Path file, String name) {
        Hdf5File hdf = Hdf5File.open(file);
        try {
            Dataset dataset = hdf.matrix(name);
            long[] extents = dataset.getDimensionsAsLong();
            if (extents[1] > VectorShape.DIMENSION_MAX) {
                throw RowInput.finding(
                        file,
                        "dataset " + name + ": dimension: expected=1.." + VectorShape.DIMENSION_MAX + ", actual="
                                + extents[1]);
            }
            return new Hdf5Source(file, hdf, dataset, new VectorShape((int) extents[1], extents[0]));
        } catch (RuntimeException | Error e) {
            hdf.close();
            throw e;
        }
    }

    @Override
    public int dimension() {
        return shape.dimension();
    }

    @Override
    public long count() {
        return shape.count();
    }

    @Override
    public boolean hasNext() {
        return number < shape.count();
    }

    @Override
    public VectorRow next() {
        if (!hasNext()) {
            throw new NoSuchElementException("row " + number);
        }
        if (number == sliceBegin + sliceRows) {
            sliceBegin = number;
            sliceRows = (int) Math.min(SLICE_ROWS, shape.count() - number);
            slice = hdf.rows(dataset, sliceBegin, sliceRows);
        }
        float[] vector = vector((int) (number - sliceBegin));
        return VectorRow.of(number++, VectorFileException.NOWHERE, vector);
    }

    private float[] vector(int index) {
        return switch (slice) {
            case float[][] rows -> rows[index];
            case double[][] rows -> {
                float[] vector = new float[shape.dimension()];
                for (int d = 0; d < vector.length; d++) {
                    vector[d] = (float) rows[index][d];
                }
                yield vector;
            }
            case byte[][] rows -> {
                float[] vector = new float[shape.dimension()];
                for (int d = 0; d < vector.length; d++) {
                    vector[d] = rows[index][d];
                }
                yield vector;
            }
            case short[][] rows -> {
                float[] vector = new float[shape.dimension()];
                for (int d = 0; d < vector.length; d++) {
                    vector[d] = rows[index][d];
                }
                yield vector;
            }
            case int[][] rows -> {
                float[] vector = new float[shape.dimension()];
                for (int d = 0; d < vector.length; d++) {
                    vector[d] = rows[index][d];
                }
                yield vector;
            }
            default ->
                throw RowInput.finding(
                        file, "dataset " + dataset.getName() + ": expected numbers, found " + dataset.getJavaType());
        };
    }

    @Override
    public void close() {
        hdf.close();
    }
}
