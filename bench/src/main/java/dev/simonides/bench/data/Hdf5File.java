// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Node;
import io.jhdf.api.dataset.ContiguousDataset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * An open HDF5 file. The format is read by position, so a compressed one is first unpacked into a temporary file, which
 * is deleted on close.
 *
 * <p>Confined to one thread. Whatever the library throws over a damaged file becomes {@link VectorFileException}.
 */
final class Hdf5File implements AutoCloseable {

    private static final String DISTANCE = "distance";

    private final Path file;
    private final Optional<Path> unpacked;
    private final HdfFile hdf;

    private Hdf5File(Path file, Optional<Path> unpacked, HdfFile hdf) {
        this.file = file;
        this.unpacked = unpacked;
        this.hdf = hdf;
    }

    static Hdf5File open(Path file) {
        RowInput.requireRegular(file);
        Optional<Path> unpacked = FileNames.compressed(file) ? Optional.of(unpack(file)) : Optional.empty();
        HdfFile hdf;
        try {
            hdf = new HdfFile(unpacked.orElse(file));
        } catch (RuntimeException e) { // the library's own, and buffer underflows of damaged files
            unpacked.ifPresent(path -> delete(file, path));
            throw damaged(file, e);
        }
        Hdf5File opened = new Hdf5File(file, unpacked, hdf);
        long expected = hdf.getHdfBackingStorage().getSuperblock().getEndOfFileAddress();
        long actual = hdf.size();
        if (actual < expected) {
            opened.close();
            throw new VectorFileException(
                    file,
                    VectorFileException.NOWHERE,
                    actual,
                    "length: expected=" + expected + " bytes, the file ends here: truncated");
        }
        return opened;
    }

    private static Path unpack(Path file) {
        try {
            Path unpacked = Files.createTempFile("simonides-", ".hdf5");
            try (InputStream stream = new GZIPInputStream(Files.newInputStream(file), 1 << 16)) {
                Files.copy(stream, unpacked, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                delete(file, unpacked);
                throw e;
            }
            return unpacked;
        } catch (IOException e) {
            throw RowInput.unreadable(file, VectorFileException.NOWHERE, VectorFileException.NOWHERE, e);
        }
    }

    private static void delete(Path file, Path unpacked) {
        try {
            Files.deleteIfExists(unpacked);
        } catch (IOException e) {
            throw RowInput.unreadable(file, VectorFileException.NOWHERE, VectorFileException.NOWHERE, e);
        }
    }

    /** A dataset of rank 2 that is wholly inside the file. */
    Dataset matrix(String name) {
        Dataset dataset = dataset(name);
        long[] extents = dataset.getDimensionsAsLong();
        if (extents.length != 2 || extents[0] < 1 || extents[1] < 1) {
            throw finding("dataset " + name + ": expected shape (1.., 1..), rank is " + extents.length
                    + (extents.length == 2 ? ", shape (" + extents[0] + ", " + extents[1] + ")" : ""));
        }
        if (dataset instanceof ContiguousDataset contiguous) {
            requireInside(name, contiguous);
        }
        return dataset;
    }

    private void requireInside(String name, ContiguousDataset dataset) {
        long end = dataset.getDataAddress() + dataset.getSizeInBytes();
        if (end > hdf.size()) {
            long rowBytes = dataset.getSizeInBytes() / dataset.getDimensionsAsLong()[0];
            long row = Math.max(0, (hdf.size() - dataset.getDataAddress()) / rowBytes);
            throw new VectorFileException(
                    file,
                    row,
                    hdf.size(),
                    "dataset " + name + ": expected bytes up to " + end + ", the file ends here: truncated");
        }
    }

    private Dataset dataset(String name) {
        Node node;
        try {
            node = hdf.getChild(name);
        } catch (RuntimeException e) { // the library's own, and buffer underflows of damaged files
            throw damaged(file, e);
        }
        if (node instanceof Dataset dataset) {
            return dataset;
        }
        throw finding("expected a dataset named " + name + ", found "
                + String.join(" ", hdf.getChildren().keySet()));
    }

    /** What ann-benchmarks says of its metric: {@code angular}, {@code euclidean} and their like. */
    Optional<String> distance() {
        try {
            Attribute attribute = hdf.getAttribute(DISTANCE);
            return attribute != null && attribute.getData() instanceof String name
                    ? Optional.of(name)
                    : Optional.empty();
        } catch (RuntimeException e) { // the library's own, and buffer underflows of damaged files
            throw damaged(file, e);
        }
    }

    /** Reads rows as the library's two-dimensional array of the dataset's type. */
    Object rows(Dataset dataset, long first, int count) {
        try {
            return dataset.getData(new long[] {first, 0}, new int[] {count, (int) dataset.getDimensionsAsLong()[1]});
        } catch (RuntimeException e) { // the library's own, and buffer underflows of damaged files
            throw new VectorFileException(
                    file, first, VectorFileException.NOWHERE, "expected " + count + " rows of HDF5: " + e, e);
        }
    }

    private VectorFileException finding(String finding) {
        return RowInput.finding(file, finding);
    }

    private static VectorFileException damaged(Path file, RuntimeException e) {
        return new VectorFileException(
                file,
                VectorFileException.NOWHERE,
                VectorFileException.NOWHERE,
                "expected a whole HDF5 file: "
                        + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                e);
    }

    @Override
    public void close() {
        hdf.close();
        unpacked.ifPresent(path -> delete(file, path));
    }
}
