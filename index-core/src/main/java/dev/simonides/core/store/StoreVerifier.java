// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.VerifyReport;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphCheck;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.key.RecordKey;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.vector.PageFormat;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.core.write.LoggedRecord;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.LogVerification;
import dev.simonides.wal.LogVisitor;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Verifies an open store: every file of its checkpoints is read, the newest checkpoint and the log are compared with memory,
 * byte for byte; then vectors, keys and graphs are checked against their rules. One thread, beside readers and the writer; what is written meanwhile is not looked at.
 */
public final class StoreVerifier {
    /** More findings than anyone reads; the count goes on. */
    private static final int FINDINGS_MAX = 100;

    private static final String NOT_COMPARED = "the newest checkpoint was not compared with memory, because of ";

    private static final int PROGRESS_RECORDS = 4096;

    private final Store store;
    private final Store.Files files;
    private final List<String> findings = new ArrayList<>();
    private final List<String> unchecked = new ArrayList<>();
    private long vectors;
    private long links;
    private long unreachable;

    StoreVerifier(Store store, Store.Files files) {
        this.store = store;
        this.files = files;
    }

    /**
     * Runs all checks. The caller holds a scratch, so that the store is not closed meanwhile.
     *
     * @param listener told of records compared
     * @return what was found
     */
    public VerifyReport run(ProgressListener listener) {
        long watermark = store.published().get();
        long checkedFiles = checkFiles();
        long frames = checkLog(watermark, listener);
        for (Tenant tenant : store.tenants().all()) {
            checkTenant(tenant, watermark);
        }
        return new VerifyReport(findings, unchecked, checkedFiles, frames, vectors, links, unreachable);
    }

    /** Every byte of the checkpoints, and whether the newest says what memory says. */
    private long checkFiles() {
        int before = findings.size();
        FilesVerifier verifier =
                new FilesVerifier(files.directory(), files.logOptions().storeId(), this::found);
        long checked = verifier.run();
        boolean sound = findings.size() == before;
        if (sound) {
            checkNothingElse(verifier);
        }
        Optional<Manifests.Stored> present = files.lineage().present();
        if (present.isPresent()) {
            if (sound) {
                compare(present.get().manifest());
            } else {
                notChecked(NOT_COMPARED + "damaged files of checkpoints");
            }
        }
        return checked;
    }

    /**
     * What a crash left behind was removed by the opening, and what a checkpoint replaced by that checkpoint. A store opened
     * for reading removes nothing, one that passed a generation over keeps it, and of one that has failed nobody knows which
     * generation is on the medium.
     */
    private void checkNothingElse(FilesVerifier verifier) {
        Optional<WriteAheadLog> log = store.log();
        if (log.isPresent() && store.recovery().fallback().isEmpty() && !store.failed()) {
            verifier.findNeedless(files.lineage().retained());
            for (String name : log.get().needless(files.lineage().retainedStart())) {
                found(files.directory().path() + "/" + name + FilesVerifier.NEEDLESS);
            }
        }
    }

    private void compare(Manifest manifest) {
        long unused = store.options().memoryBudgetBytes() - store.budget().usedBytes();
        MemoryIndexOptions options = store.options().memoryBudgetBytes(Math.max(1, unused));
        PageFormat pages = store.tenants().shape().geometry().format();
        try (StoreMemory loaded = new StoreMemory(options, pages)) {
            new Recovery(files.directory(), options, files.logOptions(), pages).loadTruth(manifest, loaded);
            loaded.tenants().all().forEach(Tenant::publish);
            if (!new CheckpointComparison(loaded, files.memory(), manifest.lsn(), this::found).run()) {
                notChecked(NOT_COMPARED + "a compaction behind it");
            }
        } catch (BudgetExceededException e) {
            notChecked(NOT_COMPARED + "the memory budget: " + e.getMessage());
        } catch (StorageException e) {
            // A store that is only read has not kept the writer beside it from removing this generation.
            if (files.directory().exists(Manifests.name(manifest.generation()))) {
                found(String.valueOf(e.getMessage()));
            } else {
                notChecked(NOT_COMPARED + "a process that replaced it meanwhile");
            }
        }
    }

    private void found(String finding) {
        if (findings.size() < FINDINGS_MAX) {
            findings.add(finding);
        }
    }

    private void notChecked(String what) {
        if (unchecked.size() < FINDINGS_MAX) {
            unchecked.add(what);
        }
    }

    private boolean besideWriter() {
        return files.directory().locked(StoreOpening.LOCK_NAME);
    }

    private long checkLog(long watermark, ProgressListener listener) {
        LogComparison comparison = new LogComparison(watermark, listener);
        Optional<WriteAheadLog> present = store.log();
        if (present.isEmpty()) {
            return checkLogRead(comparison);
        }
        return checkLog(present.get().verify(comparison), comparison);
    }

    /** The log of a store that is only read: where nobody writes it, for then its end moves. */
    private long checkLogRead(LogComparison comparison) {
        StorageDirectory directory = files.directory();
        List<String> names = directory.list();
        if (store.replay().segments() == 0 || besideWriter()) {
            return logNotChecked();
        }
        LogStart start = files.lineage()
                .present()
                .map(stored -> stored.manifest().start())
                .orElse(LogStart.BEGINNING);
        LogVerification log = WriteAheadLog.verify(directory, files.logOptions(), start, comparison);
        boolean moved = besideWriter() || !directory.list().equals(names);
        return moved ? logNotChecked() : checkLog(log, comparison);
    }

    private long logNotChecked() {
        notChecked("the log was not checked: another process writes it, or did when the store was opened");
        return 0;
    }

    private long checkLog(LogVerification log, LogComparison comparison) {
        log.findings().forEach(finding -> found(String.valueOf(finding.getMessage())));
        if (log.records() > 0 && comparison.lastLsn < comparison.watermark) {
            found("the log ends at LSN " + comparison.lastLsn + ", memory holds LSN " + comparison.watermark);
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
            checkGraph(tenant, graph);
        }
    }

    private void checkGraph(Tenant tenant, Graph graph) {
        boolean atRest = atRest(tenant);
        GraphCheck check = new GraphCheck(graph, tenant::count, finding -> found(nameOf(tenant) + ": " + finding));
        links += check.checkLists();
        long missed = check.unreachable(ordinal -> !tenant.dead(ordinal));
        unreachable += missed;
        if (missed > 0) {
            String what = nameOf(tenant) + ": the graph does not lead to " + missed + " of " + tenant.liveCount()
                    + " living vectors";
            if (atRest && atRest(tenant)) {
                found(what);
            } else {
                notChecked(what + " so far, and was being linked: whether it will, was not checked");
            }
        }
    }

    /** Whether nobody changes the graph: the walk misses nodes that are moved while it goes on. */
    private static boolean atRest(Tenant tenant) {
        return tenant.graphWanted()
                && tenant.pending().size() == 0
                && !tenant.upkeep().busy();
    }

    private void checkVector(Tenant tenant, int ordinal) {
        VectorPages pages = tenant.vectors();
        int owner = pages.holder(ordinal);
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
        RecordKey key = tenant.keys().key(tenant.id(), tenant.key(ordinal));
        int found = tenant.keys().get(key);
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
