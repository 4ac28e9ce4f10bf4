// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static dev.simonides.core.graph.NodeLayout.INT;
import static dev.simonides.core.graph.NodeLayout.MEMORY;
import static dev.simonides.core.graph.NodeLayout.NEIGHBORS_OFFSET;
import static dev.simonides.core.graph.NodeLayout.UPPER_IDS_OFFSET;

import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.BitCodec;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/**
 * Fills an empty graph with blocks copied by {@link GraphBlocks}, and believes none of them before it has checked them.
 *
 * <p>Used before the tenant has readers or linkers. In this order: bytes into {@link #nodesAddress} and {@link
 * #upperAddress}, by any threads; then {@link #check} of all blocks, by any threads; then {@link #finish}, or {@link
 * #discard} by one.
 *
 * <p><em>A graph is valid if and only if</em> (1) every node below the pending floor is linked, or skipped and dead; (2) a
 * degree is within the capacity of its list, and no more links are pinned than there are; (3) an id names neither its own node nor a negative one, and on a layer above
 * 0 no node that is not of that layer; (4) slots behind the degree are zero. Ids at or behind the count are dropped, what
 * pointers and nodes behind the count hold is overwritten.
 */
public final class GraphLoad {
    /** What {@link #check} returns where every node is valid. */
    public static final int SOUND = -1;

    private static final long NO_ENTRY = -1;

    private final Graph graph;
    private final int count;
    private final int floor;
    /** Upper lists of all nodes before a block. */
    private final int[] listsBefore;

    private final long upper;

    /** Level in the upper half, inverted ordinal in the lower: the largest is the highest, then the earliest node. */
    private long best = NO_ENTRY;

    private final AtomicInteger skippedNodes = new AtomicInteger();

    /**
     * Makes room.
     *
     * @param graph without nodes
     * @param count ordinals of the tenant
     * @param floor ordinals from here on are pending, whatever the blocks say; at most the count
     */
    public GraphLoad(Graph graph, int count, int floor) {
        this.graph = graph;
        this.count = count;
        this.floor = floor;
        graph.reserve(count);
        listsBefore = new int[Graph.blocks(count) + 1];
        GraphBlocks blocks = new GraphBlocks(graph, count);
        for (int block = 0; block < blocks.blocks(); block++) {
            listsBefore[block + 1] = Math.addExact(listsBefore[block], blocks.upperLists(block));
        }
        long bytes = (long) listsBefore[blocks.blocks()] * graph.upperListBytes();
        upper = bytes == 0 ? 0 : graph.allocateUpperRegion(bytes);
    }

    /**
     * Returns the number of blocks.
     *
     * @return the last one may be partial
     */
    public int blocks() {
        return listsBefore.length - 1;
    }

    /**
     * Returns how many blocks stand one behind the other in memory.
     *
     * @param block the first
     * @return at least 1
     */
    public int contiguousBlocks(int block) {
        return Math.min(blocks() - block, graph.contiguousNodes(block * GraphBlocks.NODES) / GraphBlocks.NODES);
    }

    /**
     * Returns where the nodes of a block belong.
     *
     * @param block its number
     * @return native address
     */
    public long nodesAddress(int block) {
        return graph.node(block * GraphBlocks.NODES);
    }

    /**
     * Returns where the upper lists of a block belong, directly behind those of the block before.
     *
     * @param block its number, or the number of blocks
     * @return native address
     */
    public long upperAddress(int block) {
        return upper + (long) listsBefore[block] * graph.upperListBytes();
    }

    /**
     * Checks the nodes of some blocks, drops their links to nodes behind the count and gives them their upper lists.
     *
     * @param fromBlock the first
     * @param toBlock the one behind the last
     * @param dead says of an ordinal that it is dead
     * @return the first ordinal whose node is not valid, or {@link #SOUND}
     */
    public int check(int fromBlock, int toBlock, IntPredicate dead) {
        long bestHere = NO_ENTRY;
        int skipped = 0;
        int end = (int) Math.min(count, (long) toBlock * GraphBlocks.NODES);
        long lists = upperAddress(fromBlock);
        for (int ordinal = fromBlock * GraphBlocks.NODES; ordinal < end; ordinal++) {
            int level = graph.level(ordinal);
            if (!checkState(ordinal, dead) || !checkLists(ordinal, level, lists)) {
                return ordinal;
            }
            graph.setUpper(ordinal, level == 0 ? 0 : lists);
            lists += (long) level * graph.upperListBytes();
            if (graph.linked(ordinal)) {
                bestHere = Math.max(bestHere, (long) level << 32 | Integer.toUnsignedLong(~ordinal));
            }
            skipped += graph.staying(ordinal) ? 0 : 1;
        }
        if (end == count) {
            clear(count, blocks() * GraphBlocks.NODES);
        }
        offer(bestHere);
        skippedNodes.addAndGet(skipped);
        return SOUND;
    }

    /**
     * Writes the 1-bit codes of the nodes of some blocks, if the graph keeps them (G8). They are not in the files, for they
     * follow from the vectors.
     *
     * @param fromBlock the first
     * @param toBlock the one behind the last
     * @param vectors the vectors of the same tenant
     */
    public void writeBitCodes(int fromBlock, int toBlock, VectorPages vectors) {
        BitCodec bits = graph.bits();
        if (bits == null) {
            return;
        }
        int end = (int) Math.min(count, (long) toBlock * GraphBlocks.NODES);
        try (Arena arena = Arena.ofConfined()) {
            long scratch =
                    arena.allocate(BitCodec.scratchBytes(bits.dimension()), 64).address();
            for (int ordinal = fromBlock * GraphBlocks.NODES; ordinal < end; ordinal++) {
                graph.writeBitCode(ordinal, vectors.codeAddress(ordinal), scratch);
            }
        }
    }

    private synchronized void offer(long candidate) {
        best = Math.max(best, candidate);
    }

    private boolean checkState(int ordinal, IntPredicate dead) {
        int state = graph.state(ordinal);
        if (ordinal >= floor) {
            graph.setState(ordinal, NodeLayout.STATE_PENDING);
            return state >= NodeLayout.STATE_PENDING && state <= NodeLayout.STATE_SKIPPED;
        }
        return state == NodeLayout.STATE_LINKED || (state == NodeLayout.STATE_SKIPPED && dead.test(ordinal));
    }

    private boolean checkLists(int ordinal, int level, long lists) {
        long node = graph.node(ordinal);
        int pinned = graph.pinned(ordinal);
        if (pinned < 0
                || pinned > Graph.degree(node)
                || !checkList(ordinal, 0, node, node + NEIGHBORS_OFFSET, node + graph.nodeBytes())) {
            return false;
        }
        long list = lists;
        for (int l = 1; l <= level; l++) {
            if (!checkList(ordinal, l, list, list + UPPER_IDS_OFFSET, list + graph.upperListBytes())) {
                return false;
            }
            list += graph.upperListBytes();
        }
        return true;
    }

    private boolean checkList(int ordinal, int level, long list, long ids, long end) {
        int degree = (int) INT.get(MEMORY, list);
        if (degree < 0 || degree > graph.capacity(level)) {
            return false;
        }
        long idsEnd = ids + 4L * degree;
        boolean cut = false;
        for (long at = ids; at < idsEnd; at += 4) {
            int id = (int) INT.get(MEMORY, at);
            if (id < 0 || id == ordinal) {
                return false;
            }
            cut |= id >= count;
        }
        int rest = 0;
        for (long at = idsEnd; at < end; at += 4) {
            rest |= (int) INT.get(MEMORY, at);
        }
        if (cut) {
            drop(ordinal, level, list, ids);
        }
        return rest == 0 && (level == 0 || ofLevel(list, ids, level));
    }

    /** Keeps the ids below the count, in their order. */
    private void drop(int ordinal, int level, long list, long ids) {
        int degree = Graph.degree(list);
        int pinned = level == 0 ? graph.pinned(ordinal) : 0;
        int kept = 0;
        int keptPinned = 0;
        for (int i = 0; i < degree; i++) {
            int id = Graph.id(ids, i);
            if (id < count) {
                Graph.setId(ids, kept++, id);
                keptPinned += i < pinned ? 1 : 0;
            }
        }
        Graph.setDegree(list, kept);
        if (level == 0) {
            graph.setPinned(ordinal, keptPinned);
        }
        graph.noteChange(ordinal);
    }

    private boolean ofLevel(long list, long ids, int level) {
        for (int i = 0; i < Graph.degree(list); i++) {
            if (graph.level(Graph.id(ids, i)) < level) {
                return false;
            }
        }
        return true;
    }

    private void clear(int from, int to) {
        for (int ordinal = from; ordinal < to; ordinal++) {
            MEMORY.asSlice(graph.node(ordinal), graph.nodeBytes()).fill((byte) 0);
        }
    }

    /** Gives the graph its entry point: the earliest of the highest linked nodes. */
    public void finish() {
        if (best != NO_ENTRY) {
            graph.offerEntry(~(int) best, (int) (best >>> 32));
        }
        graph.loadSkipped(skippedNodes.get());
    }

    /** Makes the graph one without nodes again, all of them pending. */
    public void discard() {
        clear(0, blocks() * GraphBlocks.NODES);
    }
}
