// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.quantization.VectorCodec;

/**
 * What all tenants of a store have in common. Immutable.
 *
 * @param codec shape of a stored vector
 * @param m the paper's M
 * @param exactScanMax live vectors up to which a tenant has no graph
 * @param seed of the levels
 * @param numbering what their ordinals lead to
 */
public record TenantShape(VectorCodec codec, int m, int exactScanMax, long seed, Numbering numbering) {
    /**
     * Returns the same shape for the tenants of another numbering.
     *
     * @param other what their ordinals lead to
     * @return the shape
     */
    public TenantShape with(Numbering other) {
        return new TenantShape(codec, m, exactScanMax, seed, other);
    }

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
