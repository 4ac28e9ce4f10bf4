// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.cli.Refusal;
import dev.simonides.embedding.HashingEmbedder;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KillProofTest {
    private static final int DIMENSION = 64;
    private static final int CORPUS = 50;

    private final Notes notes = new Notes(Corpus.load().thinned(CORPUS), HashingEmbedder.ofDimension(DIMENSION));

    @TempDir
    private Path folder;

    private MemoryIndex index;

    @BeforeEach
    void writeTenNotes() {
        index = storeOfTexts(folder.resolve("s"));
        for (int number = 0; number < 10; number++) {
            var _ = index.put(notes.memory(number));
        }
    }

    @AfterEach
    void closeStore() {
        index.close();
    }

    @Test
    void holdsWhereEveryAcknowledgedNoteIsThere() {
        KillProof.Found found = find(7);

        assertEquals(new KillProof.Found(7, 0, 0, 3, 0, 0), found);
        assertTrue(found.proven(killedAfter(7)));
    }

    @Test
    void failsWhereAnAcknowledgedNoteIsMissing() {
        assertTrue(index.delete(Notes.TENANT, Notes.key(4)));

        KillProof.Found found = find(10);

        assertEquals(1, found.missing());
        assertFalse(found.proven(killedAfter(10)));
    }

    @Test
    void failsWhereMoreWasAcknowledgedThanIsThere() {
        KillProof.Found found = find(12);

        assertEquals(2, found.missing());
        assertFalse(found.proven(killedAfter(12)));
    }

    @Test
    void failsWhereANoteHasAnotherText() {
        var _ = index.put(notes.memory(4).text("Note 4: something else"));

        KillProof.Found found = find(10);

        assertEquals(1, found.wrong());
        assertFalse(found.proven(killedAfter(10)));
    }

    @Test
    void failsWhereANoteHasAnotherVector() {
        float[] vector = notes.memory(4).vector();
        vector[0] += 0.01f;
        var _ = index.put(Memory.of(Notes.key(4), vector).text(notes.text(4)).tenant(Notes.TENANT));

        KillProof.Found found = find(10);

        assertEquals(1, found.wrong());
        assertFalse(found.proven(killedAfter(10)));
    }

    @Test
    void failsWhereAnUnacknowledgedNoteIsHalfThere() {
        var _ = index.put(notes.memory(9).text("Note 9: Alexander Fle"));

        assertFalse(find(7).proven(killedAfter(7)));
    }

    @Test
    void failsWhereThereIsMoreThanWasWritten() {
        var _ = index.put(notes.memory(500));

        KillProof.Found found = find(10);

        assertEquals(1, found.strangers());
        assertFalse(found.proven(killedAfter(10)));
    }

    @Test
    void failsWhereATextFromBeforeIsLost() {
        assertTrue(index.delete("", notes.corpus().facts().getFirst().key()));

        KillProof.Found found = find(10);

        assertEquals(1, found.textsLost());
        assertFalse(found.proven(killedAfter(10)));
    }

    @Test
    void failsWhereATextFromBeforeHasAnotherVector() {
        Corpus.Fact fact = notes.corpus().facts().getFirst();
        var _ = index.put(Memory.of(fact.key(), notes.memory(1).vector()).text(fact.text()));

        assertFalse(find(10).proven(killedAfter(10)));
    }

    @Test
    void findsEverythingThatAKilledProcessHadAcknowledged() {
        index.close();
        KillProof proof = new KillProof(folder.resolve("t"), notes);
        storeOfTexts(folder.resolve("t")).close();

        KillProof.Killed killed = proof.kill(300);

        assertTrue(killed.acknowledged() >= 300, killed::toString);
        try (MemoryIndex reopened = MemoryIndex.open(folder.resolve("t"))) {
            KillProof.Found found = proof.find(reopened, killed);
            assertTrue(found.proven(killed), () -> killed + " " + found);
        }
    }

    @Test
    void refusesAWriterThatEndsByItself() {
        index.close();

        KillProof proof = new KillProof(folder.resolve("none"), notes);

        assertThrows(Refusal.class, () -> proof.kill(1));
    }

    private MemoryIndex storeOfTexts(Path directory) {
        MemoryIndex created = MemoryIndex.create(directory, MemoryIndexOptions.ofDimension(DIMENSION));
        for (Corpus.Fact fact : notes.corpus().facts()) {
            var _ = created.put(
                    Memory.of(fact.key(), notes.embedder().embed(fact.text())).text(fact.text()));
        }
        return created;
    }

    private KillProof.Found find(long acknowledged) {
        return new KillProof(folder.resolve("s"), notes).find(index, killedAfter(acknowledged));
    }

    private static KillProof.Killed killedAfter(long acknowledged) {
        return new KillProof.Killed(acknowledged, 1);
    }
}
