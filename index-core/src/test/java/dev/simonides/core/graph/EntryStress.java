// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.memory.Slabs;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * Two linkers that offer entry points, one of them higher, beside a walk that begins (G2): level and ordinal belong
 * together, and the higher one wins.
 *
 * <p>One volatile word, stored under the entry lock.
 */
@JCStressTest
@Outcome(id = "true, 2", expect = ACCEPTABLE, desc = "The higher node is the entry point.")
@Outcome(id = "true, 1", expect = FORBIDDEN, desc = "The higher node was lost: its levels are not used.")
@Outcome(expect = FORBIDDEN, desc = "The level of one node with the ordinal of the other.")
@State
public class EntryStress {
    private static final Slabs SLABS = new Slabs();

    private final Graph graph = new Graph(SLABS, 8, 42);

    @Actor
    public void offerLow(ZI_Result result) {
        graph.offerEntry(1, 1);
        long entry = graph.entry();
        result.r1 = entry == (1L << 32 | 1) || entry == (2L << 32 | 2);
    }

    @Actor
    public void offerHigh() {
        graph.offerEntry(2, 2);
    }

    /** The entry point in the end. */
    @Arbiter
    public void end(ZI_Result result) {
        result.r2 = graph.entryOrdinal();
    }
}
