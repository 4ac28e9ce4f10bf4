// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.simd.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/FORMAT.md says of the vector code is what the code does. */
class FormatDocTest {
    private static final String SECTION = "## Vector code";

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 384, 767, 768, 4096})
    void codeRecordsLieAsTheTableSays(int dimension) throws IOException {
        List<String[]> rows = table("| field | offset | bytes | type | meaning |");
        int factors = CodeLayout.factorsOffset(dimension);
        String[] fields = {"codes", "padding", "factor0", "factor1"};
        int[] offsets = {
            CodeLayout.CODES_OFFSET,
            dimension,
            factors + CodeLayout.FACTOR0_OFFSET,
            factors + CodeLayout.FACTOR1_OFFSET,
            CodeLayout.bytes(dimension)
        };

        assertEquals(fields.length, rows.size());
        for (int i = 0; i < fields.length; i++) {
            String[] row = rows.get(i);
            assertEquals(fields[i], row[0]);
            assertEquals(offsets[i], value(row[1], dimension), row[0]);
            assertEquals(offsets[i + 1] - offsets[i], value(row[2], dimension), row[0]);
        }
        assertEquals((dimension + 3) / 4 * 4, factors);
        assertTrue(section().contains("A record has `F + 8` bytes"));
        assertEquals(CodeLayout.bytes(dimension), value("F + 8", dimension));
    }

    @Test
    void similaritiesHaveTheirNumbersAndFactors() throws IOException {
        List<String[]> rows = table("| similarity | code | factor0 | factor1 |");

        assertEquals(Similarity.values().length, rows.size());
        for (String[] row : rows) {
            assertEquals(Similarity.valueOf(row[0]).code(), Integer.parseInt(row[1]));
            try (CodecWorkspace workspace = workspace(Similarity.valueOf(row[0]), OriginalFormat.NONE)) {
                workspace.encode(new float[] {3f, -1f, 2f});
                int squaredCodeNorm =
                        Arrays.stream(workspace.codes()).map(c -> c * c).sum();
                float factor0 = switch (row[2]) {
                    case "float32(1 / √n)" -> (float) (1 / Math.sqrt(squaredCodeNorm));
                    case "scale" -> 3f / 127f;
                    default -> throw new AssertionError(row[2]);
                };
                assertEquals(factor0, workspace.factor0());
                assertEquals("float32(factor0² · n)", row[3]);
                assertEquals((float) ((double) factor0 * factor0 * squaredCodeNorm), workspace.factor1());
            }
        }
    }

    @Test
    void originalFormatsHaveTheirNumbersAndSizes() throws IOException {
        List<String[]> rows = table("| format | code | bytes a component | holds |");

        assertEquals(OriginalFormat.values().length, rows.size());
        for (String[] row : rows) {
            OriginalFormat format = OriginalFormat.valueOf(row[0]);
            assertEquals(format.code(), Integer.parseInt(row[1]));
            assertEquals(format.bytesPerComponent(), Integer.parseInt(row[2]));
        }
    }

    @Test
    void theExampleHasTheBytesOfTheCode() throws IOException {
        String section = section();
        int example = section.indexOf("Example: the vector (1, −0.5, 0.25) under dot");
        assertFalse(example < 0);
        int begin = section.indexOf("```\n", example) + 4;
        String hex = section.substring(begin, section.indexOf("\n```", begin));

        try (CodecWorkspace workspace = workspace(Similarity.DOT, OriginalFormat.NONE)) {
            workspace.encode(new float[] {1f, -0.5f, 0.25f});

            assertArrayEquals(HexFormat.ofDelimiter(" ").parseHex(hex), CodecWorkspace.bytes(workspace.code));
        }
    }

    @Test
    void limitsAreTheDocumentedOnes() throws IOException {
        String section = section();

        assertTrue(section.contains("`D` is the dimension, 1.." + VectorCodec.DIMENSION_MAX));
        assertTrue(section.contains("magnitudes above " + (int) VectorCodec.F16_MAX));
        assertTrue(section.contains("norms above 2^" + Math.getExponent(VectorCodec.NORM_MAX)));
        assertTrue(
                section.contains("−" + CodeLayout.CODE_MAX + ".." + CodeLayout.CODE_MAX + ", plus " + CodeLayout.BIAS));
        assertTrue(section.contains("rounded up to " + CodeLayout.PITCH_ALIGNMENT_BYTES));
    }

    private static CodecWorkspace workspace(Similarity similarity, OriginalFormat originals) {
        return new CodecWorkspace(VectorCodec.of(3, similarity, originals, Kernels.best()));
    }

    /** An expression of the tables: a number, D or F, or a sum or difference of two of these. */
    private static int value(String expression, int dimension) {
        String[] parts = expression.split(" ", -1);
        int first = term(parts[0], dimension);
        if (parts.length == 1) {
            return first;
        }
        int second = term(parts[2], dimension);
        return switch (parts[1]) {
            case "+" -> first + second;
            case "−" -> first - second;
            default -> throw new AssertionError(expression);
        };
    }

    private static int term(String term, int dimension) {
        return switch (term) {
            case "D" -> dimension;
            case "F" -> (dimension + 3) / 4 * 4;
            default -> Integer.parseInt(term);
        };
    }

    /** The rows of the table with this head, cells trimmed. */
    private static List<String[]> table(String head) throws IOException {
        List<String> lines = section().lines().toList();
        int begin = lines.indexOf(head);
        assertFalse(begin < 0, "no table " + head);
        List<String[]> rows = new ArrayList<>();
        for (int i = begin + 2; i < lines.size() && lines.get(i).startsWith("|"); i++) {
            String line = lines.get(i);
            String[] cells = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
            rows.add(Arrays.stream(cells).map(String::trim).toArray(String[]::new));
        }
        return rows;
    }

    private static String section() throws IOException {
        String document = Files.readString(Path.of(System.getProperty("basedir", "."), "..", "docs", "FORMAT.md"));
        int begin = document.indexOf(SECTION + "\n");
        assertFalse(begin < 0, "no section " + SECTION);
        int end = document.indexOf("\n## ", begin + 1);
        return end < 0 ? document.substring(begin) : document.substring(begin, end);
    }
}
