// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.SmallSegments;
import dev.simonides.core.store.RecoveredStore;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.LogLimits;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every segment of a log cut to every length: exactly what was there, or a typed error. Segments are made whole before the first
 * frame is written, so a short one is never the work of a crash. The store is the smallest that has a checkpoint and, behind it,
 * a segment that goes on in another.
 */
@Tag("crash")
class LogTruncationTest {
    private static final int SEGMENT_BYTES = LogLimits.SEGMENT_BYTES_MIN;
    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(2)
            .similarity(Similarity.DOT)
            .originals(OriginalFormat.F32)
            .indexerThreads(1);
    private static final Map<String, String> WHOLE = Map.of("key-0", "text 0", "key-1", "text 1", "key-2", "text 2");

    private final SimulatedDirectory disk = killed();
    private final AtomicInteger detected = new AtomicInteger();

    private static SimulatedDirectory killed() {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        try (MemoryIndex index = SmallSegments.open(disk, OPTIONS, SEGMENT_BYTES, new Random(1))) {
            for (int i = 0; i < WHOLE.size(); i++) {
                index.put(Memory.of("key-" + i, new float[] {1, i}).text("text " + i));
                if (i == 0) {
                    index.checkpoint();
                }
            }
            return disk.afterKill();
        }
    }

    @Test
    void noLengthOfASegmentIsBelieved() {
        List<String> segments =
                disk.list().stream().filter(name -> name.startsWith("wal-")).toList();
        Map<String, Integer> detectedOf = new TreeMap<>();
        for (String segment : segments) {
            byte[] content = disk.content(segment);
            int before = detected.get();
            IntStream.range(0, content.length).parallel().forEach(length -> recover(segment, content, length));
            detectedOf.put(segment, detected.get() - before);
        }

        System.out.println("every length of " + segments.size() + " segments of " + SEGMENT_BYTES
                + " bytes, so many detected: " + detectedOf);
        assertTrue(segments.size() >= 3, segments::toString);
        assertEquals(0, detectedOf.get(segments.getFirst()), "the newest generation does not need it");
        assertEquals(SEGMENT_BYTES, detectedOf.get(segments.getLast()), "nothing says how it would go on");
    }

    private void recover(String segment, byte[] content, int length) {
        String when = segment + " cut to " + length;
        SimulatedDirectory damaged = disk.with(segment, Arrays.copyOf(content, length));
        Map<String, String> found = new TreeMap<>();
        try (RecoveredStore recovered = RecoveredStore.open(
                damaged, OPTIONS, log -> log.segmentBytes(SEGMENT_BYTES).salts(new Random(2)))) {
            recovered.read("", new float[] {1, 1}, (key, text, vector) -> found.put(key, text));
        } catch (CorruptStoreException e) {
            assertTrue(e.file().contains("wal-"), () -> when + ": " + e);
            detected.incrementAndGet();
            return;
        } finally {
            assertEquals(0, damaged.openFiles(), () -> "files left open, " + when);
        }
        assertEquals(WHOLE, found, when);
    }
}
