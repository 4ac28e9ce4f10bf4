// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the order of the JDK's arrays. */
class KeyOrderTest {
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    private KeyOrder order(byte[]... keys) {
        long[] addresses = new long[keys.length];
        for (int i = 0; i < keys.length; i++) {
            MemorySegment copy = arena.allocate(Math.max(1, keys[i].length));
            MemorySegment.copy(keys[i], 0, copy, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, keys[i].length);
            addresses[i] = copy.address();
        }
        return new KeyOrder(i -> addresses[i], i -> keys[i].length);
    }

    /** Of few different bytes, so that many begin alike and some are equal. */
    private static byte[][] keys(Random random, int count) {
        byte[][] keys = new byte[count][];
        for (int i = 0; i < count; i++) {
            keys[i] = new byte[1 + random.nextInt(6)];
            for (int b = 0; b < keys[i].length; b++) {
                keys[i][b] = (byte) (random.nextInt(4) * 0x55);
            }
        }
        return keys;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 65, 1000})
    void sortsAsUnsignedBytes(int count) {
        byte[][] keys = keys(new Random(count), count);
        int[] ordinals = IntStream.range(0, count).map(i -> count - 1 - i).toArray();
        int[] expected = Arrays.stream(ordinals)
                .boxed()
                .sorted(Comparator.comparing(i -> keys[i], Arrays::compareUnsigned))
                .mapToInt(Integer::intValue)
                .toArray();

        assertArrayEquals(expected, order(keys).sorted(ordinals), "equal keys stay in their order");
    }

    @Test
    void followsWhatIsBeforeItAndBeginsWithThePrefix() {
        byte[][] keys = keys(new Random(2), 300);
        KeyOrder order = order(keys);
        for (byte[] bytes : keys(new Random(3), 50)) {
            for (byte[] prefix : new byte[][] {{}, {0x55}, {0, (byte) 0xaa}, {-1, -1, -1, -1, -1, -1, -1}}) {
                for (int i = 0; i < keys.length; i++) {
                    boolean begins = keys[i].length >= prefix.length
                            && Arrays.equals(Arrays.copyOf(keys[i], prefix.length), prefix);
                    boolean behind = Arrays.compareUnsigned(keys[i], bytes) > 0;
                    assertEquals(begins && behind, order.follows(i, bytes, prefix));
                }
            }
        }
    }
}
