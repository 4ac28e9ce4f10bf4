// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.generate;

/**
 * The geometry of clustered vectors. Lengths are in units of the distance of a cluster's centre from the origin, which
 * is about 1.
 *
 * <p>Immutable.
 *
 * @param clusters number of clusters, at least 1
 * @param intrinsicDimension dimension of the subspace that holds centres and clusters, at least 1
 * @param spread root mean square distance of a vector from its centre inside the subspace, at least 0
 * @param noise root mean square distance of a vector from the subspace's point, in all dimensions, at least 0
 */
public record ClusterShape(int clusters, int intrinsicDimension, double spread, double noise) {

    /**
     * A shape.
     *
     * @throws IllegalArgumentException if a number is below its bound or not finite
     */
    public ClusterShape {
        require(clusters >= 1, "clusters: expected=1.., actual=" + clusters);
        require(intrinsicDimension >= 1, "intrinsicDimension: expected=1.., actual=" + intrinsicDimension);
        require(spread >= 0 && Double.isFinite(spread), "spread: expected=0.., actual=" + spread);
        require(noise >= 0 && Double.isFinite(noise), "noise: expected=0.., actual=" + noise);
    }

    private static void require(boolean condition, String finding) {
        if (!condition) {
            throw new IllegalArgumentException(finding);
        }
    }
}
