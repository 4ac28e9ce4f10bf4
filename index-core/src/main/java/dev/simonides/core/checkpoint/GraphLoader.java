// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.graph.Graph;
import dev.simonides.core.graph.GraphShape;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Reads graph files into the graphs of the tenants. Used once.
 *
 * <p>The newest file says which tenants have graphs. A tenant's graph is its newest whole section, and over it the changed
 * blocks of every later file, all of which must name it. Then its structure is checked.
 */
final class GraphLoader {
    private final GraphShape shape;
    private final Tenants tenants;
    private final int threads;
    private final Consumer<String> rebuilt;
    private final Map<GraphSection, Graph> loaded = new LinkedHashMap<>();
    private boolean sound = true;

    /** A file that could be opened, and what it says it holds. */
    record OpenFile(SealedFile file, GraphContents contents) {}

    GraphLoader(GraphShape shape, Tenants tenants, int threads, Consumer<String> rebuilt) {
        this.shape = shape;
        this.tenants = tenants;
        this.threads = threads;
        this.rebuilt = rebuilt;
    }

    /** The graphs that were loaded, by what the newest file says of them. */
    Map<GraphSection, Graph> loaded() {
        return loaded;
    }

    /**
     * Loads what can be loaded.
     *
     * @return whether everything could be, so that the next checkpoint may build on these files
     */
    boolean load(StorageDirectory directory, UUID storeId, List<FileEntry> entries) {
        tenants.all().forEach(Tenant::restoreGraph);
        List<OpenFile> files = new ArrayList<>();
        try {
            boolean complete = open(directory, storeId, entries, files);
            if (complete && !files.isEmpty()) {
                loadGraphs(files);
            }
        } finally {
            files.forEach(open -> open.file().close());
        }
        return sound;
    }

    /** Opens the files up to the first that is not valid; says whether that was all. */
    private boolean open(StorageDirectory directory, UUID storeId, List<FileEntry> entries, List<OpenFile> files) {
        for (int i = 0; i < entries.size(); i++) {
            FileEntry entry = entries.get(i);
            try {
                GraphDamage.unless(
                        entry.kind() == (i == 0 ? FileKind.GRAPH : FileKind.GRAPH_DELTA), "not the first of its kind");
                SealedFileId id =
                        new SealedFileId(storeId, entry.id(), entry.kind().code());
                SealedFile file = SealedFile.open(directory, entry.fileName(), id, entry.summary());
                boolean done = false;
                try {
                    files.add(new OpenFile(file, GraphContents.read(file.contents(), shape, file.contentsOffset())));
                    done = true;
                } finally {
                    if (!done) {
                        file.close();
                    }
                }
            } catch (StorageException | GraphDamage e) {
                giveUp("all graphs", entry.fileName() + ": " + e.getMessage());
                return false;
            }
        }
        return true;
    }

    private void giveUp(String what, String why) {
        sound = false;
        rebuilt.accept(what + ": " + why);
    }

    private void loadGraphs(List<OpenFile> files) {
        List<GraphLoading> loadings = new ArrayList<>();
        for (GraphSection section : files.getLast().contents().sections().values()) {
            try {
                Tenant tenant = tenant(section);
                Graph graph = tenant.graph();
                if (graph == null) {
                    // So few are scanned exactly by the options of this opening; a later graph is another one.
                    continue;
                }
                loadings.add(new GraphLoading(tenant, graph, shape, chain(files, section)));
            } catch (GraphDamage e) {
                giveUp("graph of tenant '" + section.tenant() + "'", String.valueOf(e.getMessage()));
            }
        }
        for (int depth = 0; depth < files.size(); depth++) {
            List<Runnable> tasks = new ArrayList<>();
            for (GraphLoading loading : loadings) {
                loading.addReading(depth, tasks);
            }
            Tasks.run(threads, tasks);
        }
        List<Runnable> checks = new ArrayList<>();
        loadings.forEach(loading -> loading.addChecking(checks));
        Tasks.run(threads, checks);
        for (GraphLoading loading : loadings) {
            String failure = loading.finish();
            if (failure.isEmpty()) {
                loaded.put(loading.newest(), loading.graph());
            } else {
                giveUp("graph of tenant '" + loading.newest().tenant() + "'", failure);
            }
        }
    }

    private Tenant tenant(GraphSection section) throws GraphDamage {
        Tenant tenant = tenants.find(section.tenant());
        if (tenant == null) {
            throw new GraphDamage("there is no such tenant");
        }
        return tenant;
    }

    /** The sections of a tenant from its newest whole one on, oldest first. */
    private static List<GraphLoading.Source> chain(List<OpenFile> files, GraphSection newest) throws GraphDamage {
        List<GraphLoading.Source> chain = new ArrayList<>();
        int count = newest.count();
        for (int i = files.size() - 1; i >= 0; i--) {
            GraphSection section = files.get(i).contents().sections().get(newest.tenant());
            if (section == null || section.count() > count) {
                throw new GraphDamage(files.get(i).file().name() + " contradicts the files behind it");
            }
            count = section.count();
            chain.addFirst(new GraphLoading.Source(files.get(i).file(), section));
            if (section.whole()) {
                return chain;
            }
        }
        throw new GraphDamage("no file holds it whole");
    }
}
