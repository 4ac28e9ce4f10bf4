// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.search;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.memory.Slabs;
import dev.simonides.simd.OffHeap;
import dev.simonides.stress.Generations;
import dev.simonides.stress.StressStore;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Closing a store beside a search (E4, S4): the search has its memory to its end, or is refused before it begins.
 *
 * <p>The flag of the closed pool is volatile, stored before all permits are taken; the search takes its permit first and
 * looks then.
 */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "The search came first, and closing waited for it.")
@Outcome(id = "0", expect = ACCEPTABLE, desc = "The search was refused.")
@Outcome(
        id = "-1",
        expect = FORBIDDEN,
        desc = "The search read memory that had been given back: in production it faults.")
@State
public class CloseStress {
    private static final Generations<Slabs> SLABS = new Generations<>(Slabs::new, Slabs::close);
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final long memory = SLABS.next().allocate(Long.BYTES, Long.BYTES);
    private final Epochs epochs = new Epochs(1);
    private final ScratchPool pool = new ScratchPool(1, epochs, slot -> StressStore.scratch());

    /** 0 if the store was closed, 1 if it was not, −1 if the memory was gone. */
    @Actor
    public void read(I_Result result) {
        try {
            SearchScratch scratch = pool.claim();
            boolean gone = (long) LONG.getOpaque(MEMORY, memory) != 0;
            gone |= (long) LONG.getOpaque(MEMORY, memory) != 0;
            result.r1 = gone ? -1 : 1;
            pool.release(scratch);
        } catch (IllegalStateException e) {
            result.r1 = 0;
        }
    }

    /** As a store that closes; where it unmaps, this overwrites. */
    @Actor
    public void close() {
        pool.close();
        epochs.close();
        LONG.setOpaque(MEMORY, memory, -1L);
    }
}
