// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphBlocks;
import dev.simonides.core.graph.GraphLoad;
import dev.simonides.core.graph.GraphShape;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.simd.OffHeap;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.StorageException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One tenant's graph on its way from the files to memory. Its tasks may run on several threads, those of one step at a
 * time; nobody else sees the graph meanwhile.
 */
final class GraphLoading {
    /** Bytes of nodes read by one task: large enough for a task, small enough for the threads to end together. */
    private static final int PIECE_BYTES = 4 << 20;

    private static final int CHECK_BLOCKS = 2048;
    private static final MemorySegment MEMORY = OffHeap.everything();

    private final Tenant tenant;
    private final Graph graph;
    private final GraphShape shape;
    private final List<Source> chain;
    private final GraphLoad load;
    private volatile @Nullable String failure;

    /** A section and the file it stands in. */
    record Source(SealedFile file, GraphSection section) {}

    /** Blocks that stand together in a file: some of a section's, from one index to another. */
    private static final class Piece {
        private final Source source;
        private final int[] numbers;
        private final int from;
        private final int to;
        private final int listsBefore;
        private final int lists;

        Piece(Source source, int[] numbers, int from, int to, int listsBefore, int lists) {
            this.source = source;
            this.numbers = numbers;
            this.from = from;
            this.to = to;
            this.listsBefore = listsBefore;
            this.lists = lists;
        }
    }

    GraphLoading(Tenant tenant, Graph graph, GraphShape shape, List<Source> chain) throws GraphDamage {
        this.tenant = tenant;
        this.graph = graph;
        this.shape = shape;
        this.chain = chain;
        int count = tenant.vectors().size();
        GraphDamage.unless(
                newest().count() == count, "count=" + newest().count() + ", the tenant has " + count + " ordinals");
        load = new GraphLoad(graph, count, newest().pendingFloor());
    }

    GraphSection newest() {
        return chain.getLast().section();
    }

    Graph graph() {
        return graph;
    }

    /** Adds the tasks that read one section of the chain, if it is that long. */
    void addReading(int depth, List<Runnable> tasks) {
        if (depth >= chain.size() || failure != null) {
            return;
        }
        Source source = chain.get(depth);
        try {
            int[] numbers = numbers(source);
            GraphBlocks blocks = new GraphBlocks(graph, source.section().count());
            int listsBefore = 0;
            for (int from = 0; from < numbers.length; ) {
                int to = pieceEnd(source.section(), numbers, from);
                int lists = 0;
                for (int i = from; i < to; i++) {
                    lists += blocks.upperLists(numbers[i]);
                }
                Piece piece = new Piece(source, numbers, from, to, listsBefore, lists);
                tasks.add(() -> guarded(() -> read(piece)));
                listsBefore += lists;
                from = to;
            }
            GraphDamage.unless(
                    listsBefore == source.section().upperLists(),
                    source.file().name() + ": upperLists=" + source.section().upperLists() + ", expected="
                            + listsBefore);
        } catch (StorageException | GraphDamage e) {
            failure = e.getMessage();
        }
    }

    private static int[] numbers(Source source) throws GraphDamage {
        GraphSection section = source.section();
        int[] numbers = new int[section.blocks()];
        if (section.whole()) {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = i;
            }
            return numbers;
        }
        try (Arena arena = Arena.ofConfined()) {
            long bytes = GraphSection.numbersBytes(false, section.blocks());
            MemorySegment buffer = arena.allocate(Math.max(bytes, 1), GraphSection.ALIGNMENT);
            source.file().read(buffer, 0, section.offset(), bytes);
            MemorySegment.copy(buffer, JAVA_INT, 0, numbers, 0, numbers.length);
        }
        int blocks = GraphShape.blocks(section.count());
        int before = -1;
        for (int number : numbers) {
            GraphDamage.unless(
                    number > before && number < blocks,
                    source.file().name() + ": block " + number + " after " + before + ", of " + blocks);
            before = number;
        }
        return numbers;
    }

    /** A whole section is cut where its memory is not contiguous, for its pieces go there without a detour. */
    private int pieceEnd(GraphSection section, int[] numbers, int from) {
        int wanted = Math.max(1, PIECE_BYTES / shape.blockBytes());
        int contiguous = section.whole() ? load.contiguousBlocks(numbers[from]) : Integer.MAX_VALUE;
        return Math.min(numbers.length, from + Math.min(wanted, contiguous));
    }

    private void guarded(Runnable reading) {
        try {
            if (failure == null) {
                reading.run();
            }
        } catch (StorageException e) {
            failure = e.getMessage();
        }
    }

    private void read(Piece piece) {
        GraphSection section = piece.source.section();
        SealedFile file = piece.source.file();
        long nodesAt = section.nodesOffset() + (long) piece.from * shape.blockBytes();
        long nodesBytes = (long) (piece.to - piece.from) * shape.blockBytes();
        long listsAt = section.upperOffset(shape) + (long) piece.listsBefore * shape.upperListBytes();
        long listsBytes = (long) piece.lists * shape.upperListBytes();
        if (section.whole()) {
            int first = piece.numbers[piece.from];
            file.read(MEMORY, load.nodesAddress(first), nodesAt, nodesBytes);
            file.read(MEMORY, load.upperAddress(first), listsAt, listsBytes);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nodes = arena.allocate(nodesBytes, GraphSection.ALIGNMENT);
            file.read(nodes, 0, nodesAt, nodesBytes);
            MemorySegment lists = arena.allocate(Math.max(1, listsBytes), GraphSection.ALIGNMENT);
            file.read(lists, 0, listsAt, listsBytes);
            scatter(piece, nodes, lists);
        }
    }

    private void scatter(Piece piece, MemorySegment nodes, MemorySegment lists) {
        GraphBlocks blocks = new GraphBlocks(graph, piece.source.section().count());
        long listsFrom = 0;
        for (int i = piece.from; i < piece.to; i++) {
            int block = piece.numbers[i];
            long from = (long) (i - piece.from) * shape.blockBytes();
            MemorySegment.copy(nodes, from, MEMORY, load.nodesAddress(block), shape.blockBytes());
            long listsBytes = (long) blocks.upperLists(block) * shape.upperListBytes();
            MemorySegment.copy(lists, listsFrom, MEMORY, load.upperAddress(block), listsBytes);
            listsFrom += listsBytes;
        }
    }

    void addChecking(List<Runnable> tasks) {
        for (int from = 0; from < load.blocks(); from += CHECK_BLOCKS) {
            int first = from;
            int end = Math.min(load.blocks(), from + CHECK_BLOCKS);
            tasks.add(() -> check(first, end));
        }
    }

    private void check(int fromBlock, int toBlock) {
        if (failure == null) {
            int ordinal = load.check(fromBlock, toBlock, tenant::dead);
            load.writeBitCodes(fromBlock, toBlock, tenant.vectors());
            if (ordinal != GraphLoad.SOUND) {
                failure = "the node of ordinal " + ordinal + " is not valid, see docs/FORMAT.md, \"Graph node\"";
            }
        }
    }

    /** Gives the tenant its graph, or an empty one; returns why it is empty, or nothing. */
    String finish() {
        String why = failure;
        if (why != null) {
            load.discard();
            return why;
        }
        load.finish();
        tenant.pending().restore(newest().pendingFloor());
        return "";
    }
}
