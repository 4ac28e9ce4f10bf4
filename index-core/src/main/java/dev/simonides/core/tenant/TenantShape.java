// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.quantization.VectorCodec;

/**
 * What all tenants of a store have in common. Immutable.
 *
 * @param codec shape of a stored vector
 * @param m the paper's M
 * @param exactScanMax live vectors up to which a tenant has no graph
 * @param seed of the levels
 * @param slabs where pages, columns and lists come from
 * @param records where keys and payloads come from; the writer thread's alone
 */
public record TenantShape(VectorCodec codec, int m, int exactScanMax, long seed, Slabs slabs, Slabs records) {
    /**
     * Returns what a vector costs in memory, its key and payload apart: code, original, location, life and adjacency.
     *
     * @param codec shape of a stored vector
     * @param m the paper's M
     * @return bytes
     */
    public static long bytesPerVector(VectorCodec codec, int m) {
        return PageGeometry.of(codec).bytesPerCode()
                + codec.originalBytes()
                + Integer.BYTES
                + LifeLayout.LIFE_BYTES
                + Graph.bytesPerNode(m);
    }
}
