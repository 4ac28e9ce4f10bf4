// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.bench.data.FvecsWriter;
import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.generate.ExactNeighbours;
import dev.simonides.bench.generate.UniformGenerator;
import dev.simonides.quantization.Similarity;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Small files of vectors, made from a fixed seed. */
final class Samples {
    static final int DIMENSION = 24;

    private static final long SEED = 20_261_121;

    private Samples() {}

    static float[][] vectors(int count) {
        return UniformGenerator.sphere(DIMENSION, SEED).next(count);
    }

    static Path fvecs(Path file, float[]... vectors) {
        try (FvecsWriter writer = FvecsWriter.create(file, vectors[0].length)) {
            for (float[] vector : vectors) {
                writer.write(vector);
            }
        }
        return file;
    }

    static Path truth(Path file, float[][] base, float[][] queries, int width) {
        NeighbourTable table = ExactNeighbours.find(base, queries, width, Similarity.COSINE);
        table.write(file);
        return file;
    }

    static Path lines(Path file, List<String> lines) throws IOException {
        byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = file.toString().endsWith(".gz")
                ? new GZIPOutputStream(Files.newOutputStream(file))
                : Files.newOutputStream(file)) {
            out.write(bytes);
        }
        return file;
    }
}
