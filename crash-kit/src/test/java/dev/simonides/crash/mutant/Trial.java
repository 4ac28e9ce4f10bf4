// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.mutant;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.Query;
import dev.simonides.SearchResult;
import dev.simonides.crash.CrashFailure;
import dev.simonides.crash.KillReport;
import dev.simonides.crash.KillRounds;
import dev.simonides.crash.PowerCuts;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.simulation.CrashCounts;
import dev.simonides.wal.simulation.CrashModel;
import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The cheap suites that a mutant must not get through. Run in a process of its own, whose class path begins with the patched
 * classes; ends with {@link #CAUGHT} if a suite finds something wrong.
 */
final class Trial {
    static final int CAUGHT = 3;

    private Trial() {}

    /** Suites, by name. */
    enum Suite {
        /** The power is cut after every operation of the disk. */
        POWER_CUTS,
        /** The same with a store that is durable at flushes and checkpoints only. */
        LAZY_POWER_CUTS,
        /** The same with a store that is compacted. */
        COMPACTED_POWER_CUTS,
        /** The power is cut after a process died and another went on with what was in the cache of the system. */
        POWER_CUTS_AFTER_KILLS,
        /** Bytes of every file are flipped, and files cut. */
        DAMAGE,
        /** What is not durable yet is looked for. */
        VISIBILITY,
        /** A checkpoint is made while much is not linked yet, and everything is looked for at once after the opening. */
        PENDING,
        /** The newest manifest is lost. */
        FALLBACK,
        /** A real process is killed. */
        KILLS
    }

    public static void main(String[] suites) throws Exception {
        try {
            for (String name : suites) {
                Suite suite = Suite.valueOf(name);
                System.out.println(suite + ": " + run(suite));
            }
        } catch (CrashFailure | StorageException e) {
            System.out.println("caught: " + e.getMessage());
            System.exit(CAUGHT);
        }
        System.exit(0);
    }

    private static Object run(Suite suite) throws IOException {
        return switch (suite) {
            case POWER_CUTS -> powerCuts();
            case LAZY_POWER_CUTS -> powerCuts(TrialStore.lazy()).operations(22).run();
            case COMPACTED_POWER_CUTS ->
                powerCuts(TrialStore.compacted())
                        .model(CrashModel.weak(5).withEffort(3, 2))
                        .operations(10)
                        .run();
            case POWER_CUTS_AFTER_KILLS -> powerCutsAfterKills();
            case DAMAGE -> damage();
            case VISIBILITY -> visibility();
            case PENDING -> pending();
            case FALLBACK -> fallback();
            case KILLS -> kills();
        };
    }

    private static PowerCuts powerCuts(TrialStore store) {
        return PowerCuts.of(store).model(CrashModel.weak(5).withEffort(6, 4));
    }

    /** Several runs: whether a thread gets ahead of another is up to the machine. */
    private static CrashCounts powerCuts() {
        CrashCounts counts = new CrashCounts(0, 0);
        for (int run = 0; run < 4; run++) {
            counts = counts.plus(powerCuts(new TrialStore()).operations(22).run());
        }
        return counts;
    }

    private static CrashCounts powerCutsAfterKills() {
        CrashCounts counts = new CrashCounts(0, 0);
        for (int killedAt = 24; killedAt <= 44; killedAt += 4) {
            counts = counts.plus(
                    powerCuts(new TrialStore()).operations(6).killedAt(killedAt).run());
        }
        return counts;
    }

    /** A store with several generations, closed. */
    private static SimulatedDirectory closedStore(int operations) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        try (MemoryIndex index = new TrialStore().open(disk)) {
            for (int operation = 0; operation < operations; operation++) {
                TrialStore.perform(index, operation);
            }
        }
        return disk.afterKill();
    }

    /** Whatever byte is wrong: a typed error or the whole truth. */
    private static String damage() {
        int operations = 26;
        SimulatedDirectory store = closedStore(operations);
        Map<String, String> truth = TrialStore.after(operations);
        Random random = new Random(3);
        int refused = 0;
        int whole = 0;
        for (String name : store.list()) {
            byte[] bytes = store.content(name);
            int step = Math.max(1, bytes.length / 500);
            for (int at = 0; at < bytes.length; at += 1 + random.nextInt(2 * step)) {
                byte[] damaged = bytes.clone();
                damaged[at] ^= (byte) (1 << random.nextInt(8));
                if (isWhole(store.with(name, damaged), truth, name + " flipped at " + at)) {
                    whole++;
                } else {
                    refused++;
                }
            }
        }
        return "flipped: refused=" + refused + ", whole=" + whole;
    }

    private static boolean isWhole(SimulatedDirectory disk, Map<String, String> truth, String what) {
        try (MemoryIndex index = new TrialStore().open(disk)) {
            Map<String, String> found = TrialStore.contents(index);
            if (!found.equals(truth)) {
                throw new CrashFailure(what + ": found " + found.keySet() + " of " + truth.keySet());
            }
            return true;
        } catch (StorageException e) {
            return false;
        } catch (RuntimeException e) {
            throw new CrashFailure(what + ": " + e, e);
        }
    }

    /** While a frame is written and synced, nothing of it can be read. */
    private static String visibility() {
        MemoryIndex[] index = new MemoryIndex[1];
        boolean[] writing = new boolean[1];
        int[] looks = new int[1];
        String[] seen = new String[1];
        FaultyDirectory directory = new FaultyDirectory(SimulatedDirectory.empty(), Fault.none(), operation -> {
            if (writing[0]) {
                looks[0]++;
                if (index[0].get("key-1").isPresent()) {
                    seen[0] = "what is not durable could be read at operation " + operation;
                }
            }
        });
        index[0] = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(4), log -> log.segmentBytes(1 << 20));
        try (MemoryIndex open = index[0]) {
            writing[0] = true;
            long _ = open.put(TrialStore.memory(1));
            writing[0] = false;
        }
        if (seen[0] != null) {
            throw new CrashFailure(seen[0]);
        }
        return "looked " + looks[0] + " times";
    }

    private static String pending() {
        int count = 3_000;
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(16)
                .exactScanMax(0)
                .pendingMax(count)
                .indexerThreads(1)
                .m(16)
                .efConstruction(400);
        SimulatedDirectory disk = SimulatedDirectory.empty();
        SimulatedDirectory left;
        long pending;
        try (MemoryIndex index = MemoryIndex.open(disk, options)) {
            for (int first = 0; first < count; first += 500) {
                List<Memory> batch = new ArrayList<>();
                for (int i = first; i < first + 500; i++) {
                    batch.add(Memory.of("key-" + i, vector(i)));
                }
                long _ = index.putAll(batch);
            }
            long _ = index.checkpoint();
            pending = index.stats().pendingCount();
            left = disk.afterKill();
        }
        if (pending < 100) {
            throw new IllegalStateException("linked faster than the checkpoint was made: pending=" + pending);
        }
        try (MemoryIndex index = MemoryIndex.open(left, options)) {
            for (int i = count - 1; i >= count - 50; i--) {
                SearchResult found = index.search(Query.of(vector(i)).top(1));
                if (found.size() != 1 || !found.get(0).key().equals("key-" + i)) {
                    throw new CrashFailure("key-" + i + " is not found after the opening: " + found);
                }
            }
        }
        return "not linked at the checkpoint: " + pending;
    }

    private static float[] vector(int seed) {
        Random random = new Random(seed);
        float[] vector = new float[16];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    /** The generation before the newest one has everything too. */
    private static String fallback() {
        int checked = 0;
        for (int operations = 6; operations < 40; operations++) {
            SimulatedDirectory store = closedStore(operations);
            String newest = store.list().stream()
                    .filter(name -> name.startsWith("MANIFEST-"))
                    .max(String::compareTo)
                    .orElse("");
            if (!newest.isEmpty()) {
                byte[] bytes = store.content(newest);
                bytes[bytes.length / 2] ^= 1;
                SimulatedDirectory damaged = store.with(newest, bytes);
                if (!isWhole(damaged, TrialStore.after(operations), newest + " damaged")) {
                    throw new CrashFailure(
                            newest + " damaged, and the generation before it is of no use: " + store.list());
                }
                checked++;
            }
        }
        return "manifests damaged: " + checked;
    }

    private static KillReport kills() throws IOException {
        Path folder = Files.createTempDirectory("simonides-mutant-");
        return KillRounds.of(new TrialStore())
                .rounds(60)
                .historyRounds(15)
                .parallel(2)
                .seed(9)
                .run(folder.resolve("kills"));
    }
}
