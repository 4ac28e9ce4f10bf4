// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.wal.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many tenants of ten vectors: what they take on the medium, and that each of them is one page and found by its own. */
class ManyTenantsTest {
    private static final int TENANTS = 200;
    private static final int VECTORS = 10;
    private static final int DIMENSION = 384;

    @TempDir
    private Path temporary;

    private Path store = Path.of("");

    @BeforeEach
    void fill() {
        store = temporary.resolve("store");
        try (MemoryIndex index = MemoryIndex.create(
                store,
                MemoryIndexOptions.ofDimension(DIMENSION)
                        .originals(OriginalFormat.NONE)
                        .durability(new Durability.None()))) {
            for (int tenant = 0; tenant < TENANTS; tenant++) {
                List<Memory> batch = new ArrayList<>();
                for (int i = 0; i < VECTORS; i++) {
                    batch.add(Memory.of(key(tenant, i), vector(tenant, i)).tenant("t" + tenant));
                }
                index.putAll(batch);
            }
            index.checkpoint();
        }
    }

    private static String key(int tenant, int i) {
        return String.format(Locale.ROOT, "k%07d-%03d", tenant, i);
    }

    private static float[] vector(int tenant, int i) {
        return Vectors.gaussian(tenant * 100L + i, DIMENSION);
    }

    @Test
    void theyTakeLessThan16TimesTheirComponentsOnTheMedium() throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(store)) {
            for (Path file : files.toList()) {
                boolean log = file.getFileName().toString().startsWith("wal-");
                bytes += log ? 0 : Files.size(file);
            }
        }

        assertTrue(bytes <= TENANTS * VECTORS * DIMENSION * 8L / 5, bytes / TENANTS + " bytes a tenant");
    }

    @Test
    void aSearchLooksAtOnePageOfItsTenant() {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertEquals(TENANTS, index.stats().tenantCount());
            for (int tenant = 0; tenant < TENANTS; tenant++) {
                for (int i = 0; i < VECTORS; i += 3) {
                    SearchResult result = index.search(Query.of(vector(tenant, i))
                            .tenant("t" + tenant)
                            .top(VECTORS)
                            .countingPages());
                    assertEquals(key(tenant, i), result.get(0).key());
                    assertEquals(VECTORS, result.hits().size());
                    assertEquals(1, result.pages());
                    assertEquals(VECTORS, result.evaluations());
                }
            }
        }
    }
}
