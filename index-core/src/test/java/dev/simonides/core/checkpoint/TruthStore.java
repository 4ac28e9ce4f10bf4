// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.Residency;
import dev.simonides.Vectors;
import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.tenant.Numbering;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.write.Applier;
import dev.simonides.core.write.DeleteLayout;
import dev.simonides.core.write.PutLayout;
import dev.simonides.core.write.PutRecord;
import dev.simonides.core.write.RecordType;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.OffHeap;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.StorageDirectory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** The memory of a store and its files of truth, without log, threads and graph: the test is the writer. */
final class TruthStore implements AutoCloseable {
    static final UUID STORE_ID = new UUID(0x51, 0x52);

    final VectorCodec codec;
    final MemoryBudget budget;
    final Tenants tenants;
    final KeyDirectory keys = new HeapKeyDirectory(0x5EED);
    private final Numbering numbering = Numbering.of(0, keys);
    final Epochs epochs = new Epochs(4);
    final VectorMappings mappings;
    private final Applier applier;

    TruthFiles files;
    long lsn;
    long fileId;

    TruthStore(VectorCodec codec) {
        this(codec, 1L << 40);
    }

    TruthStore(VectorCodec codec, long budgetBytes) {
        this(codec, budgetBytes, Residency.RESIDENT);
    }

    TruthStore(VectorCodec codec, long budgetBytes, Residency residency) {
        this.codec = codec;
        this.budget = new MemoryBudget(budgetBytes);
        this.tenants = new Tenants(new TenantShape(codec, 8, 1_000_000, 1, numbering));
        this.applier = new Applier(tenants, budget, codec, (lsn, asOfLsn) -> {});
        this.mappings = new VectorMappings(residency, tenants, budget, epochs);
        this.files = TruthFiles.none(tenants.shape().geometry(), mappings);
    }

    /** Loads files into a new memory. */
    static TruthStore load(
            VectorCodec codec, StorageDirectory directory, List<FileEntry> entries, long lsn, int helpers) {
        TruthStore store = new TruthStore(codec);
        try {
            store.load(directory, entries, lsn, helpers);
            return store;
        } catch (Throwable e) {
            store.close();
            throw e;
        }
    }

    void load(StorageDirectory directory, List<FileEntry> entries, long upTo, int helpers) {
        files = TruthFiles.load(
                directory,
                STORE_ID,
                entries,
                new TruthMemory(tenants, budget, tenants.shape().geometry(), mappings),
                new TruthLoadOptions(upTo, helpers, true));
        lsn = upTo;
        fileId = entries.stream().mapToLong(FileEntry::id).max().orElse(0);
    }

    /** Puts a memory whose vector follows from its LSN. */
    void put(String tenant, String key, String payload) {
        byte[] name = tenant.getBytes(StandardCharsets.UTF_8);
        PutRecord put = PutRecord.layOut(
                name,
                key.getBytes(StandardCharsets.UTF_8),
                payload.getBytes(StandardCharsets.UTF_8),
                codec.codeBytes() + codec.originalBytes(),
                1_000 + lsn);
        Tenant present = tenants.find(tenant);
        put.bytes()
                .putInt(
                        PutLayout.ORDINAL,
                        present == null ? 0 : present.vectors().size());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate((long) codec.codePitch() + codec.originalBytes(), 64);
            MemorySegment scratch = arena.allocate(codec.exactQueryBytes(), 64);
            long original = vector.address() + codec.codeBytes();
            codec.encode(Vectors.gaussian(lsn, codec.dimension()), scratch.address(), vector.address(), original);
            MemorySegment.copy(
                    vector,
                    0,
                    MemorySegment.ofBuffer(put.bytes()),
                    put.vectorOffset(),
                    codec.codeBytes() + codec.originalBytes());
        }
        applier.replay(++lsn, RecordType.PUT, put.bytes());
        applier.replayed();
    }

    /** Deletes a memory if it is there. */
    void delete(String tenant, String key) {
        byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
        Tenant present = tenants.find(tenant);
        int ordinal = present == null ? KeyDirectory.NONE : keys.get(keys.key(present.id(), utf8));
        if (ordinal != KeyDirectory.NONE) {
            byte[] name = tenant.getBytes(StandardCharsets.UTF_8);
            ByteBuffer delete = ByteBuffer.allocate(DeleteLayout.BYTES + name.length + utf8.length)
                    .order(ByteOrder.LITTLE_ENDIAN);
            delete.putInt(DeleteLayout.ORDINAL, ordinal);
            delete.putShort(DeleteLayout.TENANT_BYTES, (short) name.length);
            delete.putShort(DeleteLayout.KEY_BYTES, (short) utf8.length);
            delete.put(DeleteLayout.BYTES, name).put(DeleteLayout.BYTES + name.length, utf8);
            applier.replay(++lsn, RecordType.DELETE, delete);
            applier.replayed();
        }
    }

    Snapshot snapshot() {
        List<TenantSnapshot> counts = new ArrayList<>();
        for (Tenant tenant : tenants.all()) {
            counts.add(new TenantSnapshot(tenant, tenant.count(), 0));
        }
        return new Snapshot(LogStart.BEGINNING, lsn, 0, counts);
    }

    Prepared write(StorageDirectory directory, Snapshot snapshot) {
        return files.write(new CheckpointTarget(directory, STORE_ID, () -> ++fileId), snapshot);
    }

    List<FileEntry> checkpoint(StorageDirectory directory) {
        Prepared prepared = write(directory, snapshot());
        prepared.commit();
        return prepared.entries();
    }

    /** Everything that the store knows, in words; of the dead what must outlive them. */
    SortedMap<String, String> content() {
        SortedMap<String, String> content = new TreeMap<>();
        for (Tenant tenant : tenants.all()) {
            content.put(tenant.name(), "count=" + tenant.count() + " live=" + tenant.liveCount());
            for (int ordinal = 0; ordinal < tenant.count(); ordinal++) {
                content.put(tenant.name() + "/" + ordinal, describe(tenant, ordinal));
            }
        }
        content.put("", "keys=" + keys.size());
        return content;
    }

    private String describe(Tenant tenant, int ordinal) {
        StringBuilder words = new StringBuilder("birth=" + tenant.birthLsn(ordinal));
        words.append(" time=").append(tenant.timestampMillis(ordinal));
        words.append(" code=").append(hex(tenant.vectors().codeAddress(ordinal), codec.codeBytes()));
        if (codec.originalBytes() > 0) {
            words.append(" original=").append(hex(tenant.vectors().originalAddress(ordinal), codec.originalBytes()));
        }
        if (tenant.dead(ordinal)) {
            return words.append(" death=").append(tenant.deathLsn(ordinal)).toString();
        }
        byte[] key = tenant.key(ordinal);
        return words.append(" key=")
                .append(new String(key, StandardCharsets.UTF_8))
                .append(" leads to ")
                .append(keys.get(keys.key(tenant.id(), key)))
                .append(" payload=")
                .append(HexFormat.of().formatHex(tenant.payload(ordinal)))
                .toString();
    }

    private static String hex(long address, int bytes) {
        return HexFormat.of()
                .formatHex(OffHeap.everything().asSlice(address, bytes).toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public void close() {
        epochs.close();
        mappings.close();
        numbering.close();
    }
}
