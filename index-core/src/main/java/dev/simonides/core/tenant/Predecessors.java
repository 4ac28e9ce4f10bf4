// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import dev.simonides.Limits;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Of the puts of the frame that is being applied, which version of the key each one follows: the key directory names the new
 * version already, and whoever gets the key before the frame is published is to have the one before. The writer thread notes, any
 * thread asks.
 *
 * <p>A put is found by its LSN, the birth LSN of its ordinal. A frame has no more records than there are places here, and the next
 * one begins when it is published: what is overwritten is of LSNs that nobody asks for any more.
 */
public final class Predecessors {
    /** The put has not been noted yet, or is long past. */
    public static final int UNKNOWN = -2;

    private static final int PLACES = Limits.BATCH_RECORDS_MAX;

    /** The lower half of an LSN above an ordinal. */
    private final AtomicLongArray places = new AtomicLongArray(PLACES);

    /** Makes one that knows of no put. */
    public Predecessors() {}

    /**
     * Notes a put, behind the directory. Writer thread only.
     *
     * @param lsn its LSN
     * @param before the ordinal that the directory named, or {@link dev.simonides.core.key.KeyDirectory#NONE}
     */
    public void note(long lsn, int before) {
        // ORDER: release; pairs with Predecessors#of (acquire): the life of the ordinal before was written.
        places.setRelease(place(lsn), (lsn << Integer.SIZE) | (before & 0xFFFF_FFFFL));
    }

    /**
     * Returns what a put follows.
     *
     * @param lsn of a put that the directory names, and that the watermark has not reached
     * @return the ordinal of the version before, {@link dev.simonides.core.key.KeyDirectory#NONE} if there was none, or {@link
     *     #UNKNOWN}: the writer is just about to note it, or has published it meanwhile
     */
    public int of(long lsn) {
        // ORDER: acquire; pairs with Predecessors#note (release); else the life of the ordinal before could be
        // unwritten.
        long noted = places.getAcquire(place(lsn));
        return noted >>> Integer.SIZE == (lsn & 0xFFFF_FFFFL) ? (int) noted : UNKNOWN;
    }

    private static int place(long lsn) {
        return (int) (lsn % PLACES);
    }
}
