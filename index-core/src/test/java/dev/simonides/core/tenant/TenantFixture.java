// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.graph.GraphRenumbering;
import dev.simonides.core.graph.GraphUnlinker;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.quantization.BitCodec;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A tenant without a store around it: the test is writer, indexer and reader in one thread. */
public final class TenantFixture implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final Numbering numbering = Numbering.of(0, new HeapKeyDirectory(0x5EED));
    private final VectorCodec codec;
    private final TenantShape shape;
    private final Tenant tenant;
    private final List<Numbering> next = new ArrayList<>();
    private final GraphLinker linker;
    private final GraphUnlinker unlinker;
    private long lsn;

    /** Makes an empty tenant without 1-bit codes; M is 8 and efConstruction 64. */
    public TenantFixture(VectorCodec codec, int exactScanMax) {
        this(codec, exactScanMax, null);
    }

    /** Makes an empty tenant; M is 8 and efConstruction 64. */
    public TenantFixture(VectorCodec codec, int exactScanMax, @Nullable BitCodec bits) {
        this.codec = codec;
        this.shape = new TenantShape(PageGeometry.of(codec), 8, exactScanMax, 42, numbering, bits);
        this.tenant = new Tenant(7, "fixture", shape);
        this.linker = new GraphLinker(Kernels.best(), codec, 8, 64, arena);
        this.unlinker = new GraphUnlinker(Kernels.best(), codec, arena);
    }

    public Tenant tenant() {
        return tenant;
    }

    /** The LSN of the last write. */
    public long lsn() {
        return lsn;
    }

    /** Adds a vector under the key {@code key-<ordinal>} and publishes it; returns its ordinal. */
    public int add(float[] vector) {
        MemorySegment scratch = arena.allocate(codec.exactQueryBytes(), 64);
        MemorySegment stored = arena.allocate((long) codec.codePitch() + codec.originalBytes() + 64, 64);
        long code = stored.address() + 64;
        // The original stands right behind the code record, as in the log.
        codec.encode(vector, scratch.address(), code, code + codec.codeBytes());
        int ordinal = tenant.place();
        byte[] key = ("key-" + ordinal).getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(MemorySegment.ofArray(key), 0, stored, 0, key.length);
        numbering.records().ensureRoom(Tenant.recordBytes(key.length, 0));
        tenant.add(ordinal, ++lsn, new StoredRecord(stored, 1_000 + lsn, 0, key.length, key.length, 0, 64));
        tenant.publish();
        return ordinal;
    }

    /** Ends the life of an ordinal. */
    public void kill(int ordinal) {
        tenant.kill(ordinal, ++lsn);
        tenant.publish();
    }

    /** Claims, links and settles the next ordinals, as an indexer does. */
    public void link(int ordinals) {
        Graph graph = tenant.graph();
        if (graph == null) {
            throw new IllegalStateException("the tenant has no graph");
        }
        long claim = tenant.pending().claim(ordinals);
        int first = (int) (claim >>> 32);
        for (int ordinal = first; ordinal < first + (int) claim; ordinal++) {
            if (tenant.dead(ordinal)) {
                graph.skip(ordinal);
            } else {
                linker.link(graph, tenant.vectors(), ordinal, tenant.count(), tenant::dead);
            }
        }
        tenant.pending().advance(graph);
    }

    /** Links a node that is linked already. */
    public void linkAgain(int ordinal) {
        Graph graph = tenant.graph();
        if (graph == null) {
            throw new IllegalStateException("the tenant has no graph");
        }
        linker.link(graph, tenant.vectors(), ordinal, tenant.count(), tenant::dead);
    }

    /** Takes the dead out of the graph, as an indexer does after grace; says whether all is sure to be reachable. */
    public boolean unlink() {
        return unlink(() -> true);
    }

    /** The same until somebody says stop. */
    public boolean unlink(BooleanSupplier goOn) {
        Graph graph = tenant.graph();
        if (graph == null) {
            throw new IllegalStateException("the tenant has no graph");
        }
        int _ = unlinker.condemn(graph, tenant.pending().floor(), tenant::dead);
        boolean whole = unlinker.unlink(graph, tenant.vectors(), tenant.count(), goOn);
        int _ = linker.refreshWorn(graph, tenant.vectors(), tenant.count(), tenant::dead, goOn);
        return whole;
    }

    /** Makes the tenant that follows this one, as a compaction does: the living and their graph. Nothing may be pending. */
    public Tenant renumber() {
        Numbering following = numbering.next();
        next.add(following);
        Tenant made = new Tenant(7, "fixture", shape.with(following));
        int[] ordinals = new int[tenant.count()];
        for (int ordinal = 0; ordinal < ordinals.length; ordinal++) {
            ordinals[ordinal] = tenant.dead(ordinal) ? Tenant.GONE : made.adopt(tenant, ordinal);
        }
        made.adoptGraphWanted(tenant);
        new GraphRenumbering(
                        Objects.requireNonNull(tenant.graph()),
                        Objects.requireNonNull(made.graph()),
                        ordinals,
                        ordinals.length)
                .run(linker, made.vectors(), made.placedCount());
        made.publish();
        return made;
    }

    @Override
    public void close() {
        next.forEach(Numbering::close);
        numbering.close();
        arena.close();
    }
}
