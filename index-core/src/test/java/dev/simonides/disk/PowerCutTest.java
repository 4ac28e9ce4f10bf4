// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import dev.simonides.MemoryIndex;
import dev.simonides.SmallSegments;
import dev.simonides.wal.Durability;
import dev.simonides.wal.Soak;
import dev.simonides.wal.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power of a real file system is cut: from one moment on nothing reaches its medium, and what had not reached it is
 * gone. Everything acknowledged is found again, as a prefix of what was written, however the file system was mounted and
 * whatever the kernel had written back on its own.
 */
@Tag("root")
class PowerCutTest {
    @TempDir
    private Path directory;

    @Test
    void whatWasAcknowledgedSurvivesCutsUnderTheStore() throws IOException, InterruptedException {
        World.run(CutsUnderTheStore.class, directory);
    }

    @Test
    void whatWasAcknowledgedSurvivesCutsUnderAProcessThatIsKilled() throws IOException, InterruptedException {
        World.run(CutsUnderAProcess.class, directory);
    }

    /** The store lives in the process that cuts, and must refuse like one whose disk is gone. */
    static final class CutsUnderTheStore {
        private static final int HISTORIES = 8;
        private static final int CUTS = 8;

        private int opened;
        private int cutWhileOpening;

        private CutsUnderTheStore() {}

        public static void main(String[] args) {
            World.enter(args, world -> new CutsUnderTheStore().play(world));
        }

        private void play(World world) throws Exception {
            long begun = System.nanoTime();
            int operations = 0;
            int histories = 0;
            for (Soak.Rounds rounds = Soak.rounds(HISTORIES, 20 * HISTORIES); rounds.next(); histories++) {
                History history = new History(world, 100 + rounds.number());
                for (int cut = 0; cut < CUTS; cut++) {
                    cut(history, cut);
                }
                operations += history.end(CUTS);
            }
            System.out.printf(
                    "power cuts under a store: %d histories, %d cuts, %d while it was being opened, %d operations"
                            + " survived, %d ms%n",
                    histories,
                    opened + cutWhileOpening,
                    cutWhileOpening,
                    operations,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        }

        private void cut(History history, int round) throws Exception {
            history.mount();
            long delay = history.delayNanos();
            AtomicBoolean cut = new AtomicBoolean();
            Thread syncs = history.startSideSyncs(cut);
            // Three of four cuts wait until the store is open.
            CountDownLatch mayCut = new CountDownLatch(history.random.nextInt(4) == 0 ? 0 : 1);
            Thread cutter = Thread.ofPlatform().start(() -> {
                try {
                    mayCut.await();
                    LockSupport.parkNanos(delay);
                    Kernel.cutPower(history.disk.path());
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                cut.set(true);
            });
            Durability before = history.durability;
            history.choosePolicy();
            MemoryIndex index = null;
            try {
                index = history.open();
            } catch (StorageException e) {
                cutWhileOpening++;
                history.durability = before;
            }
            mayCut.countDown();
            if (index != null) {
                opened++;
                Writers.check(index, history.seed, history.progress, before, history.when(round));
                Writers writers = Writers.start(index, history.seed, history.progress);
                cutter.join();
                writers.awaitRefused();
                History.closeOnNoDisk(index);
            }
            cutter.join();
            syncs.join();
            history.disk.unmount();
        }
    }

    /**
     * The store lives in a process of its own. Half of the time it sees its disk go; else it is killed first, and what the
     * next process found, were it in the page cache alone, has to survive the cut that follows.
     */
    static final class CutsUnderAProcess {
        private static final int HISTORIES = 1;
        private static final int CUTS = 6;

        private CutsUnderAProcess() {}

        public static void main(String[] args) {
            World.enter(args, CutsUnderAProcess::play);
        }

        private static void play(World world) throws Exception {
            long begun = System.nanoTime();
            int operations = 0;
            int histories = 0;
            for (Soak.Rounds rounds = Soak.rounds(HISTORIES, 50 * HISTORIES); rounds.next(); histories++) {
                History history = new History(world, 500 + rounds.number());
                for (int cut = 0; cut < CUTS; cut++) {
                    cut(world, history, cut);
                }
                operations += history.end(CUTS);
            }
            System.out.printf(
                    "power cuts under a process: %d histories, %d cuts, %d operations survived, %d ms%n",
                    histories, histories * CUTS, operations, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        }

        private static void cut(World world, History history, int round) throws Exception {
            history.mount();
            history.choosePolicy();
            int least = history.progress.issued(1);
            List<String> command = World.java(Victim.class, world.directory());
            command.addAll(List.of(
                    history.store.toString(),
                    history.control.toString(),
                    String.valueOf(history.seed),
                    history.policy,
                    String.valueOf(history.segmentBytes)));
            Path said = world.directory().resolve("victim");
            Process victim = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            AtomicBoolean cut = new AtomicBoolean();
            Thread syncs = history.startSideSyncs(cut);
            try {
                // One round in four hits the opening.
                awaitOperations(history, history.random.nextInt(4) == 0 ? 0 : least + 5, victim, said);
                LockSupport.parkNanos(history.delayNanos());
                if (round % 2 == 0) {
                    Kernel.cutPower(history.disk.path());
                }
            } finally {
                victim.destroyForcibly().waitFor();
                cut.set(true);
            }
            syncs.join();
            String output = Files.readString(said);
            if (output.contains("AssertionError")) {
                throw new AssertionError(history.when(round) + ": " + output);
            }
            if (round % 2 != 0) {
                MemoryIndex index = history.open();
                // Whatever the policy: the page cache survived.
                Writers.check(index, history.seed, history.progress, new Durability.Group(), history.when(round));
                Kernel.cutPower(history.disk.path());
                History.closeOnNoDisk(index);
            }
            history.disk.unmount();
            history.mount();
            try (MemoryIndex index = history.open()) {
                Writers.check(index, history.seed, history.progress, history.durability, history.when(round));
            }
            history.disk.unmount();
        }

        private static void awaitOperations(History history, int operations, Process victim, Path said)
                throws IOException {
            long until = System.nanoTime() + 20_000_000_000L;
            while (history.progress.issued(1) < operations && victim.isAlive()) {
                if (System.nanoTime() > until) {
                    throw new AssertionError("the victim does not write: " + Files.readString(said));
                }
                LockSupport.parkNanos(100_000);
            }
        }
    }

    /** Writes until it is killed. */
    static final class Victim {
        private Victim() {}

        public static void main(String[] args) throws Exception {
            Progress progress = Progress.map(Path.of(args[1]));
            long seed = Long.parseLong(args[2]);
            Durability durability = Durability.parse(args[3]);
            int segmentBytes = Integer.parseInt(args[4]);
            MemoryIndex index =
                    SmallSegments.open(Path.of(args[0]), Script.OPTIONS.durability(durability), segmentBytes);
            Writers writers = Writers.start(index, seed, progress);
            writers.awaitRefused();
            writers.awaitTheEnd();
        }
    }
}
