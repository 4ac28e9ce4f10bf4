// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.ProgressListener;
import dev.simonides.VerifyReport;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphCheck;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.key.RecordKey;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.core.write.LoggedRecord;
import dev.simonides.wal.LogVerification;
import dev.simonides.wal.LogVisitor;
import dev.simonides.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Verifies an open store: the log is read again and compared with memory, byte for byte; then vectors, keys and graphs are
 * checked against their rules. One thread, beside readers and the writer; what is written meanwhile is not looked at.
 */
public final class StoreVerifier {
    /** More findings than anyone reads; the count goes on. */
    private static final int FINDINGS_MAX = 100;

    private static final int PROGRESS_RECORDS = 4096;

    private final Store store;
    private final List<String> findings = new ArrayList<>();
    private long vectors;
    private long links;
    private long unreachable;

    StoreVerifier(Store store) {
        this.store = store;
    }

    /**
     * Runs all checks. The caller holds a scratch, so that the store is not closed meanwhile.
     *
     * @param listener told of records compared
     * @return what was found
     */
    public VerifyReport run(ProgressListener listener) {
        long watermark = store.published().get();
        long frames = checkLog(watermark, listener);
        for (Tenant tenant : store.tenants().all()) {
            checkTenant(tenant, watermark);
        }
        return new VerifyReport(findings, frames, vectors, links, unreachable);
    }

    private void found(String finding) {
        if (findings.size() < FINDINGS_MAX) {
            findings.add(finding);
        }
    }

    private long checkLog(long watermark, ProgressListener listener) {
        LogComparison comparison = new LogComparison(watermark, listener);
        Optional<WriteAheadLog> present = store.log();
        if (present.isEmpty()) {
            return 0;
        }
        LogVerification log = present.get().verify(comparison);
        log.findings().forEach(finding -> found(String.valueOf(finding.getMessage())));
        if (log.records() > 0 && comparison.lastLsn < watermark) {
            found("the log ends at LSN " + comparison.lastLsn + ", memory holds LSN " + watermark);
        }
        return log.frames();
    }

    private final class LogComparison implements LogVisitor {
        private final long watermark;
        private final ProgressListener listener;
        private long lastLsn;
        private long records;

        LogComparison(long watermark, ProgressListener listener) {
            this.watermark = watermark;
            this.listener = listener;
        }

        @Override
        public void record(long lsn, int type, int flags, ByteBuffer payload) {
            lastLsn = lsn;
            if (lsn <= watermark) {
                LoggedRecord.compare(store.tenants(), store.codec(), lsn, type, payload)
                        .ifPresent(StoreVerifier.this::found);
            }
            if (++records % PROGRESS_RECORDS == 0) {
                listener.progressed(ProgressListener.Phase.VERIFY, records, watermark);
            }
        }
    }

    private void checkTenant(Tenant tenant, long watermark) {
        int count = tenant.count();
        for (int ordinal = 0; ordinal < count; ordinal++) {
            if (tenant.birthLsn(ordinal) <= watermark) {
                vectors++;
                checkVector(tenant, ordinal);
                checkKey(tenant, ordinal, watermark);
            }
        }
        Graph graph = tenant.graph();
        if (graph != null) {
            GraphCheck check = new GraphCheck(graph, tenant::count, finding -> found(nameOf(tenant) + ": " + finding));
            links += check.checkLists();
            unreachable += check.unreachable(ordinal -> !tenant.dead(ordinal));
        }
    }

    private void checkVector(Tenant tenant, int ordinal) {
        VectorPages pages = tenant.vectors();
        int owner = pages.ordinalAt(pages.pageOf(ordinal), pages.slotOf(ordinal));
        if (owner != ordinal) {
            found(nameOf(tenant) + ": the slot of ordinal " + ordinal + " belongs to " + owner);
        }
        store.codec()
                .defect(pages.codeAddress(ordinal))
                .ifPresent(defect -> found(nameOf(tenant) + ": code of ordinal " + ordinal + ": " + defect));
    }

    /** A live ordinal is what its key leads to. A key that a later write took over meanwhile leads further. */
    private void checkKey(Tenant tenant, int ordinal, long watermark) {
        if (tenant.dead(ordinal)) {
            return;
        }
        RecordKey key = store.keys().key(tenant.id(), tenant.key(ordinal));
        int found = store.keys().get(key);
        boolean takenOver = found != KeyDirectory.NONE && tenant.birthLsn(found) > watermark;
        if (found != ordinal && !takenOver && !tenant.dead(ordinal)) {
            String what = found == KeyDirectory.NONE ? "nothing" : "ordinal " + found;
            found(nameOf(tenant) + ": the key of live ordinal " + ordinal + " leads to " + what);
        }
    }

    private static String nameOf(Tenant tenant) {
        return "tenant '" + tenant.name() + "'";
    }
}
