// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian buffers outside the heap. */
final class DirectBytes {
    private static final int ALIGNMENT = 64;

    private DirectBytes() {}

    /**
     * A buffer of zeros. From an arena, because the JVM bounds direct buffers by the heap's size; automatic, because a
     * buffer that is outgrown may still be looked at by the one who reads a record from it.
     */
    static ByteBuffer allocate(int bytes) {
        return Arena.ofAuto().allocate(bytes, ALIGNMENT).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
