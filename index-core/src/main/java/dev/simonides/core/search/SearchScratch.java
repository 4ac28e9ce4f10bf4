// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.search;

import dev.simonides.Limits;
import dev.simonides.Strategy;
import dev.simonides.core.graph.CandidatePool;
import dev.simonides.core.graph.Traversal;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** Everything a search or an encoding needs, kept between uses, and the result of the last search. Confined to its claimer. */
public final class SearchScratch {
    private final int slot;
    final Traversal traversal;
    final CandidatePool scanned = new CandidatePool();
    final long exactQuery;
    final long addresses;
    final long scores;
    final int[] gathered = new int[Limits.GATHER_MAX];
    long[] ranked = new long[0];

    private final MemorySegment encoding;

    int[] ordinals = new int[0];
    float[] hitScores = new float[0];
    int size;
    int evaluations;
    int hops;
    int pages;
    int poolPages;
    int pendingScanned;
    Strategy strategy = Strategy.EXACT_SCAN;
    long watermark;

    /**
     * Makes a scratch.
     *
     * @param slot number in its pool, and its user's epoch slot
     * @param kernels that score
     * @param codec shape of a vector
     * @param memory where the off-heap part comes from
     */
    public SearchScratch(int slot, Kernels kernels, VectorCodec codec, SegmentAllocator memory) {
        this.slot = slot;
        this.traversal = new Traversal(kernels, codec, memory);
        this.exactQuery = memory.allocate(codec.exactQueryBytes(), 64).address();
        this.addresses = memory.allocate(8L * Limits.GATHER_MAX, 64).address();
        this.scores = memory.allocate(4L * Limits.GATHER_MAX, 64).address();
        this.encoding = memory.allocate(codec.codePitch() + codec.originalBytes(), 64);
    }

    /**
     * Returns the epoch slot of whoever has claimed this scratch.
     *
     * @return 0 or more
     */
    public int slot() {
        return slot;
    }

    void ensureResults(int candidates) {
        if (candidates > ranked.length) {
            ranked = new long[candidates];
            ordinals = new int[candidates];
            hitScores = new float[candidates];
        }
    }

    /**
     * Encodes a vector as it will be logged and stored: the code record, then the original, without a gap.
     *
     * @param codec shape of a vector
     * @param vector checked by the codec before
     * @param destination out
     * @param offset where to write, in bytes
     */
    public void encode(VectorCodec codec, float[] vector, MemorySegment destination, long offset) {
        int original = codec.codePitch();
        codec.encode(vector, exactQuery, encoding.address(), encoding.address() + original);
        MemorySegment.copy(encoding, 0, destination, offset, codec.codeBytes());
        MemorySegment.copy(encoding, original, destination, offset + codec.codeBytes(), codec.originalBytes());
    }

    /**
     * Returns the number of hits found.
     *
     * @return 0..k
     */
    public int size() {
        return size;
    }

    /**
     * Returns the ordinal of a hit.
     *
     * @param rank 0 is the closest
     * @return ordinal within the tenant
     */
    public int ordinal(int rank) {
        return ordinals[rank];
    }

    /**
     * Returns the score of a hit.
     *
     * @param rank 0 is the closest
     * @return larger is closer
     */
    public float score(int rank) {
        return hitScores[rank];
    }

    /**
     * Returns the distance evaluations of the search, exact scan and pending window included.
     *
     * @return evaluations
     */
    public int evaluations() {
        return evaluations;
    }

    /**
     * Returns the graph nodes expanded.
     *
     * @return hops
     */
    public int hops() {
        return hops;
    }

    /**
     * Returns the distinct vector pages read.
     *
     * @return pages, −1 if they were not counted
     */
    public int pages() {
        return pages;
    }

    /**
     * Returns the distinct vector pages of the pool.
     *
     * @return pages, −1 if they were not counted
     */
    public int poolPages() {
        return poolPages;
    }

    /**
     * Returns the pending vectors scanned.
     *
     * @return vectors
     */
    public int pendingScanned() {
        return pendingScanned;
    }

    /**
     * Returns how the search was done.
     *
     * @return the strategy
     */
    public Strategy strategy() {
        return strategy;
    }
}
