// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphCheck;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.graph.GraphRepair;
import dev.simonides.core.graph.GraphShape;
import dev.simonides.core.graph.GraphUnlinker;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.search.TenantSearch;
import dev.simonides.core.tenant.GraphUpkeep;
import dev.simonides.core.tenant.Numbering;
import dev.simonides.core.tenant.StoredRecord;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.StorageDirectory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tenants with graphs and without a store around them, and their restart: the vectors come back as they were, the graphs
 * from files. One thread writes and checkpoints; linking may be done by others, each with its own linker.
 */
public final class GraphFixture implements AutoCloseable {
    static final UUID STORE = new UUID(0x5107, 42);
    static final int M = 4;
    static final long SEED = 42;
    static final GraphShape SHAPE = new GraphShape(M, SEED);

    final VectorCodec codec;
    public final Tenants tenants;
    public final AtomicLong published = new AtomicLong();
    final List<String> rebuilt = new ArrayList<>();
    GraphFiles files = GraphFiles.none(SHAPE);
    private final Arena arena = Arena.ofShared();
    private final Numbering numbering = Numbering.of(0, new HeapKeyDirectory(0x5EED));
    private final int exactScanMax;
    private final Map<String, List<float[]>> vectors = new HashMap<>();
    private final GraphLinker linker;
    private final SearchScratch scratch;
    private final TenantSearch search;
    private final AtomicLong nextFileId;

    private GraphFixture(int dimension, int exactScanMax, AtomicLong nextFileId) {
        codec = VectorCodec.of(dimension, Similarity.EUCLIDEAN, OriginalFormat.F32, Kernels.best());
        this.exactScanMax = exactScanMax;
        this.nextFileId = nextFileId;
        tenants = new Tenants(new TenantShape(codec, M, exactScanMax, SEED, numbering));
        linker = newLinker();
        scratch = new SearchScratch(0, Kernels.best(), codec, arena);
        search = new TenantSearch(Kernels.best(), codec, exactScanMax, published);
    }

    public static GraphFixture of(int dimension) {
        return new GraphFixture(dimension, 0, new AtomicLong(1));
    }

    public GraphLinker newLinker() {
        return new GraphLinker(Kernels.best(), codec, M, 32, arena);
    }

    public GraphUnlinker newUnlinker() {
        return new GraphUnlinker(Kernels.best(), codec, arena);
    }

    public Tenant tenant(String name) {
        return tenants.findOrMake(name);
    }

    public Graph graph(String name) {
        Graph graph = tenant(name).graph();
        assertNotNull(graph);
        return graph;
    }

    public synchronized float[] vector(String name, int ordinal) {
        return vectors.get(name).get(ordinal);
    }

    /** Puts vectors, publishes them and links none. */
    public synchronized void add(String name, float[]... added) {
        Tenant tenant = tenant(name);
        List<float[]> present = vectors.computeIfAbsent(name, unknown -> new ArrayList<>());
        try (Arena local = Arena.ofConfined()) {
            MemorySegment query = local.allocate(codec.exactQueryBytes(), 64);
            MemorySegment stored = local.allocate((long) codec.codePitch() + codec.originalBytes() + 64, 64);
            for (float[] vector : added) {
                codec.encode(vector, query.address(), stored.address() + 64, stored.address() + 64 + codec.codeBytes());
                int ordinal = tenant.place();
                byte[] key = ("key-" + ordinal).getBytes(StandardCharsets.UTF_8);
                MemorySegment.copy(MemorySegment.ofArray(key), 0, stored, 0, key.length);
                numbering.records().ensureRoom(Tenant.recordBytes(key.length, 0));
                long lsn = published.get() + 1;
                tenant.add(ordinal, lsn, new StoredRecord(stored, lsn, 0, key.length, key.length, 0, 64));
                present.add(vector);
                tenant.publish();
                published.set(lsn);
            }
        }
    }

    public synchronized void kill(String name, int ordinal) {
        tenant(name).kill(ordinal, published.get() + 1);
        tenant(name).publish();
        published.incrementAndGet();
    }

    /** Puts tenants without ordinals in the place of those there are, as a compaction does of which nobody is left. */
    public synchronized void compactToNothing() {
        TenantShape next = tenants.shape().with(numbering.next());
        Map<Tenant, Tenant.Successor> successors = new HashMap<>();
        for (Tenant tenant : tenants.all()) {
            int[] gone = new int[tenant.count()];
            Arrays.fill(gone, Tenant.GONE);
            successors.put(tenant, new Tenant.Successor(new Tenant(tenant.id(), tenant.name(), next), gone));
        }
        tenants.renumber(next, successors, published.get());
    }

    /** Claims and settles up to so many ordinals, as an indexer does; says whether there was one. */
    public boolean link(String name, int ordinals) {
        return link(name, ordinals, linker);
    }

    boolean link(String name, int ordinals, GraphLinker with) {
        Tenant tenant = tenant(name);
        Graph graph = graph(name);
        long claim = tenant.pending().claim(ordinals);
        int first = (int) (claim >>> 32);
        for (int ordinal = first; ordinal < first + (int) claim; ordinal++) {
            if (tenant.deathLsn(ordinal) <= published.get()) {
                graph.skip(ordinal);
            } else {
                with.link(graph, tenant.vectors(), ordinal, tenant.count(), tenant::dead);
            }
        }
        tenant.pending().advance(graph);
        return (int) claim > 0;
    }

    /** What the writer thread takes for a checkpoint. */
    public synchronized Snapshot snapshot() {
        return new Snapshot(
                LogStart.BEGINNING,
                published.get(),
                0,
                tenants.all().stream()
                        .filter(tenant -> tenant.count() > 0)
                        .map(tenant -> new TenantSnapshot(
                                tenant, tenant.count(), tenant.pending().floor()))
                        .toList());
    }

    CheckpointTarget target(StorageDirectory directory) {
        return new CheckpointTarget(directory, STORE, nextFileId::getAndIncrement);
    }

    /** Writes a checkpoint of now and commits it. */
    public List<FileEntry> checkpoint(StorageDirectory directory) {
        Prepared prepared = files.write(target(directory), snapshot());
        prepared.commit();
        return prepared.entries();
    }

    /** The next process: what the snapshot holds of the vectors, and of the graphs what the files give. */
    public GraphFixture restart(StorageDirectory directory, Snapshot snapshot, List<FileEntry> entries, int threads) {
        GraphFixture next = new GraphFixture(codec.dimension(), exactScanMax, nextFileId);
        for (TenantSnapshot held : snapshot.tenants()) {
            String name = held.tenant().name();
            next.add(name, vectorsOf(name, held.count()));
            for (int ordinal = 0; ordinal < held.count(); ordinal++) {
                if (held.tenant().deathLsn(ordinal) <= snapshot.lsn()) {
                    next.tenant(name).kill(ordinal, held.tenant().deathLsn(ordinal));
                }
            }
            next.tenant(name).publish();
        }
        next.published.set(snapshot.lsn());
        next.files = GraphFiles.load(directory, STORE, entries, next.tenants, SHAPE, threads, next.rebuilt::add);
        return next;
    }

    private synchronized float[][] vectorsOf(String name, int count) {
        return vectors.get(name).subList(0, count).toArray(float[][]::new);
    }

    /** The keys of the best hits, by the walk that the engine chooses, or by the exact one. */
    public int[] search(String name, float[] query, int k, int ef, boolean exact) {
        if (exact) {
            search.exact(tenant(name), query, k, scratch);
        } else {
            search.search(tenant(name), query, k, ef, false, scratch);
        }
        int[] found = new int[scratch.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = scratch.ordinal(i);
        }
        return found;
    }

    /** Asserts that the lists hold nothing they must not hold. */
    public void assertSound(String name) {
        List<String> findings = new ArrayList<>();
        assertEquals(true, new GraphCheck(graph(name), tenant(name)::count, findings::add).checkLists() >= 0);
        assertEquals(List.of(), findings);
    }

    /** Does what the indexers do in the background after a restart: link what is pending, and what is lost. */
    public void settle(String name) {
        while (link(name, 64)) {
            // All of it.
        }
        Tenant tenant = tenant(name);
        tenant.upkeep().wantRepair();
        assertEquals(GraphUpkeep.Task.REPAIR, tenant.upkeep().take());
        int lost = new GraphRepair(
                        graph(name),
                        tenant.vectors(),
                        tenant.count(),
                        tenant.pending().floor(),
                        () -> true)
                .run(linker, tenant::dead);
        assertTrue(lost >= 0);
        tenant.upkeep().done(true);
    }

    public long unreachable(String name) {
        Tenant tenant = tenant(name);
        return new GraphCheck(graph(name), tenant::count, finding -> {}).unreachable(ordinal -> !tenant.dead(ordinal));
    }

    @Override
    public void close() {
        numbering.close();
        arena.close();
    }
}
