// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The content of one sector. Immutable, and so shared by the states of a file. */
final class Sector {
    static final int BYTES = 512;
    static final Sector ZERO = new Sector(new byte[BYTES]);

    private final byte[] bytes;
    private final long hash;

    private Sector(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Hash.of(bytes);
    }

    /** The sector with these bytes, which nobody changes afterwards. */
    static Sector of(byte[] bytes) {
        return Arrays.equals(bytes, ZERO.bytes) ? ZERO : new Sector(bytes);
    }

    /** This sector with some bytes replaced. */
    Sector with(byte[] source, int sourceFrom, int at, int length) {
        byte[] copy = bytes.clone();
        System.arraycopy(source, sourceFrom, copy, at, length);
        return of(copy);
    }

    /** This sector with zeros from an offset on. */
    Sector cut(int from) {
        byte[] copy = bytes.clone();
        Arrays.fill(copy, from, BYTES, (byte) 0);
        return of(copy);
    }

    void copyTo(int from, ByteBuffer target, int length) {
        target.put(bytes, from, length);
    }

    long hash() {
        return hash;
    }

    boolean sameAs(Sector other) {
        return this == other || (hash == other.hash && Arrays.equals(bytes, other.bytes));
    }
}
