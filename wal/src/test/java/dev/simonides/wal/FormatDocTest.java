// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What docs/FORMAT.md says of the log is what the code has. */
class FormatDocTest {
    @Test
    void describesTheLayoutsOfTheLog() {
        FormatTables tables = FormatTables.read();

        tables.assertDescribes("Segment header", SegmentLayout.LAYOUT);
        tables.assertDescribes("Sector", SectorLayout.LAYOUT);
        tables.assertDescribes("Frame", FrameLayout.LAYOUT);
        tables.assertDescribes("Record", RecordLayout.LAYOUT);
    }

    @Test
    void describesTheLayoutsOfWriteOnceFiles() {
        FormatTables tables = FormatTables.read();

        tables.assertDescribes("Write-once header", SealedFileLayout.LAYOUT);
        tables.assertDescribes("Write-once footer", SealedFooterLayout.LAYOUT);
    }

    @Test
    void statesTheNumbersOfWriteOnceFiles() {
        assertEquals("SIMOFILE", characters(SealedFileLayout.MAGIC_VALUE, 8));
        assertEquals("SIMOFOOT", characters(SealedFooterLayout.MAGIC_VALUE, 8));
        assertEquals(1, SealedFileLayout.VERSION_VALUE);
        assertEquals(4096, SealedFileLayout.BYTES);
        assertEquals(64, SealedFooterLayout.BYTES);
        assertEquals(65_536, SealedFileLayout.BLOCK_BYTES);
        assertEquals(64, SealedFileLayout.ALIGNMENT);
        assertEquals(1L << 40, SealedFileLayout.DATA_BYTES_MAX);
    }

    @Test
    void statesTheNumbersOfTheLog() {
        assertEquals("SIMONWAL", characters(SegmentLayout.MAGIC_VALUE, 8));
        assertEquals("FRM1", characters(FrameLayout.MAGIC_VALUE, 4));
        assertEquals(1, SegmentLayout.VERSION_VALUE);
        assertEquals(512, SectorLayout.BYTES);
        assertEquals(512, SegmentLayout.BYTES);
        assertEquals(4096, SegmentLayout.BLOCK_BYTES);
        assertEquals(1, FrameLayout.FLAG_CLOSED);
        assertEquals(2, FrameLayout.FLAG_CONTINUES);
        assertEquals(8, RecordLayout.ALIGNMENT);
        assertEquals(12_288, LogLimits.SEGMENT_BYTES_MIN);
        assertEquals(1 << 30, LogLimits.SEGMENT_BYTES_MAX);
        assertEquals(1_064_960, LogLimits.SHARED_FRAME_BYTES_MAX);
        assertEquals(68_157_440, LogLimits.RECORD_PAYLOAD_BYTES_MAX);
        assertEquals(1L << 62, LogLimits.LSN_MAX);
    }

    /** The checksum's check value as every catalogue of checksums has it. */
    @Test
    void usesTheCastagnoliChecksum() {
        CRC32C crc = new CRC32C();
        crc.update("123456789".getBytes(StandardCharsets.US_ASCII));
        assertEquals(0xe3069283L, crc.getValue());
    }

    @Test
    void noticesATableThatDiffers() {
        StructLayout layout = MemoryLayout.structLayout(ValueLayout.JAVA_BYTE.withName("a"));
        List<String> right = List.of(
                "### X",
                "| field | offset | bytes | type | meaning |",
                "|---|---|---|---|---|",
                "| a | 0 | 1 | u8 | |");
        FormatTables.parse(right).assertDescribes("X", layout);

        for (String row : List.of(
                "| b | 0 | 1 | u8 | |", "| a | 1 | 1 | u8 | |", "| a | 0 | 2 | u8 | |", "| a | 0 | 1 | f32 | |")) {
            FormatTables wrong = FormatTables.parse(List.of(right.get(0), right.get(1), right.get(2), row));
            assertThrows(AssertionError.class, () -> wrong.assertDescribes("X", layout), row);
        }
        assertThrows(AssertionError.class, () -> FormatTables.parse(right).assertDescribes("Y", layout));
    }

    private static String characters(long value, int count) {
        byte[] bytes = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        return new String(bytes, 0, count, StandardCharsets.US_ASCII);
    }
}
