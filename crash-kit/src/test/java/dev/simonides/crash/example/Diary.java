// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.example;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.crash.CrashApplication;
import dev.simonides.crash.CrashChild;
import dev.simonides.crash.CrashRun;
import dev.simonides.crash.Sequence;
import dev.simonides.embedding.Embedder;
import dev.simonides.embedding.HashingEmbedder;
import java.util.List;

/**
 * A small program that keeps a diary in a store, as somebody would write it who uses the library: every entry is a memory, and
 * a memory with the key "last" is moved in the same batch, so that the two never disagree.
 */
public final class Diary implements CrashApplication {
    private static final String LAST = "last";
    private static final MemoryIndexOptions OPTIONS = MemoryIndexOptions.ofDimension(16);
    private static final Embedder EMBEDDER = HashingEmbedder.ofDimension(16);

    /** For the children of the kill rounds. */
    public static void main(String[] arguments) throws Exception {
        CrashChild.run(new Diary(), arguments);
    }

    private static MemoryIndex open(CrashRun run) {
        return MemoryIndex.open(run.directory(), OPTIONS, log -> log.segmentBytes(16 << 10));
    }

    /** Entry n is the same whenever it is written. */
    private static Memory entry(String key, long entry) {
        String text = "entry " + entry;
        return Memory.of(key, EMBEDDER.embed(text)).text(text);
    }

    @Override
    public void work(CrashRun run) {
        Sequence entries = run.sequence(0);
        try (MemoryIndex diary = open(run)) {
            while (run.goesOn()) {
                long entry = entries.issue();
                long _ = diary.putAll(List.of(entry("entry-" + entry, entry), entry(LAST, entry)));
                entries.acknowledge();
            }
        }
    }

    @Override
    public void check(CrashRun run) {
        try (MemoryIndex diary = open(run)) {
            long _ = run.sequence(0).findPrefix(entries -> holds(diary, entries));
        }
    }

    /** Whether the diary holds exactly the first so many entries. */
    private static boolean holds(MemoryIndex diary, long entries) {
        for (long entry = 0; entry < entries; entry++) {
            if (diary.get("entry-" + entry).isEmpty()) {
                return false;
            }
        }
        String last = diary.get(LAST).map(Memory::text).orElse("entry -1");
        return last.equals("entry " + (entries - 1)) && diary.stats().liveCount() == entries + Math.min(1, entries);
    }
}
