// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static dev.simonides.core.graph.NodeLayout.DEGREE_OFFSET;
import static dev.simonides.core.graph.NodeLayout.INT;
import static dev.simonides.core.graph.NodeLayout.LONG;
import static dev.simonides.core.graph.NodeLayout.MEMORY;
import static dev.simonides.core.graph.NodeLayout.NEIGHBORS_OFFSET;
import static dev.simonides.core.graph.NodeLayout.PINNED_OFFSET;
import static dev.simonides.core.graph.NodeLayout.SHORT;
import static dev.simonides.core.graph.NodeLayout.STATE_OFFSET;
import static dev.simonides.core.graph.NodeLayout.UPPER_IDS_OFFSET;
import static dev.simonides.core.graph.NodeLayout.UPPER_OFFSET;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.simonides.Limits;
import dev.simonides.core.memory.OrdinalColumn;
import dev.simonides.core.memory.Slabs;
import dev.simonides.quantization.BitCodec;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The adjacency of one tenant: lists of ordinals by node and level, and the entry point.
 *
 * <p>Any thread reads. A list is changed only under its node's stripe ({@link #stripe}); the writer thread alone makes room.
 * A list is handed out by its address: {@code degree} at the address, ids from {@link #ids}.
 */
public final class Graph {
    /** Nodes of a block, the unit in which changes are noted and written to files. */
    static final int BLOCK_NODES = 16;

    private static final int BLOCK_SHIFT = 4;
    private static final int STRIPES = 512;
    /** Levels are drawn from numbers below this: all that a double tells apart between 0 and 1. */
    private static final long LEVEL_DRAWS = 1L << 53;

    private static final long NO_ENTRY = -1L;

    private final Slabs slabs;
    private final int m;
    private final int capacity0;
    private final int upperCapacity;
    private final long upperListBytes;
    private final long seed;
    private final long levelOneBound;
    private final OrdinalColumn nodes;
    /** A byte a block, 1 if a node of the block changed since {@link #clearChanged}; written under the node's stripe. */
    private final OrdinalColumn changed;
    /** A byte a node: links that it lost to the dead since its neighbours were chosen; written under its stripe. */
    private final OrdinalColumn losses;
    /** Makes what {@link #bitCodes} holds; null if the graph keeps no 1-bit codes. */
    private final @Nullable BitCodec bits;
    /**
     * The 1-bit code of every node, written before any list names it (G8). A column of their own and not a part of the node:
     * a search reads the codes of thirty times as many nodes as it expands, and they lie four times as close.
     */
    private final OrdinalColumn bitCodes;

    private final Object[] stripes = new Object[STRIPES];
    private final Object entryLock = new Object();
    private final AtomicInteger skippedCount = new AtomicInteger();

    /** Level in the upper half, ordinal in the lower; or {@link #NO_ENTRY}. */
    private volatile long entry = NO_ENTRY;

    /**
     * Makes a graph without nodes and without 1-bit codes.
     *
     * @param slabs where adjacency comes from
     * @param m the paper's M: target degree of the upper layers, half that of layer 0
     * @param seed of the levels: the same seed gives an ordinal the same level
     */
    public Graph(Slabs slabs, int m, long seed) {
        this(slabs, m, seed, null);
    }

    /**
     * Makes a graph without nodes.
     *
     * @param slabs where adjacency and codes come from
     * @param m the paper's M: target degree of the upper layers, half that of layer 0
     * @param seed of the levels: the same seed gives an ordinal the same level
     * @param bits makes the 1-bit codes by which searches find their way; null if they use the INT8 codes
     */
    public Graph(Slabs slabs, int m, long seed, @Nullable BitCodec bits) {
        this.slabs = slabs;
        this.m = m;
        this.seed = seed;
        this.levelOneBound = LEVEL_DRAWS / m;
        this.capacity0 = NodeLayout.capacity(2 * m);
        this.upperCapacity = NodeLayout.capacity(m);
        this.upperListBytes = NodeLayout.upperListBytes(upperCapacity);
        this.nodes = new OrdinalColumn(slabs, NodeLayout.nodeBytes(capacity0));
        this.changed = new OrdinalColumn(slabs, Byte.BYTES);
        this.losses = new OrdinalColumn(slabs, Byte.BYTES);
        this.bits = bits;
        this.bitCodes = new OrdinalColumn(slabs, bits == null ? 0 : bits.codePitch());
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Object();
        }
    }

    /**
     * Returns what a node costs on average, its share of upper lists included.
     *
     * @param m the paper's M
     * @return bytes
     */
    public static long bytesPerNode(int m) {
        long upper = NodeLayout.upperListBytes(NodeLayout.capacity(m));
        return NodeLayout.nodeBytes(NodeLayout.capacity(2 * m)) + Byte.BYTES + Math.ceilDiv(upper, m - 1);
    }

    /**
     * Makes room for nodes. Writer thread only.
     *
     * @param count nodes the graph must be able to hold, at least 1; the last of them is unpublished
     */
    public void reserve(int count) {
        nodes.ensureCapacity(count);
        losses.ensureCapacity(count);
        changed.ensureCapacity(blocks(count));
        if (bits != null) {
            bitCodes.ensureCapacity(count);
        }
        // Written here and now: a page is committed by whoever touches it first, and that is to be neither a search
        // that scans what is pending nor an indexer. Read first, it would be committed twice, as zeroes, then as
        // memory.
        if (count > 0) {
            SHORT.set(MEMORY, node(count - 1) + STATE_OFFSET, (short) NodeLayout.STATE_PENDING);
        }
    }

    /**
     * Returns the pool with which a search finds what one by INT8 codes finds with a pool of {@code ef}: by 1-bit codes it takes
     * up to three eighths more, and at least a few. Measured on WordNet glosses, 50,000 vectors, November 2026. 384-d, at ef 10,
     * 20, 40, 80, 160: INT8 codes give recall 0.841, 0.917, 0.965, 0.991, 0.997, 1-bit codes without more 0.647, 0.842, 0.949,
     * 0.987, 0.996. 768-d of another embedding, at ef 80 and 160: INT8 codes 0.940 and 0.972, 1-bit codes with pools of 98 and
     * 188 give 0.927 and 0.967.
     *
     * @param ef the pool asked for
     * @return at least as many
     */
    public int poolFor(int ef) {
        return bits == null ? ef : ef + ef * 3 / 8 + 8;
    }

    /** Makes the 1-bit codes of this graph; null if searches find their way by INT8 codes. */
    @Nullable
    BitCodec bits() {
        return bits;
    }

    /** Where the 1-bit code of a node stands; only of a graph that keeps them. */
    long bitCode(int ordinal) {
        return bitCodes.address(ordinal);
    }

    /**
     * Writes the 1-bit code of a node, if the graph keeps them: before any list names it, and again as often as wanted, for
     * it comes out the same.
     *
     * @param ordinal below what was reserved
     * @param code address of its code record
     * @param scratch address of {@link BitCodec#scratchBytes} bytes of work memory
     */
    public void writeBitCode(int ordinal, long code, long scratch) {
        if (bits != null) {
            bits.encode(code, scratch, bitCodes.address(ordinal));
        }
    }

    /** Blocks that hold so many nodes. */
    static int blocks(int count) {
        return (int) ((count + (BLOCK_NODES - 1L)) >>> BLOCK_SHIFT);
    }

    /** Notes that a node changed; under its stripe, so that whoever clears the mark first copies the change (G5). */
    void noteChange(int ordinal) {
        long mark = changed.address(ordinal >>> BLOCK_SHIFT);
        // Looked at first: the line stays shared among linkers while the mark stands.
        if (MEMORY.get(JAVA_BYTE, mark) == 0) {
            MEMORY.set(JAVA_BYTE, mark, (byte) 1);
        }
    }

    boolean changed(int block) {
        return MEMORY.get(JAVA_BYTE, changed.address(block)) != 0;
    }

    /** Before the block is copied under the stripes of its nodes: a change is then in the copy or noted again (G5). */
    void clearChanged(int block) {
        MEMORY.set(JAVA_BYTE, changed.address(block), (byte) 0);
    }

    void noteChangedBlock(int block) {
        MEMORY.set(JAVA_BYTE, changed.address(block), (byte) 1);
    }

    /**
     * Returns the size of a node record, to prefetch it.
     *
     * @return bytes, a multiple of 64
     */
    int nodeBytes() {
        return (int) NodeLayout.nodeBytes(capacity0);
    }

    long node(int ordinal) {
        return nodes.address(ordinal);
    }

    int upperListBytes() {
        return (int) upperListBytes;
    }

    /** Nodes from this one on that stand one behind the other. */
    int contiguousNodes(int ordinal) {
        return nodes.contiguous(ordinal);
    }

    /** Memory for the upper lists of many nodes. */
    long allocateUpperRegion(long bytes) {
        return slabs.allocate(bytes, 64);
    }

    /**
     * Copies the neighbours of a node on layer 0. Any thread.
     *
     * @param ordinal below what was reserved
     * @param out {@link #capacity} of layer 0 at most
     * @return how many there are
     */
    public int neighbors(int ordinal, int[] out) {
        long list = list(ordinal, 0);
        long ids = ids(list, 0);
        int degree = degree(list);
        for (int i = 0; i < degree; i++) {
            out[i] = id(ids, i);
        }
        return degree;
    }

    /** Target degree of a level: 2M on layer 0, M above (the paper's Mmax0 and Mmax). */
    int targetDegree(int level) {
        return level == 0 ? 2 * m : m;
    }

    /**
     * Returns how many neighbours a node may have.
     *
     * @param level 0 or more
     * @return neighbours
     */
    public int capacity(int level) {
        return level == 0 ? capacity0 : upperCapacity;
    }

    /**
     * Neighbours a new node chooses for itself: M above layer 0 (the paper's M on every layer), a quarter more on layer 0.
     * WordNet 384-d, 50,000 vectors, M 16, efConstruction 200, November 2026: 16 gives recall 0.9895 at 1,120 evaluations
     * (ef 80), 20 gives 0.9911 at 1,175, 24 gives 0.9900 at 1,200, 32 gives 0.9900 at 1,224.
     */
    int ownDegree(int level) {
        return level == 0 ? NodeLayout.capacity(m) : m;
    }

    /** The monitor that guards the lists of a node. Two are taken in ascending order of {@link #stripeOf}. */
    Object stripe(int ordinal) {
        return stripes[stripeOf(ordinal)];
    }

    static int stripeOf(int ordinal) {
        return (ordinal * 0x9E3779B9) >>> 23;
    }

    /**
     * Returns the level of an ordinal, {@code ⌊−ln(u)·mL⌋} with u drawn from the seed (the paper's Algorithm 1, line 4),
     * which is at least l where u is below {@code 1/M^l}. Worked in integers: graph files rely on every machine finding the
     * same.
     *
     * @param ordinal any
     * @return 0..15
     */
    int level(int ordinal) {
        long draw = mix(seed + ordinal * 0x9E3779B97F4A7C15L) >>> 11;
        int level = 0;
        for (long bound = levelOneBound; draw < bound && level < Limits.UPPER_LEVELS_MAX; bound /= m) {
            level++;
        }
        return level;
    }

    /** Gives a node its upper lists, empty, unless it has them. By the node's linker, before it is named on a level. */
    void allocateUpper(int ordinal, int levels) {
        if (list(ordinal, 1) == 0) {
            setUpper(ordinal, slabs.allocate(levels * upperListBytes, 64));
        }
    }

    void setUpper(int ordinal, long upper) {
        // ORDER: release; pairs with Graph#list (acquire); else a reader could follow the pointer to unzeroed lists.
        LONG.setRelease(MEMORY, node(ordinal) + UPPER_OFFSET, upper);
    }

    /** Address of a list: its degree. A node without lists on the level has a list of none: 0. */
    long list(int ordinal, int level) {
        long node = node(ordinal);
        if (level == 0) {
            return node + DEGREE_OFFSET;
        }
        // ORDER: acquire; pairs with Graph#setUpper (release); else the lists could be read before they were zeroed.
        long upper = (long) LONG.getAcquire(MEMORY, node + UPPER_OFFSET);
        return upper == 0 ? 0 : upper + (level - 1) * upperListBytes;
    }

    /** Address of the ids of a list. */
    static long ids(long list, int level) {
        return list + (level == 0 ? NEIGHBORS_OFFSET : UPPER_IDS_OFFSET);
    }

    static int degree(long list) {
        // ORDER: acquire; pairs with Graph#setDegree (release); else an id below the degree could still be unwritten.
        return list == 0 ? 0 : (int) INT.getAcquire(MEMORY, list);
    }

    static void setDegree(long list, int degree) {
        // ORDER: release; pairs with Graph#degree (acquire); else a reader could count an id that is not written yet.
        INT.setRelease(MEMORY, list, degree);
    }

    static int id(long ids, int index) {
        // ORDER: acquire; pairs with Graph#setId (release); a stale read is an older neighbour, which leads on as well
        // (G1).
        return (int) INT.getAcquire(MEMORY, ids + 4L * index);
    }

    static void setId(long ids, int index, int ordinal) {
        // ORDER: release; pairs with Graph#id (acquire); else a reader could meet a node before its own lists (G2).
        INT.setRelease(MEMORY, ids + 4L * index, ordinal);
    }

    /** Where an id stands among the first of a list; −1 if it does not. */
    static int indexOf(long ids, int degree, int ordinal) {
        for (int i = 0; i < degree; i++) {
            if (id(ids, i) == ordinal) {
                return i;
            }
        }
        return -1;
    }

    int state(int ordinal) {
        // ORDER: acquire; pairs with Graph#setState (release); else a search could take a node for linked before its
        // back links stand, and miss it in both the pending window and the graph.
        return (short) SHORT.getAcquire(MEMORY, node(ordinal) + STATE_OFFSET);
    }

    /**
     * Says whether the graph finds this node, so that a scan of the pending window may pass it over.
     *
     * @param ordinal below the published count
     * @return true once its back links stand
     */
    public boolean linked(int ordinal) {
        return state(ordinal) == NodeLayout.STATE_LINKED;
    }

    /**
     * Says whether the linkers are done with this node, be it linked or skipped.
     *
     * @param ordinal below the published count
     * @return true when nothing is left to do
     */
    public boolean settled(int ordinal) {
        return state(ordinal) != NodeLayout.STATE_PENDING;
    }

    /**
     * Marks a node that died before it was linked: the linkers are done with it.
     *
     * @param ordinal pending
     */
    public void skip(int ordinal) {
        settle(ordinal, NodeLayout.STATE_SKIPPED);
    }

    /**
     * Returns how many nodes are dead and in no list.
     *
     * @return 0..count
     */
    public int skippedCount() {
        return skippedCount.get();
    }

    /** Adds those of a loaded graph. */
    void loadSkipped(int nodes) {
        skippedCount.addAndGet(nodes);
    }

    /** Says that nothing may link to a dead node any more: its linked neighbours are about to forget it (G7). */
    void leave(int ordinal) {
        assert state(ordinal) == NodeLayout.STATE_LINKED : "G7";
        setState(ordinal, NodeLayout.STATE_LEAVING);
    }

    /** Whether a node may be linked to: it is neither leaving nor gone (G7). */
    boolean staying(int ordinal) {
        int state = state(ordinal);
        return state != NodeLayout.STATE_LEAVING && state != NodeLayout.STATE_SKIPPED;
    }

    boolean skipped(int ordinal) {
        return state(ordinal) == NodeLayout.STATE_SKIPPED;
    }

    boolean leaving(int ordinal) {
        return state(ordinal) == NodeLayout.STATE_LEAVING;
    }

    void markLinked(int ordinal) {
        settle(ordinal, NodeLayout.STATE_LINKED);
    }

    private void settle(int ordinal, int state) {
        synchronized (stripe(ordinal)) {
            noteChange(ordinal);
            setState(ordinal, state);
        }
        if (state == NodeLayout.STATE_SKIPPED) {
            skippedCount.incrementAndGet();
        }
    }

    void setState(int ordinal, int state) {
        // ORDER: release; pairs with Graph#state (acquire); else a node could pass for linked before its back links
        // stand (G3).
        SHORT.setRelease(MEMORY, node(ordinal) + STATE_OFFSET, (short) state);
    }

    /**
     * Adds to the links that a node has lost on layer 0. Who is left with few is worn at once: it was linked to an equal
     * vector that stood in front of all others. Under its stripe.
     */
    void noteLosses(int ordinal, int links, int left) {
        int lost = links > 0 && left < m / 2 ? m : losses(ordinal) + links;
        MEMORY.set(JAVA_BYTE, losses.address(ordinal), (byte) Math.min(Byte.MAX_VALUE, lost));
    }

    int losses(int ordinal) {
        return MEMORY.get(JAVA_BYTE, losses.address(ordinal));
    }

    void clearLosses(int ordinal) {
        MEMORY.set(JAVA_BYTE, losses.address(ordinal), (byte) 0);
    }

    /**
     * Whether so many of a node's links were lost and replaced that its neighbours should be chosen anew: M of them. WordNet
     * 384-d, 15,000 vectors, all replaced in random order, M 16, ef 40, November 2026: the graph of the new ones alone has
     * recall 0.982; without choosing anew the churned one has 0.970, after 24 losses 0.972, after 12 losses 0.976.
     */
    boolean worn(int ordinal) {
        return losses(ordinal) >= m;
    }

    /** How many links at the front of a node's list on layer 0 are never pruned (G6). Under its stripe. */
    int pinned(int ordinal) {
        return MEMORY.get(JAVA_SHORT, node(ordinal) + PINNED_OFFSET);
    }

    void setPinned(int ordinal, int pinned) {
        MEMORY.set(JAVA_SHORT, node(ordinal) + PINNED_OFFSET, (short) pinned);
    }

    /** Links a node pins before others are asked: half of its target, so that the other half can point outwards. */
    int pinnedTarget() {
        return m;
    }

    boolean empty() {
        return entry == NO_ENTRY;
    }

    int entryOrdinal() {
        return (int) entry;
    }

    int entryLevel() {
        return (int) (entry >>> 32);
    }

    /** One read of both halves, so that they belong together; negative if there is no entry. */
    long entry() {
        return entry;
    }

    /** Makes a node the entry point if it is the first or stands higher than the present one. */
    void offerEntry(int ordinal, int level) {
        if (!empty() && level <= entryLevel()) {
            return;
        }
        synchronized (entryLock) {
            if (empty() || level > entryLevel()) {
                entry = (long) level << 32 | ordinal;
            }
        }
    }

    /** Puts another node in the place of an entry point that leaves. */
    void replaceEntry(int ordinal, int level) {
        synchronized (entryLock) {
            if (leaving(entryOrdinal())) {
                entry = (long) level << 32 | ordinal;
            }
        }
    }

    /** Claims the empty graph for its first node. */
    boolean offerFirst(int ordinal, int level) {
        synchronized (entryLock) {
            if (!empty()) {
                return false;
            }
            entry = (long) level << 32 | ordinal;
            return true;
        }
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014): all bits of the input reach all bits of the output. */
    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
