// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

/** Mapped memory with none behind it. Confined to one test. */
final class EdgeMemory implements AutoCloseable {
    // More than seven vectors of the largest dimension.
    private static final long BYTES = 256 << 10;
    private static final long GAP_BYTES = 64 << 10;

    private final long start = PosixCalls.map(BYTES + GAP_BYTES);

    EdgeMemory() {
        PosixCalls.unmap(start + BYTES, GAP_BYTES);
    }

    /** Zeroed memory that ends at the edge. */
    long block(long bytes) {
        return start + BYTES - bytes;
    }

    @Override
    public void close() {
        PosixCalls.unmap(start, BYTES);
    }
}
