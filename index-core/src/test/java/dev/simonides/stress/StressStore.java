// SPDX-License-Identifier: Apache-2.0
package dev.simonides.stress;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.graph.GraphUnlinker;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.key.RecordKey;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.search.TenantSearch;
import dev.simonides.core.tenant.Numbering;
import dev.simonides.core.tenant.Predecessors;
import dev.simonides.core.tenant.StoredRecord;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.write.Applier;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the states of a jcstress test share of a store: its memory and its key directory. Each state has a tenant of its
 * own. Any thread makes tenants; whoever has one is its writer.
 *
 * <p>Records are made of numbers: key k is {@code key-k}, memory v has the payload {@code text-v} and a vector unlike all
 * others.
 */
public final class StressStore implements AutoCloseable {
    /** Keys, and memories, are numbered below this. */
    public static final int RECORDS = 6;

    public static final VectorCodec CODEC = VectorCodec.of(4, Similarity.COSINE, OriginalFormat.F16, Kernels.best());

    private static final float[][] VECTORS = {
        {1, 0, 0, 0.1f}, {0, 1, 0, 0.2f}, {0, 0, 1, 0.3f}, {-1, 0, 0, 0.4f}, {0, -1, 0, 0.5f}, {0, 0, -1, 0.6f}
    };
    private static final int M = 8;
    private static final int EF = 16;

    private static final long RECORD_BYTES = 128;
    private static final int KEY_BYTES = 5;
    private static final long TEXT_OFFSET = 16;
    private static final int TEXT_BYTES = 6;
    private static final long VECTOR_OFFSET = 64;
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final MemorySegment STORED = encoded();

    private static final ThreadLocal<SearchScratch> SCRATCH =
            ThreadLocal.withInitial(() -> new SearchScratch(0, Kernels.best(), CODEC, Arena.global()));
    private static final ThreadLocal<GraphLinker> LINKER =
            ThreadLocal.withInitial(() -> new GraphLinker(Kernels.best(), CODEC, M, EF, Arena.global()));
    private static final ThreadLocal<GraphUnlinker> UNLINKER =
            ThreadLocal.withInitial(() -> new GraphUnlinker(Kernels.best(), CODEC, Arena.global()));

    private final Numbering numbering = Numbering.of(0, new HeapKeyDirectory(42));
    private final AtomicInteger nextTenant = new AtomicInteger();
    private final int exactScanMax;
    private final TenantShape shape;
    private final Tenants tenants;
    private final Applier applier;

    private StressStore(int exactScanMax) {
        this.exactScanMax = exactScanMax;
        this.shape = new TenantShape(CODEC, M, exactScanMax, 42, numbering);
        this.tenants = new Tenants(shape);
        this.applier = new Applier(tenants, new MemoryBudget(1L << 40), CODEC, (lsn, asOfLsn) -> {});
    }

    /** Stores whose tenants are scanned. */
    public static Generations<StressStore> scanned() {
        return new Generations<>(() -> new StressStore(1_000), StressStore::close);
    }

    /** Stores whose tenants have a graph. */
    public static Generations<StressStore> withGraphs() {
        return new Generations<>(() -> new StressStore(0), StressStore::close);
    }

    private static MemorySegment encoded() {
        MemorySegment stored = Arena.global().allocate(RECORDS * RECORD_BYTES, 64);
        MemorySegment query = Arena.global().allocate(CODEC.exactQueryBytes(), 64);
        for (int i = 0; i < RECORDS; i++) {
            long at = i * RECORD_BYTES;
            MemorySegment.copy(key(i), 0, stored, JAVA_BYTE, at, KEY_BYTES);
            MemorySegment.copy(text(i), 0, stored, JAVA_BYTE, at + TEXT_OFFSET, TEXT_BYTES);
            long code = stored.address() + at + VECTOR_OFFSET;
            CODEC.encode(VECTORS[i], query.address(), code, code + CODEC.codeBytes());
        }
        return stored;
    }

    private static byte[] key(int key) {
        return ("key-" + key).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] text(int memory) {
        return ("text-" + memory).getBytes(StandardCharsets.UTF_8);
    }

    /** The vector of a memory. */
    public static float[] vector(int memory) {
        return VECTORS[memory];
    }

    /** The record of a memory under a key. */
    public static StoredRecord record(int key, int memory) {
        long at = memory * RECORD_BYTES;
        return new StoredRecord(
                STORED, 1_000, key * RECORD_BYTES, KEY_BYTES, at + TEXT_OFFSET, TEXT_BYTES, at + VECTOR_OFFSET);
    }

    /** Whether every byte of an ordinal is that of a memory under a key. */
    public static boolean intact(Tenant tenant, int ordinal, int key, int memory) {
        StoredRecord record = record(key, memory);
        return tenant.keyBytes(ordinal) == KEY_BYTES
                && equal(tenant.keyAddress(ordinal), record.keyOffset(), KEY_BYTES)
                && tenant.payloadBytes(ordinal) == TEXT_BYTES
                && equal(tenant.payloadAddress(ordinal), record.payloadOffset(), TEXT_BYTES)
                && tenant.timestampMillis(ordinal) == record.timestampMillis()
                && vectorIntact(tenant, ordinal, memory);
    }

    /** Whether code and original of an ordinal are those of a memory. */
    public static boolean vectorIntact(Tenant tenant, int ordinal, int memory) {
        return vectorIntact(
                tenant.vectors().codeAddress(ordinal), tenant.vectors().originalAddress(ordinal), memory);
    }

    /** Whether a code and an original are those of a memory. */
    public static boolean vectorIntact(long code, long original, int memory) {
        long stored = record(memory, memory).vectorOffset();
        return equal(code, stored, CODEC.codeBytes())
                && equal(original, stored + CODEC.codeBytes(), CODEC.originalBytes());
    }

    private static boolean equal(long address, long stored, long bytes) {
        return MemorySegment.mismatch(MEMORY, address, address + bytes, STORED, stored, stored + bytes) < 0;
    }

    /** The calling thread's scratch, which holds the result of its last search. */
    public static SearchScratch scratch() {
        return SCRATCH.get();
    }

    /** The calling thread's linker. */
    public static GraphLinker linker() {
        return LINKER.get();
    }

    /** The calling thread's unlinker. */
    public static GraphUnlinker unlinker() {
        return UNLINKER.get();
    }

    /** A new tenant of this store. */
    public Tenant tenant() {
        return new Tenant(nextTenant.getAndIncrement(), "stress", shape);
    }

    /** A searcher that reads this watermark. */
    public TenantSearch search(AtomicLong published) {
        return search(published, exactScanMax);
    }

    /** A searcher that reads this watermark, and scans tenants of no more vectors than this. */
    public static TenantSearch search(AtomicLong published, int exactScanMax) {
        return new TenantSearch(Kernels.best(), CODEC, exactScanMax, published);
    }

    /** Where pages, columns and lists come from. */
    public Slabs slabs() {
        return numbering.slabs();
    }

    public KeyDirectory keys() {
        return numbering.keys();
    }

    /** Noted by the applier, by LSN. */
    public Predecessors predecessors() {
        return tenants.predecessors();
    }

    /** The applier of this store, for the one actor that writes. */
    public Applier applier() {
        return applier;
    }

    /** A key of a tenant. */
    public RecordKey key(Tenant tenant, int key) {
        return numbering.keys().key(tenant.id(), key(key));
    }

    /** Puts memory v under key v, at LSN v + 1, for every v below a number. For a tenant that nobody else sees yet. */
    public void fill(Tenant tenant, int end) {
        fill(tenant, 0, end);
    }

    /** The same from another number on. */
    public void fill(Tenant tenant, int first, int end) {
        for (int i = first; i < end; i++) {
            int ordinal = tenant.place();
            tenant.add(ordinal, i + 1L, record(i, i));
            int _ = keys().put(key(tenant, i), ordinal, tenant.keyAddress(ordinal));
        }
        tenant.publish();
    }

    /**
     * Adds ordinals to a tenant until it has so many, without keys: what stands under one is one of the memories again and again.
     * For a tenant that nobody else sees yet.
     */
    public void fillAgain(Tenant tenant, int end) {
        for (int i = tenant.count(); i < end; i++) {
            tenant.add(tenant.place(), i + 1L, record(i % RECORDS, i % RECORDS));
        }
        tenant.publish();
    }

    @Override
    public void close() {
        numbering.close();
    }
}
