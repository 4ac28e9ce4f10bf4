// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.tenant.Tenant;
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
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The full pages of vectors of which memory has only the mapping of an older file, read again from there and checked: what a
 * medium returned wrongly under a mapping would get a checksum that fits. Confined to the thread that checkpoints, which closes
 * it.
 */
final class FiledPages implements AutoCloseable {
    private final PageGeometry geometry;
    private final LongPredicate mapped;
    private final List<Filed> files = new ArrayList<>();
    private final Arena arena = Arena.ofConfined();
    private final long buffer;

    /** An older file and what it holds of each tenant; two readers, because a page is read from two places. */
    private record Filed(SealedFile file, BlockReader fronts, BlockReader backs, Map<String, Section> sections) {}

    /** A file, and its section that holds a page. */
    private record Place(Filed filed, Section section) {}

    /**
     * Opens the files.
     *
     * @param target where they are
     * @param coverages which they are
     * @param geometry of pages
     * @param mapped says of an address whether it lies in a mapped file
     * @throws dev.simonides.wal.CorruptSegmentException if one is damaged
     */
    FiledPages(CheckpointTarget target, List<FileCoverage> coverages, PageGeometry geometry, LongPredicate mapped) {
        this.geometry = geometry;
        this.mapped = mapped;
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

    /** The image of a page, good until the next call; nothing if it stands in memory, or no file holds it whole. */
    OptionalLong image(Tenant tenant, int page) {
        Place place = place(tenant, page);
        if (place == null) {
            return OptionalLong.empty();
        }
        Section section = place.section();
        long before = geometry.codesBytes(geometry.page(section.first()), page);
        place.filed().fronts().read(section.front().offset() + before, geometry.pageBytes(page), buffer);
        return OptionalLong.of(buffer);
    }

    /** The originals of a page, as {@link #image}. */
    OptionalLong originals(Tenant tenant, int page) {
        Place place = place(tenant, page);
        if (place == null) {
            return OptionalLong.empty();
        }
        Section section = place.section();
        long before = geometry.originalsBytes(geometry.page(section.first()), page);
        place.filed().backs().read(section.back().offset() + before, geometry.originalsBytes(page), buffer);
        return OptionalLong.of(buffer);
    }

    /** Where a page is to be read from, null if from memory. */
    private @Nullable Place place(Tenant tenant, int page) {
        if (!mapped.test(tenant.vectors().imageAddress(page))) {
            return null;
        }
        for (Filed filed : files) {
            Section section = filed.sections().get(tenant.name());
            if (section != null && holds(section, page)) {
                return new Place(filed, section);
            }
        }
        return null;
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
