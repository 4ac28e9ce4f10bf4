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
import java.util.function.LongPredicate;

/**
 * Puts near vectors into the same page, of those pages that the next checkpoint will write: those that became full since the
 * last one, and those in files that it folds into the new one. So a page is arranged with ever more others, about as often as
 * it is written. On the keeper's thread, beside the writer, readers and indexers.
 *
 * <p>Pages of a tenant that is scanned are left alone: a scan reads them all.
 */
public final class PageUpkeep {
    private static final System.Logger LOG = System.getLogger(PageUpkeep.class.getName());

    /** So many pages are arranged at a time, for they are in memory twice meanwhile: 64 MiB of the largest. */
    private static final int GROUP_PAGES_MAX = 1024;

    private final MemoryBudget budget;
    private final Epochs epochs;
    private final LongPredicate mapped;
    private final BooleanSupplier awaited;

    /**
     * Prepares the work.
     *
     * @param budget that what is in memory twice is charged to, and what is in a mapping and in memory
     * @param epochs that every reader of a page is inside of
     * @param mapped says of an address whether it lies in a mapped file
     * @param awaited says whether somebody waits for this thread: the rest is then left as it is
     */
    public PageUpkeep(MemoryBudget budget, Epochs epochs, LongPredicate mapped, BooleanSupplier awaited) {
        this.budget = budget;
        this.epochs = epochs;
        this.mapped = mapped;
        this.awaited = awaited;
    }

    /**
     * Arranges pages of a tenant, if some are new.
     *
     * @param tenant whose
     * @param filedPages how many pages at the beginning the files hold
     * @param leftPages of them, how many the next checkpoint leaves in the files they are in
     * @param cpuMax share of a processor that the work may take, above 0, at most 1
     */
    public void arrange(Tenant tenant, int filedPages, int leftPages, double cpuMax) {
        VectorPages vectors = tenant.vectors();
        PageGeometry geometry = vectors.geometry();
        if (tenant.graph() == null || !tenant.graphWanted() || geometry.format() != PageFormat.PACKED) {
            return;
        }
        int from = Math.max(filedPages, vectors.arrangedPages());
        int end = geometry.page(tenant.count());
        if (end - from < 2) {
            return;
        }
        if (from == filedPages && vectors.otherSidesFree()) {
            from = Math.max(PageGeometry.SMALL_PAGES, leftPages);
        }
        boolean goesOn = true;
        for (int first = from; goesOn && end - first > 1; first += GROUP_PAGES_MAX) {
            goesOn = arrangeGroup(tenant, first, Math.min(end, first + GROUP_PAGES_MAX), new Share(cpuMax));
        }
    }

    /** All of the pages, or false and none if there is no time or no memory. */
    private boolean arrangeGroup(Tenant tenant, int first, int end, Share share) {
        VectorPages vectors = tenant.vectors();
        Charge charge = Charge.of(vectors, first, end, mapped);
        boolean handedOver = false;
        try {
            budget.reserve(charge.twice() + charge.moved());
        } catch (BudgetExceededException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "pages stay in the order of arrival: " + e.getMessage());
            return false;
        }
        try {
            int[] order = PageClusters.order(vectors, tenant.graph(), first, end, share);
            if (order.length == 0) {
                return false;
            }
            Runnable giveBack = new VectorArrangement(vectors).beside(first, mapped, order);
            epochs.retire(() -> {
                // A compaction gives back all that the former numbering had, and all that was charged by then.
                if (!tenant.replaced()) {
                    giveBack.run();
                    budget.release(charge.twice());
                }
            });
            handedOver = true;
            return true;
        } catch (OutOfMemoryError e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "pages stay in the order of arrival: " + e.getMessage());
            return false;
        } finally {
            if (!handedOver) {
                budget.release(charge.twice() + charge.moved());
            }
        }
    }

    /**
     * What arranging pages costs.
     *
     * @param twice bytes of pages that are in memory, until nobody reads the former ones
     * @param moved bytes of pages that are mapped, until the next file holds them
     */
    private record Charge(long twice, long moved) {
        static Charge of(VectorPages vectors, int first, int end, LongPredicate mapped) {
            PageGeometry geometry = vectors.geometry();
            long twice = 0;
            long moved = 0;
            for (int page = first; page < end; page++) {
                if (mapped.test(vectors.imageAddress(page))) {
                    moved += geometry.chargedBytes(page);
                } else {
                    twice += geometry.pageBytes(page) + geometry.originalsBytes(page);
                }
            }
            return new Charge(twice, moved);
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
