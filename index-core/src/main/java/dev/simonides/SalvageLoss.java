// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.util.List;

/**
 * What one damage cost. Immutable.
 *
 * @param what a sentence that says it all, but for the keys
 * @param file the damaged file; empty if it is none alone
 * @param offset where in the file the damaged block begins, in bytes; 0 if it is none alone
 * @param bytes length of the damaged block
 * @param memories how many memories are concerned, at most; 0 if nobody can say
 * @param keys the keys of those of which it can be read, with their tenants: {@code tenant/key}; at most {@link #KEYS_MAX}
 */
public record SalvageLoss(String what, String file, long offset, long bytes, long memories, List<String> keys) {
    /** Keys in one loss, at most. */
    public static final int KEYS_MAX = 10_000;

    /** Copies the keys. */
    public SalvageLoss {
        keys = List.copyOf(keys);
    }

    @Override
    public String toString() {
        return what;
    }
}
