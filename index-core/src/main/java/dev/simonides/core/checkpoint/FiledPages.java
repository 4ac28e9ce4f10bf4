// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.vector.PageGeometry;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.SealedFileLayout;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The full pages of vectors that older files hold, read again and checked. A page of which memory has only the mapping is
 * written on from here: what a medium returned wrongly under a mapping would get a checksum that fits. Confined to the thread
 * that checkpoints, which closes it.
 */
final class FiledPages implements AutoCloseable {
    private final PageGeometry geometry;
    private final List<Filed> files = new ArrayList<>();
    private final Arena arena = Arena.ofConfined();
    private final long buffer;

    /** An older file and what it holds of each tenant; two readers, because a page is read from two places. */
    private record Filed(SealedFile file, BlockReader fronts, BlockReader backs, Map<String, Section> sections) {}

    /**
     * Opens the files.
     *
     * @param target where they are
     * @param coverages which they are
     * @param geometry of pages
     * @throws dev.simonides.wal.CorruptSegmentException if one is damaged
     */
    FiledPages(CheckpointTarget target, List<FileCoverage> coverages, PageGeometry geometry) {
        this.geometry = geometry;
        this.buffer = arena.allocate(geometry.largestPartBytes(), SealedFileLayout.ALIGNMENT)
                .address();
        boolean done = false;
        try {
            for (FileCoverage coverage : coverages) {
                open(target, coverage);
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private void open(CheckpointTarget target, FileCoverage coverage) {
        long id = coverage.entry().id();
        SealedFile file = SealedFile.open(
                target.directory(),
                coverage.entry().fileName(),
                new SealedFileId(target.storeId(), id, coverage.entry().kind().code()),
                coverage.entry().summary());
        Map<String, Section> sections = new HashMap<>();
        files.add(new Filed(file, new BlockReader(file), new BlockReader(file), sections));
        for (Section section : Contents.read(file).sections()) {
            sections.put(section.tenant(), section);
        }
    }

    /** The image of a page, good until the next call; nothing if no file holds the page whole. */
    OptionalLong image(String tenant, int page) {
        for (Filed filed : files) {
            Section section = filed.sections().get(tenant);
            if (section != null && holds(section, page)) {
                long before = geometry.codesBytes(geometry.page(section.first()), page);
                filed.fronts().read(section.front().offset() + before, geometry.pageBytes(page), buffer);
                return OptionalLong.of(buffer);
            }
        }
        return OptionalLong.empty();
    }

    /** The originals of a page, as {@link #image}. */
    OptionalLong originals(String tenant, int page) {
        for (Filed filed : files) {
            Section section = filed.sections().get(tenant);
            if (section != null && holds(section, page)) {
                long before = geometry.originalsBytes(geometry.page(section.first()), page);
                filed.backs().read(section.back().offset() + before, geometry.originalsBytes(page), buffer);
                return OptionalLong.of(buffer);
            }
        }
        return OptionalLong.empty();
    }

    private boolean holds(Section section, int page) {
        return page >= geometry.page(section.first()) && page < geometry.page(section.end());
    }

    @Override
    public void close() {
        for (Filed filed : files) {
            filed.fronts().close();
            filed.backs().close();
            filed.file().close();
        }
        arena.close();
    }
}
