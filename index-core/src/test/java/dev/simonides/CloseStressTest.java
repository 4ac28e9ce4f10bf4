// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Closing while searches, reads, writes and linking run: each ends with its result or with {@link IllegalStateException}. In
 * a child JVM, so that a fault in unmapped memory fails this test and not the whole run.
 */
@Tag("stress")
class CloseStressTest {
    private static final int ROUNDS = 60;
    private static final int THREADS = 4;

    @Test
    void closingNeverFaults(@TempDir Path directory) throws IOException, InterruptedException {
        Path errors = directory.resolve("errors");
        Process child = ChildJvm.start(Child.class, errors);
        String output;
        try (var stream = child.getInputStream()) {
            output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            child.destroyForcibly();
        }

        assertEquals(0, child.waitFor(), () -> output + read(errors));
        assertTrue(output.startsWith("done: " + ROUNDS), output);
        System.out.print(output);
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The child: opens, works with several threads, and closes under them. */
    static final class Child {
        private static final AtomicReference<Throwable> FAILURE = new AtomicReference<>();
        private static final AtomicLong RESULTS = new AtomicLong();

        private Child() {}

        public static void main(String[] args) throws InterruptedException {
            for (int round = 0; round < ROUNDS; round++) {
                runAndClose(round);
                Throwable failure = FAILURE.get();
                if (failure != null) {
                    failure.printStackTrace();
                    System.exit(1);
                }
            }
            System.out.println("done: " + ROUNDS + " rounds, " + RESULTS + " results");
        }

        private static void runAndClose(int round) throws InterruptedException {
            MemoryIndexOptions options = MemoryIndexOptions.ofDimension(32)
                    .exactScanMax(round % 2 == 0 ? 0 : 2_000)
                    .durability(new Durability.None());
            MemoryIndex index = MemoryIndex.open(SimulatedDirectory.empty(), options, log -> log.segmentBytes(1 << 20));
            List<Memory> memories = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                memories.add(Memory.of("key-" + i, Vectors.gaussian(i, 32)).text("text"));
            }
            index.putAll(memories);
            List<Thread> threads = new ArrayList<>();
            long before = RESULTS.get();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                threads.add(Thread.ofPlatform().start(() -> work(index, new Random(round * 31L + thread), thread)));
            }
            while (RESULTS.get() < before + round % 7 * 20L) {
                Thread.onSpinWait();
            }

            index.close();
            for (Thread thread : threads) {
                thread.join();
            }
        }

        private static void work(MemoryIndex index, Random random, int kind) {
            try {
                while (true) {
                    float[] vector = Vectors.gaussian(random.nextInt(500), 32);
                    switch (kind) {
                        case 0 -> index.search(Query.of(vector).top(20)).forEach(Hit::text);
                        case 1 -> index.exact().search(Query.of(vector).top(20)).forEach(Hit::lsn);
                        case 2 -> index.put(Memory.of("key-" + random.nextInt(500), vector));
                        default -> {
                            index.get("key-" + random.nextInt(500)).ifPresent(Memory::text);
                            index.verify(ProgressListener.SILENT);
                        }
                    }
                    RESULTS.incrementAndGet();
                }
            } catch (IllegalStateException e) {
                // Closed.
            } catch (Throwable e) {
                FAILURE.compareAndSet(null, e);
            }
        }
    }
}
