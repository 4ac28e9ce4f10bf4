// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.structLayout;

import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The beginning of the table of contents of a graph file; a {@link GraphSectionLayout} for every tenant follows.
 *
 * <pre>
 * &lt;- 4 -&gt;&lt;-- 4 --&gt;&lt;------- 8 -------&gt;
 * m      sections seed
 * </pre>
 *
 * <p>Normative: docs/FORMAT.md, "Graph contents".
 */
public final class GraphContentsLayout {
    private static final ValueLayout U32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout U64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The structure, little-endian. */
    public static final StructLayout LAYOUT =
            structLayout(U32.withName("m"), U32.withName("sections"), U64.withName("seed"));

    /** Bytes of the structure. */
    public static final int BYTES = (int) LAYOUT.byteSize();

    /** Offset of the paper's M. */
    public static final int M = offset("m");

    /** Offset of the number of sections. */
    public static final int SECTIONS = offset("sections");

    /** Offset of the seed of the levels. */
    public static final int SEED = offset("seed");

    private GraphContentsLayout() {}

    private static int offset(String field) {
        return (int) LAYOUT.byteOffset(groupElement(field));
    }
}
