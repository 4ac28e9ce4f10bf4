// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another process cuts a mapped file short under a searching store. No library can survive that (see {@link Residency}); what is
 * promised is that the process ends instead of answering wrongly, and that the next one has every memory.
 */
@Tag("stress")
class MappedTruncationTest {
    private static final int COUNT = 1_500;
    private static final int DIMENSION = 64;
    private static final String READY = "ready";

    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(DIMENSION).residency(Residency.MAPPED);

    @Test
    void endsTheProcessAndLosesNothing(@TempDir Path directory) throws IOException, InterruptedException {
        Path store = directory.resolve("store");
        Process child = ChildJvm.start(Child.class, directory.resolve("errors"), store.toString());
        String said;
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals(READY, output.readLine());

            truncateVectors(store);

            said = output.lines().collect(Collectors.joining("\n"));
        } finally {
            child.destroyForcibly();
        }
        assertNotEquals(0, child.waitFor(), said);
        assertTrue(said.contains("SIGBUS") || said.contains("InternalError"), said);
        try (MemoryIndex index = MemoryIndex.open(store, OPTIONS)) {
            assertTrue(index.recovery().fallback().isPresent(), index.recovery()::toString);
            assertEquals(COUNT, index.stats().liveCount());
            assertEquals("key-7", index.search(query(7)).get(0).key());
        }
    }

    private static void truncateVectors(Path store) throws IOException {
        try (Stream<Path> files = Files.list(store)) {
            for (Path file : files.filter(one -> one.getFileName().toString().startsWith("vec-"))
                    .toList()) {
                assertTrue(file.toFile().setWritable(true));
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    var _ = channel.truncate(4096);
                }
            }
        }
    }

    private static Query query(int number) {
        return Query.of(Vectors.gaussian(number, DIMENSION)).top(3);
    }

    /** The child: a mapped store that is searched until it ends. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            try (MemoryIndex index = MemoryIndex.open(Path.of(args[0]), OPTIONS)) {
                for (int first = 0; first < COUNT; first += 500) {
                    List<Memory> batch = IntStream.range(first, first + 500)
                            .mapToObj(i -> Memory.of("key-" + i, Vectors.gaussian(i, DIMENSION)))
                            .toList();
                    index.putAll(batch);
                }
                var _ = index.checkpoint();
                System.out.println(READY);
                // Bounded, so that a mapping which did not notice ends the child with 0 and fails the test.
                for (int i = 0; i < 200_000; i++) {
                    String found = index.search(query(i % COUNT)).get(0).key();
                    if (!found.equals("key-" + i % COUNT)) {
                        System.out.println("found " + found + " for key-" + i % COUNT);
                        return;
                    }
                }
            } catch (InternalError e) {
                System.out.println(e);
                System.exit(2);
            }
        }
    }
}
