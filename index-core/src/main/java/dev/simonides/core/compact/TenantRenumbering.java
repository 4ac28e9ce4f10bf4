// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.compact;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphLinker;
import dev.simonides.core.graph.GraphRenumbering;
import dev.simonides.core.key.RecordKey;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import java.util.Arrays;
import java.util.function.LongConsumer;

/** Builds the tenant that follows another one. Confined to one thread at a time; nobody else knows it before the swap. */
final class TenantRenumbering {
    private final Tenant former;
    private final Tenant next;
    private final LongConsumer charge;
    private final GraphLinker linker;
    private final long asOfLsn;
    /** New ordinals by former ones, as far as these were looked at. */
    private int[] ordinals = new int[0];

    private int count;
    /** New ordinals below it are linked. */
    private int linkedCount;

    TenantRenumbering(Tenant former, TenantShape shape, LongConsumer charge, GraphLinker linker, long asOfLsn) {
        this.former = former;
        this.next = new Tenant(former.id(), former.name(), shape);
        this.charge = charge;
        this.linker = linker;
        this.asOfLsn = asOfLsn;
    }

    Tenant next() {
        return next;
    }

    /** Copies all vectors, then the graph as far as it was settled before; how many. */
    long copy() {
        int floor = former.pending().floor();
        long copied = copyNew();
        next.adoptGraphWanted(former);
        Graph from = former.graph();
        Graph to = next.graph();
        if (from != null && to != null) {
            for (int ordinal = 0; ordinal < floor; ordinal++) {
                linkedCount += ordinals[ordinal] == Tenant.GONE ? 0 : 1;
            }
            new GraphRenumbering(from, to, ordinals, floor).run(linker, next.vectors(), next.placedCount());
        }
        return copied;
    }

    /** Puts near vectors into the same page. */
    void arrange() {
        PageClusters.arrange(next.vectors(), next.graph());
    }

    /** How many changes there were. */
    long catchUp() {
        long changes = copyNew();
        for (int ordinal = 0; ordinal < count; ordinal++) {
            int present = ordinals[ordinal];
            if (present != Tenant.GONE && former.dead(ordinal) && !next.dead(present)) {
                next.kill(present, former.deathLsn(ordinal));
                forgetKey(present);
                changes++;
            }
        }
        return changes;
    }

    private long copyNew() {
        int end = former.count();
        ordinals = Arrays.copyOf(ordinals, end);
        long copied = 0;
        for (int ordinal = count; ordinal < end; ordinal++) {
            boolean gone = former.deathLsn(ordinal) <= asOfLsn;
            if (!gone) {
                charge.accept(next.cost(former.keyBytes(ordinal), former.payloadBytes(ordinal)));
                copied++;
            }
            ordinals[ordinal] = gone ? Tenant.GONE : next.adopt(former, ordinal);
        }
        count = end;
        return copied;
    }

    /** Unless a later put has taken the key over. */
    private void forgetKey(int ordinal) {
        RecordKey key = next.keys().key(next.id(), next.key(ordinal));
        if (next.keys().get(key) == ordinal) {
            next.keys().remove(key);
        }
    }

    Tenant.Successor successor() {
        next.publish();
        if (next.graph() != null) {
            next.pending().restore(linkedCount);
        }
        return new Tenant.Successor(next, ordinals);
    }
}
