// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.vector.VectorPageLayout;
import dev.simonides.wal.SealedFileLayout;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes vectors: in front the images of pages, in the back their originals. A page that the checkpoint fills in part is
 * written with zeros for the rest; the next file holds it again.
 */
final class VectorSections implements SectionFormat {
    private static final int SMALL_ALIGNMENT = 64;

    private final PageGeometry geometry;
    private final int originalBytes;
    private final Optional<FiledPages> filed;

    /** Writes pages as memory has them. */
    VectorSections(PageGeometry geometry) {
        this(geometry, Optional.empty());
    }

    /** Writes pages that are mapped as the files have them, and the others as memory has them. */
    VectorSections(PageGeometry geometry, Optional<FiledPages> filed) {
        this.filed = filed;
        this.geometry = geometry;
        this.originalBytes = geometry.codec().originalBytes();
    }

    @Override
    public FileKind kind() {
        return FileKind.VECTORS;
    }

    @Override
    public int firstBehind(int covered) {
        return (int) geometry.firstOrdinal(geometry.page(covered));
    }

    @Override
    public long estimate(Tenant tenant, int first, int end) {
        int page = geometry.page(first);
        return geometry.codesBytes(page, geometry.pages(end)) + geometry.originalsBytes(page, geometry.pages(end));
    }

    /** Large runs begin with a block, so that no page shares its checksums with another tenant's. */
    @Override
    public int alignment(long bytes) {
        return bytes >= SealedFileLayout.BLOCK_BYTES ? SealedFileLayout.BLOCK_BYTES : SMALL_ALIGNMENT;
    }

    @Override
    public long frontBytes(SectionPart part) {
        return geometry.codesBytes(geometry.page(part.first()), geometry.pages(part.end()));
    }

    @Override
    public void writeFront(SectionPart part, SectionOutput out) {
        int end = geometry.pages(part.end());
        for (int page = geometry.page(part.first()); page < end; page++) {
            long image = image(part.tenant(), page);
            int used = used(page, part.end());
            if (used == geometry.slots(page)) {
                out.copy(image, geometry.pageBytes(page));
            } else {
                writePartial(page, used, image, out);
            }
        }
    }

    /** The writer goes on in this page: what it has put behind the used slots meanwhile is left out. */
    private void writePartial(int page, int used, long image, SectionOutput out) {
        out.putInt(used);
        out.putInt(geometry.pageBytes(page));
        out.zeros(VectorPageLayout.ORDINALS_OFFSET - 2 * Integer.BYTES);
        out.copy(image + VectorPageLayout.ORDINALS_OFFSET, (long) used * Integer.BYTES);
        int codesOffset = geometry.codesOffset(page);
        out.zeros(codesOffset - VectorPageLayout.ORDINALS_OFFSET - (long) used * Integer.BYTES);
        long codes = (long) used * geometry.pitch(page);
        out.copy(image + codesOffset, codes);
        out.zeros(geometry.pageBytes(page) - codesOffset - codes);
    }

    @Override
    public void writeBack(SectionPart part, SectionOutput out) {
        if (originalBytes == 0) {
            return;
        }
        int end = geometry.pages(part.end());
        for (int page = geometry.page(part.first()); page < end; page++) {
            long bytes = (long) used(page, part.end()) * originalBytes;
            out.copy(originals(part.tenant(), page), bytes);
            out.zeros(geometry.originalsBytes(page) - bytes);
        }
    }

    private long image(Tenant tenant, int page) {
        return filed.map(files -> files.image(tenant, page))
                .orElse(OptionalLong.empty())
                .orElseGet(() -> tenant.vectors().imageAddress(page));
    }

    private long originals(Tenant tenant, int page) {
        return filed.map(files -> files.originals(tenant, page))
                .orElse(OptionalLong.empty())
                .orElseGet(() -> tenant.vectors().originalsBase(tenant.vectors().place(page)));
    }

    private int used(int page, int end) {
        return (int) Math.min(geometry.slots(page), end - geometry.firstOrdinal(page));
    }
}
