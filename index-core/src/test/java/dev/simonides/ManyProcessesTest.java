// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.Soak;
import dev.simonides.wal.StoreLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several real processes at one store: one has it, and the others are told which. */
@Tag("crash")
class ManyProcessesTest {
    private static final int PROCESSES = 3;
    private static final int WARM_ROUNDS = 3;
    private static final long NANOS_AHEAD = 3_000_000;
    private static final int KILL_WITHIN_MICROS = 60_000;
    private static final String UNSIGNED = "a process that has not signed";

    @TempDir
    private Path folder;

    private final List<StoreProcess> processes = new ArrayList<>();
    private int started;

    private StoreProcess start() throws IOException {
        StoreProcess process = StoreProcess.start(folder.resolve("errors"));
        processes.add(process);
        return process;
    }

    private void endAll() {
        processes.forEach(StoreProcess::close);
    }

    /** What a round of the race showed. */
    private static final class Race {
        private final Set<String> issued = new HashSet<>();
        private final Set<String> acknowledged = new HashSet<>();
        private int refused;

        void take(List<String> answers, String errors) {
            for (String answer : answers) {
                String[] words = answer.split(" ", 2);
                switch (words[0]) {
                    case "issued" -> issued.add(words[1]);
                    case "acknowledged" -> acknowledged.add(words[1]);
                    case "locked" -> {
                        // One that got no time since it took the lock has not written its name yet.
                        assertTrue(words[1].startsWith("pid=") || words[1].equals(UNSIGNED), answer);
                        refused++;
                    }
                    default -> throw new AssertionError(answer + "\n" + errors);
                }
            }
        }

        void check(Path store) {
            try (MemoryIndex index =
                    MemoryIndex.open(FileSystemDirectory.open(store), StoreProcess.OPTIONS, StoreProcess::smallLog)) {
                Set<String> found = Ledger.contents(index).keySet();
                assertTrue(found.containsAll(acknowledged), () -> "lost: " + acknowledged + " of which " + found);
                assertTrue(issued.containsAll(found), () -> "never put: " + found + " of which " + issued);
            }
        }
    }

    /** A new process is slow at first, and would never be there at the same instant as the others. */
    private StoreProcess startRacer() throws IOException {
        StoreProcess process = start();
        for (int round = 0; round < WARM_ROUNDS; round++) {
            Path store = folder.resolve("warm-" + started + "-" + round);
            new Race().take(process.ask("race", store, 0, "warm", true), "");
        }
        started++;
        return process;
    }

    @Test
    void ofManyThatCreateAStoreAtOnceOneDoes() throws IOException {
        long seed = 17;
        Random random = new Random(seed);
        List<StoreProcess> racers = new ArrayList<>();
        int kills = 0;
        int refused = 0;
        int rounds = 0;
        try {
            for (int i = 0; i < PROCESSES; i++) {
                racers.add(startRacer());
            }
            for (Soak.Rounds all = Soak.rounds(16, 2_000); all.next(); rounds++) {
                Path store = folder.resolve("store-" + rounds);
                Race race = new Race();
                long at = StoreProcess.now() + NANOS_AHEAD;
                for (int i = 0; i < PROCESSES; i++) {
                    long late = random.nextInt(3) == 0 ? random.nextInt(20_000_000) : random.nextInt(100_000);
                    racers.get(i).tell("race", store, at + late, i + "-" + rounds, random.nextBoolean());
                }
                int victim = random.nextInt(3) == 0 ? random.nextInt(PROCESSES) : -1;
                if (victim >= 0) {
                    long end = at + TimeUnit.MICROSECONDS.toNanos(random.nextInt(KILL_WITHIN_MICROS));
                    LockSupport.parkNanos(end - StoreProcess.now());
                    racers.get(victim).kill();
                    kills++;
                }
                for (StoreProcess racer : racers) {
                    race.take(racer.answers(), errors());
                }
                assertTrue(race.acknowledged.size() >= 3 * (PROCESSES - (victim >= 0 ? 1 : 0)), "seed=" + seed);
                race.check(store);
                refused += race.refused;
                if (victim >= 0) {
                    racers.set(victim, startRacer());
                }
            }
        } finally {
            endAll();
        }
        System.out.println("creations at once: seed=" + seed + ", rounds=" + rounds + ", processes=" + PROCESSES
                + ", refused=" + refused + ", killed=" + kills);
        assertTrue(refused > rounds, "refused: " + refused);
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("errors"));
    }

    private MemoryIndex open(Path store) {
        return MemoryIndex.open(FileSystemDirectory.openOrCreate(store), StoreProcess.OPTIONS, StoreProcess::smallLog);
    }

    @Test
    void theSecondIsToldWhoHasItAndTouchesNothing() throws IOException {
        Path store = folder.resolve("store");
        try (StoreProcess holder = start();
                StoreProcess second = start()) {
            holder.tell("hold", store);
            assertEquals("holds", holder.answer());
            Map<String, String> before = StoreFiles.states(store);

            for (int attempt = 0; attempt < 3; attempt++) {
                StoreLockedException refusal = assertThrows(StoreLockedException.class, () -> open(store));
                assertTrue(refusal.holder().startsWith("pid=" + holder.pid() + ", host="), refusal::holder);
                refusal = assertThrows(StoreLockedException.class, () -> MemoryIndex.open(store));
                assertTrue(refusal.holder().startsWith("pid=" + holder.pid() + ", host="), refusal::holder);
                second.tell("hold", store);
                String answer = second.answer();
                assertTrue(answer.startsWith("locked pid=" + holder.pid() + ", host="), answer);
                assertEquals(List.of(), second.answers());
            }

            assertEquals(before, StoreFiles.states(store));
            assertEquals(List.of("released"), holder.ask("release"));
            second.tell("hold", store);
            assertEquals("holds", second.answer());
        }
        try (MemoryIndex index = open(store)) {
            assertFalse(Ledger.contents(index).isEmpty());
        }
    }

    /** Nothing takes a lock away because its holder does not move, and nothing in the holder has run out of time. */
    @ParameterizedTest
    @ValueSource(strings = {"group", "async:50ms:8MiB"})
    void aStoppedWriterKeepsItsStoreAndGoesOn(String durability) throws IOException, InterruptedException {
        Path store = folder.resolve("store");
        long nanos = TimeUnit.MILLISECONDS.toNanos(Soak.amount(1_500, 60_000));
        int acknowledged;
        try (StoreProcess writer = start()) {
            writer.tell("write", store, 0, 10, durability);
            acknowledged = read(writer, 50);
            writer.stop();
            long end = System.nanoTime() + nanos;
            Map<String, String> stopped = StoreFiles.states(store);
            while (System.nanoTime() < end) {
                StoreLockedException refusal = assertThrows(StoreLockedException.class, () -> open(store));
                assertTrue(refusal.holder().startsWith("pid=" + writer.pid() + ", host="), refusal::holder);
                try (MemoryIndex reader = MemoryIndex.openReadOnly(store)) {
                    assertEquals(StoreState.READ_ONLY, reader.state());
                }
                LockSupport.parkNanos(20_000_000);
            }
            assertEquals(stopped, StoreFiles.states(store));

            writer.goOn();
            acknowledged = read(writer, acknowledged + 100);
            writer.kill();
            acknowledged += count(writer.answers());
        }
        try (MemoryIndex index = open(store)) {
            Map<String, String> contents = Ledger.contents(index);
            Writes.ledger(acknowledged + 1).check(contents, acknowledged, durability);
        }
    }

    /** Reads on until so many writes were acknowledged. */
    private int read(StoreProcess writer, int acknowledged) throws IOException {
        for (int count = 0; ; ) {
            String answer = writer.answer();
            assertFalse(answer.startsWith("failed") || answer.equals("end"), () -> answer);
            if (answer.startsWith("acknowledged ")) {
                count = Integer.parseInt(answer.substring("acknowledged ".length())) + 1;
            }
            if (count >= acknowledged) {
                return count;
            }
        }
    }

    private static int count(List<String> answers) {
        return (int) answers.stream()
                .filter(answer -> answer.startsWith("acknowledged"))
                .count();
    }
}
