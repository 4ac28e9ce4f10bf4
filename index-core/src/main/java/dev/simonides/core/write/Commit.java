// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.Limits;
import dev.simonides.core.key.RecordKey;
import dev.simonides.core.tenant.StoredRecord;
import dev.simonides.core.tenant.Tenant;
import java.util.Arrays;
import org.agrona.collections.Hashing;
import org.agrona.collections.Object2IntHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One frame from its first record to its answers: what it does to memory, and whom it answers. Reused from frame to frame;
 * writer thread only.
 */
final class Commit {
    /** A key that this frame does not touch. */
    static final int NOT_STAGED = -2;

    /** A key that this frame deletes. */
    static final int DELETED = -1;

    private final Tenant[] tenants = new Tenant[Limits.BATCH_RECORDS_MAX];
    private final RecordKey[] keys = new RecordKey[Limits.BATCH_RECORDS_MAX];
    private final @Nullable StoredRecord[] puts = new StoredRecord[Limits.BATCH_RECORDS_MAX];
    private final int[] ordinals = new int[Limits.BATCH_RECORDS_MAX];
    // Never grows: between the ordinal of a record and its place in the commit nothing may fail.
    private final Object2IntHashMap<RecordKey> staged =
            new Object2IntHashMap<>(2 * Limits.BATCH_RECORDS_MAX, Hashing.DEFAULT_LOAD_FACTOR, NOT_STAGED);

    private final WriteRequest[] requests = new WriteRequest[Limits.BATCH_RECORDS_MAX];
    private final Object[] answers = new Object[Limits.BATCH_RECORDS_MAX];

    private long firstLsn;
    private int recordCount;
    private int requestCount;
    private long cost;
    private long recordBytes;
    private long requiredLsn;

    /** Empties the commit for the frame that begins with this LSN. */
    void begin(long lsn) {
        Arrays.fill(tenants, 0, recordCount, null);
        Arrays.fill(keys, 0, recordCount, null);
        Arrays.fill(puts, 0, recordCount, null);
        Arrays.fill(requests, 0, requestCount, null);
        Arrays.fill(answers, 0, requestCount, null);
        if (!staged.isEmpty()) {
            staged.clear();
        }
        firstLsn = lsn;
        recordCount = 0;
        requestCount = 0;
        cost = 0;
        recordBytes = 0;
        requiredLsn = 0;
    }

    /** Counts what a request takes of the budget and of the slabs. */
    void charge(long budgetBytes, long slabBytes) {
        cost += budgetBytes;
        recordBytes += slabBytes;
    }

    void addPut(Tenant tenant, RecordKey key, int ordinal, StoredRecord stored) {
        add(tenant, key, ordinal, stored);
        staged.put(key, ordinal);
    }

    void addDelete(Tenant tenant, RecordKey key, int ordinal) {
        add(tenant, key, ordinal, null);
        staged.put(key, DELETED);
    }

    private void add(Tenant tenant, RecordKey key, int ordinal, @Nullable StoredRecord stored) {
        tenants[recordCount] = tenant;
        keys[recordCount] = key;
        ordinals[recordCount] = ordinal;
        puts[recordCount] = stored;
        recordCount++;
    }

    /** Adds a request and what it is told when the frame is done. */
    void answer(WriteRequest request, Object answer) {
        requests[requestCount] = request;
        answers[requestCount] = answer;
        requestCount++;
    }

    /** What this frame makes of a key: its new ordinal, {@link #DELETED}, or {@link #NOT_STAGED}. */
    int stagedOrdinal(RecordKey key) {
        return staged.isEmpty() ? NOT_STAGED : staged.getValue(key);
    }

    /** The commit is done once the log is durable up to here. */
    void requires(long lsn) {
        requiredLsn = lsn;
    }

    long requiredLsn() {
        return requiredLsn;
    }

    boolean isEmpty() {
        return recordCount == 0 && requestCount == 0;
    }

    int recordCount() {
        return recordCount;
    }

    long lsn(int record) {
        return firstLsn + record;
    }

    Tenant tenant(int record) {
        return tenants[record];
    }

    RecordKey key(int record) {
        return keys[record];
    }

    int ordinal(int record) {
        return ordinals[record];
    }

    /** The fields of a put, or null for a delete. */
    @Nullable
    StoredRecord put(int record) {
        return puts[record];
    }

    long cost() {
        return cost;
    }

    long recordBytes() {
        return recordBytes;
    }

    /** Answers every request. */
    void acknowledge() {
        for (int i = 0; i < requestCount; i++) {
            requests[i].succeed(answers[i]);
        }
    }

    /** Answers every request with a failure; one that is answered keeps its answer. */
    void fail(Throwable cause) {
        for (int i = 0; i < requestCount; i++) {
            requests[i].fail(cause);
        }
    }
}
