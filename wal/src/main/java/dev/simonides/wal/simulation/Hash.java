// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** 64-bit hashes that tell images apart; not for files. The mixing steps are those of SplitMix64 (Steele et al. 2014). */
final class Hash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Hash() {}

    /** The hash of an array of a multiple of 8 bytes. */
    static long of(byte[] bytes) {
        long hash = bytes.length;
        for (int i = 0; i < bytes.length; i += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(bytes, i)) * 0x9e3779b97f4a7c15L;
            hash ^= hash >>> 32;
        }
        return mix(hash);
    }

    static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    static long combine(long first, long second) {
        return mix(first * 0x9e3779b97f4a7c15L + second);
    }
}
