// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.memory.Slabs;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a small tenant takes, counted: off the heap what the slabs hand out, on the heap what its objects allocate. */
@Tag("measured")
class TenantCostTest {
    private static final int DIMENSION = 384;
    private static final int VECTORS = 10;
    private static final int KEY_BYTES = 12;
    private static final int TENANTS = 2_000;

    private static final VectorCodec CODEC =
            VectorCodec.of(DIMENSION, Similarity.COSINE, OriginalFormat.NONE, Kernels.best());
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Slabs slabs = new Slabs();
    private final Slabs records = new Slabs();
    private final HeapKeyDirectory keys = new HeapKeyDirectory(1);
    private final TenantShape shape = new TenantShape(CODEC, 16, 1_000, 1, new Numbering(0, slabs, records, keys));

    /** Puts ten vectors with keys of 12 bytes into each of some tenants; returns what stays on the heap. */
    private long fill(Tenants tenants, int count, MemorySegment stored) {
        StoredRecord record = new StoredRecord(stored, 0, 0, KEY_BYTES, KEY_BYTES, 0, KEY_BYTES);
        long heap = 0;
        for (int i = 0; i < count; i++) {
            String name = String.format(Locale.ROOT, "t%07d", i);
            MemorySegment.copy(
                    MemorySegment.ofArray(name.getBytes(StandardCharsets.US_ASCII)), 0, stored, 0, name.length());
            long before = THREADS.getCurrentThreadAllocatedBytes();
            Tenant tenant = tenants.findOrMake(name);
            for (int ordinal = 0; ordinal < VECTORS; ordinal++) {
                tenant.add(tenant.place(), 1L + ordinal, record);
            }
            tenant.publish();
            heap += THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        return heap;
    }

    @Test
    void tenVectorsOf384DimensionsTakeLessThan16TimesTheirComponents() {
        try (slabs;
                records;
                Arena arena = Arena.ofConfined()) {
            MemorySegment stored = arena.allocate(KEY_BYTES + CODEC.codeBytes(), 64);
            // The first tenants load classes.
            fill(new Tenants(shape), 100, stored);
            long offHeapBefore = slabs.usedBytes() + records.usedBytes();
            long heap = fill(new Tenants(shape), TENANTS, stored);
            long offHeap = slabs.usedBytes() + records.usedBytes() - offHeapBefore;
            long before = THREADS.getCurrentThreadAllocatedBytes();
            keys.reserve((long) TENANTS * VECTORS);
            heap += THREADS.getCurrentThreadAllocatedBytes() - before;

            long aTenant = (heap + offHeap) / TENANTS;
            assertTrue(aTenant <= 6_144, "off heap " + offHeap / TENANTS + ", heap " + heap / TENANTS);
            assertTrue(offHeap / TENANTS <= 5_120, "off heap " + offHeap / TENANTS);
            assertTrue(heap / TENANTS <= 1_024, "heap " + heap / TENANTS);
        }
    }

    @Test
    void aTenantCostsNoOffHeapMemoryBeforeItHoldsSomething() {
        try (slabs;
                records) {
            assertEquals(0, new Tenants(shape).findOrMake("t").count());
            assertEquals(0, slabs.usedBytes());
        }
    }
}
