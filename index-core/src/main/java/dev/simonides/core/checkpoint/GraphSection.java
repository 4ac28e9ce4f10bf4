// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static dev.simonides.core.checkpoint.GraphSectionLayout.BLOCKS;
import static dev.simonides.core.checkpoint.GraphSectionLayout.BYTES;
import static dev.simonides.core.checkpoint.GraphSectionLayout.COUNT;
import static dev.simonides.core.checkpoint.GraphSectionLayout.FLAGS;
import static dev.simonides.core.checkpoint.GraphSectionLayout.OFFSET;
import static dev.simonides.core.checkpoint.GraphSectionLayout.PENDING_FLOOR;
import static dev.simonides.core.checkpoint.GraphSectionLayout.TENANT_BYTES;
import static dev.simonides.core.checkpoint.GraphSectionLayout.UPPER_LISTS;
import static dev.simonides.core.checkpoint.GraphSectionLayout.WHOLE;

import dev.simonides.Limits;
import dev.simonides.core.graph.GraphShape;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * One tenant's part of a graph file: block numbers unless it is whole, then the nodes of the blocks, then their lists above
 * layer 0, each part at a multiple of 64. Immutable.
 *
 * @param tenant name
 * @param whole whether all blocks are there, in order
 * @param count ordinals of the tenant, more than 0
 * @param pendingFloor 1..count: from here on nodes may be missing
 * @param blocks how many
 * @param upperLists lists above layer 0, of all blocks
 * @param offset of the first part in the data
 */
record GraphSection(
        String tenant, boolean whole, int count, int pendingFloor, int blocks, int upperLists, long offset) {
    static final int ALIGNMENT = 64;

    /** Bytes of the block numbers, with what pads them. */
    static long numbersBytes(boolean whole, int blocks) {
        return whole ? 0 : (4L * blocks + ALIGNMENT - 1) & -ALIGNMENT;
    }

    long nodesOffset() {
        return offset + numbersBytes(whole, blocks);
    }

    long upperOffset(GraphShape shape) {
        return nodesOffset() + (long) blocks * shape.blockBytes();
    }

    long end(GraphShape shape) {
        return upperOffset(shape) + (long) upperLists * shape.upperListBytes();
    }

    /** Bytes of the entry in the table of contents. */
    int entryBytes() {
        return BYTES + padded(name().length);
    }

    private byte[] name() {
        return tenant.getBytes(StandardCharsets.UTF_8);
    }

    private static int padded(int bytes) {
        return (bytes + 7) & -8;
    }

    void write(ByteBuffer contents) {
        byte[] name = name();
        int at = contents.position();
        contents.putInt(at + TENANT_BYTES, name.length);
        contents.putInt(at + FLAGS, whole ? WHOLE : 0);
        contents.putInt(at + COUNT, count);
        contents.putInt(at + PENDING_FLOOR, pendingFloor);
        contents.putInt(at + BLOCKS, blocks);
        contents.putInt(at + UPPER_LISTS, upperLists);
        contents.putLong(at + OFFSET, offset);
        contents.put(at + BYTES, name);
        contents.position(at + entryBytes());
    }

    /**
     * Reads the entry at the position and checks it against the shape and the file.
     *
     * @throws GraphDamage if it is not valid
     */
    static GraphSection read(ByteBuffer contents, GraphShape shape, long dataEnd) throws GraphDamage {
        GraphDamage.unless(contents.remaining() >= BYTES, "the table of contents ends early");
        int at = contents.position();
        int nameBytes = contents.getInt(at + TENANT_BYTES);
        int flags = contents.getInt(at + FLAGS);
        GraphDamage.unless(nameBytes >= 0 && nameBytes <= Limits.TENANT_BYTES_MAX, "tenantBytes=" + nameBytes);
        GraphDamage.unless(
                contents.remaining() >= BYTES + padded(nameBytes), "the table of contents ends within a name");
        GraphDamage.unless((flags & ~WHOLE) == 0, "flags=" + flags);
        GraphSection section = new GraphSection(
                nameAt(contents, at + BYTES, nameBytes),
                flags == WHOLE,
                contents.getInt(at + COUNT),
                contents.getInt(at + PENDING_FLOOR),
                contents.getInt(at + BLOCKS),
                contents.getInt(at + UPPER_LISTS),
                contents.getLong(at + OFFSET));
        section.check(shape, dataEnd);
        contents.position(at + BYTES + padded(nameBytes));
        return section;
    }

    private static String nameAt(ByteBuffer contents, int at, int bytes) throws GraphDamage {
        for (int i = bytes; i < padded(bytes); i++) {
            GraphDamage.unless(contents.get(at + i) == 0, "padding behind a name is not zero");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(contents.slice(at, bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new GraphDamage("a tenant's name is not UTF-8");
        }
    }

    private void check(GraphShape shape, long dataEnd) throws GraphDamage {
        GraphDamage.unless(
                count > 0 && count <= Limits.TENANT_ORDINALS_MAX && pendingFloor > 0 && pendingFloor <= count,
                "count=" + count + ", pendingFloor=" + pendingFloor);
        int blocksMax = GraphShape.blocks(count);
        GraphDamage.unless(
                blocks >= 0 && blocks <= blocksMax && (!whole || blocks == blocksMax),
                "blocks=" + blocks + ", of " + blocksMax);
        GraphDamage.unless(upperLists >= 0, "upperLists=" + upperLists);
        // None of these products can overflow: each factor is below 2^31 and a record below 2^10 bytes.
        GraphDamage.unless(
                offset >= 0 && offset % ALIGNMENT == 0 && offset <= dataEnd && end(shape) <= dataEnd,
                "offset=" + offset + ", end=" + end(shape) + ", data ends at " + dataEnd);
    }
}
