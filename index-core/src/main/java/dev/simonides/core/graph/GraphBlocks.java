// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static dev.simonides.core.graph.NodeLayout.INT;
import static dev.simonides.core.graph.NodeLayout.LONG;
import static dev.simonides.core.graph.NodeLayout.MEMORY;
import static dev.simonides.core.graph.NodeLayout.SHORT;
import static dev.simonides.core.graph.NodeLayout.STATE_OFFSET;
import static dev.simonides.core.graph.NodeLayout.UPPER_OFFSET;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.IntSupplier;

/**
 * Copies a graph out block by block while it is searched and linked. Confined to one checkpoint at a time.
 *
 * <p>The marks of blocks are cleared first, all of them, then every node is copied under its stripe: what changes after
 * that is marked again (G5). Layer 0 and the upper lists of a node may be copied at different moments, for every list is
 * right by itself (G1).
 */
public final class GraphBlocks {
    /** Nodes of a block. */
    public static final int NODES = Graph.BLOCK_NODES;

    private final Graph graph;
    private final int count;

    /**
     * Looks at the nodes of a graph that a checkpoint holds.
     *
     * @param graph the graph
     * @param count ordinals below it are copied
     */
    public GraphBlocks(Graph graph, int count) {
        this.graph = graph;
        this.count = count;
    }

    /**
     * Returns the number of blocks.
     *
     * @return the last one may be partial
     */
    public int blocks() {
        return Graph.blocks(count);
    }

    /**
     * Returns the blocks that changed since their marks were cleared.
     *
     * @return numbers, ascending
     */
    public int[] changed() {
        int[] changed = new int[blocks()];
        int size = 0;
        for (int block = 0; block < changed.length; block++) {
            if (graph.changed(block)) {
                changed[size++] = block;
            }
        }
        return Arrays.copyOf(changed, size);
    }

    /**
     * Clears the marks of blocks that are about to be copied.
     *
     * @param blocks their numbers, ascending
     * @param published the published ordinals now: nodes behind the count share the last block and are not copied
     */
    public void clear(int[] blocks, IntSupplier published) {
        for (int block : blocks) {
            graph.clearChanged(block);
        }
        // ORDER: full fence; pairs with Graph#noteChange of a node at or behind the count, behind its publication; else
        // the count read here could be the older one while its mark is overwritten by the clearing.
        VarHandle.fullFence();
        boolean partial = count % NODES != 0 && blocks.length > 0 && blocks[blocks.length - 1] == blocks() - 1;
        if (partial && published.getAsInt() > count) {
            graph.noteChangedBlock(blocks() - 1);
        }
    }

    /**
     * Marks blocks again whose copies are given up.
     *
     * @param blocks their numbers
     */
    public void restore(int[] blocks) {
        for (int block : blocks) {
            graph.noteChangedBlock(block);
        }
    }

    /**
     * Returns the size of a block's nodes without their upper lists.
     *
     * @return bytes, a multiple of 64
     */
    public int blockBytes() {
        return NODES * graph.nodeBytes();
    }

    /**
     * Returns the size of a list above layer 0.
     *
     * @return bytes, a multiple of 64
     */
    public int upperListBytes() {
        return graph.upperListBytes();
    }

    /**
     * Returns how many lists above layer 0 the nodes of a block have below the count.
     *
     * @param block its number
     * @return 0 or more
     */
    public int upperLists(int block) {
        int lists = 0;
        for (int ordinal = block * NODES; ordinal < end(block); ordinal++) {
            lists += graph.level(ordinal);
        }
        return lists;
    }

    private int end(int block) {
        return (int) Math.min(count, (block + 1L) * NODES);
    }

    /**
     * Copies the nodes of a block; nodes at or behind the count, unused slots and pointers are zero.
     *
     * @param block its number
     * @param destination address of {@link #blockBytes} bytes
     */
    public void copyNodes(int block, long destination) {
        MEMORY.asSlice(destination, blockBytes()).fill((byte) 0);
        long image = destination;
        for (int ordinal = block * NODES; ordinal < end(block); ordinal++) {
            synchronized (graph.stripe(ordinal)) {
                long node = graph.node(ordinal);
                long bytes = NodeLayout.NEIGHBORS_OFFSET + 4L * Graph.degree(node);
                MEMORY.asSlice(image, bytes).copyFrom(MEMORY.asSlice(node, bytes));
            }
            LONG.set(MEMORY, image + UPPER_OFFSET, 0L);
            if ((short) SHORT.get(MEMORY, image + STATE_OFFSET) == (short) NodeLayout.STATE_LEAVING) {
                SHORT.set(MEMORY, image + STATE_OFFSET, (short) NodeLayout.STATE_LINKED);
            }
            image += graph.nodeBytes();
        }
    }

    /**
     * Copies the lists above layer 0 of a block's nodes, by ordinal and level; those of nodes without are empty.
     *
     * @param block its number
     * @param destination address of {@link #upperLists} · {@link #upperListBytes} bytes
     */
    public void copyUpper(int block, long destination) {
        long image = destination;
        for (int ordinal = block * NODES; ordinal < end(block); ordinal++) {
            for (int level = 1; level <= graph.level(ordinal); level++) {
                MEMORY.asSlice(image, upperListBytes()).fill((byte) 0);
                synchronized (graph.stripe(ordinal)) {
                    copyList(graph.list(ordinal, level), image);
                }
                image += upperListBytes();
            }
        }
    }

    private static void copyList(long list, long image) {
        int degree = Graph.degree(list);
        if (degree > 0) {
            INT.set(MEMORY, image, degree);
            MEMORY.asSlice(image + NodeLayout.UPPER_IDS_OFFSET, 4L * degree)
                    .copyFrom(MEMORY.asSlice(list + NodeLayout.UPPER_IDS_OFFSET, 4L * degree));
        }
    }
}
