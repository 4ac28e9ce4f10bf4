// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Blocks of native memory between guards, all filled with {@code 0xFF}: as floats these are NaN, as codes the largest,
 * so that a kernel that computes with a byte outside its shape gives itself away. Confined to one test.
 */
final class GuardedMemory implements AutoCloseable {
    private static final long BYTES = 8L << 20;
    private static final int GUARD_BYTES = 128;
    private static final byte FILL = (byte) 0xFF;

    private record Block(long address, long bytes) {}

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment region = OffHeap.map(BYTES, arena);
    private final List<Block> blocks = new ArrayList<>();
    private long used;

    GuardedMemory() {
        region.fill(FILL);
    }

    /** A block that starts at a multiple of 64 plus {@code misalignment}, so usually at an odd place. */
    long block(long bytes, int misalignment) {
        long start = ((used + GUARD_BYTES + 63) & -64) + misalignment;
        used = start + bytes + GUARD_BYTES;
        blocks.add(new Block(region.address() + start, bytes));
        return region.asSlice(start, bytes).address();
    }

    /** Asserts that the bytes around every block are untouched. */
    void assertGuardsIntact() {
        for (Block block : blocks) {
            for (int i = 1; i <= GUARD_BYTES; i++) {
                assertEquals(FILL, getByte(block.address - i), "guard before a block");
                assertEquals(FILL, getByte(block.address + block.bytes - 1 + i), "guard after a block");
            }
        }
    }

    /** Forgets all blocks. */
    void clear() {
        region.asSlice(0, used).fill(FILL);
        blocks.clear();
        used = 0;
    }

    @Override
    public void close() {
        arena.close();
    }

    static byte getByte(long address) {
        return OffHeap.everything().get(JAVA_BYTE, address);
    }

    static void setByte(long address, int value) {
        OffHeap.everything().set(JAVA_BYTE, address, (byte) value);
    }

    static short getShort(long address) {
        return OffHeap.everything().get(JAVA_SHORT_UNALIGNED, address);
    }

    static void setShort(long address, int value) {
        OffHeap.everything().set(JAVA_SHORT_UNALIGNED, address, (short) value);
    }

    static int getInt(long address) {
        return OffHeap.everything().get(JAVA_INT_UNALIGNED, address);
    }

    static void setInt(long address, int value) {
        OffHeap.everything().set(JAVA_INT_UNALIGNED, address, value);
    }

    static float getFloat(long address) {
        return OffHeap.everything().get(JAVA_FLOAT_UNALIGNED, address);
    }

    static void setFloat(long address, float value) {
        OffHeap.everything().set(JAVA_FLOAT_UNALIGNED, address, value);
    }

    static void setLong(long address, long value) {
        OffHeap.everything().set(JAVA_LONG_UNALIGNED, address, value);
    }
}
