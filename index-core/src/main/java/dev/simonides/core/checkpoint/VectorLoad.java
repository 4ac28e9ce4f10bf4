// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.checkpoint.LoadedTenant.VectorRun;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.VectorCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Loads vectors: every page is read once, from the newest file that has it, to where it stays. The tasks run on any thread.
 */
final class VectorLoad {
    /** Bytes a task reads: a thousand tasks for 4 GiB, and both cores end at the same time. */
    private static final long TASK_BYTES = 4L << 20;

    /** A location word has 26 bits for the page. */
    private static final int PAGES_MAX = 1 << 26;

    private final VectorCodec codec;
    private final PageGeometry geometry;
    private final boolean everyCode;
    private final List<List<VectorRun>> runsByFile = new ArrayList<>();

    VectorLoad(PageGeometry geometry, boolean everyCode) {
        this.codec = geometry.codec();
        this.geometry = geometry;
        this.everyCode = everyCode;
    }

    /** Pages of one section that are read together; mapped ones are only checked. */
    private record Piece(VectorRun run, int firstPage, int endPage, boolean mapped) {}

    /** Pages that a tenant's vectors fill. */
    int fullPages(int count) {
        return geometry.page(count);
    }

    /** Vectors in pages that they fill. */
    long inFullPages(int count) {
        return geometry.firstOrdinal(fullPages(count));
    }

    /** Takes a file's sections into the plan: docs/FORMAT.md, "Vectors". */
    void plan(LoadedFile file, Function<String, LoadedTenant> tenants) {
        file.requirePlaces(new VectorSections(geometry));
        List<VectorRun> runs = new ArrayList<>();
        for (Section section : file.contents().sections()) {
            LoadedTenant loaded = tenants.apply(section.tenant());
            int page = geometry.page(loaded.vectorsEnd);
            file.require(
                    section.first() == geometry.firstOrdinal(page) && section.end() > loaded.vectorsEnd,
                    section,
                    () -> "the files before end at ordinal " + loaded.vectorsEnd);
            int end = geometry.pages(section.end());
            file.require(end <= PAGES_MAX, section, () -> "too many pages");
            file.require(
                    section.deaths() == 0
                            && section.front().bytes() == geometry.codesBytes(page, end)
                            && section.back().bytes() == geometry.originalsBytes(page, end),
                    section,
                    () -> "wrong size: pages=" + section.front().bytes() + ", originals="
                            + section.back().bytes());
            loaded.vectorsEnd = section.end();
            VectorRun before = loaded.newestRun;
            if (before != null) {
                before.endPage = page;
            }
            loaded.newestRun = new VectorRun(loaded, file, section, page, end);
            runs.add(loaded.newestRun);
        }
        runsByFile.add(runs);
    }

    /**
     * Divides the reading into tasks, each of which reads one file in ascending order.
     *
     * @param mappings where full pages stay, if they are not to be read into memory
     */
    void addTasks(List<Runnable> tasks, Optional<VectorMappings> mappings) {
        for (List<VectorRun> runs : runsByFile) {
            List<Piece> task = new ArrayList<>();
            long bytes = 0;
            for (VectorRun run : runs) {
                int mapped = mappings.map(present -> place(run, present)).orElse(run.firstPage);
                for (int page = run.firstPage; page < run.endPage; ) {
                    int end = page < mapped ? mapped : run.endPage;
                    int until = until(page, end, TASK_BYTES - bytes);
                    task.add(new Piece(run, page, until, page < mapped));
                    bytes += geometry.codesBytes(page, until) + geometry.originalsBytes(page, until);
                    page = until;
                    if (bytes >= TASK_BYTES) {
                        addTask(task, tasks);
                        task = new ArrayList<>();
                        bytes = 0;
                    }
                }
            }
            if (!task.isEmpty()) {
                addTask(task, tasks);
            }
        }
    }

    /** Places the full pages of a run in their mapping; returns the first page behind them. */
    private int place(VectorRun run, VectorMappings mappings) {
        int end = Math.min(run.endPage, fullPages(run.section.end()));
        long base = mappings.of(run.file).address();
        for (int page = run.firstPage; page < end; page++) {
            run.loaded.tenant.vectors().move(page, base + frontOffset(run, page), base + backOffset(run, page));
        }
        return end;
    }

    private int until(int page, int end, long bytes) {
        int until = page;
        long taken = 0;
        while (until < end && taken < bytes) {
            taken += geometry.pageBytes(until) + geometry.originalsBytes(until);
            until++;
        }
        return until;
    }

    private void addTask(List<Piece> pieces, List<Runnable> tasks) {
        tasks.add(() -> {
            try (BlockReader reader =
                    new BlockReader(pieces.getFirst().run().file.file())) {
                readFronts(pieces, reader);
                if (codec.originalBytes() > 0) {
                    readBacks(pieces, reader);
                }
            }
            for (Piece piece : pieces) {
                for (int page = piece.firstPage(); page < piece.endPage(); page++) {
                    accept(piece.run(), page);
                }
            }
        });
    }

    private void readFronts(List<Piece> pieces, BlockReader reader) {
        for (Piece piece : pieces) {
            long offset = frontOffset(piece.run(), piece.firstPage());
            long bytes = geometry.codesBytes(piece.firstPage(), piece.endPage());
            if (piece.mapped()) {
                reader.verify(offset, bytes);
            } else {
                reader.read(offset, bytes, piece.run().loaded.tenant.vectors().imageAddress(piece.firstPage()));
            }
        }
    }

    private void readBacks(List<Piece> pieces, BlockReader reader) {
        for (Piece piece : pieces) {
            VectorRun run = piece.run();
            long offset = backOffset(run, piece.firstPage());
            long bytes = geometry.originalsBytes(piece.firstPage(), piece.endPage());
            if (piece.mapped()) {
                reader.verify(offset, bytes);
            } else {
                VectorPages vectors = run.loaded.tenant.vectors();
                reader.read(offset, bytes, vectors.originalsBase(vectors.place(piece.firstPage())));
            }
        }
    }

    private long frontOffset(VectorRun run, int page) {
        return run.section.front().offset() + geometry.codesBytes(run.firstPage, page);
    }

    private long backOffset(VectorRun run, int page) {
        return run.section.back().offset() + geometry.originalsBytes(run.firstPage, page);
    }

    private void accept(VectorRun run, int page) {
        VectorPages vectors = run.loaded.tenant.vectors();
        int used = (int) Math.min(geometry.slots(page), run.section.end() - geometry.firstOrdinal(page));
        String defect =
                vectors.acceptPage(page, used, run.section.first(), ends(run)).orElse("");
        for (int slot = 0; everyCode && defect.isEmpty() && slot < used; slot++) {
            int ordinal = vectors.ordinalAt(vectors.place(page), slot);
            defect = codec.defect(vectors.codeAddress(ordinal))
                    .map(what -> "code of ordinal " + ordinal + ": " + what)
                    .orElse("");
        }
        if (!defect.isEmpty()) {
            throw run.file.damaged(frontOffset(run, page), "tenant '" + run.section.tenant() + "': " + defect);
        }
    }

    /** The ordinal behind the last in the pages of a run. */
    private int ends(VectorRun run) {
        return (int) Math.min(run.section.end(), geometry.firstOrdinal(run.endPage));
    }

    /** The questions that are left when all pages are read: whether each ordinal is in one of them. */
    List<Runnable> placeTasks() {
        List<Runnable> tasks = new ArrayList<>();
        for (List<VectorRun> runs : runsByFile) {
            tasks.add(() -> runs.forEach(this::requirePlaces));
        }
        return tasks;
    }

    private void requirePlaces(VectorRun run) {
        run.loaded.tenant.vectors().misplaced(run.section.first(), ends(run)).ifPresent(defect -> {
            throw run.file.damaged(run.section.front().offset(), "tenant '" + run.section.tenant() + "': " + defect);
        });
    }
}
