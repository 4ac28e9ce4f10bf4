// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.Soak;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One process reads while another writes, makes checkpoints, is killed and begins again: what is read is what there was after
 * some write, no earlier than the last checkpoint, and everything acknowledged where nobody writes; and reading changes
 * nothing.
 */
@Tag("crash")
class ReadOnlyProcessTest {
    private static final int CHECKPOINT_EVERY = 7;

    /** The writer may be so far ahead of what was heard of it. */
    private static final int AHEAD = 2_000;

    @TempDir
    private Path folder;

    private Path store;
    private final Ledger ledger = new Ledger();

    /** A writing process, and a thread that listens to it. */
    private final class Writer {
        private final StoreProcess process;
        private final Thread listener;
        private final AtomicInteger acknowledged;
        private final AtomicInteger inCheckpoint;
        private volatile String unexpected = "";

        /** Starts one that goes on behind the first writes, some of which are in a checkpoint. */
        Writer(int first, int checkpointed) throws IOException {
            this.acknowledged = new AtomicInteger(first);
            this.inCheckpoint = new AtomicInteger(checkpointed);
            this.process = StoreProcess.start(folder.resolve("errors"));
            process.tell("write", store, first, CHECKPOINT_EVERY, "group");
            this.listener = Thread.ofPlatform().start(() -> process.lines().forEach(this::listen));
        }

        private void listen(String answer) {
            String[] words = answer.split(" ", 2);
            switch (words[0]) {
                case "acknowledged" -> acknowledged.set(Integer.parseInt(words[1]) + 1);
                case "checkpoint" -> inCheckpoint.set(Integer.parseInt(words[1]) + 1);
                default -> unexpected = answer;
            }
        }

        /** Kills it; returns how many writes it had acknowledged. */
        int kill() throws InterruptedException {
            process.kill();
            listener.join();
            assertEquals("", unexpected);
            return acknowledged.get();
        }
    }

    private int check(Map<String, String> contents, int least, Object when) {
        while (ledger.writes() < least + AHEAD) {
            Writes.expect(ledger, ledger.writes());
        }
        return ledger.check(contents, least, when);
    }

    /** Whatever would change the directory fails. */
    private MemoryIndex read(Residency residency) {
        StepDirectory directory = new StepDirectory(FileSystemDirectory.open(store), new StepDirectory.Steps() {
            @Override
            public void before(String step) {
                assertTrue(step.startsWith("open "), step);
            }
        });
        return MemoryIndex.openReadOnly(directory, StoreProcess.OPTIONS.residency(residency), StoreProcess::smallLog);
    }

    @Test
    void readsBesideAWriterThatIsKilledNowAndThen() throws IOException, InterruptedException {
        store = folder.resolve("store");
        long seed = 23;
        Random random = new Random(seed);
        // There is a store from the first reading on.
        MemoryIndex.open(FileSystemDirectory.create(store), StoreProcess.OPTIONS, StoreProcess::smallLog)
                .close();
        int readings = 0;
        int beside = 0;
        int generations = 0;
        int writes = 0;
        int checkpointed = 0;
        for (Soak.Rounds rounds = Soak.rounds(6, 400); rounds.next(); ) {
            Writer writer = new Writer(writes, checkpointed);
            int last = 0;
            long generation = -1;
            // The first ones while the process starts and opens.
            for (int i = 0; i < 10 || writer.acknowledged.get() < writes + 100; i++) {
                String when = "seed=" + seed + ", round=" + rounds.number() + ", reading=" + i;
                int least = writer.inCheckpoint.get();
                try (MemoryIndex index = read(one(random))) {
                    Map<String, String> contents = Ledger.contents(index);
                    int found = check(contents, Math.max(least, last), when);
                    assertEquals(Optional.empty(), index.recovery().fallback(), when);
                    assertEquals(contents, Ledger.contents(index), "what was opened stays as it was");
                    generations += index.recovery().generation() > generation ? 1 : 0;
                    generation = index.recovery().generation();
                    if (least > checkpointed) {
                        // Until it has opened, the log is read too, which is more than its first checkpoint holds.
                        last = found;
                        beside++;
                    }
                }
                readings++;
            }
            int acknowledged = writer.kill();
            checkpointed = writer.inCheckpoint.get();
            Map<String, String> left = StoreFiles.states(store);
            for (Residency residency : Residency.values()) {
                try (MemoryIndex index = read(residency)) {
                    writes = check(Ledger.contents(index), Math.max(acknowledged, last), "killed, seed=" + seed);
                    assertFalse(StoreFiles.open(store).isEmpty(), "the check of what is open sees something");
                }
                assertEquals(List.of(), StoreFiles.open(store));
                readings++;
            }
            assertEquals(left, StoreFiles.states(store));
        }
        System.out.println("read beside a writer: seed=" + seed + ", readings=" + readings + ", of them beside it="
                + beside + ", generations seen=" + generations + ", writes=" + writes);
        assertTrue(beside > 50 && generations > 10, "beside=" + beside + ", generations=" + generations);
    }

    private static Residency one(Random random) {
        Residency[] values = Residency.values();
        return values[random.nextInt(values.length)];
    }
}
