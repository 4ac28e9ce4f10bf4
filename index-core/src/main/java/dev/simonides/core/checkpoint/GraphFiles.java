// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphShape;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.SealedFileSummary;
import dev.simonides.wal.SealedFileWriter;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The graph files of the present generation: one with all graphs, then those with what changed since.
 *
 * <p>Confined to the thread that checkpoints. Graphs are derived data: whatever is wrong with these files, the graphs are
 * made again from the vectors, and meanwhile everything is pending and found by exact search.
 */
public final class GraphFiles {
    /** Changes are written next to the base until together they pass this share of it; a base is then written. */
    private static final double DELTA_SHARE_MAX = 0.4;

    /** Files of changes after which a base is written, however small they are: each is opened and checked at open. */
    static final int DELTAS_MAX = 16;

    private final GraphShape shape;
    private List<FileEntry> entries;
    /** What the newest file says of each tenant. */
    private Map<String, Held> held;

    /** A graph as it stands in the files. */
    private record Held(Graph graph, int count, int pendingFloor) {
        static Held of(GraphPart part) {
            return new Held(part.graph(), part.count(), part.pendingFloor());
        }
    }

    private GraphFiles(GraphShape shape, List<FileEntry> entries, Map<String, Held> held) {
        this.shape = shape;
        this.entries = entries;
        this.held = held;
    }

    /**
     * A store without graph files.
     *
     * @param shape of the store's graphs
     * @return the next checkpoint writes every graph whole
     */
    public static GraphFiles none(GraphShape shape) {
        return new GraphFiles(shape, List.of(), Map.of());
    }

    /**
     * Loads the graphs of a generation, after its vectors, before the log is replayed and before there are readers. A
     * tenant whose graph is missing or doubtful has an empty one then, and everything pending.
     *
     * @param directory the store's
     * @param storeId the store's identity
     * @param entries the files in the order of the manifest; those of other kinds are passed over
     * @param tenants with their vectors and lives
     * @param shape of the store's graphs
     * @param threads how many may work; with 1 none is started
     * @param rebuilt told of every tenant or file that is given up, and why
     * @return the files, for the next checkpoint to build on
     */
    public static GraphFiles load(
            StorageDirectory directory,
            UUID storeId,
            List<FileEntry> entries,
            Tenants tenants,
            GraphShape shape,
            int threads,
            Consumer<String> rebuilt) {
        List<FileEntry> graphs =
                entries.stream().filter(entry -> !entry.kind().truth()).toList();
        GraphLoader loader = new GraphLoader(shape, tenants, threads, rebuilt);
        if (!loader.load(directory, storeId, graphs)) {
            return none(shape);
        }
        Map<String, Held> held = new HashMap<>();
        loader.loaded()
                .forEach((section, graph) ->
                        held.put(section.tenant(), new Held(graph, section.count(), section.pendingFloor())));
        return new GraphFiles(shape, graphs, held);
    }

    /**
     * Writes what changed, or everything, while the graphs are searched and linked.
     *
     * @param target where
     * @param snapshot of what
     * @return the files, complete and durable, their names not yet
     * @throws StorageException if the medium refuses; nothing is left behind then
     */
    public Prepared write(CheckpointTarget target, Snapshot snapshot) {
        List<GraphPart> parts = parts(snapshot);
        if (parts.isEmpty() || (!entries.isEmpty() && parts.stream().allMatch(this::upToDate))) {
            return new Kept(parts.isEmpty() ? List.of() : entries);
        }
        // A graph that stands for another one makes what the files hold of it worthless.
        boolean base = parts.stream().anyMatch(this::replaced) || baseIsDue(parts);
        FileKind kind = base ? FileKind.GRAPH : FileKind.GRAPH_DELTA;
        long id = target.nextFileId().getAsLong();
        SealedFileId fileId = new SealedFileId(target.storeId(), id, kind.code());
        try (SealedFileWriter file = SealedFileWriter.create(target.directory(), kind.fileName(id), fileId)) {
            List<GraphSection> sections = new ArrayList<>();
            for (GraphPart part : parts) {
                sections.add(part.write(file, shape, base || !holds(part)));
            }
            SealedFileSummary summary = file.finish(GraphContents.write(shape, sections));
            return new Written(target.directory(), new FileEntry(kind, id, summary), base, parts);
        } catch (Throwable e) {
            parts.forEach(GraphPart::restore);
            throw e;
        }
    }

    /** Graphs of which nothing is linked yet need no file: everything is pending. */
    private static List<GraphPart> parts(Snapshot snapshot) {
        List<GraphPart> parts = new ArrayList<>();
        for (TenantSnapshot tenant : snapshot.tenants()) {
            Graph graph = tenant.tenant().graph();
            if (graph != null && tenant.pendingFloor() > 0) {
                parts.add(new GraphPart(tenant, graph));
            }
        }
        return parts;
    }

    private boolean upToDate(GraphPart part) {
        return part.unchanged() && Held.of(part).equals(held.get(part.tenant()));
    }

    private boolean holds(GraphPart part) {
        Held present = held.get(part.tenant());
        return present != null && present.graph() == part.graph();
    }

    private boolean replaced(GraphPart part) {
        Held present = held.get(part.tenant());
        return present != null && present.graph() != part.graph();
    }

    private boolean baseIsDue(List<GraphPart> parts) {
        if (entries.isEmpty() || entries.size() > DELTAS_MAX) {
            return true;
        }
        long deltas = entries.stream()
                .skip(1)
                .mapToLong(entry -> entry.summary().bytes())
                .sum();
        deltas += parts.stream()
                .mapToLong(part -> part.bytes(shape, !holds(part)))
                .sum();
        return deltas > DELTA_SHARE_MAX * entries.getFirst().summary().bytes();
    }

    /** Nothing to write: the files stay, or none is left to be named. */
    private final class Kept implements Prepared {
        private final List<FileEntry> kept;

        Kept(List<FileEntry> kept) {
            this.kept = kept;
        }

        @Override
        public List<FileEntry> entries() {
            return kept;
        }

        @Override
        public void commit() {
            if (kept.isEmpty()) {
                entries = kept;
                held = Map.of();
            }
        }

        @Override
        public void abandon() {}
    }

    /** One new file. */
    private final class Written implements Prepared {
        private final StorageDirectory directory;
        private final FileEntry file;
        private final List<GraphPart> parts;
        private final List<FileEntry> next = new ArrayList<>();

        Written(StorageDirectory directory, FileEntry file, boolean base, List<GraphPart> parts) {
            this.directory = directory;
            this.file = file;
            this.parts = parts;
            if (!base) {
                next.addAll(entries);
            }
            next.add(file);
        }

        @Override
        public List<FileEntry> entries() {
            return List.copyOf(next);
        }

        @Override
        public void commit() {
            entries = entries();
            held = new HashMap<>();
            parts.forEach(part -> held.put(part.tenant(), Held.of(part)));
        }

        @Override
        public void abandon() {
            parts.forEach(GraphPart::restore);
            try {
                directory.delete(file.fileName());
            } catch (StorageException e) {
                // Nothing names it, so the collection of orphans removes it.
            }
        }
    }
}
