// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.simonides.core.manifest.FileKind;
import dev.simonides.wal.FormatTables;
import org.junit.jupiter.api.Test;

/** What docs/FORMAT.md says of graph files is what the code has. */
class GraphFormatDocTest {
    @Test
    void describesTheLayouts() {
        FormatTables tables = FormatTables.read();

        tables.assertDescribes("Graph contents", GraphContentsLayout.LAYOUT);
        tables.assertDescribes("Graph section", GraphSectionLayout.LAYOUT);
    }

    @Test
    void statesTheNumbers() {
        assertEquals(4, FileKind.GRAPH.code());
        assertEquals(5, FileKind.GRAPH_DELTA.code());
        assertEquals(64, GraphSection.ALIGNMENT);
        assertEquals(1, GraphSectionLayout.WHOLE);
        assertEquals(2, GraphSectionLayout.CODES);
        assertEquals(16, GraphFiles.DELTAS_MAX);
    }
}
