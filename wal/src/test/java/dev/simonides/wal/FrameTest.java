// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameTest {
    @TempDir
    private Path temporary;

    @Test
    void holdsABatchOfAMebibyte() {
        Frame frame = new Frame().begin(1);
        for (int i = 0; i < 512; i++) {
            assertTrue(frame.fits(2048), "record " + i);
            assertEquals(i + 1, frame.add(1, 0, ByteBuffer.allocate(2048)));
        }
        assertEquals(512, frame.count());
        assertEquals(512, frame.lastLsn());
    }

    @Test
    void refusesWhatDoesNotFit() {
        Frame frame = new Frame().begin(1);
        assertFalse(frame.fits(-1));
        assertTrue(frame.fits(LogLimits.RECORD_PAYLOAD_BYTES_MAX));
        frame.add(0, 0, ByteBuffer.allocate(1000));
        assertFalse(frame.fits(LogLimits.SHARED_FRAME_BYTES_MAX));
        ByteBuffer large = ByteBuffer.allocate(LogLimits.SHARED_FRAME_BYTES_MAX);
        assertThrows(IllegalArgumentException.class, () -> frame.add(0, 0, large));
        assertThrows(IllegalArgumentException.class, () -> frame.add(256, 0, ByteBuffer.allocate(1)));
        assertThrows(IllegalArgumentException.class, () -> frame.add(0, -1, ByteBuffer.allocate(1)));
        assertEquals(1, frame.count());
        assertThrows(IllegalArgumentException.class, () -> new Frame().begin(0));
    }

    @Test
    void leavesThePayloadsPositionAlone() {
        ByteBuffer payload = ByteBuffer.allocate(10).position(3).limit(7);
        new Frame().begin(1).add(1, 0, payload);
        assertEquals(3, payload.position());
        assertEquals(7, payload.limit());
    }

    @Test
    void doesNotAllocateOnceItIsWarm() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (FileSystemDirectory directory = FileSystemDirectory.create(temporary.resolve("store"));
                WriteAheadLog log = WriteAheadLog.create(directory, Logs.options(16 << 20, 1))) {
            ByteBuffer payload = ByteBuffer.allocateDirect(100);
            for (int i = 0; i < 1500; i++) {
                append(log, payload);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1500; i++) {
                append(log, payload);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;

            // Ten records a frame; what the JIT compiler may still owe and what FileChannel takes stays far below.
            assertTrue(allocated < 1500 * 10, "allocated=" + allocated);
        }
    }

    private static void append(WriteAheadLog log, ByteBuffer payload) {
        Frame frame = log.frame().begin(log.lastLsn() + 1);
        for (int i = 0; i < 10; i++) {
            frame.add(1, 0, payload);
            frame.reserve(2, 0, 16).putLong(i).putLong(i);
        }
        log.append(frame);
    }
}
