// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.simonides.core.tenant.StoredRecord;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.wal.Durability;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From the append to the answers nothing is allocated: everything was taken before. */
@Tag("measured")
class ApplyAllocationTest {
    private static final int ROUNDS = 600;
    private static final int MEASURED = 100;
    private static final int RECORDS = 64;

    private final WriterFixture fixture = new WriterFixture(SimulatedDirectory.empty(), new Durability.Group());
    private final Applier applier =
            new Applier(fixture.tenants, fixture.budget, WriterFixture.CODEC, (lsn, asOfLsn) -> {});
    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private final Commit commit = new Commit();
    private long lsn;

    @AfterEach
    void close() {
        fixture.close();
    }

    /** What a writer does before the append. */
    private void stage(int round) {
        commit.begin(lsn + 1);
        Tenant tenant = fixture.tenant();
        for (int i = 0; i < RECORDS; i++) {
            // Every second key supersedes one of the round before.
            WriteRequest.Put.Entry entry = fixture.entry("key-" + (i % 2 == 0 ? i : round * RECORDS + i), "text");
            fixture.numbering
                    .records()
                    .ensureRoom(Tenant.recordBytes(
                            entry.record().keyBytes(), entry.record().payloadBytes()));
            fixture.keys.reserve(entry.key());
            entry.record().setOrdinal(tenant.place());
            StoredRecord stored = entry.record().stored();
            commit.addPut(tenant, entry.key(), entry.record().ordinal(), stored);
        }
        fixture.numbering.records().ensureRoom(RECORDS * 64L);
        commit.answer(new WriteRequest.Flush(new CompletableFuture<>()), 1L);
    }

    private void apply() {
        applier.begin();
        for (int i = 0; i < commit.recordCount(); i++) {
            StoredRecord put = commit.put(i);
            if (put != null) {
                applier.put(commit.tenant(i), commit.key(i), commit.lsn(i), commit.ordinal(i), put);
            }
        }
        applier.publishTenants();
        applier.afterPublish();
        commit.acknowledge();
        lsn += commit.recordCount();
    }

    @Test
    void applyingAllocatesNothing() {
        assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocated bytes");
        long thread = Thread.currentThread().threadId();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            stage(round);
            long before = threads.getThreadAllocatedBytes(thread);
            apply();
            long bytes = threads.getThreadAllocatedBytes(thread) - before;
            if (round >= ROUNDS - MEASURED) {
                least = Math.min(least, bytes);
            }
        }

        assertEquals(0, least, "bytes of the leanest round");
        assertTrue(fixture.tenant().liveCount() > ROUNDS);
    }
}
