// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.compact;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.ProgressListener;
import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.key.RecordKey;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.search.SearchScratch;
import dev.simonides.core.tenant.Numbering;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Putting the next numbering of a store in the place of the present one beside a search and what follows its hit (N1, N2, E1): the
 * search finds the same memory in either numbering, the hit leads to it, and what the former one had is given back only when the
 * search has left.
 *
 * <p>The successor (volatile), then the map of tenants (a concurrent map), then the former numbering is retired. The search enters
 * the epoch before it asks the map.
 */
@JCStressTest
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "The search went on in the former numbering.")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The search found the next numbering.")
@Outcome(id = "., 0, .", expect = FORBIDDEN, desc = "Not that memory, or not behind the hit, or given back meanwhile.")
@Outcome(expect = FORBIDDEN, desc = "The former numbering was not given back once.")
@State
public class SwapStress {
    /** Memory of some states, for nobody knows when one of them is done with. */
    private static final class Memories implements AutoCloseable {
        private final ConcurrentLinkedQueue<Slabs> slabs = new ConcurrentLinkedQueue<>();

        void add(Numbering numbering) {
            slabs.add(numbering.slabs());
            slabs.add(numbering.records());
        }

        @Override
        public void close() {
            slabs.forEach(Slabs::close);
        }
    }

    /** A directory that is cheap to make and knows no key: nobody asks for one here, and there is one a state. */
    private static final class NoKeys implements KeyDirectory {
        @Override
        public RecordKey key(int tenantId, byte[] utf8) {
            throw new UnsupportedOperationException("nobody asks for a key");
        }

        @Override
        public int get(RecordKey key) {
            return NONE;
        }

        @Override
        public void reserve(RecordKey key) {}

        @Override
        public void unreserve(RecordKey key) {}

        @Override
        public int put(RecordKey key, int ordinal, long keyAddress) {
            return NONE;
        }

        @Override
        public int put(int tenantId, long keyAddress, int keyBytes, int ordinal) {
            return NONE;
        }

        @Override
        public void reserve(long keys) {}

        @Override
        public int remove(RecordKey key) {
            return NONE;
        }

        @Override
        public KeyDirectory another() {
            return this;
        }

        @Override
        public long size() {
            return 0;
        }
    }

    private static final Generations<Memories> MEMORIES = new Generations<>(Memories::new, Memories::close);
    private static final String NAME = "stress";
    private static final int SLOT = 0;
    private static final int COUNT = 3;

    /** A reader looks as long as an exchange takes. */
    private static final int LOOKS = 64;

    private final Memories memories = MEMORIES.next();
    /** Half of the searches wait for the exchange, but not for ever. */
    private final int looksBefore = ThreadLocalRandom.current().nextInt(2) * 2_000;

    private final AtomicLong published = new AtomicLong(COUNT + 1);
    private final Epochs epochs = new Epochs(1);
    private final Tenants tenants;
    private final Tenant former;
    private final Renumbering renumbering;
    private volatile boolean givenBack;

    /** Memory 0 is dead: all others get other ordinals. */
    public SwapStress() {
        Numbering numbering = Numbering.of(0, new NoKeys());
        memories.add(numbering);
        tenants = new Tenants(new TenantShape(StressStore.CODEC, 8, 1_000, 42, numbering));
        former = tenants.findOrMake(NAME);
        for (int i = 0; i < COUNT; i++) {
            former.add(former.place(), i + 1L, StressStore.record(i, i));
        }
        former.publish();
        former.kill(0, COUNT + 1);
        renumbering = new Renumbering(tenants, new MemoryBudget(1L << 40), StressStore.linker(), published.get());
        renumbering.copy(ProgressListener.SILENT);
    }

    @Actor
    public void swap(III_Result result) {
        long _ = renumbering.catchUp();
        Runnable giveBack = renumbering.swap(COUNT + 2);
        epochs.retire(() -> {
            Objects.requireNonNull(giveBack);
            givenBack = true;
        });
        result.r3 = epochs.reclaim();
    }

    /** The numbering that was found, and whether all is there that a search, its hit and its payload read. */
    @Actor
    public void search(III_Result result) {
        SearchScratch scratch = StressStore.scratch();
        awaitNext();
        boolean intact = true;
        epochs.enter(SLOT);
        Tenant found = Objects.requireNonNull(tenants.find(NAME));
        StressStore.search(published, 1_000).exact(found, StressStore.vector(COUNT - 1), 1, scratch);
        int ordinal = scratch.size() == 0 ? 0 : scratch.ordinal(0);
        for (int look = 0; look < LOOKS; look++) {
            Tenant.Place place = found.latest(ordinal).orElseThrow();
            intact &= StressStore.intact(found, ordinal, COUNT - 1, COUNT - 1)
                    && StressStore.intact(place.tenant(), place.ordinal(), COUNT - 1, COUNT - 1);
        }
        intact &= !givenBack || found != former;
        epochs.leave(SLOT);
        result.r1 = found == former ? 0 : 1;
        result.r2 = intact ? 1 : 0;
    }

    private void awaitNext() {
        for (int look = 0; look < looksBefore && tenants.find(NAME) == former; look++) {
            Thread.onSpinWait();
        }
    }

    /** Counts the releases. */
    @Arbiter
    public void end(III_Result result) {
        result.r3 += epochs.reclaim();
        memories.add(tenants.shape().numbering());
    }
}
