// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.core.tenant.Tenant;
import dev.simonides.stress.StressStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Frames as the writer thread builds and finishes them, for the actors of jcstress tests that write. */
public final class StressFrames {
    private static final ThreadLocal<Commit> COMMIT = ThreadLocal.withInitial(Commit::new);

    private StressFrames() {}

    /** The calling thread's commit, begun at an LSN. */
    static Commit begin(long lsn) {
        Commit commit = COMMIT.get();
        commit.begin(lsn);
        return commit;
    }

    /** Adds a put to a frame. */
    static void addPut(Commit commit, StressStore store, Tenant tenant, int key, int memory) {
        commit.addPut(tenant, store.key(tenant, key), tenant.place(), StressStore.record(key, memory));
    }

    static void finish(Commit commit, StressStore store, AtomicLong published) {
        Writer.finish(commit, store.applier(), published, tenant -> {});
    }

    /** A frame of one put. */
    public static void put(StressStore store, Tenant tenant, int key, int memory, long lsn, AtomicLong published) {
        Commit commit = begin(lsn);
        addPut(commit, store, tenant, key, memory);
        finish(commit, store, published);
    }

    /** The same at the next LSN, and whoever waits for it is answered. */
    public static void put(
            StressStore store, Tenant tenant, int key, int memory, AtomicLong published, CompletableFuture<Long> done) {
        long lsn = published.get() + 1;
        Commit commit = begin(lsn);
        addPut(commit, store, tenant, key, memory);
        commit.answer(new WriteRequest.Put(List.of(), done), lsn);
        finish(commit, store, published);
    }

    /** A put of a frame that is being applied: nothing of it is published yet. */
    public static void apply(StressStore store, Tenant tenant, int key, int memory, long lsn) {
        store.applier().put(tenant, store.key(tenant, key), lsn, tenant.place(), StressStore.record(key, memory));
    }

    /** A delete of such a frame, of a key that an ordinal holds. */
    public static void applyDelete(StressStore store, Tenant tenant, int key, int ordinal, long lsn) {
        store.applier().delete(tenant, store.key(tenant, key), lsn, ordinal);
    }

    /** A frame of one delete of a key that an ordinal holds. */
    public static void delete(StressStore store, Tenant tenant, int key, int ordinal, long lsn, AtomicLong published) {
        Commit commit = begin(lsn);
        commit.addDelete(tenant, store.key(tenant, key), ordinal);
        finish(commit, store, published);
    }
}
