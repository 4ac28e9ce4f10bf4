// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static dev.simonides.core.checkpoint.GraphContentsLayout.BYTES;
import static dev.simonides.core.checkpoint.GraphContentsLayout.M;
import static dev.simonides.core.checkpoint.GraphContentsLayout.SECTIONS;
import static dev.simonides.core.checkpoint.GraphContentsLayout.SEED;

import dev.simonides.core.graph.GraphShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table of contents of a graph file. Immutable.
 *
 * @param shape M and the seed of all graphs in it
 * @param sections by tenant
 */
record GraphContents(GraphShape shape, Map<String, GraphSection> sections) {
    static ByteBuffer write(GraphShape shape, List<GraphSection> sections) {
        int bytes = sections.stream().mapToInt(GraphSection::entryBytes).reduce(BYTES, Math::addExact);
        ByteBuffer contents = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        contents.putInt(M, shape.m());
        contents.putInt(SECTIONS, sections.size());
        contents.putLong(SEED, shape.seed());
        contents.position(BYTES);
        sections.forEach(section -> section.write(contents));
        return contents.flip();
    }

    /**
     * Reads and checks a table of contents.
     *
     * @param contents its bytes
     * @param shape what the store's graphs look like
     * @param dataEnd where the data that it describes ends
     * @throws GraphDamage if it is not valid, or of other graphs
     */
    static GraphContents read(ByteBuffer contents, GraphShape shape, long dataEnd) throws GraphDamage {
        GraphDamage.unless(contents.remaining() >= BYTES, "the table of contents ends early");
        GraphShape stored = new GraphShape(contents.getInt(M), contents.getLong(SEED));
        GraphDamage.unless(
                stored.equals(shape),
                "made with m=" + stored.m() + " and seed=" + stored.seed() + ", the store is opened with m=" + shape.m()
                        + " and seed=" + shape.seed());
        int count = contents.getInt(SECTIONS);
        contents.position(BYTES);
        Map<String, GraphSection> sections = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            GraphSection section = GraphSection.read(contents, shape, dataEnd);
            GraphDamage.unless(sections.put(section.tenant(), section) == null, "a tenant is named twice");
        }
        GraphDamage.unless(count == sections.size() && !contents.hasRemaining(), "sections=" + count);
        return new GraphContents(shape, sections);
    }
}
