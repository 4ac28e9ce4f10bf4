// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.memory;

import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.StorageException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The number of off-heap bytes a store may use. Any thread.
 *
 * <p>The JVM has no limit for arena memory, so the store keeps its own. Bytes are reserved before a record is appended
 * to the log: after the append nothing may fail.
 */
public final class MemoryBudget {
    private final long limitBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicLong givenUpBytes = new AtomicLong();

    /**
     * Makes a budget of which nothing is used.
     *
     * @param limitBytes bytes that may be reserved, more than 0
     */
    public MemoryBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /**
     * Takes bytes from the budget.
     *
     * @param bytes bytes, 0 or more
     * @throws BudgetExceededException if the limit would be passed; nothing is taken then
     */
    public void reserve(long bytes) {
        long used = usedBytes.addAndGet(bytes);
        if (used > limitBytes) {
            usedBytes.addAndGet(-bytes);
            throw new BudgetExceededException(
                    "",
                    StorageException.NO_OFFSET,
                    "memory budget exceeded: limit=" + limitBytes + " bytes, used=" + (used - bytes) + ", asked="
                            + bytes + "; raise memoryBudgetBytes or store fewer vectors");
        }
    }

    /**
     * Gives bytes back.
     *
     * @param bytes bytes reserved before
     */
    public void release(long bytes) {
        usedBytes.addAndGet(-bytes);
    }

    /**
     * Says that all but some of what is reserved is given up, and will be released when its last reader has left. Nobody else
     * reserves or releases meanwhile.
     *
     * @param keptBytes bytes that stay reserved
     * @return bytes given up now, for {@link #releaseGivenUp}; those of earlier calls are not among them
     */
    public long giveUpAllBut(long keptBytes) {
        long bytes = usedBytes.get() - givenUpBytes.get() - keptBytes;
        givenUpBytes.addAndGet(bytes);
        return bytes;
    }

    /**
     * Gives bytes back that were given up.
     *
     * @param bytes from {@link #giveUpAllBut}
     */
    public void releaseGivenUp(long bytes) {
        givenUpBytes.addAndGet(-bytes);
        usedBytes.addAndGet(-bytes);
    }

    /**
     * Returns the bytes reserved now.
     *
     * @return bytes, 0 or more
     */
    public long usedBytes() {
        return usedBytes.get();
    }
}
