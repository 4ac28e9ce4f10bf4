// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.key;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.simonides.stress.Generations;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Looking keys up in a table that grows, and in which others are moved back over a gap (K1, K2): a key that is there is
 * found, at its ordinal, and changes are seen in their order.
 *
 * <p>Everything is plain, under the read-write lock of the stripe. The states of a stride share a directory.
 */
@JCStressTest
@Outcome(id = "1, 2, -1", expect = ACCEPTABLE, desc = "Before both changes.")
@Outcome(id = "1, 2, 3", expect = ACCEPTABLE, desc = "After the put, or beside it.")
@Outcome(id = "1, -1, 3", expect = ACCEPTABLE, desc = "After both.")
@Outcome(
        id = "-1, .*",
        expect = FORBIDDEN,
        desc = "A key that was there all the time was not found: a get loses a memory.")
@Outcome(id = "1, -1, -1", expect = FORBIDDEN, desc = "The later change was seen without the earlier one.")
@Outcome(expect = FORBIDDEN, desc = "A key was found at another's ordinal.")
@State
public class TableStress {
    private static final MemorySegment STAYS = Arena.global().allocateFrom("stays");
    private static final MemorySegment COMES = Arena.global().allocateFrom("comes");
    private static final MemorySegment LEAVES = Arena.global().allocateFrom("leaves");
    private static final Generations<HeapKeyDirectory> DIRECTORIES =
            new Generations<>(() -> new HeapKeyDirectory(42), directory -> {});
    private static final AtomicInteger NEXT_TENANT = new AtomicInteger();

    private final HeapKeyDirectory directory = DIRECTORIES.next();
    private final int tenant = NEXT_TENANT.getAndIncrement();

    public TableStress() {
        put(STAYS, 1);
        put(LEAVES, 2);
    }

    private void put(MemorySegment key, int ordinal) {
        int _ = directory.put(tenant, key.address(), (int) key.byteSize() - 1, ordinal);
    }

    private RecordKey key(MemorySegment key) {
        return directory.key(tenant, key.getString(0).getBytes(StandardCharsets.UTF_8));
    }

    @Actor
    public void putThenRemove() {
        put(COMES, 3);
        int _ = directory.remove(key(LEAVES));
    }

    /** What the directory says of each, the one that stays first. */
    @Actor
    public void get(III_Result result) {
        result.r1 = directory.get(key(STAYS));
        result.r2 = directory.get(key(LEAVES));
        result.r3 = directory.get(key(COMES));
    }
}
