// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.simulation.CrashCounts;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.CrashStates;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A write-once file is whole once it is finished and its name is durable, whatever happens; before, it is noticed. */
@Tag("crash")
class SealedFileCrashTest {
    private static final String NAME = "blob-0000000002";
    private static final SealedFileId ID = new SealedFileId(Logs.STORE, 2, 3);
    private static final byte[] DATA = data();

    @Test
    void isWholeInEveryCrashStateOnceItsNameIsDurable() {
        Written written = new Written(UnaryOperator.identity());
        int[] whole = {0};
        CrashCounts counts = CrashStates.of(written.disk, CrashModel.weak(5).withEffort(7, 50))
                .forEach(position -> position >= written.done ? 1 : 0, state -> {
                    if (state.position() >= written.done) {
                        written.read(state.image());
                        whole[0]++;
                    } else if (state.image().exists(NAME)) {
                        wholeOrDetected(written, state.image());
                    }
                });
        System.out.println("write-once file, crash states: " + counts + ", whole=" + whole[0]);
        assertTrue(whole[0] > 0 && counts.distinct() > 100, counts::toString);
    }

    @Test
    void catchesAMediumThatForgets() {
        for (boolean names : new boolean[] {true, false}) {
            Written written = new Written(directory -> new ForgetfulDirectory(directory, names, !names));
            assertThrows(
                    StorageException.class,
                    () -> CrashStates.of(written.disk, CrashModel.weak(5).withEffort(6, 20))
                            .from(written.done)
                            .forEach(position -> 0, state -> written.read(state.image())));
        }
    }

    @Test
    void leavesNothingBehindWhereverTheMediumFails() {
        int runs = 0;
        for (Fault.Kind kind : Fault.Kind.values()) {
            for (boolean sticky : new boolean[] {false, true}) {
                boolean fired = true;
                int step = sticky && kind == Fault.Kind.SHORT_ONE ? 5_000 : 1;
                for (int at = 1; fired; at += step) {
                    fired = fail(new Fault(at, kind, sticky));
                    runs++;
                }
            }
        }
        System.out.println("write-once file, fault runs: " + runs);
        assertTrue(runs > 80, "runs=" + runs);
    }

    /** Whether the fault happened. */
    private static boolean fail(Fault fault) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        FaultyDirectory faulty = new FaultyDirectory(disk, fault);
        SealedFileSummary summary = null;
        try (SealedFileWriter writer = SealedFileWriter.create(faulty, NAME, ID)) {
            writer.write(MemorySegment.ofArray(DATA), 0, DATA.length);
            summary = writer.finish(ByteBuffer.wrap(new byte[] {1}));
        } catch (StorageException e) {
            assertTrue(faulty.fired(), e::toString);
        }
        assertEquals(0, faulty.openFiles(), fault::toString);
        if (summary == null) {
            // A medium that fails for good, or made what it denies, keeps the orphan; it is collected later.
            boolean kept = fault.sticky() || fault.kind() == Fault.Kind.DONE_THEN_ERROR;
            assertFalse(disk.exists(NAME) && !kept, fault::toString);
            return true;
        }
        try (SealedFile file = SealedFile.open(faulty, NAME, ID, summary);
                Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(DATA.length);
            file.read(target, 0, 0, DATA.length);
            assertEquals(-1, target.mismatch(MemorySegment.ofArray(DATA)));
            assertEquals(file.dataBytes(), file.map(arena).byteSize());
        } catch (StorageException e) {
            assertTrue(faulty.fired(), e::toString);
        }
        assertEquals(0, faulty.openFiles(), fault::toString);
        return faulty.fired();
    }

    private static void wholeOrDetected(Written written, SimulatedDirectory disk) {
        SealedFileSummary summary = written.summary;
        try {
            written.read(disk);
        } catch (CorruptSegmentException e) {
            assertEquals(NAME, e.file(), summary::toString);
        }
    }

    /** A file that is written and named. */
    private static final class Written {
        private final SimulatedDirectory disk = SimulatedDirectory.empty();
        private final SealedFileSummary summary;
        private final int done;

        Written(UnaryOperator<StorageDirectory> medium) {
            StorageDirectory directory = medium.apply(disk);
            try (SealedFileWriter writer = SealedFileWriter.create(directory, NAME, ID)) {
                writer.write(MemorySegment.ofArray(DATA), 0, DATA.length);
                summary = writer.finish(ByteBuffer.wrap(new byte[] {1}));
            }
            directory.sync();
            done = disk.operations();
            // Something behind it, so that there are states behind it.
            directory.create("other").close();
        }

        void read(StorageDirectory from) {
            byte[] target = new byte[DATA.length];
            try (SealedFile file = SealedFile.open(from, NAME, ID, summary)) {
                file.contents();
                file.read(MemorySegment.ofArray(target), 0, 0, DATA.length);
            }
            assertEquals(-1, MemorySegment.ofArray(target).mismatch(MemorySegment.ofArray(DATA)));
        }
    }

    private static byte[] data() {
        byte[] data = new byte[70_000];
        new Random(8).nextBytes(data);
        return data;
    }
}
