// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tenants;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.bench.generate.UniformGenerator;
import dev.simonides.quantization.OriginalFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A store of many equal tenants, with keys of 12 bytes and nothing besides: no originals, no payloads.
 *
 * @param tenants how many, 0 or more
 * @param vectors of each
 * @param dimension of each vector
 */
record TenantStore(int tenants, int vectors, int dimension) {
    private static final long SEED = 20261127;
    private static final int BATCH = 256;

    /** What the store's vectors are at least: one byte a component. */
    long rawBytes() {
        return (long) tenants * vectors * dimension;
    }

    static String tenant(int tenant) {
        return String.format(Locale.ROOT, "t%07d", tenant);
    }

    /** Makes the store tenant by tenant, compacts and closes it. */
    void fill(Path directory) {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(dimension).originals(OriginalFormat.NONE);
        try (MemoryIndex index = MemoryIndex.create(directory, options)) {
            UniformGenerator generator = UniformGenerator.sphere(dimension, SEED);
            List<Memory> batch = new ArrayList<>(BATCH);
            for (int tenant = 0; tenant < tenants; tenant++) {
                String name = tenant(tenant);
                for (int i = 0; i < vectors; i++) {
                    batch.add(Memory.of(String.format(Locale.ROOT, "k%011d", i), generator.next())
                            .tenant(name));
                    if (batch.size() == BATCH || (tenant == tenants - 1 && i == vectors - 1)) {
                        var _ = index.putAll(batch);
                        batch.clear();
                    }
                }
            }
            index.awaitLinked(ProgressListener.SILENT);
            var _ = index.compact(ProgressListener.SILENT);
        }
    }

    /** Bytes of a closed store by what its files hold, the log apart. */
    static Map<String, Long> bytesByKind(Path directory) throws IOException {
        Map<String, Long> bytes = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String kind = file.getFileName().toString().replaceFirst("-.*", "");
                if (!kind.equals("wal")) {
                    bytes.merge(kind, Files.size(file), Long::sum);
                }
            }
        }
        return bytes;
    }
}
