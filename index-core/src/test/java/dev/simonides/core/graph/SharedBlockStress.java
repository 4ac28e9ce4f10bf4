// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.tenant.Tenant;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.util.Objects;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * Publishing a node behind the count of a checkpoint, in its last block, beside that checkpoint (G5): the mark of the
 * node's change is not lost, though the checkpoint clears it and does not copy the node.
 *
 * <p>Dekker's pattern: the writer publishes the count (volatile), then the linker looks whether the mark stands, and
 * leaves it so; the checkpoint clears the mark, fences and loads the count. Without the fence its load may pass its
 * store, on x86 too.
 *
 * <p>Seen failing without the fence, and with a count that is read before the mark is cleared.
 */
@JCStressTest
@Outcome(id = "true", expect = ACCEPTABLE, desc = "Marked for the next checkpoint.")
@Outcome(
        id = "false",
        expect = FORBIDDEN,
        desc = "The mark is lost: no later checkpoint writes the node's lists, and a restart does not find it.")
@State
public class SharedBlockStress {
    private static final Generations<StressStore> STORES = StressStore.withGraphs();
    private static final int BLOCK = 0;
    private static final int COUNT = 1;

    private final StressStore store = STORES.next();
    private final Tenant tenant = store.tenant();
    private final Graph graph;

    public SharedBlockStress() {
        store.fill(tenant, COUNT);
        tenant.add(tenant.place(), 2, StressStore.record(1, 1));
        graph = Objects.requireNonNull(tenant.graph());
        graph.noteChangedBlock(BLOCK);
    }

    /** As the writer publishes the node, and an indexer changes it. */
    @Actor
    public void publishThenChange() {
        tenant.publish();
        graph.markLinked(COUNT);
    }

    /** As a checkpoint that copies the nodes before it. */
    @Actor
    public void clear() {
        new GraphBlocks(graph, COUNT).clear(new int[] {BLOCK}, tenant::count);
    }

    @Arbiter
    public void marked(Z_Result result) {
        result.r1 = graph.changed(BLOCK);
    }
}
