// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.memory.Slabs;

/**
 * What the ordinals of all tenants lead to, from one compaction of the store to the next. A compaction builds another one
 * beside it; the former is closed when nobody can find it any more.
 *
 * @param number how often the store has been compacted, as its log and its files count
 * @param slabs where pages, columns and lists come from
 * @param records where keys and payloads come from; the writer thread's alone
 * @param keys of all tenants
 */
public record Numbering(int number, Slabs slabs, Slabs records, KeyDirectory keys) implements AutoCloseable {
    /**
     * Makes the numbering of a store without ordinals.
     *
     * @param number its number
     * @param keys without a key
     * @return takes no off-heap memory yet
     */
    public static Numbering of(int number, KeyDirectory keys) {
        return new Numbering(number, new Slabs(), new Slabs(), keys);
    }

    /**
     * Makes the numbering that follows, empty.
     *
     * @return with a directory that understands the same keys
     */
    public Numbering next() {
        return of(number + 1, keys.another());
    }

    /** Unmaps everything. */
    @Override
    public void close() {
        slabs.close();
        records.close();
    }
}
