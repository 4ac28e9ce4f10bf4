// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TexmexSourceTest {

    private static final int DIMENSION = 3;
    private static final int ROW_BYTES = 16;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"rows.fvecs", "rows.fvecs.gz", "ROWS.FVECS"})
    void readsWhatTheWriterWrote(String name) {
        Path file = directory.resolve(name);
        float[][] vectors = {{1, 2, 3}, {-0.5f, 0, Float.MIN_VALUE}, {Float.NaN, Float.POSITIVE_INFINITY, -0f}};

        try (FvecsWriter writer = FvecsWriter.create(file, DIMENSION)) {
            for (float[] vector : vectors) {
                writer.write(vector);
            }
            assertEquals(3, writer.count());
        }

        try (VectorSource rows = VectorFile.of(file).open()) {
            assertEquals(DIMENSION, rows.dimension());
            assertEquals(name.endsWith(".gz") ? VectorSource.COUNT_UNKNOWN : 3, rows.count());
            for (int i = 0; i < vectors.length; i++) {
                VectorRow row = rows.next();
                assertArrayEquals(vectors[i], row.vector());
                assertEquals(i, row.number());
                assertEquals("row-" + i, row.key());
                assertEquals((long) i * ROW_BYTES, row.offset());
                assertTrue(row.text().isEmpty());
                assertTrue(row.tenant().isEmpty());
            }
            assertFalse(rows.hasNext());
            assertThrows(NoSuchElementException.class, rows::next);
        }
    }

    @Test
    void readsUnsignedBytes() throws IOException {
        Path file = write("rows.bvecs", new byte[] {4, 0, 0, 0, 0, 1, (byte) 128, (byte) 255});

        try (VectorSource rows = VectorFile.of(file).open()) {
            assertEquals(1, rows.count());
            assertArrayEquals(new float[] {0, 1, 128, 255}, rows.next().vector());
            assertFalse(rows.hasNext());
        }
    }

    @Test
    void readsRowsAcrossTheWindow() {
        Path file = directory.resolve("wide.fvecs");
        int count = 50;
        float[] vector = new float[VectorShape.DIMENSION_MAX];
        try (FvecsWriter writer = FvecsWriter.create(file, vector.length)) {
            for (int i = 0; i < count; i++) {
                Arrays.fill(vector, i);
                writer.write(vector);
            }
        }

        VectorShape shape = VectorFile.of(file).validate(row -> {
            assertEquals((float) row.number(), row.vector()[0]);
            assertEquals((float) row.number(), row.vector()[vector.length - 1]);
        });

        assertEquals(new VectorShape(vector.length, count), shape);
    }

    @Test
    void findsOneRow() throws IOException {
        Path file = write("rows.fvecs", rows(4));

        assertArrayEquals(new float[] {2, 2, 2}, VectorFile.of(file).row(2).vector());
        VectorFileException refused = assertThrows(
                VectorFileException.class, () -> VectorFile.of(file).row(4));
        assertEquals(file + ": row 4, no such row, the file has 4", refused.getMessage());
    }

    @Test
    void refusesATruncatedFileBeforeTheFirstRow() throws IOException {
        byte[] whole = rows(4);
        for (int length = 1; length < whole.length; length++) {
            if (length % ROW_BYTES == 0) {
                continue;
            }
            Path file = write("cut.fvecs", Arrays.copyOf(whole, length));

            VectorFileException refused = assertThrows(
                    VectorFileException.class, () -> VectorFile.of(file).open().close());

            assertEquals(length / ROW_BYTES, refused.row());
            assertEquals((long) length / ROW_BYTES * ROW_BYTES, refused.offset());
            assertTrue(refused.getMessage().startsWith(file + ": row "), refused.getMessage());
        }
    }

    @Test
    void namesFileRowByteAndExpectation() throws IOException {
        Path file = write("cut.fvecs", Arrays.copyOf(rows(4), 3 * ROW_BYTES + 5));

        VectorFileException refused = assertThrows(
                VectorFileException.class, () -> VectorFile.of(file).validate(RowCheck.NONE));

        assertEquals(
                file + ": row 3, byte 48: length: expected a multiple of 16 bytes (a row of dimension 3), actual=53: 5"
                        + " bytes are left after the last whole row",
                refused.getMessage());
    }

    @Test
    void refusesADimensionThatChanges() throws IOException {
        byte[] bytes = rows(4);
        bytes[2 * ROW_BYTES] = 2;

        for (String name : new String[] {"lie.fvecs", "lie.fvecs.gz"}) {
            Path file = write(name, bytes);
            VectorFileException refused = assertThrows(
                    VectorFileException.class, () -> VectorFile.of(file).validate(RowCheck.NONE));
            assertEquals(file + ": row 2, byte 32: dimension: expected=3 as in row 0, actual=2", refused.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, 4097, Integer.MAX_VALUE})
    void refusesADimensionOutOfRange(int dimension) throws IOException {
        byte[] bytes = rows(4);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, dimension);
        Path file = write("lie.fvecs", bytes);

        VectorFileException refused = assertThrows(
                VectorFileException.class, () -> VectorFile.of(file).open().close());

        assertEquals(file + ": row 0, byte 0: dimension: expected=1..4096, actual=" + dimension, refused.getMessage());
    }

    @Test
    void refusesACompressedFileCutAnywhere() throws IOException {
        byte[] whole = rows(4);
        for (int length = 0; length < whole.length; length++) {
            if (length > 0 && length % ROW_BYTES == 0) {
                continue;
            }
            Path inside = write("inside.fvecs.gz", Arrays.copyOf(whole, length));
            VectorFileException refused = assertThrows(
                    VectorFileException.class, () -> VectorFile.of(inside).validate(RowCheck.NONE));
            assertEquals(length / ROW_BYTES, refused.row(), "row of a cut at " + length);
        }
        byte[] gzip = Gzip.of(whole);
        for (int length = 0; length < gzip.length; length++) {
            Path outside = directory.resolve("outside.fvecs.gz");
            Files.write(outside, Arrays.copyOf(gzip, length));
            assertThrows(
                    VectorFileException.class,
                    () -> VectorFile.of(outside).validate(RowCheck.NONE),
                    "cut at " + length);
        }
    }

    @Test
    void refusesADamagedGzipStream() throws IOException {
        byte[] gzip = Gzip.of(rows(400));
        gzip[gzip.length - 6] ^= 1; // the checksum
        Path file = directory.resolve("rows.fvecs.gz");
        Files.write(file, gzip);

        VectorFileException refused = assertThrows(
                VectorFileException.class, () -> VectorFile.of(file).validate(RowCheck.NONE));

        assertTrue(refused.getMessage().contains("expected a gzip stream, found damage"), refused.getMessage());
    }

    @Test
    void refusesWhatIsNotAFile() throws IOException {
        Path empty = write("empty.fvecs", new byte[0]);

        assertEquals(directory.resolve("none.fvecs") + ": no such file", message(directory.resolve("none.fvecs")));
        assertEquals(empty + ": row 0, byte 0: expected at least one row, the file is empty", message(empty));
        assertTrue(message(directory.resolve("rows.csv")).contains("expected a name that ends in .fvecs"));
        assertTrue(message(directory.resolve("truth.ivecs")).contains("ground truth"));
        Files.createDirectory(directory.resolve("folder.fvecs"));
        assertTrue(message(directory.resolve("folder.fvecs")).contains("expected a regular file"));
    }

    @Test
    void putsTheCallersFindingBehindThePlace() throws IOException {
        Path file = write("rows.fvecs", rows(4));

        VectorFileException refused = assertThrows(
                VectorFileException.class,
                () -> VectorFile.of(file).validate(row -> {
                    if (row.vector()[0] == 3) {
                        throw new IllegalArgumentException("component 0: expected finite, actual=NaN");
                    }
                }));

        assertEquals(file + ": row 3, byte 48: component 0: expected finite, actual=NaN", refused.getMessage());
    }

    @Test
    void theWriterRefusesAnotherDimension() {
        try (FvecsWriter writer = FvecsWriter.create(directory.resolve("rows.fvecs"), DIMENSION)) {
            assertThrows(IllegalArgumentException.class, () -> writer.write(new float[4]));
        }
        assertThrows(IllegalArgumentException.class, () -> FvecsWriter.create(directory.resolve("rows.fvecs"), 4097));
    }

    private static String message(Path file) {
        return assertThrows(
                        VectorFileException.class,
                        () -> VectorFile.of(file).open().close())
                .getMessage();
    }

    private static byte[] rows(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * ROW_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putInt(DIMENSION).putFloat(i).putFloat(i).putFloat(i);
        }
        return bytes.array();
    }

    private Path write(String name, byte[] bytes) throws IOException {
        Path file = directory.resolve(name);
        return Files.write(file, name.endsWith(".gz") ? Gzip.of(bytes) : bytes);
    }
}
