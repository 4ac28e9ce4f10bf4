// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.compact;

import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.vector.PageFormat;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.vector.VectorArrangement;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.wal.BudgetExceededException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Puts near vectors into the same page, of those pages that became full since the last checkpoint: it is the next one that
 * writes them into files, where they stay as they are until a compaction. On the keeper's thread, beside the writer, readers
 * and indexers.
 *
 * <p>Pages of a tenant that is scanned are left alone: a scan reads them all.
 */
public final class NewPages {
    private static final System.Logger LOG = System.getLogger(NewPages.class.getName());

    /** So many pages are arranged at a time, for they are in memory twice meanwhile: 64 MiB of the largest. */
    private static final int GROUP_PAGES_MAX = 1024;

    private final MemoryBudget budget;
    private final Epochs epochs;
    private final BooleanSupplier awaited;

    /**
     * Prepares the work.
     *
     * @param budget that what is in memory twice is charged to
     * @param epochs that every reader of a page is inside of
     * @param awaited says whether somebody waits for this thread: the rest is then left as it is
     */
    public NewPages(MemoryBudget budget, Epochs epochs, BooleanSupplier awaited) {
        this.budget = budget;
        this.epochs = epochs;
        this.awaited = awaited;
    }

    /**
     * Arranges the new pages of a tenant.
     *
     * @param tenant whose
     * @param filedPages how many pages at the beginning the files hold
     * @param cpuMax share of a processor that the work may take, above 0, at most 1
     */
    public void arrange(Tenant tenant, int filedPages, double cpuMax) {
        VectorPages vectors = tenant.vectors();
        PageGeometry geometry = vectors.geometry();
        if (tenant.graph() == null || !tenant.graphWanted() || geometry.format() != PageFormat.PACKED) {
            return;
        }
        int from = Math.max(filedPages, vectors.arrangedPages());
        int end = geometry.page(tenant.count());
        boolean goesOn = true;
        for (int first = from; goesOn && end - first > 1; first += GROUP_PAGES_MAX) {
            goesOn = arrange(tenant, first, Math.min(end, first + GROUP_PAGES_MAX), new Share(cpuMax));
        }
    }

    /** All of the pages, or false and none if there is no time or no memory. */
    private boolean arrange(Tenant tenant, int first, int end, Share share) {
        VectorPages vectors = tenant.vectors();
        PageGeometry geometry = vectors.geometry();
        long bytes = geometry.codesBytes(first, end) + geometry.originalsBytes(first, end);
        boolean handedOver = false;
        try {
            budget.reserve(bytes);
        } catch (BudgetExceededException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "pages stay in the order of arrival: " + e.getMessage());
            return false;
        }
        try {
            int[] order = PageClusters.order(vectors, tenant.graph(), first, end, share);
            if (order.length == 0) {
                return false;
            }
            Runnable giveBack = new VectorArrangement(vectors).beside(first, order);
            epochs.retire(() -> {
                // A compaction gives back all that the former numbering had, and all that was charged by then.
                if (!tenant.replaced()) {
                    giveBack.run();
                    budget.release(bytes);
                }
            });
            handedOver = true;
            return true;
        } catch (OutOfMemoryError e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "pages stay in the order of arrival: " + e.getMessage());
            return false;
        } finally {
            if (!handedOver) {
                budget.release(bytes);
            }
        }
    }

    /** Rests behind each piece of work as long as the share asks, unless somebody waits. */
    private final class Share implements PageClusters.Pace {
        private static final long REST_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

        private final double cpuMax;
        private long began = System.nanoTime();

        Share(double cpuMax) {
            this.cpuMax = cpuMax;
        }

        @Override
        public boolean goOn() {
            long worked = System.nanoTime() - began;
            long restUntil = System.nanoTime() + (long) (worked * (1 / cpuMax - 1));
            for (long left = restUntil - System.nanoTime();
                    left > 0 && !awaited.getAsBoolean();
                    left = restUntil - System.nanoTime()) {
                LockSupport.parkNanos(Math.min(left, REST_NANOS_MAX));
            }
            began = System.nanoTime();
            return !awaited.getAsBoolean();
        }
    }
}
