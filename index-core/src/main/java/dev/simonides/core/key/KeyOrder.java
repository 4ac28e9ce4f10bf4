// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.key;

import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;

/**
 * The order of keys: that of their UTF-8 bytes, unsigned, a key before those that it begins. It is the order of the code points,
 * and that of no language.
 */
public final class KeyOrder {
    private static final MemorySegment MEMORY = OffHeap.everything();

    private final IntToLongFunction addresses;
    private final IntUnaryOperator lengths;

    /**
     * The order of the keys of some ordinals.
     *
     * @param addresses where the key of an ordinal stands in native memory
     * @param lengths how many bytes it has
     */
    public KeyOrder(IntToLongFunction addresses, IntUnaryOperator lengths) {
        this.addresses = addresses;
        this.lengths = lengths;
    }

    /**
     * Sorts ordinals by their keys, without an object for any of them. Takes as much memory again.
     *
     * @param ordinals used up
     * @return the same ordinals; of equal keys the one that came first stays first
     */
    public int[] sorted(int[] ordinals) {
        int count = ordinals.length;
        int[] from = ordinals;
        int[] to = new int[count];
        for (long run = 1; run < count; run *= 2) {
            for (long begin = 0; begin < count; begin += 2 * run) {
                merge(from, to, (int) begin, (int) Math.min(begin + run, count), (int)
                        Math.min(begin + 2 * run, count));
            }
            int[] sorted = to;
            to = from;
            from = sorted;
        }
        return from;
    }

    private void merge(int[] from, int[] to, int begin, int middle, int end) {
        int left = begin;
        int right = middle;
        for (int i = begin; i < end; i++) {
            boolean takeLeft = right == end || (left < middle && compare(from[left], from[right]) <= 0);
            to[i] = takeLeft ? from[left++] : from[right++];
        }
    }

    private int compare(int a, int b) {
        long addressA = addresses.applyAsLong(a);
        long addressB = addresses.applyAsLong(b);
        int bytesA = lengths.applyAsInt(a);
        int bytesB = lengths.applyAsInt(b);
        long at = MemorySegment.mismatch(MEMORY, addressA, addressA + bytesA, MEMORY, addressB, addressB + bytesB);
        if (at < 0 || at == Math.min(bytesA, bytesB)) {
            return Integer.compare(bytesA, bytesB);
        }
        return Byte.compareUnsigned(
                MEMORY.get(ValueLayout.JAVA_BYTE, addressA + at), MEMORY.get(ValueLayout.JAVA_BYTE, addressB + at));
    }

    /**
     * Says whether a key comes behind bytes, and begins with others.
     *
     * @param ordinal whose key
     * @param bytes behind which it must come; none, and every key does
     * @param prefix with which it must begin
     * @return whether it does both
     */
    public boolean follows(int ordinal, byte[] bytes, byte[] prefix) {
        long address = addresses.applyAsLong(ordinal);
        int length = lengths.applyAsInt(ordinal);
        return mismatch(address, Math.min(length, prefix.length), prefix) < 0
                && length >= prefix.length
                && behind(address, length, bytes);
    }

    private static boolean behind(long address, int length, byte[] bytes) {
        int common = Math.min(length, bytes.length);
        long at = mismatch(address, common, bytes);
        return at < 0
                ? length > bytes.length
                : Byte.compareUnsigned(MEMORY.get(ValueLayout.JAVA_BYTE, address + at), bytes[(int) at]) > 0;
    }

    /** The first of so many bytes that differs, or -1. */
    private static long mismatch(long address, int length, byte[] bytes) {
        return MemorySegment.mismatch(MEMORY, address, address + length, MemorySegment.ofArray(bytes), 0, length);
    }
}
