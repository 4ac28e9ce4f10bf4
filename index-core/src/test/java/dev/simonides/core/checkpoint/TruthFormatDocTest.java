// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.simonides.Limits;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.tenant.RecordImageLayout;
import dev.simonides.core.vector.VectorPageLayout;
import dev.simonides.wal.FormatTables;
import dev.simonides.wal.SealedFileLayout;
import org.junit.jupiter.api.Test;

/** What docs/FORMAT.md says of the files of truth is what the code has. */
class TruthFormatDocTest {
    @Test
    void describesTheLayouts() {
        FormatTables tables = FormatTables.read();

        tables.assertDescribes("Contents", ContentsLayout.LAYOUT);
        tables.assertDescribes("Section", SectionLayout.LAYOUT);
        tables.assertDescribes("Page of vectors", VectorPageLayout.LAYOUT);
        tables.assertDescribes("Row", RowLayout.LAYOUT);
        tables.assertDescribes("Record image", RecordImageLayout.LAYOUT);
        tables.assertDescribes("Death", DeathLayout.LAYOUT);
    }

    @Test
    void statesTheNumbers() {
        assertEquals(1, FileKind.VECTORS.code());
        assertEquals(2, FileKind.RECORDS.code());
        assertEquals(3, FileKind.PAYLOADS.code());
        assertEquals((1L << 63) - 1, RowLayout.ALIVE);
        assertEquals(64, Limits.PAGE_SLOTS_MAX);
        assertEquals(65_536, SealedFileLayout.BLOCK_BYTES);
    }
}
