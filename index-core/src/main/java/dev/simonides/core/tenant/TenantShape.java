// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.quantization.BitCodeLayout;
import dev.simonides.quantization.BitCodec;
import dev.simonides.quantization.VectorCodec;
import org.jspecify.annotations.Nullable;

/**
 * What all tenants of a store have in common. Immutable.
 *
 * @param geometry of the store's pages
 * @param m the paper's M
 * @param exactScanMax live vectors up to which a tenant has no graph
 * @param seed of the levels
 * @param numbering what their ordinals lead to
 * @param bits makes the 1-bit codes that graphs keep, null if they keep none
 */
public record TenantShape(
        PageGeometry geometry,
        int m,
        int exactScanMax,
        long seed,
        Numbering numbering,
        @Nullable BitCodec bits) {
    /** A shape of graphs without 1-bit codes, in a store that is made now. */
    public TenantShape(VectorCodec codec, int m, int exactScanMax, long seed, Numbering numbering) {
        this(PageGeometry.of(codec), m, exactScanMax, seed, numbering, null);
    }

    /**
     * Returns what a vector looks like.
     *
     * @return shape of a stored vector
     */
    public VectorCodec codec() {
        return geometry.codec();
    }

    /**
     * Returns the same shape for the tenants of another numbering.
     *
     * @param other what their ordinals lead to
     * @return the shape
     */
    public TenantShape with(Numbering other) {
        return new TenantShape(geometry, m, exactScanMax, seed, other, bits);
    }

    /** A graph without nodes, as every tenant of the store begins it. */
    Graph newGraph() {
        return new Graph(numbering.slabs(), m, seed, bits);
    }

    /**
     * Returns what a vector costs in memory, its key and payload apart.
     *
     * @return bytes
     */
    public long bytesPerVector() {
        return bytesPerVector(geometry, m, bits != null);
    }

    /**
     * Returns what a vector costs in memory, its key and payload apart: codes, original, location, life and adjacency.
     *
     * @param geometry of the store's pages
     * @param m the paper's M
     * @param bits whether graphs keep 1-bit codes
     * @return bytes
     */
    public static long bytesPerVector(PageGeometry geometry, int m, boolean bits) {
        return geometry.bytesPerCode()
                + geometry.codec().originalBytes()
                + Integer.BYTES
                + LifeLayout.LIFE_BYTES
                + Graph.bytesPerNode(m)
                + (bits ? BitCodeLayout.pitch(geometry.codec().dimension()) : 0);
    }
}
