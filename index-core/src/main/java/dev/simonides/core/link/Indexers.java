// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.link;

import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.graph.GraphRepair;
import dev.simonides.core.graph.GraphUnlinker;
import dev.simonides.core.tenant.GraphUpkeep;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.thread.EngineThread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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

    /** How often an idle indexer looks whether the readers have left that hold back an unlinking. */
    private static final long GRACE_POLL_MILLIS = 5;

    /** Work for nobody, so that who waits looks whether to stop. */
    private static final Optional<Tenant> WAKE = Optional.empty();

    private final LinkedBlockingQueue<Optional<Tenant>> work = new LinkedBlockingQueue<>();
    /** Tenants whose condemned nodes wait until the readers have left. */
    private final Queue<Tenant> inGrace = new ConcurrentLinkedQueue<>();

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
     * @param unlinkers makes the unlinker of a thread
     */
    public void start(int count, Supplier<GraphLinker> linkers, Supplier<GraphUnlinker> unlinkers) {
        for (int i = 0; i < count; i++) {
            Indexer indexer = new Indexer(linkers.get(), unlinkers.get(), firstSlot + i);
            threads.add(new EngineThread("simonides-indexer-" + i, () -> run(indexer)));
        }
        threads.forEach(Thread::start);
    }

    /**
     * Announces that a tenant may have ordinals to link.
     *
     * @param tenant any
     */
    public void announce(Tenant tenant) {
        if (hasWork(tenant) && tenant.pending().schedule()) {
            work.add(Optional.of(tenant));
        }
    }

    private static boolean hasWork(Tenant tenant) {
        if (tenant.replaced()) {
            return false;
        }
        return tenant.pending().claimable()
                || (tenant.graphWanted() && tenant.upkeep().due());
    }

    /** Stops the threads after the node each is at; what is unlinked stays pending. Idempotent. */
    @Override
    public void close() {
        stopping = true;
        threads.forEach(_ -> work.add(WAKE));
        threads.forEach(EngineThread::awaitEnd);
    }

    /** What one thread works with. */
    record Indexer(GraphLinker linker, GraphUnlinker unlinker, int slot) {}

    private void run(Indexer indexer) {
        try {
            while (!stopping) {
                endGrace();
                Optional<Tenant> tenant = awaitWork();
                if (tenant.isPresent()) {
                    epochs.enter(indexer.slot());
                    try {
                        work(tenant.get(), indexer);
                    } finally {
                        epochs.leave(indexer.slot());
                    }
                }
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            onFailure.accept(e);
        }
    }

    /** Announces the tenants whose readers have left. Outside the epoch: an indexer may not wait for itself. */
    private void endGrace() {
        Tenant tenant = inGrace.peek();
        if (tenant != null && epochs.passed(tenant.upkeep().graceMark()) && inGrace.remove(tenant)) {
            tenant.upkeep().gracePassed();
            announce(tenant);
        }
    }

    /** Waits for work, or until it is time to look again whether somebody's grace has passed. */
    private Optional<Tenant> awaitWork() throws InterruptedException {
        if (inGrace.isEmpty()) {
            return work.take();
        }
        Optional<Tenant> next = work.poll(GRACE_POLL_MILLIS, TimeUnit.MILLISECONDS);
        return next == null ? WAKE : next;
    }

    private void work(Tenant tenant, Indexer indexer) {
        Graph graph = tenant.graph();
        if (graph == null || !hasWork(tenant)) {
            tenant.pending().unschedule();
            // A put between the claim and this line saw the tenant scheduled: look again.
            announce(tenant);
            return;
        }
        work.add(Optional.of(tenant));
        GraphUpkeep.Task task = tenant.upkeep().take();
        switch (task) {
            case NONE -> linkShare(tenant, graph, indexer.linker());
            case REPAIR -> repair(tenant, graph, indexer);
            case CONDEMN -> condemn(tenant, graph, indexer.unlinker());
            case UNLINK -> unlink(tenant, graph, indexer);
        }
        if (task != GraphUpkeep.Task.NONE) {
            // Who saw the tenant meanwhile saw no work in it, for there is one task at a time.
            announce(tenant);
        }
    }

    /** Claims ordinals of a tenant, and links those that are not known to be dead. Inside the epoch. */
    void linkShare(Tenant tenant, Graph graph, GraphLinker linker) {
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

    void repair(Tenant tenant, Graph graph, Indexer indexer) {
        int floor = tenant.pending().floor();
        int lost = new GraphRepair(graph, tenant.vectors(), tenant.count(), floor, () -> goOn(tenant, indexer))
                .run(indexer.linker(), tenant::dead);
        tenant.upkeep().done(true);
        if (lost > 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    () -> "linked " + lost + " vectors of tenant '" + tenant.name()
                            + "' again that the graph did not lead to");
        }
    }

    private void condemn(Tenant tenant, Graph graph, GraphUnlinker unlinker) {
        long watermark = published.get();
        int dead = tenant.upkeep().deadInGraph();
        int condemned =
                unlinker.condemn(graph, tenant.pending().floor(), ordinal -> tenant.deathLsn(ordinal) <= watermark);
        tenant.upkeep().condemned(condemned, dead - condemned, epochs.mark());
        if (condemned > 0) {
            inGrace.add(tenant);
        }
    }

    void unlink(Tenant tenant, Graph graph, Indexer indexer) {
        BooleanSupplier goOn = () -> goOn(tenant, indexer);
        boolean whole = indexer.unlinker().unlink(graph, tenant.vectors(), tenant.count(), goOn);
        if (goOn.getAsBoolean()) {
            int _ = indexer.linker().refreshWorn(graph, tenant.vectors(), tenant.count(), tenant::dead, goOn);
        }
        tenant.upkeep().done(whole);
    }

    /**
     * Between two nodes: nobody is kept waiting for the end of a long task. Outside the epoch for a moment, an indexer may lose
     * the tenant to a compaction, and then must not touch it again (N2).
     */
    private boolean goOn(Tenant tenant, Indexer indexer) {
        epochs.leave(indexer.slot());
        epochs.enter(indexer.slot());
        return !stopping && !tenant.replaced();
    }
}
