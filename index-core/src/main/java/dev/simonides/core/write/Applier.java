// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.Limits;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.key.RecordKey;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.tenant.StoredRecord;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.wal.CorruptWalException;
import dev.simonides.wal.StorageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Does to memory what a log record says: the one way in, for new writes and for replayed ones. Writer thread only.
 *
 * <p>A put is added before the version it supersedes is killed, both at the same LSN: a search sees one of them. A deleted
 * key leaves the directory only after its death is published, so a {@code get} never loses a key that a search still finds.
 */
public final class Applier {
    private final Tenants tenants;
    private final MemoryBudget budget;
    private final VectorCodec codec;
    // A frame's worth of room from the start: applying what was appended may not allocate.
    private final List<RecordKey> deletedKeys = new ArrayList<>(Limits.BATCH_RECORDS_MAX);
    private final List<Tenant> touched = new ArrayList<>(Limits.BATCH_RECORDS_MAX);
    private final Compaction compaction;
    private long lastTimestampMillis;

    /** Puts the next numbering in the place of the present one. */
    @FunctionalInterface
    public interface Compaction {
        /**
         * Does it.
         *
         * @param lsn of the record that says so
         * @param asOfLsn who died up to here gets no ordinal
         */
        void run(long lsn, long asOfLsn);
    }

    /**
     * Makes an applier.
     *
     * @param tenants where records go
     * @param budget that replayed records are charged to
     * @param codec shape of a vector
     * @param compaction done where a record says so
     */
    public Applier(Tenants tenants, MemoryBudget budget, VectorCodec codec, Compaction compaction) {
        this.tenants = tenants;
        this.budget = budget;
        this.codec = codec;
        this.compaction = compaction;
    }

    /** Adds a memory whose ordinal was placed and written into the record. */
    void put(Tenant tenant, RecordKey key, long lsn, int ordinal, StoredRecord stored) {
        tenant.add(ordinal, lsn, stored);
        int before = tenant.keys().put(key, ordinal, tenant.keyAddress(ordinal));
        tenants.predecessors().note(lsn, before);
        if (before != KeyDirectory.NONE && !tenant.dead(before)) {
            tenant.kill(before, lsn);
        }
        touch(tenant);
    }

    /** Ends the life of a key's ordinal. */
    void delete(Tenant tenant, RecordKey key, long lsn, int ordinal) {
        tenant.kill(ordinal, lsn);
        deletedKeys.add(key);
        touch(tenant);
    }

    /** Makes what was applied known to readers, once the watermark follows. */
    void publishTenants() {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).publish();
        }
    }

    /** Forgets the keys of the dead, after the watermark has been published. */
    void afterPublish() {
        for (int i = 0; i < deletedKeys.size(); i++) {
            RecordKey key = deletedKeys.get(i);
            Tenant tenant = tenantOf(key);
            int ordinal = tenant.keys().get(key);
            // A put of the same frame may have taken the key over.
            if (ordinal != KeyDirectory.NONE && tenant.dead(ordinal)) {
                tenant.keys().remove(key);
            }
        }
        deletedKeys.clear();
    }

    /** The tenants of the frame, for the indexers; cleared by the next call of {@link #begin}. */
    List<Tenant> touched() {
        return touched;
    }

    void begin() {
        touched.clear();
    }

    private Tenant tenantOf(RecordKey key) {
        for (int i = 0; i < touched.size(); i++) {
            if (touched.get(i).id() == key.tenantId()) {
                return touched.get(i);
            }
        }
        throw new AssertionError("a deleted key's tenant was not touched: id=" + key.tenantId());
    }

    private void touch(Tenant tenant) {
        for (int i = 0; i < touched.size(); i++) {
            if (touched.get(i) == tenant) {
                return;
            }
        }
        touched.add(tenant);
    }

    /**
     * Applies a record of the log.
     *
     * @param lsn its LSN
     * @param type its type
     * @param payload its payload; read only during the call
     * @throws CorruptWalException if it contradicts the limits, the store's shape or what was replayed before
     */
    public void replay(long lsn, int type, ByteBuffer payload) {
        ByteBuffer bytes = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case RecordType.PUT -> replayPut(lsn, new PutRecord(bytes));
            case RecordType.DELETE -> replayDelete(lsn, new DeleteRecord(bytes));
            case RecordType.COMPACT -> replayCompact(lsn, new CompactRecord(bytes));
            default -> throw corrupt(lsn, "unknown record type: " + type);
        }
    }

    private void replayPut(long lsn, PutRecord put) {
        Optional<String> defect = put.defect(codec.codeBytes() + codec.originalBytes());
        if (defect.isPresent()) {
            throw corrupt(lsn, defect.get());
        }
        begin();
        Tenant tenant = tenants.findOrMake(new String(put.tenant(), StandardCharsets.UTF_8));
        budget.reserve(tenant.cost(put.keyBytes(), put.payloadBytes()));
        tenants.shape().numbering().records().ensureRoom(Tenant.recordBytes(put.keyBytes(), put.payloadBytes()));
        int ordinal = tenant.place();
        if (put.ordinal() != ordinal) {
            throw corrupt(lsn, "PUT of ordinal " + put.ordinal() + ", expected " + ordinal);
        }
        StoredRecord stored = put.stored();
        lastTimestampMillis = Math.max(lastTimestampMillis, stored.timestampMillis());
        put(tenant, tenant.keys().key(tenant.id(), put.key()), lsn, ordinal, stored);
    }

    private void replayDelete(long lsn, DeleteRecord delete) {
        Optional<String> defect = delete.defect();
        if (defect.isPresent()) {
            throw corrupt(lsn, defect.get());
        }
        Tenant tenant = tenants.find(new String(delete.tenant(), StandardCharsets.UTF_8));
        if (tenant == null) {
            throw corrupt(lsn, "DELETE in a tenant that was never written");
        }
        RecordKey key = tenant.keys().key(tenant.id(), delete.key());
        int ordinal = tenant.keys().get(key);
        if (ordinal == KeyDirectory.NONE || ordinal != delete.ordinal() || tenant.dead(ordinal)) {
            throw corrupt(lsn, "DELETE of ordinal " + delete.ordinal() + ", the key is held by " + ordinal);
        }
        begin();
        lastTimestampMillis = Math.max(lastTimestampMillis, delete.timestampMillis());
        delete(tenant, key, lsn, ordinal);
        // Nobody reads during replay: the key can go at once.
        afterPublish();
    }

    private void replayCompact(long lsn, CompactRecord compact) {
        Optional<String> defect = compact.defect();
        if (defect.isPresent()) {
            throw corrupt(lsn, defect.get());
        }
        long live = 0;
        for (Tenant tenant : tenants.all()) {
            tenant.publish();
            live += tenant.liveCount();
        }
        int numbering = tenants.shape().numbering().number() + 1;
        if (compact.numbering() != numbering || compact.live() != live || compact.asOfLsn() >= lsn) {
            throw corrupt(
                    lsn,
                    "COMPACT to numbering " + compact.numbering() + " of " + compact.live() + " memories, expected "
                            + numbering + " of " + live);
        }
        lastTimestampMillis = Math.max(lastTimestampMillis, compact.timestampMillis());
        compaction.run(lsn, compact.asOfLsn());
    }

    /**
     * Returns the latest time of a record replayed.
     *
     * @return milliseconds since 1970, 0 if there was none
     */
    public long lastTimestampMillis() {
        return lastTimestampMillis;
    }

    /**
     * Goes on from what was loaded before the replay.
     *
     * @param timestampMillis the latest time of a record, milliseconds since 1970
     */
    public void loaded(long timestampMillis) {
        lastTimestampMillis = Math.max(lastTimestampMillis, timestampMillis);
    }

    /** Makes everything replayed known to readers. */
    public void replayed() {
        for (Tenant tenant : tenants.all()) {
            tenant.publish();
        }
        begin();
    }

    private static CorruptWalException corrupt(long lsn, String what) {
        return new CorruptWalException("", StorageException.NO_OFFSET, "record of LSN " + lsn + ": " + what);
    }
}
