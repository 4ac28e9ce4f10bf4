// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class VectorFileProperties {

    @Property(tries = 100)
    void fvecsBringBackEveryBit(@ForAll("matrices") List<float[]> vectors, @ForAll boolean compressed)
            throws IOException {
        Path file = Files.createTempFile("vectors", compressed ? ".fvecs.gz" : ".fvecs");
        try (FvecsWriter writer = FvecsWriter.create(file, vectors.getFirst().length)) {
            vectors.forEach(writer::write);
        }

        List<float[]> read = read(file);
        Files.delete(file);

        assertSame(vectors, read);
    }

    @Property(tries = 100)
    void numpyBringsBackEveryBit(
            @ForAll("matrices") List<float[]> vectors,
            @ForAll @IntRange(min = 1, max = 3) int version,
            @ForAll boolean compressed)
            throws IOException {
        String shape = "(" + vectors.size() + ", " + vectors.getFirst().length + ")";
        byte[] bytes = NpySourceTest.npy(version, "<f4", "False", shape, data -> {
            for (float[] vector : vectors) {
                for (float component : vector) {
                    data.putInt(Float.floatToRawIntBits(component));
                }
            }
        });
        Path file = Files.createTempFile("vectors", compressed ? ".npy.gz" : ".npy");
        Files.write(file, compressed ? Gzip.of(bytes) : bytes);

        List<float[]> read = read(file);
        Files.delete(file);

        assertSame(vectors, read);
    }

    /** Either the file reads as it was written, or it is refused with one line; nothing else escapes. */
    @Property(tries = 300)
    void aDamagedByteIsReadOrRefused(
            @ForAll("matrices") List<float[]> vectors,
            @ForAll("names") String name,
            @ForAll @IntRange(min = 0, max = 4000) int place,
            @ForAll byte value)
            throws IOException {
        Path file = Files.createTempFile("vectors", name);
        byte[] bytes = bytes(vectors, name);
        bytes[place % bytes.length] = value;
        Files.write(file, bytes);

        Optional<String> refusal;
        try {
            VectorShape shape = VectorFile.of(file).validate(RowCheck.NONE);
            refusal = Optional.empty();
            assertEquals(shape.count(), read(file).size());
        } catch (VectorFileException e) {
            refusal = Optional.of(String.valueOf(e.getMessage()));
        } finally {
            Files.deleteIfExists(file);
        }

        refusal.ifPresent(message -> {
            assertEquals(1, message.lines().count(), message);
            assertEquals(0, message.indexOf(file + ": "), message);
        });
    }

    @Provide
    Arbitrary<List<float[]>> matrices() {
        return Arbitraries.integers()
                .between(1, 20)
                .flatMap(dimension -> Arbitraries.floats()
                        .edgeCases(edges -> edges.add(Float.MIN_VALUE, -0f, Float.MAX_VALUE))
                        .array(float[].class)
                        .ofSize(dimension)
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(20));
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of(".fvecs", ".npy", ".jsonl", ".fvecs.gz");
    }

    private static byte[] bytes(List<float[]> vectors, String name) throws IOException {
        if (name.equals(".npy")) {
            String shape = "(" + vectors.size() + ", " + vectors.getFirst().length + ")";
            return NpySourceTest.npy(1, "<f4", "False", shape, data -> {
                for (float[] vector : vectors) {
                    for (float component : vector) {
                        data.putFloat(component);
                    }
                }
            });
        }
        if (name.equals(".jsonl")) {
            StringBuilder lines = new StringBuilder();
            for (float[] vector : vectors) {
                lines.append("{\"vector\": ").append(Arrays.toString(vector)).append("}\n");
            }
            return lines.toString().getBytes(StandardCharsets.UTF_8);
        }
        Path file = Files.createTempFile("vectors", name);
        try (FvecsWriter writer = FvecsWriter.create(file, vectors.getFirst().length)) {
            vectors.forEach(writer::write);
        }
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        return bytes;
    }

    private static List<float[]> read(Path file) {
        List<float[]> vectors = new ArrayList<>();
        VectorFile.of(file).validate(row -> vectors.add(row.vector()));
        return vectors;
    }

    private static void assertSame(List<float[]> expected, List<float[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i));
        }
    }
}
