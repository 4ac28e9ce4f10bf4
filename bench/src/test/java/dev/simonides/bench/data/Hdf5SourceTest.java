// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.dataset.ContiguousDataset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Hdf5SourceTest {

    private static final int ROWS = 300; // more than two slices
    private static final int DIMENSION = 7;

    /** Where a superblock of version 0, as h5py writes it, says how long the file is. */
    private static final int END_OF_FILE_OFFSET = 40;

    @TempDir
    Path directory;

    private Path file;
    private final float[][] train = new float[ROWS][DIMENSION];
    private final double[][] test = {{1.5, 2, 3, 4, 5, 6, 7}};
    private final int[][] neighbors = {{4, 2, 9}, {7, 0, 1}};

    @BeforeEach
    void writeAFileOfAnnBenchmarks() {
        for (int i = 0; i < ROWS; i++) {
            for (int d = 0; d < DIMENSION; d++) {
                train[i][d] = i * 100 + d;
            }
        }
        file = directory.resolve("set.hdf5");
        try (WritableHdfFile hdf = HdfFile.write(file)) {
            hdf.putDataset("train", train);
            hdf.putDataset("test", test);
            hdf.putDataset("neighbors", neighbors);
            hdf.putDataset("distances", new float[][] {{0, 1, 2}, {0, 1, 2}});
            hdf.putDataset("flat", new float[] {1, 2});
            hdf.putDataset("bytes", new byte[][] {{1, -2}});
            hdf.putAttribute("distance", "angular");
        }
    }

    @Test
    void readsTrainTestNeighboursAndDistance() throws IOException {
        Path compressed = Files.write(directory.resolve("set.hdf5.gz"), Gzip.of(Files.readAllBytes(file)));

        for (Path path : new Path[] {file, compressed}) {
            VectorShape shape =
                    VectorFile.of(path).validate(row -> assertArrayEquals(train[(int) row.number()], row.vector()));
            assertEquals(new VectorShape(DIMENSION, ROWS), shape);
            assertArrayEquals(
                    new float[] {1.5f, 2, 3, 4, 5, 6, 7},
                    VectorFile.ofQueries(path).row(0).vector());
            NeighbourTable truth = NeighbourTable.read(path);
            assertEquals(2, truth.queries());
            assertEquals(3, truth.width());
            assertEquals(9, truth.row(0, 2));
            assertEquals(7, truth.row(1, 0));
            assertEquals(Optional.of("angular"), new AnnBenchmarksFile(path).distance());
        }
    }

    /**
     * The resource was written by h5py 3.16.0: train float32(4, 3) counting up from 0, test its first two rows + 0.5,
     * neighbors int32(2, 2), distances, the attribute distance, and chunked = train in gzip chunks of 2 rows,
     * last float32(300, 4), which ends the file.
     */
    @Test
    void readsAFileWrittenByH5py() throws IOException {
        Path path = h5py();

        for (String name : new String[] {"train", "chunked"}) {
            try (VectorSource rows = Hdf5Source.open(path, name)) {
                assertEquals(4, rows.count());
                for (int i = 0; i < 4; i++) {
                    assertArrayEquals(
                            new float[] {3 * i, 3 * i + 1, 3 * i + 2},
                            rows.next().vector(),
                            name);
                }
            }
        }
        assertArrayEquals(
                new float[] {3.5f, 4.5f, 5.5f},
                VectorFile.ofQueries(path).row(1).vector());
        assertEquals(1, NeighbourTable.read(path).row(0, 1));
        assertEquals(Optional.of("angular"), new AnnBenchmarksFile(path).distance());
    }

    @Test
    void unpacksCompressedFilesIntoNothingThatStays() throws IOException {
        Path compressed = Files.write(directory.resolve("set.hdf5.gz"), Gzip.of(Files.readAllBytes(file)));
        long before = temporaryFiles();

        VectorFile.of(compressed).validate(RowCheck.NONE);
        assertThrows(
                VectorFileException.class,
                () -> Hdf5Source.open(compressed, "none").close());

        assertEquals(before, temporaryFiles());
    }

    @Test
    void refusesAFileCutAnywhere() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Path cut = directory.resolve("cut.hdf5");
        for (int length = 0; length < whole.length; length += 97) {
            Files.write(cut, Arrays.copyOf(whole, length));

            try {
                VectorFile.of(cut).validate(row -> assertArrayEquals(train[(int) row.number()], row.vector()));
            } catch (VectorFileException e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                assertTrue(e.getMessage().startsWith(cut.toString()), e.getMessage());
                continue;
            }
            throw new AssertionError("read a file cut at " + length + " of " + whole.length);
        }
    }

    @Test
    void refusesADatasetThatReachesBeyondTheFile() throws IOException {
        Path path = h5py();
        long address;
        try (HdfFile hdf = new HdfFile(path)) {
            address = ((ContiguousDataset) hdf.getDatasetByPath("last")).getDataAddress();
        }
        int length = Math.toIntExact(address) + 30; // row 1 is cut
        ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOf(Files.readAllBytes(path), length));
        bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(END_OF_FILE_OFFSET, length);
        Files.write(path, bytes.array());

        VectorFileException refused = assertThrows(
                VectorFileException.class, () -> Hdf5Source.open(path, "last").close());

        assertEquals(
                path + ": row 1, byte " + length + ": dataset last: expected bytes up to " + (address + 4800)
                        + ", the file ends here: truncated",
                refused.getMessage());
    }

    @Test
    void refusesWhatIsNotAMatrixOfNumbers() throws IOException {
        Path text = Files.writeString(directory.resolve("text.hdf5"), "not HDF5 at all ".repeat(100));

        assertTrue(refusal(text, "train").contains("expected a whole HDF5 file"), refusal(text, "train"));
        assertTrue(refusal(file, "flat").contains("rank is 1"), refusal(file, "flat"));
        assertTrue(refusal(file, "none").contains("expected a dataset named none"), refusal(file, "none"));
        try (VectorSource rows = Hdf5Source.open(file, "bytes")) {
            assertArrayEquals(new float[] {1, -2}, rows.next().vector());
        }
    }

    private Path h5py() throws IOException {
        Path path = directory.resolve("h5py.hdf5");
        try (InputStream resource = Hdf5SourceTest.class.getResourceAsStream("h5py.hdf5")) {
            Files.copy(Objects.requireNonNull(resource), path);
        }
        return path;
    }

    private static String refusal(Path file, String dataset) {
        return assertThrows(
                        VectorFileException.class,
                        () -> Hdf5Source.open(file, dataset).close())
                .getMessage();
    }

    private static long temporaryFiles() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(path -> {
                        String name = path.getFileName().toString();
                        return name.startsWith("simonides-") && name.endsWith(".hdf5");
                    })
                    .count();
        }
    }
}
