// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpySourceTest {

    /** What numpy 2.4.6 wrote for {@code numpy.save(file, numpy.array([[1, 2.5]], '<f4'))}. */
    private static final String SAVED_BY_NUMPY =
            "934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e"
                    + "5f6f72646572273a2046616c73652c20277368617065273a2028312c2032292c207d"
                    + "20".repeat(58) + "0a" + "0000803f00002040";

    @TempDir
    Path directory;

    @Test
    void readsAFileSavedByNumpy() throws IOException {
        byte[] bytes = HexFormat.of().parseHex(SAVED_BY_NUMPY);
        Path file = Files.write(directory.resolve("a.npy"), bytes);

        VectorRow row = VectorFile.of(file).row(0);

        assertArrayEquals(new float[] {1, 2.5f}, row.vector());
        assertEquals(128, row.offset());
        assertEquals(new VectorShape(2, 1), VectorFile.of(file).validate(RowCheck.NONE));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void readsEveryVersionPlainAndCompressed(int version) throws IOException {
        byte[] bytes = npy(
                version,
                "<f4",
                "False",
                "(2, 2)",
                data -> data.putFloat(1).putFloat(2).putFloat(3).putFloat(4));

        for (String name : new String[] {"a.npy", "a.npy.gz"}) {
            Path file = write(name, bytes);
            assertArrayEquals(new float[] {3, 4}, VectorFile.of(file).row(1).vector());
            assertEquals(new VectorShape(2, 2), VectorFile.of(file).validate(RowCheck.NONE));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "<f2, 003C, 1", "<f2, 00C0, -2", "<f4, 000020C1, -10", "<f8, 000000000000F8BF, -1.5", "|u1, FF, 255",
        "|i1, FF, -1", "<i2, FEFF, -2", "<u2, FEFF, 65534", "<i4, FEFFFFFF, -2", "<u4, 00000080, 2147483648",
        "<i8, FEFFFFFFFFFFFFFF, -2"
    })
    void readsEveryType(String descr, String hex, float expected) throws IOException {
        byte[] component = HexFormat.of().parseHex(hex);
        Path file = write("a.npy", npy(1, descr, "False", "(1, 1)", data -> data.put(component)));

        assertArrayEquals(new float[] {expected}, VectorFile.of(file).row(0).vector());
    }

    @Test
    void refusesATypeWithALineEndInOneLine() throws IOException {
        Path file = write("a.npy", npy(1, "\nf4", "False", "(1, 1)", data -> data.putFloat(1)));

        assertEquals(1, refusal(file).lines().count(), refusal(file));
    }

    @Test
    void refusesFortranOrderWithTheRemedy() throws IOException {
        Path file = write("a.npy", npy(1, "<f4", "True", "(1, 1)", data -> data.putFloat(1)));

        assertTrue(refusal(file).contains("fortran_order: expected=False, actual=True"), refusal(file));
        assertTrue(refusal(file).contains("ascontiguousarray"), refusal(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(4,)", "(1, 2, 2)", "()", "(0, 4)", "(4, 0)", "(1, 4097)", "(99999999999999999999, 1)"})
    void refusesAnotherShape(String shape) throws IOException {
        Path file = write("a.npy", npy(1, "<f4", "False", shape, data -> data.putFloat(1)));

        assertTrue(refusal(file).contains("shape: expected"), refusal(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {">f4", "|O", "<c8", "<U3", "|b1"})
    void refusesAnotherType(String descr) throws IOException {
        Path file = write("a.npy", npy(1, descr, "False", "(1, 1)", data -> data.putFloat(1)));

        assertTrue(refusal(file).contains("descr: expected one of"), refusal(file));
        assertTrue(refusal(file).endsWith("actual=" + descr), refusal(file));
    }

    @Test
    void refusesAFileThatIsShorterOrLongerThanItSays() throws IOException {
        byte[] whole = npy(1, "<f4", "False", "(3, 2)", data -> {
            for (int i = 0; i < 6; i++) {
                data.putFloat(i);
            }
        });
        for (int length = 0; length <= whole.length + 9; length++) {
            if (length == whole.length) {
                continue;
            }
            byte[] bytes = Arrays.copyOf(whole, length);
            Path plain = write("a.npy", bytes);
            assertThrows(
                    VectorFileException.class,
                    () -> VectorFile.of(plain).open().close(),
                    "opened " + length + " bytes");
            Path compressed = write("a.npy.gz", bytes);
            assertThrows(
                    VectorFileException.class,
                    () -> VectorFile.of(compressed).validate(RowCheck.NONE),
                    "read " + length + " bytes");
        }
    }

    @Test
    void namesTheRowWhereAShortFileEnds() throws IOException {
        byte[] whole = npy(
                1,
                "<f4",
                "False",
                "(3, 2)",
                data -> data.putFloat(0)
                        .putFloat(1)
                        .putFloat(2)
                        .putFloat(3)
                        .putFloat(4)
                        .putFloat(5));
        int header = whole.length - 24;
        Path plain = write("a.npy", Arrays.copyOf(whole, whole.length - 10));
        Path compressed = write("a.npy.gz", Arrays.copyOf(whole, whole.length - 10));

        assertEquals(
                plain + ": row 1, byte " + (header + 8) + ": length: expected=" + whole.length
                        + " bytes for shape (3, 2), actual=" + (whole.length - 10),
                refusal(plain));
        assertTrue(
                refusal(compressed)
                        .startsWith(compressed + ": row 1, byte " + (header + 8) + ": expected a row of 8 bytes"),
                refusal(compressed));
    }

    @Test
    void refusesALyingHeader() throws IOException {
        byte[] bytes = npy(2, "<f4", "False", "(1, 1)", data -> data.putFloat(1));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(8, -1);
        Path length = write("length.npy", bytes);
        byte[] versionless = npy(1, "<f4", "False", "(1, 1)", data -> data.putFloat(1));
        versionless[6] = 4;
        Path version = write("version.npy", versionless);
        Path magic = write("magic.npy", new byte[200]);
        Path huge = write("huge.npy", npy(1, "<f4", "False", "(9000000000000000000, 4096)", data -> data.putFloat(1)));

        assertTrue(refusal(length).contains("header length: expected=0..65536, actual=4294967295"), refusal(length));
        assertTrue(refusal(version).contains("version: expected=1..3, actual=4"), refusal(version));
        assertTrue(refusal(magic).contains("magic number"), refusal(magic));
        assertTrue(refusal(huge).contains("shape: expected"), refusal(huge));
    }

    private static String refusal(Path file) {
        return assertThrows(VectorFileException.class, () -> VectorFile.of(file).validate(RowCheck.NONE))
                .getMessage();
    }

    static byte[] npy(int version, String descr, String fortran, String shape, Consumer<ByteBuffer> data) {
        ByteBuffer content = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);
        data.accept(content);
        String dictionary = "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
        int prefix = version == 1 ? 10 : 12;
        int padding = 63 - (prefix + dictionary.length()) % 64;
        byte[] text = (dictionary + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer file =
                ByteBuffer.allocate(prefix + text.length + content.position()).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) version)
                .put((byte) 0);
        if (version == 1) {
            file.putShort((short) text.length);
        } else {
            file.putInt(text.length);
        }
        return file.put(text).put(content.flip()).array();
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), name.endsWith(".gz") ? Gzip.of(bytes) : bytes);
    }
}
