// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.wal.LogStart;
import java.util.List;

/**
 * What a checkpoint is to hold: the state between two records of the log. Immutable. Taken on the writer thread when
 * everything up to {@code lsn} is applied and nothing behind it; what follows is told apart by ordinal and LSN: an ordinal
 * at or above its tenant's count is not in it, and whoever died later than {@code lsn} is alive in it.
 *
 * @param start where the log goes on behind the checkpoint
 * @param lsn the last LSN in the checkpoint
 * @param numbering how often the store has been compacted
 * @param tenants every tenant that has at least one ordinal
 */
public record Snapshot(LogStart start, long lsn, int numbering, List<TenantSnapshot> tenants) {
    /** Keeps a copy of the list. */
    public Snapshot {
        tenants = List.copyOf(tenants);
    }
}
