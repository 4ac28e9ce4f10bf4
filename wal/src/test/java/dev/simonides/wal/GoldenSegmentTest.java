// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A segment that version 1 of the format wrote stays readable, and is what version 1 still writes. */
class GoldenSegmentTest {
    private static final String NAME = "wal-0000000001";
    private static final UUID STORE = UUID.fromString("73696d6f-6e69-4465-8f66-2063656f7321");
    private static final List<String> TEXTS = List.of(
            "Simonides of Ceos",
            "",
            "named the dead of a fallen hall by the places where they had sat",
            "×".repeat(700));

    @Test
    void readsTheGoldenSegment() throws IOException {
        SimulatedDirectory disk = SimulatedDirectory.empty().with(NAME, golden());
        List<String> found = new ArrayList<>();

        ReplayReport report = WriteAheadLog.replay(disk, LogOptions.of(STORE), (lsn, type, flags, payload) -> {
            assertEquals(found.size() + 1, lsn);
            assertEquals(lsn + 10, type);
            assertEquals(lsn % 2, flags);
            found.add(UTF_8.decode(payload).toString());
        });

        assertEquals(TEXTS, found);
        assertTrue(report.closed());
        assertEquals(2, report.frames());
    }

    @Test
    void writesTheGoldenSegment() throws IOException {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        LogOptions options = LogOptions.of(STORE).segmentBytes(32 << 10).salts(new Random(1));
        try (WriteAheadLog log = WriteAheadLog.create(disk, options)) {
            for (int i = 0; i < TEXTS.size(); i += 2) {
                Frame frame = log.frame().begin(log.lastLsn() + 1);
                add(frame, i);
                add(frame, i + 1);
                log.append(frame);
                log.sync();
            }
        }

        assertArrayEquals(golden(), disk.content(NAME));
    }

    private static void add(Frame frame, int i) {
        int lsn = i + 1;
        frame.add(lsn + 10, lsn % 2, ByteBuffer.wrap(TEXTS.get(i).getBytes(UTF_8)));
    }

    private static byte[] golden() throws IOException {
        try (InputStream stream = Objects.requireNonNull(
                GoldenSegmentTest.class.getResourceAsStream("/golden/version-1/" + NAME), "golden file")) {
            return stream.readAllBytes();
        }
    }
}
