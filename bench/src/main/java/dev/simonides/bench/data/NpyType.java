// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.nio.ByteBuffer;

/** The little-endian component types of a NumPy array that can be a vector or a row number. */
enum NpyType {
    F2(2),
    F4(4),
    F8(8),
    I1(1),
    U1(1),
    I2(2),
    U2(2),
    I4(4),
    U4(4),
    I8(8);

    private final int bytes;

    NpyType(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    boolean integer() {
        return this != F2 && this != F4 && this != F8;
    }

    /** Float64 is rounded to the nearest float32; values beyond its range become infinities. */
    float readFloat(ByteBuffer from) {
        return switch (this) {
            case F2 -> Float.float16ToFloat(from.getShort());
            case F4 -> from.getFloat();
            case F8 -> (float) from.getDouble();
            case I1, U1, I2, U2, I4, U4, I8 -> readLong(from);
        };
    }

    long readLong(ByteBuffer from) {
        return switch (this) {
            case I1 -> from.get();
            case U1 -> from.get() & 0xFF;
            case I2 -> from.getShort();
            case U2 -> from.getShort() & 0xFFFF;
            case I4 -> from.getInt();
            case U4 -> from.getInt() & 0xFFFF_FFFFL;
            case I8 -> from.getLong();
            case F2, F4, F8 -> throw new IllegalStateException("a floating-point type: " + this);
        };
    }
}
