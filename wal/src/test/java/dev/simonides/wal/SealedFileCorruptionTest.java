// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damages write-once files in every place: each damage is a typed failure that names file and offset. */
@Tag("crash")
class SealedFileCorruptionTest {
    private static final String NAME = "meta-0000000003";
    private static final SealedFileId ID = new SealedFileId(Logs.STORE, 3, 2);
    private static final int SMALL = 300;
    private static final int LARGE = 2 * 65_536 + 10_000;
    // A prime, so that the places differ from block to block.
    private static final int STRIDE = 101;

    @Test
    void detectsAChangeOfAnyByteAndOfAnyBit() {
        Written small = new Written(SMALL);
        int detected = 0;
        for (int at = 0; at < small.bytes.length; at++) {
            small.assertDetected(flipped(small.bytes, at, 0xff), at);
            small.assertDetected(flipped(small.bytes, at, 1 << at % 8), at);
            detected += 2;
        }
        Written large = new Written(LARGE);
        for (int at = 0; at < large.bytes.length; at += STRIDE) {
            large.assertDetected(flipped(large.bytes, at, 0xff), at);
            detected++;
        }
        System.out.println("write-once files, changed bytes detected: " + detected);
    }

    @Test
    void detectsEveryTruncationAndExtension() {
        Written small = new Written(SMALL);
        for (int length = 0; length < small.bytes.length; length++) {
            small.assertDetected(Arrays.copyOf(small.bytes, length), length);
        }
        for (int more : List.of(1, 64, 512, 4096)) {
            small.assertDetected(Arrays.copyOf(small.bytes, small.bytes.length + more), small.bytes.length);
        }
    }

    @Test
    void detectsLostAndSwappedSectors() {
        Written large = new Written(LARGE);
        int sectors = large.bytes.length / 512;
        for (int sector = 0; sector < sectors; sector++) {
            byte[] lost = large.bytes.clone();
            Arrays.fill(lost, sector * 512, sector * 512 + 512, (byte) 0);
            if (!Arrays.equals(lost, large.bytes)) {
                large.assertDetected(lost, sector * 512);
            }
            byte[] swapped = large.bytes.clone();
            int other = (sector + 128) % sectors * 512;
            System.arraycopy(large.bytes, other, swapped, sector * 512, 512);
            System.arraycopy(large.bytes, sector * 512, swapped, other, 512);
            if (!Arrays.equals(swapped, large.bytes)) {
                large.assertDetected(swapped, sector * 512);
            }
        }
    }

    /** Checksums are no defence against somebody who computes them: sizes are checked on their own. */
    @Test
    void refusesLyingFootersWithRightChecksums() {
        List<Consumer<ByteBuffer>> lies = List.of(
                footer -> footer.putLong(SealedFooterLayout.MAGIC, 1),
                footer -> footer.putLong(SealedFooterLayout.DATA_BYTES, Long.MAX_VALUE),
                footer -> footer.putLong(SealedFooterLayout.DATA_BYTES, -64),
                footer -> footer.putLong(SealedFooterLayout.DATA_BYTES, 320),
                footer -> footer.putLong(SealedFooterLayout.DATA_BYTES, 1L << 41),
                footer -> footer.putInt(SealedFooterLayout.BLOCKS, 0),
                footer -> footer.putInt(SealedFooterLayout.BLOCKS, -1),
                footer -> footer.putLong(SealedFooterLayout.CONTENTS_OFFSET, -64),
                footer -> footer.putLong(SealedFooterLayout.CONTENTS_OFFSET, 1L << 40),
                footer -> footer.putLong(SealedFooterLayout.CONTENTS_OFFSET, 1),
                footer -> footer.putLong(SealedFooterLayout.CONTENTS_BYTES, Long.MAX_VALUE),
                footer -> footer.putLong(SealedFooterLayout.CONTENTS_BYTES, -1),
                footer -> footer.putLong(SealedFooterLayout.CONTENTS_BYTES, 65),
                footer -> footer.putInt(SealedFooterLayout.TABLE_CRC, 1),
                footer -> footer.put(SealedFooterLayout.RESERVED, (byte) 1),
                footer -> footer.put(SealedFooterLayout.CRC32C - 1, (byte) 1));
        Written small = new Written(SMALL);
        for (int i = 0; i < lies.size(); i++) {
            byte[] bytes = small.bytes.clone();
            int at = bytes.length - SealedFooterLayout.BYTES;
            ByteBuffer footer =
                    ByteBuffer.wrap(bytes, at, SealedFooterLayout.BYTES).slice().order(ByteOrder.LITTLE_ENDIAN);
            lies.get(i).accept(footer);
            CRC32C crc = ID.seeded(-1);
            crc.update(footer.duplicate().clear().limit(SealedFooterLayout.CRC32C));
            footer.putInt(SealedFooterLayout.CRC32C, (int) crc.getValue());
            SealedFileSummary matching =
                    new SealedFileSummary(bytes.length, (int) crc.getValue(), small.summary.sha256());
            SimulatedDirectory disk = small.disk.with(NAME, bytes);
            assertThrows(CorruptSegmentException.class, () -> SealedFile.open(disk, NAME, ID, matching), "lie " + i);
        }
    }

    /** A file as it was written. */
    private static final class Written {
        private final SimulatedDirectory disk = SimulatedDirectory.empty();
        private final SealedFileSummary summary;
        private final byte[] bytes;

        Written(int dataBytes) {
            byte[] data = new byte[dataBytes];
            new Random(dataBytes).nextBytes(data);
            try (SealedFileWriter writer = SealedFileWriter.create(disk, NAME, ID)) {
                writer.write(MemorySegment.ofArray(data), 0, dataBytes);
                summary = writer.finish(ByteBuffer.wrap(new byte[] {3, 1, 4}));
            }
            bytes = disk.content(NAME);
            read(disk);
        }

        void assertDetected(byte[] damaged, int at) {
            SimulatedDirectory there = disk.with(NAME, damaged);
            StorageException failure = assertThrows(StorageException.class, () -> read(there), () -> "at " + at);
            assertTrue(
                    failure instanceof CorruptSegmentException || failure instanceof UnsupportedFormatException,
                    () -> "at " + at + ": " + failure);
            assertEquals(NAME, failure.file());
            assertTrue(failure.offset() <= Math.max(bytes.length, damaged.length), failure::toString);
            assertEquals(0, there.openFiles(), "files left open");
        }

        private void read(SimulatedDirectory there) {
            try (SealedFile file = SealedFile.open(there, NAME, ID, summary)) {
                file.contents();
                for (int block = 0; block < file.blocks(); block++) {
                    file.verifyBlock(block);
                }
            }
        }
    }

    private static byte[] flipped(byte[] bytes, int at, int change) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) change;
        return flipped;
    }
}
