// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class SealedFileProperties {
    private static final String NAME = "graph-0000000001";
    private static final int TRIES = 60;

    /** Pieces of any size, some aligned, from the heap and from outside of it; any range reads back. */
    @Property(tries = TRIES)
    void givesBackWhatItWasGiven(
            @ForAll @Size(max = 12) List<@IntRange(min = 0, max = 150_000) Integer> pieces,
            @ForAll @IntRange(min = 0, max = 13) int alignment,
            @ForAll @IntRange(min = 0, max = 70_000) int contentsBytes,
            @ForAll @LongRange(min = 1) long fileId,
            @ForAll @IntRange(min = 1) int kind,
            @ForAll long seed) {
        SealedFileId id = new SealedFileId(new UUID(seed, ~seed), fileId, kind);
        // Moves half of what it is asked to, always.
        SimulatedDirectory disk = SimulatedDirectory.empty();
        FaultyDirectory directory = new FaultyDirectory(disk, Fault.sticky(1, Fault.Kind.SHORT_HALF));
        Random random = new Random(seed);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        byte[] contents = bytes(random, contentsBytes);
        SealedFileSummary summary;
        try (SealedFileWriter writer = SealedFileWriter.create(directory, NAME, id);
                Arena arena = Arena.ofConfined()) {
            for (int piece : pieces) {
                byte[] bytes = bytes(random, piece);
                MemorySegment source = MemorySegment.ofArray(bytes);
                if (random.nextBoolean()) {
                    source = arena.allocate(piece + 3L)
                            .asSlice(3)
                            .copyFrom(source)
                            .asReadOnly();
                }
                int from = piece == 0 ? 0 : random.nextInt(piece);
                writer.write(source, from, piece - from);
                expected.write(bytes, from, piece - from);
                if (random.nextBoolean()) {
                    writer.align(1 << alignment);
                    while (expected.size() % (1 << alignment) != 0) {
                        expected.write(0);
                    }
                }
                assertEquals(expected.size(), writer.position());
            }
            summary = writer.finish(ByteBuffer.wrap(contents));
        }
        byte[] data = expected.toByteArray();

        try (SealedFile file = SealedFile.open(directory, NAME, id, summary);
                Arena arena = Arena.ofConfined()) {
            assertEquals(Math.ceilDiv(data.length, 64) * 64L, file.contentsOffset());
            byte[] readContents = new byte[file.contents().remaining()];
            file.contents().get(readContents);
            assertArrayEquals(contents, readContents);
            file.verify(done -> {});
            MemorySegment mapped = file.map(arena);
            for (int i = 0; i < 10; i++) {
                int from = random.nextInt(data.length + 1);
                int length = random.nextInt(data.length - from + 1);
                MemorySegment target = arena.allocate(length + 5L);
                file.read(target, 5, from, length);
                byte[] range = Arrays.copyOfRange(data, from, from + length);
                assertArrayEquals(range, target.asSlice(5).toArray(ValueLayout.JAVA_BYTE));
                assertArrayEquals(range, mapped.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    /** The same data in the same file is the same summary; anything else is another. */
    @Property(tries = TRIES)
    void namesItsContent(@ForAll @Size(min = 1, max = 300) byte[] data, @ForAll @IntRange(min = 0) int where) {
        SealedFileSummary summary = write(data, 1);
        assertEquals(summary, write(data, 1));
        byte[] other = data.clone();
        other[where % data.length]++;
        SealedFileSummary changed = write(other, 1);
        assertEquals(summary.bytes(), changed.bytes());
        if (summary.crc() == changed.crc() || summary.sha256().equals(changed.sha256())) {
            throw new AssertionError(summary + " is " + changed);
        }
        if (summary.crc() == write(data, 2).crc()) {
            throw new AssertionError("another file has the same checksum");
        }
    }

    private static SealedFileSummary write(byte[] data, long fileId) {
        SealedFileId id = new SealedFileId(Logs.STORE, fileId, 4);
        try (SealedFileWriter writer = SealedFileWriter.create(SimulatedDirectory.empty(), NAME, id)) {
            writer.write(MemorySegment.ofArray(data), 0, data.length);
            return writer.finish(ByteBuffer.allocate(0));
        }
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
