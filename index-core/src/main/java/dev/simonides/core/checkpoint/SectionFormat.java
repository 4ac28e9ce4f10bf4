// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.tenant.Tenant;

/** How one kind of file holds the ordinals of a tenant: the writing side. Immutable; the thread that checkpoints. */
sealed interface SectionFormat permits VectorSections, RecordSections, PayloadSections {
    FileKind kind();

    /** The first ordinal of a section that goes on behind so many ordinals. */
    default int firstBehind(int covered) {
        return covered;
    }

    /** Whether deaths of older ordinals belong into the file. */
    default boolean listsDeaths() {
        return false;
    }

    /** About how many bytes a range of ordinals takes, to decide what is folded. */
    long estimate(Tenant tenant, int first, int end);

    /** What the front part of a section begins at a multiple of; a power of two. */
    default int alignment(long bytes) {
        return Long.BYTES;
    }

    long frontBytes(SectionPart part);

    void writeFront(SectionPart part, SectionOutput out);

    void writeBack(SectionPart part, SectionOutput out);
}
