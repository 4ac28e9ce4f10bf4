// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.compact;

import dev.simonides.ProgressListener;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.tenant.Numbering;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.StorageException;
import java.util.HashMap;
import java.util.Map;

/**
 * Builds the next numbering of a store beside the present one, which is searched and written meanwhile: first everything
 * ({@link #copy}, {@link #arrange}), then what has changed since ({@link #catchUp}, as often as it pays), and at last, while no write is under
 * way, the rest, and {@link #swap}. One thread at a time. Whatever fails before the swap leaves the store as it was.
 */
public final class Renumbering {
    private final Tenants tenants;
    private final MemoryBudget budget;
    private final GraphLinker linker;
    private final Numbering former;
    private final TenantShape shape;
    private final long asOfLsn;
    private final Map<Tenant, TenantRenumbering> parts = new HashMap<>();
    private long chargedBytes;

    /**
     * Begins the next numbering; copies nothing yet.
     *
     * @param tenants of the store
     * @param budget charged with the copy, while what it is made of is still charged too
     * @param linker of the calling thread
     * @param asOfLsn who died up to here gets no ordinal; whoever dies later gets one, be it before it is copied: so the same
     *     log gives the same ordinals, however fast the copying was
     */
    public Renumbering(Tenants tenants, MemoryBudget budget, GraphLinker linker, long asOfLsn) {
        this.tenants = tenants;
        this.budget = budget;
        this.linker = linker;
        this.asOfLsn = asOfLsn;
        this.former = tenants.shape().numbering();
        this.shape = tenants.shape().with(former.next());
    }

    /**
     * Copies every tenant with its graph.
     *
     * @param listener told of the vectors copied
     * @throws BudgetExceededException if there is no memory for the copy beside what it is made of
     */
    public void copy(ProgressListener listener) {
        long total = tenants.all().stream().mapToLong(Tenant::liveCount).sum();
        shape.numbering().keys().reserve(total);
        long done = 0;
        for (Tenant tenant : tenants.all()) {
            if (tenant.count() > 0) {
                done += inMemory(() -> part(tenant).copy());
                listener.progressed(ProgressListener.Phase.COMPACT, Math.min(done, total), total);
            }
        }
    }

    /**
     * Puts near vectors of the copy into the same page, so that searches read few. May be left out: nothing else depends on it,
     * and an opening that replays a compaction does not wait for it.
     *
     * @throws BudgetExceededException if there is no memory to work with
     */
    public void arrange() {
        for (TenantRenumbering part : parts.values()) {
            var _ = inMemory(() -> {
                part.arrange();
                return 0;
            });
        }
    }

    /**
     * Copies what was written since, and ends the lives of those who died since.
     *
     * @return how many changes there were
     * @throws BudgetExceededException if there is no memory for the copy beside what it is made of
     */
    public long catchUp() {
        long changes = 0;
        for (Tenant tenant : tenants.all()) {
            if (tenant.count() > 0) {
                changes += inMemory(() -> part(tenant).catchUp());
            }
        }
        return changes;
    }

    private TenantRenumbering part(Tenant tenant) {
        return parts.computeIfAbsent(tenant, one -> new TenantRenumbering(one, shape, this::charge, linker, asOfLsn));
    }

    private void charge(long bytes) {
        budget.reserve(bytes);
        chargedBytes += bytes;
    }

    /** Copying. */
    @FunctionalInterface
    private interface Work {
        long run();
    }

    private static long inMemory(Work work) {
        try {
            return work.run();
        } catch (OutOfMemoryError e) {
            throw new BudgetExceededException(
                    "", StorageException.NO_OFFSET, "the machine has no memory left: " + e.getMessage(), e);
        }
    }

    /**
     * Returns what the copy takes of memory, which is about what its files will take.
     *
     * @return bytes
     */
    public long bytes() {
        return chargedBytes;
    }

    /** What is built. */
    Numbering next() {
        return shape.numbering();
    }

    /**
     * Returns the number of the numbering that is built.
     *
     * @return one more than that of the store
     */
    public int number() {
        return shape.numbering().number();
    }

    /**
     * Returns up to which LSN who died gets no ordinal.
     *
     * @return the LSN
     */
    public long asOfLsn() {
        return asOfLsn;
    }

    /**
     * Returns how many vectors are alive in it.
     *
     * @return once caught up, as many as in the store
     */
    public long liveCount() {
        return parts.values().stream()
                .mapToLong(part -> part.next().liveCount())
                .sum();
    }

    /**
     * Puts the copy in the place of what it was made of. Writer thread only, while no write is under way, caught up.
     *
     * @param lsn of the record that says so
     * @return gives the former numbering back: memory and budget; to be run when no reader is inside that may have found it
     */
    public Runnable swap(long lsn) {
        long formerBytes = budget.giveUpAllBut(chargedBytes);
        Map<Tenant, Tenant.Successor> successors = new HashMap<>();
        parts.forEach((tenant, part) -> successors.put(tenant, part.successor()));
        tenants.renumber(shape, successors, lsn);
        return () -> {
            former.close();
            budget.releaseGivenUp(formerBytes);
        };
    }

    /** Gives the copy up. */
    public void abandon() {
        shape.numbering().close();
        budget.release(chargedBytes);
    }
}
