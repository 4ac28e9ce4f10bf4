// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A child process writes and says what was acknowledged; it is killed with SIGKILL in the middle; here the store is opened
 * again: everything acknowledged is there, whatever the durability, and what is there is a prefix of what was written.
 */
@Tag("crash")
class KillTest {
    private static final int ROUNDS = 2;
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(Ledger.DIMENSION).exactScanMax(100);

    @TempDir
    private Path directory;

    /** The child: goes on with write {@code args[1]} until it is killed. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            PrintStream acknowledgements = System.out;
            MemoryIndexOptions options = OPTIONS.durability(Durability.parse(args[2]));
            try (MemoryIndex index = MemoryIndex.open(Path.of(args[0]), options)) {
                for (int write = Integer.parseInt(args[1]); ; write++) {
                    Writes.perform(index, write);
                    acknowledgements.println(write);
                    acknowledgements.flush();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sync-each", "group", "async:50ms:8MiB", "none"})
    void everythingAcknowledgedIsThereAfterAKill(String durability) throws IOException, InterruptedException {
        long seed = 11;
        Random random = new Random(seed);
        Path store = directory.resolve("store");
        Path errors = directory.resolve("errors");
        int writes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int killAfter = writes + 20 + random.nextInt(100);
            int acknowledged = runAndKill(store, errors, writes, durability, killAfter);
            assertTrue(acknowledged >= killAfter, Files.readString(errors));

            writes = checkAndCount(store, acknowledged, "seed=" + seed + ", round=" + round + ", " + durability);
        }
    }

    /** Returns how many writes the child acknowledged, all of them since the beginning of the store. */
    private static int runAndKill(Path store, Path errors, int first, String durability, int killAfter)
            throws IOException, InterruptedException {
        Process child = ChildJvm.start(Child.class, errors, store.toString(), String.valueOf(first), durability);
        int acknowledged = first;
        try (BufferedReader lines = child.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                assertEquals(acknowledged, Integer.parseInt(line));
                acknowledged++;
                if (acknowledged == killAfter) {
                    // By its handle: the process itself would close what it still has to tell.
                    child.toHandle().destroyForcibly();
                }
            }
        } finally {
            child.destroyForcibly();
        }
        assertEquals(128 + 9, child.waitFor(), () -> "not ended by SIGKILL");
        return acknowledged;
    }

    private static int checkAndCount(Path store, int acknowledged, String when) {
        // The child may have done one write more than it could tell.
        Ledger ledger = Writes.ledger(acknowledged + 1);
        try (MemoryIndex index = MemoryIndex.open(store)) {
            Map<String, String> contents = Ledger.contents(index);
            return ledger.check(contents, acknowledged, when);
        }
    }
}
