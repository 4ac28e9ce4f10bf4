// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.link;

import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.graph.GraphRepair;
import dev.simonides.core.tenant.PendingWindow;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.thread.EngineThread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The threads that link. Any thread announces tenants.
 *
 * <p>A tenant with work stands in the queue once; an indexer that takes it puts it back before it links its share, so all
 * indexers can work on one tenant, and many tenants take turns.
 */
public final class Indexers implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Indexers.class.getName());

    /** Ordinals claimed at a time: 8 links are about a millisecond, which keeps the queue cold and the shares even. */
    private static final int CLAIM_ORDINALS = 8;

    /** Work for nobody, so that who waits looks whether to stop. */
    private static final Optional<Tenant> WAKE = Optional.empty();

    private final LinkedBlockingQueue<Optional<Tenant>> work = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong published;
    private final Epochs epochs;
    private final int firstSlot;
    private final Consumer<Throwable> onFailure;
    private volatile boolean stopping;

    /**
     * Makes indexers; {@link #start} starts them.
     *
     * @param published the watermark
     * @param epochs entered for every share
     * @param firstSlot epoch slot of the first indexer; the others follow
     * @param onFailure told of anything an indexer throws, which ends it
     */
    public Indexers(AtomicLong published, Epochs epochs, int firstSlot, Consumer<Throwable> onFailure) {
        this.published = published;
        this.epochs = epochs;
        this.firstSlot = firstSlot;
        this.onFailure = onFailure;
    }

    /**
     * Starts the threads.
     *
     * @param count how many
     * @param linkers makes the linker of a thread
     */
    public void start(int count, Supplier<GraphLinker> linkers) {
        for (int i = 0; i < count; i++) {
            GraphLinker linker = linkers.get();
            int slot = firstSlot + i;
            threads.add(new EngineThread("simonides-indexer-" + i, () -> run(linker, slot)));
        }
        threads.forEach(Thread::start);
    }

    /**
     * Announces that a tenant may have ordinals to link.
     *
     * @param tenant any
     */
    public void announce(Tenant tenant) {
        if (tenant.pending().claimable() && tenant.pending().schedule()) {
            work.add(Optional.of(tenant));
        }
    }

    /** Stops the threads after the node each is at; what is unlinked stays pending. Idempotent. */
    @Override
    public void close() {
        stopping = true;
        threads.forEach(_ -> work.add(WAKE));
        threads.forEach(EngineThread::awaitEnd);
    }

    private void run(GraphLinker linker, int slot) {
        try {
            while (!stopping) {
                Optional<Tenant> tenant = work.take();
                if (tenant.isPresent()) {
                    epochs.enter(slot);
                    try {
                        work(tenant.get(), linker, slot);
                    } finally {
                        epochs.leave(slot);
                    }
                }
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            onFailure.accept(e);
        }
    }

    private void work(Tenant tenant, GraphLinker linker, int slot) {
        PendingWindow pending = tenant.pending();
        Graph graph = tenant.graph();
        if (graph == null || !pending.claimable()) {
            pending.unschedule();
            // A put between the claim and this line saw the tenant scheduled: look again.
            announce(tenant);
            return;
        }
        work.add(Optional.of(tenant));
        if (pending.takeRepair()) {
            repair(tenant, graph, linker, slot);
        } else {
            linkShare(tenant, graph, linker);
        }
    }

    private void linkShare(Tenant tenant, Graph graph, GraphLinker linker) {
        long claim = tenant.pending().claim(CLAIM_ORDINALS);
        int first = (int) (claim >>> 32);
        int end = first + (int) claim;
        for (int ordinal = first; ordinal < end && !stopping; ordinal++) {
            if (tenant.deathLsn(ordinal) <= published.get()) {
                graph.skip(ordinal);
            } else {
                linker.link(graph, tenant.vectors(), ordinal, tenant.count(), tenant::dead);
            }
        }
        tenant.pending().advance(graph);
    }

    private void repair(Tenant tenant, Graph graph, GraphLinker linker, int slot) {
        BooleanSupplier goOn = () -> {
            // Between two nodes: nobody is kept waiting for the end of a long repair.
            epochs.leave(slot);
            epochs.enter(slot);
            return !stopping;
        };
        int floor = tenant.pending().floor();
        int lost = new GraphRepair(graph, tenant.vectors(), tenant.count(), floor, goOn).run(linker, tenant::dead);
        tenant.pending().repaired();
        if (lost > 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    () -> "linked " + lost + " vectors of tenant '" + tenant.name()
                            + "' again that the loaded graph did not lead to");
        }
    }
}
