// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphBlocks;
import dev.simonides.core.graph.GraphShape;
import dev.simonides.wal.SealedFileWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * What a graph file takes of one tenant. Confined to the thread that checkpoints.
 *
 * <p>The marks of changed blocks are looked at when the part is made, cleared by {@link #write}, and set again by {@link
 * #restore}.
 */
final class GraphPart {
    private final TenantSnapshot snapshot;
    private final Graph graph;
    private final GraphBlocks blocks;
    private final int[] changed;

    GraphPart(TenantSnapshot snapshot, Graph graph) {
        this.snapshot = snapshot;
        this.graph = graph;
        this.blocks = new GraphBlocks(graph, snapshot.count());
        this.changed = blocks.changed();
    }

    String tenant() {
        return snapshot.tenant().name();
    }

    Graph graph() {
        return graph;
    }

    int count() {
        return snapshot.count();
    }

    int pendingFloor() {
        return snapshot.pendingFloor();
    }

    boolean unchanged() {
        return changed.length == 0;
    }

    /** About what the part takes in a file: upper lists are a sixteenth of the nodes, or less, and left out. */
    long bytes(GraphShape shape, boolean whole) {
        return (long) (whole ? blocks.blocks() : changed.length) * shape.blockBytes();
    }

    /** Appends the part to a file, copying node by node. */
    GraphSection write(SealedFileWriter file, GraphShape shape, boolean whole) {
        blocks.clear(changed, snapshot.tenant()::count);
        int[] written = whole ? all() : changed;
        long offset = file.position();
        int upperLists = 0;
        try (Arena arena = Arena.ofConfined()) {
            if (!whole) {
                writeNumbers(file, arena);
            }
            MemorySegment nodes = arena.allocate(shape.blockBytes(), GraphSection.ALIGNMENT);
            for (int block : written) {
                blocks.copyNodes(block, nodes.address());
                file.write(nodes, 0, nodes.byteSize());
                upperLists += blocks.upperLists(block);
            }
            MemorySegment lists = nodes;
            for (int block : written) {
                long bytes = (long) blocks.upperLists(block) * shape.upperListBytes();
                if (bytes > lists.byteSize()) {
                    lists = arena.allocate(2 * bytes, GraphSection.ALIGNMENT);
                }
                blocks.copyUpper(block, lists.address());
                file.write(lists, 0, bytes);
            }
        }
        return new GraphSection(tenant(), whole, count(), pendingFloor(), written.length, upperLists, offset);
    }

    private int[] all() {
        int[] all = new int[blocks.blocks()];
        for (int block = 0; block < all.length; block++) {
            all[block] = block;
        }
        return all;
    }

    private void writeNumbers(SealedFileWriter file, Arena arena) {
        long bytes = 4L * changed.length;
        MemorySegment numbers = arena.allocate(Math.max(bytes, 1), GraphSection.ALIGNMENT);
        IntBuffer view = numbers.asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .limit((int) bytes)
                .asIntBuffer();
        view.put(changed);
        file.write(numbers, 0, bytes);
        file.align(GraphSection.ALIGNMENT);
    }

    /** The file is given up: what was marked is marked again. */
    void restore() {
        blocks.restore(changed);
    }
}
