// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.wal.ReplayReport;

/**
 * What a store holds and uses, at about one moment. Immutable.
 *
 * @param state what the store does with a write
 * @param liveCount memories that a search can find
 * @param ordinalCount vectors in memory, dead ones included
 * @param pendingCount vectors not yet linked into a graph that is wanted
 * @param tenantCount tenants that hold anything
 * @param graphTenantCount tenants that are searched by a graph
 * @param lastLsn LSN of the last visible write
 * @param durableLsn LSN up to which the log is known to be on the medium
 * @param logBytes bytes of the log
 * @param offHeapBytes off-heap memory charged to the budget
 * @param residency where the vectors of the last checkpoint are, {@code RESIDENT} or {@code MAPPED}
 * @param mappedBytes bytes of files that are mapped, charged to nothing
 * @param kernels which kernels score, in words
 * @param replay what opening the log found
 */
public record MemoryIndexStats(
        StoreState state,
        long liveCount,
        long ordinalCount,
        long pendingCount,
        int tenantCount,
        int graphTenantCount,
        long lastLsn,
        long durableLsn,
        long logBytes,
        long offHeapBytes,
        Residency residency,
        long mappedBytes,
        String kernels,
        ReplayReport replay) {}
