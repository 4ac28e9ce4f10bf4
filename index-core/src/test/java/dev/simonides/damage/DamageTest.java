// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.wal.CorruptSegmentException;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damages every file of a small store in every way: never a wrong answer. */
@Tag("crash")
class DamageTest {
    private static SmallStore store;
    private static Damages damages;

    @BeforeAll
    static void write() {
        store = SmallStore.write(1);
        damages = new Damages(store, SmallStore.write(2));
    }

    private static void tryAll(String title, Stream<Damage> all, int openEvery, int useEvery)
            throws InterruptedException {
        Trial trial = new Trial(store, Trial.Promise.RIGHT, openEvery, useEvery);
        trial.run(all.iterator());
        trial.print(title);
    }

    @Test
    void noChangedByteIsBelieved() throws InterruptedException {
        tryAll("changed bytes", damages.flips(), 64, 397);
    }

    @Test
    void noOtherSizeIsBelieved() throws InterruptedException {
        tryAll("other sizes", damages.sizes(), 16, 97);
    }

    /**
     * Every length of every write-once file, also those that the short form does not try with a whole store: nothing of the file
     * is believed, and the error says where it ends.
     */
    @Test
    void noWriteOnceFileIsOpenedCutToAnyLength() {
        SimulatedDirectory disk = store.disk();
        Manifests manifests = new Manifests(disk, store.id());
        Set<FileEntry> entries = new HashSet<>();
        for (long generation : manifests.generations()) {
            entries.addAll(manifests.read(generation).manifest().files());
        }
        Map<FileKind, Integer> lengths = new EnumMap<>(FileKind.class);
        for (FileEntry entry : entries) {
            byte[] content = disk.content(entry.fileName());
            SealedFileId id =
                    new SealedFileId(store.id(), entry.id(), entry.kind().code());
            for (int length = 0; length < content.length; length++) {
                SimulatedDirectory cut =
                        SimulatedDirectory.empty().with(entry.fileName(), Arrays.copyOf(content, length));
                CorruptSegmentException e = assertThrows(
                        CorruptSegmentException.class,
                        () -> SealedFile.open(cut, entry.fileName(), id, entry.summary())
                                .close());
                assertTrue(e.file().endsWith(entry.fileName()), e::getMessage);
                assertEquals(length, e.offset(), e::getMessage);
                assertEquals(0, cut.openFiles(), e::getMessage);
            }
            lengths.merge(entry.kind(), content.length, Integer::sum);
            SealedFile.open(disk, entry.fileName(), id, entry.summary()).close();
        }
        System.out.println("write-once files cut to every length: " + lengths);
        assertEquals(EnumSet.allOf(FileKind.class), lengths.keySet());
    }

    @Test
    void noMisplacedSectorIsBelieved() throws InterruptedException {
        tryAll("sectors and blocks", damages.sectors(), 16, 97);
    }

    @Test
    void noOtherFileIsBelieved() throws InterruptedException {
        tryAll("whole files", damages.files(), 16, 97);
    }
}
