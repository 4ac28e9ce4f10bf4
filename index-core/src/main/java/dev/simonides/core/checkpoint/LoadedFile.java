// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.wal.CorruptSegmentException;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileLayout;
import java.util.function.Supplier;

/**
 * A file of truth that is being loaded. Immutable.
 *
 * @param file open
 * @param entry what the manifest says of it
 * @param contents its table of contents, valid by itself
 */
record LoadedFile(SealedFile file, FileEntry entry, Contents contents) {
    /** Throws that the file contradicts itself, another file or the limits, at a place in its data. */
    void require(boolean condition, long offset, String what) {
        if (!condition) {
            throw damaged(offset, what);
        }
    }

    CorruptSegmentException damaged(long offset, String what) {
        return new CorruptSegmentException(file.name(), SealedFileLayout.BYTES + offset, what);
    }

    /** Throws that a section is not what the files before it and its kind demand; the words are only put together then. */
    void require(boolean condition, Section section, Supplier<String> what) {
        if (!condition) {
            throw damaged(
                    file.contentsOffset(),
                    "table of contents: section of tenant '" + section.tenant() + "', ordinals " + section.first()
                            + ".." + section.end() + ": " + what.get());
        }
    }

    /** Throws unless the parts fill the data in order, with nothing but what their alignment demands between them. */
    void requirePlaces(SectionFormat format) {
        long front = 0;
        long back = contents.backStart();
        for (Section section : contents.sections()) {
            int alignment = format.alignment(section.front().bytes());
            long frontAt = alignUp(front, alignment);
            long backAt = alignUp(back, alignment);
            require(
                    section.front().offset() == frontAt && section.back().offset() == backAt,
                    section,
                    () -> "parts begin at " + section.front().offset() + " and "
                            + section.back().offset() + ", expected " + frontAt + " and " + backAt);
            front = section.front().end();
            back = section.back().end();
        }
        require(
                contents.backStart() == alignUp(front, SealedFileLayout.ALIGNMENT)
                        && file.contentsOffset() == alignUp(back, SealedFileLayout.ALIGNMENT),
                file.contentsOffset() + ContentsLayout.BACK_START,
                "table of contents: front parts end at " + front + ", backStart=" + contents.backStart()
                        + ", back parts end at " + back);
    }

    private static long alignUp(long offset, int alignment) {
        return (offset + alignment - 1) & -alignment;
    }
}
