// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

/**
 * What decides how a graph's records look and which layers a node belongs to. Immutable.
 *
 * @param m the paper's M
 * @param seed of the levels
 */
public record GraphShape(int m, long seed) {
    /**
     * Returns how many blocks hold so many nodes.
     *
     * @param count nodes
     * @return the last block may be partial
     */
    public static int blocks(int count) {
        return Graph.blocks(count);
    }

    /**
     * Returns the size of a block's nodes without their upper lists.
     *
     * @return bytes, a multiple of 64
     */
    public int blockBytes() {
        return Graph.BLOCK_NODES * (int) NodeLayout.nodeBytes(NodeLayout.capacity(2 * m));
    }

    /**
     * Returns the size of a list above layer 0.
     *
     * @return bytes, a multiple of 64
     */
    public int upperListBytes() {
        return (int) NodeLayout.upperListBytes(NodeLayout.capacity(m));
    }
}
