// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where things stand in a page of vectors, in memory and in files alike, and what a location word means.
 *
 * <pre>
 * 0        4          8              64                          a multiple of 64
 * count    pageBytes  zero           ordinals[slots] (int32) …   code[0] | code[1] | … (pitch bytes each)
 * </pre>
 *
 * <p>How many slots there are, where the codes begin and how far they are apart follows from the place of the page in its
 * tenant: {@link PageGeometry}. The originals of a page stand in a block of their own, by slot: traversal then touches only
 * codes.
 *
 * <p>Normative: docs/FORMAT.md, "Page of vectors".
 */
public final class VectorPageLayout {
    /** The header, little-endian; the ordinals and then the codes follow. */
    public static final StructLayout LAYOUT = structLayout(
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("count"),
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("pageBytes"),
            sequenceLayout(56, JAVA_BYTE).withName("reserved"));

    /** Offset of the number of slots in use, int32, release-stored. */
    public static final long COUNT_OFFSET = offset("count");

    /** Offset of the size of the page in bytes, int32. */
    static final long PAGE_BYTES_OFFSET = offset("pageBytes");

    /** Offset of 56 zero bytes. */
    static final long RESERVED_OFFSET = offset("reserved");

    /** Offset of the ordinals by slot, int32 each. */
    public static final long ORDINALS_OFFSET = LAYOUT.byteSize();

    /** Bits of a location word that hold the slot. */
    static final int SLOT_BITS = 6;

    static final VarHandle INT = JAVA_INT.varHandle();
    static final VarHandle LONG = JAVA_LONG.varHandle();

    private VectorPageLayout() {}

    /** A place is a page on one of its sides: {@link PageSides}. */
    static int location(int place, int slot) {
        return place << SLOT_BITS | slot;
    }

    static int place(int location) {
        return location >>> SLOT_BITS;
    }

    static int slot(int location) {
        return location & (Limits.PAGE_SLOTS_MAX - 1);
    }

    private static long offset(String field) {
        return LAYOUT.byteOffset(groupElement(field));
    }
}
