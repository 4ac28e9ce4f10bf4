// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static dev.simonides.OptionRange.require;
import static dev.simonides.OptionRange.requireShare;

import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.Durability;
import java.time.Clock;

/**
 * How a store is made and opened. Immutable: every method that sets something returns new options.
 *
 * <p>Dimension, similarity and originals are fixed when a store is created and must agree when it is opened again. The others
 * are remembered for an open without options, except what concerns a process: memory budget, residency, navigation, indexer
 * threads, progress, clock, checkpoints, clustering, the limit of the log. Options given at an open hold for that open.
 */
public final class MemoryIndexOptions {
    private final int dimension;
    private Similarity similarity = Similarity.COSINE;
    private OriginalFormat originals = OriginalFormat.F16;
    private int m = 16;
    private int efConstruction = 200;
    private Durability durability = new Durability.Group();
    private int exactScanMax = 2_000;
    private int pendingMax = 2_048;
    private long seed = 0x51D0_71DE_5EEDL;
    private long logBytesMax = 1L << 30;
    private long memoryBudgetBytes = PhysicalMemory.BYTES / 2;
    private int indexerThreads = Runtime.getRuntime().availableProcessors();
    private ProgressListener progress = ProgressListener.SILENT;
    private Clock clock = Clock.systemUTC();
    private Residency residency = Residency.AUTO;
    private Navigation navigation = Navigation.AUTO;
    private long checkpointLogBytes = 64 << 20; // replayed in about a second
    private boolean checkpointOnClose = true;
    private double pageClusteringCpuMax = 0.5;

    private MemoryIndexOptions(int dimension) {
        this.dimension = require("dimension", dimension, 1, Limits.DIMENSION_MAX);
    }

    // A copy, of which the calling setter changes one field before anyone else sees it.
    private MemoryIndexOptions(MemoryIndexOptions other) {
        this.dimension = other.dimension;
        this.similarity = other.similarity;
        this.originals = other.originals;
        this.m = other.m;
        this.efConstruction = other.efConstruction;
        this.durability = other.durability;
        this.exactScanMax = other.exactScanMax;
        this.pendingMax = other.pendingMax;
        this.seed = other.seed;
        this.logBytesMax = other.logBytesMax;
        this.memoryBudgetBytes = other.memoryBudgetBytes;
        this.indexerThreads = other.indexerThreads;
        this.progress = other.progress;
        this.clock = other.clock;
        this.residency = other.residency;
        this.navigation = other.navigation;
        this.checkpointLogBytes = other.checkpointLogBytes;
        this.checkpointOnClose = other.checkpointOnClose;
        this.pageClusteringCpuMax = other.pageClusteringCpuMax;
    }

    /**
     * Makes the usual options.
     *
     * @param dimension components of a vector, 1..4096
     * @return the options
     * @throws IllegalArgumentException if the dimension is out of range
     */
    public static MemoryIndexOptions ofDimension(int dimension) {
        return new MemoryIndexOptions(dimension);
    }

    /**
     * Returns the number of components of a vector.
     *
     * @return 1..4096
     */
    public int dimension() {
        return dimension;
    }

    /**
     * Sets the similarity.
     *
     * @param value how vectors are compared
     * @return new options
     */
    public MemoryIndexOptions similarity(Similarity value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.similarity = value;
        return copy;
    }

    /**
     * Returns the similarity.
     *
     * @return COSINE unless set
     */
    public Similarity similarity() {
        return similarity;
    }

    /**
     * Sets what is kept of a vector besides its INT8 code.
     *
     * @param value none, F16 or F32
     * @return new options
     */
    public MemoryIndexOptions originals(OriginalFormat value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.originals = value;
        return copy;
    }

    /**
     * Returns what is kept of a vector besides its INT8 code.
     *
     * @return F16 unless set
     */
    public OriginalFormat originals() {
        return originals;
    }

    /**
     * Sets the HNSW paper's M: links of a node on upper layers, half of those on layer 0.
     *
     * @param value 4..96
     * @return new options
     * @throws IllegalArgumentException if the value is out of range
     */
    public MemoryIndexOptions m(int value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.m = require("m", value, Limits.M_MIN, Limits.M_MAX);
        return copy;
    }

    /**
     * Returns the HNSW paper's M: links of a node on upper layers, half of those on layer 0.
     *
     * @return 16 unless set
     */
    public int m() {
        return m;
    }

    /**
     * Sets the HNSW paper's efConstruction: pool size while linking.
     *
     * @param value 8..4096
     * @return new options
     * @throws IllegalArgumentException if the value is out of range
     */
    public MemoryIndexOptions efConstruction(int value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.efConstruction = require("efConstruction", value, Limits.EF_CONSTRUCTION_MIN, Limits.EF_CONSTRUCTION_MAX);
        return copy;
    }

    /**
     * Returns the HNSW paper's efConstruction: pool size while linking.
     *
     * @return 200 unless set
     */
    public int efConstruction() {
        return efConstruction;
    }

    /**
     * Sets when a write is acknowledged.
     *
     * @param value the policy
     * @return new options
     */
    public MemoryIndexOptions durability(Durability value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.durability = value;
        return copy;
    }

    /**
     * Returns when a write is acknowledged.
     *
     * @return {@code GROUP} unless set
     */
    public Durability durability() {
        return durability;
    }

    /**
     * Sets up to how many live vectors a tenant is scanned exactly and has no graph.
     *
     * @param value 0 or more; 0 means always a graph
     * @return new options
     * @throws IllegalArgumentException if the value is out of range
     */
    public MemoryIndexOptions exactScanMax(int value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.exactScanMax = require("exactScanMax", value, 0, Limits.TENANT_ORDINALS_MAX);
        return copy;
    }

    /**
     * Returns up to how many live vectors a tenant is scanned exactly and has no graph.
     *
     * @return 2,000 unless set
     */
    public int exactScanMax() {
        return exactScanMax;
    }

    /**
     * Sets how many vectors of a tenant may wait for being linked; writers wait beyond it.
     *
     * @param value 1 or more
     * @return new options
     * @throws IllegalArgumentException if the value is out of range
     */
    public MemoryIndexOptions pendingMax(int value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.pendingMax = require("pendingMax", value, 1, Limits.TENANT_ORDINALS_MAX);
        return copy;
    }

    /**
     * Returns how many vectors of a tenant may wait for being linked; writers wait beyond it.
     *
     * @return 2,048 unless set
     */
    public int pendingMax() {
        return pendingMax;
    }

    /**
     * Sets the seed of the graph's levels.
     *
     * @param value any
     * @return new options
     */
    public MemoryIndexOptions seed(long value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.seed = value;
        return copy;
    }

    /**
     * Returns the seed of the graph's levels.
     *
     * @return fixed unless set, so that equal input gives equal levels
     */
    public long seed() {
        return seed;
    }

    /**
     * Sets how many off-heap bytes the store may use.
     *
     * @param value 1 or more
     * @return new options
     * @throws IllegalArgumentException if the value is out of range
     */
    public MemoryIndexOptions memoryBudgetBytes(long value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.memoryBudgetBytes = require("memoryBudgetBytes", value, 1, Long.MAX_VALUE);
        return copy;
    }

    /**
     * Returns how many off-heap bytes the store may use.
     *
     * @return half of the machine's memory unless set
     */
    public long memoryBudgetBytes() {
        return memoryBudgetBytes;
    }

    /**
     * Sets how far the log may grow since the last checkpoint. Beyond it writes are refused, as on a full medium, until a
     * checkpoint succeeds.
     *
     * @param value bytes, 1 MiB or more
     * @return new options
     * @throws IllegalArgumentException if the value is out of range
     */
    public MemoryIndexOptions logBytesMax(long value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.logBytesMax = require("logBytesMax", value, 1 << 20, Long.MAX_VALUE);
        return copy;
    }

    /**
     * Returns how far the log may grow since the last checkpoint.
     *
     * @return bytes, 1 GiB unless set
     */
    public long logBytesMax() {
        return logBytesMax;
    }

    /**
     * Sets how many threads link.
     *
     * @param value 1..1024
     * @return new options
     * @throws IllegalArgumentException if the value is out of range
     */
    public MemoryIndexOptions indexerThreads(int value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.indexerThreads = require("indexerThreads", value, 1, 1024);
        return copy;
    }

    /**
     * Returns how many threads link.
     *
     * @return one for each processor unless set
     */
    public int indexerThreads() {
        return indexerThreads;
    }

    /**
     * Sets who is told how far the replay of the log has come.
     *
     * @param value quick, must not throw
     * @return new options
     */
    public MemoryIndexOptions progress(ProgressListener value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.progress = value;
        return copy;
    }

    /**
     * Returns who is told how far the replay of the log has come.
     *
     * @return nobody unless set
     */
    public ProgressListener progress() {
        return progress;
    }

    /**
     * Sets the clock that stamps memories.
     *
     * @param value any
     * @return new options
     */
    public MemoryIndexOptions clock(Clock value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.clock = value;
        return copy;
    }

    /**
     * Returns the clock that stamps memories.
     *
     * @return the system's unless set
     */
    public Clock clock() {
        return clock;
    }

    /**
     * Sets where the vectors of a checkpoint are.
     *
     * @param value in memory or in files
     * @return new options
     */
    public MemoryIndexOptions residency(Residency value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.residency = value;
        return copy;
    }

    /**
     * Returns where the vectors of a checkpoint are.
     *
     * @return AUTO unless set
     */
    public Residency residency() {
        return residency;
    }

    /**
     * Sets by which codes searches find their way through a graph.
     *
     * @param value INT8 or 1-bit codes
     * @return new options
     */
    public MemoryIndexOptions navigation(Navigation value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.navigation = value;
        return copy;
    }

    /**
     * Returns by which codes searches find their way through a graph.
     *
     * @return AUTO unless set
     */
    public Navigation navigation() {
        return navigation;
    }

    /**
     * Sets after how many bytes of log a checkpoint is made. It is made in the background, also after ten minutes with
     * anything new, and sooner where the replay of many small writes would take long.
     *
     * @param value 1 or more
     * @return new options
     * @throws IllegalArgumentException if the value is out of range
     */
    public MemoryIndexOptions checkpointLogBytes(long value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.checkpointLogBytes = require("checkpointLogBytes", value, 1, Long.MAX_VALUE);
        return copy;
    }

    /**
     * Returns after how many bytes of log a checkpoint is made.
     *
     * @return 64 MiB unless set
     */
    public long checkpointLogBytes() {
        return checkpointLogBytes;
    }

    /**
     * Sets whether closing makes a checkpoint where the next opening would have more than 1 MiB of log to replay.
     *
     * @param value whether
     * @return new options
     */
    public MemoryIndexOptions checkpointOnClose(boolean value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.checkpointOnClose = value;
        return copy;
    }

    /**
     * Returns whether closing makes a checkpoint where the next opening would have more than 1 MiB of log to replay.
     *
     * @return true unless set
     */
    public boolean checkpointOnClose() {
        return checkpointOnClose;
    }

    /**
     * Sets which share of one processor may go into putting near vectors into the same page, in the background before a
     * checkpoint writes new pages and those it folds: searches read fewer of them then. A compaction arranges all pages in any
     * case.
     *
     * @param value 0 to leave vectors in the order of their arrival, to 1
     * @return new options
     * @throws IllegalArgumentException if the value is out of range
     */
    public MemoryIndexOptions pageClusteringCpuMax(double value) {
        MemoryIndexOptions copy = new MemoryIndexOptions(this);
        copy.pageClusteringCpuMax = requireShare("pageClusteringCpuMax", value);
        return copy;
    }

    /**
     * Returns which share of one processor may go into page clustering.
     *
     * @return 0.5 unless set
     */
    public double pageClusteringCpuMax() {
        return pageClusteringCpuMax;
    }

    /**
     * Estimates the off-heap memory of a store, keys and payloads apart.
     *
     * @param vectors how many, 0 or more
     * @return bytes: codes, original, adjacency and per-vector tables; what the budget is charged
     */
    public long estimateBytes(long vectors) {
        VectorCodec codec = VectorCodec.of(dimension, similarity, originals, Kernels.best());
        return Math.multiplyExact(vectors, TenantShape.bytesPerVector(PageGeometry.of(codec), m, navigatesByBits()));
    }

    /**
     * Says whether searches find their way by 1-bit codes, with what {@link Navigation#AUTO} comes to.
     *
     * @return whether
     */
    public boolean navigatesByBits() {
        return navigation == Navigation.ONE_BIT
                || (navigation == Navigation.AUTO && dimension >= Limits.BIT_NAVIGATION_DIMENSION_MIN);
    }
}
