// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import dev.simonides.MemoryIndex;
import dev.simonides.SmallSegments;
import dev.simonides.wal.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with 0, 1, 2 … free file descriptors creates, opens, writes and closes a store: every failure is typed, none
 * leaves a descriptor open, and nothing acknowledged is lost.
 */
@Tag("root")
class DescriptorTest {
    @TempDir
    private Path directory;

    @Test
    void everyNumberOfFreeDescriptorsIsSurvived() throws IOException, InterruptedException {
        World.run(FewDescriptors.class, directory);
    }

    static final class FewDescriptors {
        private static final int SEGMENT_BYTES = 12 << 10;
        private static final int ENOUGH = 8;
        private static final int WRITES = 25;

        private FewDescriptors() {}

        public static void main(String[] args) {
            World.enter(args, FewDescriptors::play);
        }

        private static MemoryIndex open(Path store) {
            return SmallSegments.open(store, Script.OPTIONS, SEGMENT_BYTES);
        }

        private static void play(World world) throws IOException {
            // Once with enough: afterwards every class is loaded.
            session(world.directory().resolve("warm"), new Writing(0));
            session(world.directory().resolve("warm"), new Writing(0));
            descriptors();
            int failed = 0;
            int first = -1;
            for (int free = 0; free <= ENOUGH; free++) {
                Path store = world.directory().resolve("store-" + free);
                Writing writing = new Writing(free);
                boolean created = sessionWith(free, store, writing);
                boolean opened = sessionWith(free, store, writing);
                failed += created && opened ? 0 : 1;
                first = created && opened && first < 0 ? free : first;
                try (MemoryIndex index = open(store)) {
                    writing.checkOpened(index, "after sessions with " + free + " free descriptors");
                    writing.all(index, 3);
                }
            }
            System.out.printf(
                    "few descriptors: 0 to %d free ones, %d not enough for all operations, %d are%n",
                    ENOUGH, failed, first);
            if (first < 0 || failed == 0) {
                throw new AssertionError("the bound was never met, or always");
            }
        }

        private static boolean sessionWith(int free, Path store, Writing writing) throws IOException {
            Set<Integer> before = descriptors();
            long bound = Kernel.limitDescriptors(boundFor(before, free));
            boolean whole = false;
            try {
                whole = session(store, writing);
            } catch (StorageException e) {
                // Typed, as it must be.
            } finally {
                Kernel.limitDescriptors(bound);
            }
            Set<Integer> after = descriptors();
            if (after.size() > before.size()) {
                throw new AssertionError("left open with " + free + " free descriptors: " + before + ", " + after);
            }
            return whole;
        }

        private static boolean session(Path store, Writing writing) {
            int refused = writing.refused();
            try (MemoryIndex index = open(store)) {
                writing.decide(index);
                for (int i = 0; i < WRITES; i++) {
                    boolean _ = writing.next(index).isPresent();
                }
                writing.checkServed(index, store);
            }
            return writing.refused() == refused;
        }

        /** The bound below which exactly so many numbers are free. */
        private static int boundFor(Set<Integer> used, int free) {
            int bound = 0;
            for (int left = free; left > 0 || used.contains(bound); bound++) {
                left -= used.contains(bound) ? 0 : 1;
            }
            return bound;
        }

        private static Set<Integer> descriptors() throws IOException {
            Set<Integer> numbers = new TreeSet<>();
            try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
                for (Path one : all.toList()) {
                    if (Files.exists(one)) {
                        numbers.add(Integer.valueOf(one.getFileName().toString()));
                    }
                }
            }
            return numbers;
        }
    }
}
