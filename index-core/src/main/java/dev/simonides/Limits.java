// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/** Every bound of a store in one place: nothing in the engine grows, waits or loops without one of these. */
public final class Limits {
    /** Components of a vector: 1..4096. */
    public static final int DIMENSION_MAX = 4096;

    /** Bytes of a key in UTF-8: 1..512. */
    public static final int KEY_BYTES_MAX = 512;

    /** Bytes of a tenant's name in UTF-8: 0..256. */
    public static final int TENANT_BYTES_MAX = 256;

    /** Bytes of a payload: 0..64 MiB. */
    public static final int PAYLOAD_BYTES_MAX = 64 << 20;

    /** Hits of a search: 1..10,000. */
    public static final int TOP_MAX = 10_000;

    /** Size of a search's candidate pool: 1..100,000. */
    public static final int EF_MAX = 100_000;

    /** Smallest M: below it the graph falls apart. */
    public static final int M_MIN = 4;

    /** Largest M: a layer-0 list of 2.5 · M ids must fit one gathered kernel call, see {@link #GATHER_MAX}. */
    public static final int M_MAX = 96;

    /** Smallest efConstruction. */
    public static final int EF_CONSTRUCTION_MIN = 8;

    /** Largest efConstruction. */
    public static final int EF_CONSTRUCTION_MAX = 4096;

    /** Ordinals of a tenant, dead ones included until {@code compact}: 2³¹ − 2. */
    public static final int TENANT_ORDINALS_MAX = Integer.MAX_VALUE - 1;

    /** Vectors in a page: a location word keeps six bits for the slot. */
    public static final int PAGE_SLOTS_MAX = 64;

    /** Vectors in one gathered kernel call. */
    public static final int GATHER_MAX = 256;

    /** Records of one atomic batch. */
    public static final int BATCH_RECORDS_MAX = 512;

    /** Bytes of one atomic batch in the log: 1 MiB. */
    public static final int BATCH_BYTES_MAX = 1 << 20;

    /** Writes waiting for the writer thread; a caller beyond it waits. */
    public static final int QUEUE_REQUESTS_MAX = 2048;

    /** Bytes waiting for the writer thread; a caller beyond it waits: 128 MiB. */
    public static final int QUEUE_BYTES_MAX = 128 << 20;

    /** Frames appended and not yet acknowledged; requests gather in the queue beyond it, and so make larger frames. */
    public static final int FRAMES_IN_FLIGHT_MAX = 4;

    /** Levels of a graph above layer 0: mL = 1/ln M with M ≥ 4 passes it once in 4¹⁵ nodes, and is then cut. */
    public static final int UPPER_LEVELS_MAX = 15;

    /**
     * From this dimension on {@link Navigation#AUTO} goes by 1-bit codes: the smallest that was measured, see
     * docs/BENCHMARKS.md. Below, an INT8 code is a few cache lines anyway, and a 1-bit code is rougher.
     */
    public static final int BIT_NAVIGATION_DIMENSION_MIN = 384;

    private Limits() {}
}
