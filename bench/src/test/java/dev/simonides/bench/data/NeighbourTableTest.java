// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NeighbourTableTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"truth.ivecs", "truth.ivecs.gz"})
    void readsWhatItWrote(String name) {
        Path file = directory.resolve(name);
        NeighbourTable written = NeighbourTable.of(2, new int[] {5, 3, Integer.MAX_VALUE, 0, 8, 1});

        written.write(file);
        NeighbourTable read = NeighbourTable.read(file);

        assertEquals(3, read.queries());
        assertEquals(2, read.width());
        for (int query = 0; query < 3; query++) {
            for (int rank = 0; rank < 2; rank++) {
                assertEquals(written.row(query, rank), read.row(query, rank));
            }
        }
        assertThrows(IndexOutOfBoundsException.class, () -> read.row(3, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> read.row(0, 2));
    }

    @Test
    void readsMoreQueriesThanItsFirstBuffer() {
        Path file = directory.resolve("truth.ivecs");
        int[] rows = new int[30_000];
        Arrays.setAll(rows, i -> i * 7);

        NeighbourTable.of(100, rows).write(file);
        NeighbourTable read = NeighbourTable.read(file);

        assertEquals(300, read.queries());
        assertEquals(29_999 * 7, read.row(299, 99));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<i4", "<i8", "|u1"})
    void readsNumpyArraysOfRows(String descr) throws IOException {
        byte[] bytes = NpySourceTest.npy(1, descr, "False", "(2, 2)", data -> {
            for (int row : new int[] {9, 1, 4, 200}) {
                switch (descr) {
                    case "<i4" -> data.putInt(row);
                    case "<i8" -> data.putLong(row);
                    default -> data.put((byte) row);
                }
            }
        });
        NeighbourTable read = NeighbourTable.read(Files.write(directory.resolve("truth.npy"), bytes));

        assertEquals(200, read.row(1, 1));
        assertEquals(9, read.row(0, 0));
    }

    @ParameterizedTest
    @CsvSource({"2 5 3 2 -1 0, 1, 12", "2 5 3 3 1 0, 1, 12", "0, 0, 0", "-1, 0, 0", "10001 1, 0, 0", "2 5, 0, 4"})
    void refusesADamagedTable(String words, int row, int offset) throws IOException {
        String[] numbers = words.split(" ", -1);
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (String number : numbers) {
            bytes.putInt(Integer.parseInt(number));
        }
        Path file = Files.write(directory.resolve("truth.ivecs"), bytes.array());

        VectorFileException refused = assertThrows(VectorFileException.class, () -> NeighbourTable.read(file));

        assertEquals(row, refused.row(), refused.getMessage());
        assertEquals(offset, refused.offset(), refused.getMessage());
    }

    @Test
    void refusesATableCutAnywhere() throws IOException {
        Path file = directory.resolve("truth.ivecs");
        NeighbourTable.of(2, new int[] {1, 2, 3, 4}).write(file);
        byte[] whole = Files.readAllBytes(file);

        for (int length = 0; length < whole.length; length++) {
            if (length == whole.length / 2) {
                continue;
            }
            Files.write(file, Arrays.copyOf(whole, length));
            assertThrows(VectorFileException.class, () -> NeighbourTable.read(file), "cut at " + length);
        }
    }

    @Test
    void refusesVectors() throws IOException {
        Path file = Files.write(
                directory.resolve("truth.npy"),
                NpySourceTest.npy(1, "<f4", "False", "(1, 1)", data -> data.putFloat(1)));

        VectorFileException refused = assertThrows(VectorFileException.class, () -> NeighbourTable.read(file));

        assertTrue(refused.getMessage().contains("expected whole numbers"), refused.getMessage());
        assertThrows(VectorFileException.class, () -> NeighbourTable.read(directory.resolve("truth.fvecs")));
        assertThrows(IllegalArgumentException.class, () -> NeighbourTable.of(3, new int[4]));
        assertThrows(IllegalArgumentException.class, () -> NeighbourTable.of(1, new int[] {-1}));
    }
}
