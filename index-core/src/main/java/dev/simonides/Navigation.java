// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/**
 * By which codes searches find their way through a graph. Whatever it is, what they find is ranked by INT8 codes and rescored
 * with the originals where there are any, linking compares INT8 codes, and nothing of it is on disk.
 */
public enum Navigation {
    /** What was measured to be faster at the store's dimension: see docs/BENCHMARKS.md. */
    AUTO,
    /** INT8 codes. */
    INT8,
    /**
     * 1-bit codes, kept beside the graph: 64 bytes a vector at 384 dimensions, 128 at 768. Vectors are read only of those in
     * the pool at the end. The codes are rougher, and so the pool is made larger than ef by as much as gives the same recall.
     */
    ONE_BIT
}
