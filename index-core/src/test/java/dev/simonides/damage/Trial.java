// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import com.sun.management.ThreadMXBean;
import dev.simonides.MemoryIndex;
import dev.simonides.RecoveryReport;
import dev.simonides.SalvageReport;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.core.store.RecoveredStore;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.UnsupportedFormatException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Opens a damaged store and judges what comes of it.
 *
 * <p>Right is a typed error, everything exactly as it was (and if a file that is needed was hit, a report that says so), or
 * the loss of the last write, which nothing said was durable. Anything else fails: a wrong answer, an error of no type, more
 * than 2 seconds, more than 64 MiB allocated.
 */
final class Trial {
    private static final long NANOS_MAX = 2_000_000_000L;
    private static final long BYTES_MAX = 64L << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    enum Verdict {
        DETECTED,
        EXACT,
        CUT
    }

    /** What is asked of a damaged store. */
    enum Promise {
        /** Right answers or a typed error. */
        RIGHT,
        /** A typed error or any answers: the files were forged, and say something else. */
        TYPED
    }

    /** How far a trial goes. What a store serves is decided before its threads start, so most trials end there. */
    private enum How {
        RECOVERED,
        OPENED,
        USED
    }

    private final SmallStore store;
    private final Promise promise;
    private final int openEvery;
    private final int useEvery;
    private final Set<String> needed = new HashSet<>();
    private final long logStart;
    private final String lastSegment;
    private final ReadWriteLock alone = new ReentrantReadWriteLock();
    private final Map<String, Map<Verdict, Integer>> counts = new TreeMap<>();
    private final List<Throwable> failures = new ArrayList<>();
    private long slowestNanos;
    private int tried;
    private int salvaged;

    /** Of the trials, one in so many opens the store whole, and one in so many also uses and salvages it. */
    Trial(SmallStore store, Promise promise, int openEvery, int useEvery) {
        this.store = store;
        this.promise = promise;
        this.openEvery = openEvery;
        this.useEvery = useEvery;
        SimulatedDirectory disk = store.disk();
        Manifests manifests = new Manifests(disk, store.id());
        long generation = manifests.generations().getFirst();
        Manifest newest = manifests.read(generation).manifest();
        needed.add("STORE");
        needed.add(Manifests.name(generation));
        for (FileEntry file : newest.files()) {
            needed.add(file.fileName());
        }
        this.logStart = newest.logSegment();
        this.lastSegment = disk.list().stream().filter(Trial::segment).reduce("", (a, b) -> b);
        requireEverything(disk, newest);
    }

    /** A store without a kind of file would prove nothing about it. */
    private void requireEverything(SimulatedDirectory disk, Manifest newest) {
        for (String prefix : List.of("STORE", "LOCK", "MANIFEST-", "vec-", "meta-", "blob-", "graph-", "graphd-")) {
            if (disk.list().stream().noneMatch(name -> name.startsWith(prefix))) {
                throw new AssertionError("no file " + prefix + " in " + disk.list());
            }
        }
        long manifests = disk.list().stream()
                .filter(name -> name.startsWith("MANIFEST-"))
                .count();
        long segments = disk.list().stream()
                .filter(name -> segment(name) && needed(name))
                .count();
        if (manifests != 2 || segments < 3) {
            throw new AssertionError("generations=" + manifests + ", segments=" + segments + ", " + newest);
        }
    }

    /** Whether the newest generation needs a file. */
    boolean needed(String file) {
        return segment(file) ? Long.parseLong(file.substring(4)) >= logStart : needed.contains(file);
    }

    private static boolean segment(String file) {
        return file.matches("wal-[0-9]+");
    }

    /** Judges damages on a few threads. */
    void run(Iterator<Damage> damages) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            threads.add(Thread.ofPlatform().start(() -> runSome(damages)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            StringBuilder all = new StringBuilder("wrong, and perhaps more:");
            failures.forEach(failure -> all.append("\n  ").append(failure.getMessage()));
            throw new AssertionError(all.toString(), failures.getFirst());
        }
    }

    private void runSome(Iterator<Damage> damages) {
        while (true) {
            Damage damage;
            int number;
            synchronized (this) {
                if (!damages.hasNext() || failures.size() >= 10) {
                    return;
                }
                damage = damages.next();
                number = tried++;
            }
            try {
                How how = how(number);
                Verdict verdict = judge(damage, how);
                if (how == How.USED) {
                    requireSalvage(damage);
                }
                synchronized (this) {
                    String kind = damage.file().replaceAll("-?[0-9]*$", "") + ", " + damage.kind();
                    counts.computeIfAbsent(kind, key -> new EnumMap<>(Verdict.class))
                            .merge(verdict, 1, Integer::sum);
                }
            } catch (Throwable e) {
                synchronized (this) {
                    failures.add(new AssertionError(
                            damage + ": " + e + (e.getCause() == null ? "" : ": " + e.getCause()), e));
                }
            }
        }
    }

    private How how(int number) {
        if (number % useEvery == 0) {
            return How.USED;
        }
        return number % openEvery == 0 ? How.OPENED : How.RECOVERED;
    }

    private Verdict judge(Damage damage, How how) {
        alone.readLock().lock();
        try {
            Cost cost = new Cost();
            Verdict verdict = verdict(damage, how);
            if (cost.bearable()) {
                return verdict;
            }
        } finally {
            alone.readLock().unlock();
        }
        // What the other threads did counted too: once more, without them.
        alone.writeLock().lock();
        try {
            Cost cost = new Cost();
            Verdict verdict = verdict(damage, how);
            if (!cost.bearable()) {
                throw new AssertionError("too much: " + cost);
            }
            return verdict;
        } finally {
            alone.writeLock().unlock();
        }
    }

    /** What opening costs: time, and the heap of all threads. */
    private final class Cost {
        private final long nanos = System.nanoTime();
        private final long bytes = THREADS.getTotalThreadAllocatedBytes();

        boolean bearable() {
            long took = System.nanoTime() - nanos;
            synchronized (Trial.this) {
                slowestNanos = Math.max(slowestNanos, took);
            }
            return took < NANOS_MAX && THREADS.getTotalThreadAllocatedBytes() - bytes < BYTES_MAX;
        }

        @Override
        public String toString() {
            return (System.nanoTime() - nanos) / 1_000_000 + " ms, " + (THREADS.getTotalThreadAllocatedBytes() - bytes)
                    + " bytes";
        }
    }

    private Verdict verdict(Damage damage, How how) {
        SimulatedDirectory disk = damage.done().apply(store.disk());
        SimulatedDirectory before = how == How.USED ? disk.afterKill() : disk;
        Map<String, String> contents;
        Verdict verdict;
        try {
            if (how == How.RECOVERED) {
                try (RecoveredStore recovered = SmallStore.recover(disk)) {
                    contents = SmallStore.contents(recovered);
                    verdict = judge(damage, contents, recovered.report());
                }
            } else {
                try (MemoryIndex index = SmallStore.open(disk)) {
                    if (promise == Promise.TYPED) {
                        SmallStore.readAnything(index);
                        return Verdict.EXACT;
                    }
                    contents = SmallStore.contents(index);
                    verdict = judge(damage, contents, index.recovery());
                }
            }
        } catch (StorageException e) {
            requireUntouched(disk, before, how == How.USED);
            if (promise == Promise.RIGHT
                    && !needed(damage.file())
                    && !damage.kind().equals("exchanged")) {
                throw new AssertionError("refused for a file that the newest generation does not need", e);
            }
            return Verdict.DETECTED;
        }
        if (disk.openFiles() != 0) {
            throw new AssertionError("files left open: " + disk.openFiles());
        }
        if (how == How.USED) {
            SmallStore.use(disk, contents);
        }
        return verdict;
    }

    private Verdict judge(Damage damage, Map<String, String> contents, RecoveryReport report) {
        boolean said = report.fallback().isPresent() || !report.rebuilt().isEmpty();
        if (contents.equals(store.whole())) {
            boolean log = segment(damage.file());
            // That a newest manifest is gone is written nowhere; the one before says everything with a longer log.
            boolean unseen = damage.kind().equals("deleted") && damage.file().startsWith("MANIFEST-");
            if (needed(damage.file()) && !said && !log && !unseen) {
                throw new AssertionError("read as if nothing had happened: " + report);
            }
            return Verdict.EXACT;
        }
        if (contents.equals(store.withoutTheLast()) && damage.file().equals(lastSegment)) {
            return Verdict.CUT;
        }
        throw new AssertionError("served " + contents + ", expected " + store.whole());
    }

    /** Right is what can be salvaged; files that are forged say something else, or that another version wrote them. */
    private void requireSalvage(Damage damage) {
        SimulatedDirectory from = damage.done().apply(store.disk());
        SimulatedDirectory to = SimulatedDirectory.empty();
        try {
            SalvageReport report = SmallStore.salvage(from, to);
            if (promise == Promise.RIGHT) {
                requireRight(damage, report, to);
            }
        } catch (UnsupportedFormatException e) {
            if (promise == Promise.RIGHT) {
                throw e;
            }
        }
        if (from.openFiles() != 0 || to.openFiles() != 0) {
            throw new AssertionError("files left open by a salvage");
        }
        synchronized (this) {
            salvaged++;
        }
    }

    /** What is salvaged is right, and everything unless something is said to be lost. */
    private void requireRight(Damage damage, SalvageReport report, SimulatedDirectory to) {
        Map<String, String> contents;
        try (RecoveredStore recovered = SmallStore.recover(to)) {
            contents = SmallStore.contents(recovered);
        }
        if (report.losses().isEmpty()) {
            boolean cut =
                    contents.equals(store.withoutTheLast()) && damage.file().equals(lastSegment);
            if (!cut && !contents.equals(store.whole())) {
                throw new AssertionError("salvaged " + contents + ", expected " + store.whole());
            }
        }
        Set<String> doubtful = new HashSet<>();
        report.losses().forEach(loss -> doubtful.addAll(loss.keys()));
        boolean unnamed = report.losses().stream().anyMatch(loss -> loss.file().isEmpty());
        contents.forEach((name, text) -> {
            boolean stale = !text.equals(store.whole().get(name));
            if (!store.wrote(name, text) || (stale && !unnamed && !doubtful.contains(name))) {
                throw new AssertionError("salvaged " + name + ": " + text + ", and said " + report);
            }
        });
    }

    /** A store that was not opened is as it was found. */
    private static void requireUntouched(SimulatedDirectory disk, SimulatedDirectory before, boolean compare) {
        if (disk.openFiles() != 0) {
            throw new AssertionError("files left open: " + disk.openFiles());
        }
        if (compare) {
            for (String name : before.list()) {
                boolean unfinished = name.endsWith(".tmp");
                if (!unfinished
                        && (!disk.exists(name) || !java.util.Arrays.equals(disk.content(name), before.content(name)))) {
                    throw new AssertionError("refused, and yet changed: " + name);
                }
            }
        }
    }

    int count(Verdict verdict) {
        return counts.values().stream()
                .mapToInt(count -> count.getOrDefault(verdict, 0))
                .sum();
    }

    /** The counts of every kind of file and damage. */
    void print(String title) {
        int total = 0;
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Map<Verdict, Integer>> entry : counts.entrySet()) {
            Map<Verdict, Integer> count = entry.getValue();
            total += count.values().stream().mapToInt(Integer::intValue).sum();
            text.append(String.format(
                    "  %-32s detected %7d  exact %7d  cut %5d%n",
                    entry.getKey(),
                    count.getOrDefault(Verdict.DETECTED, 0),
                    count.getOrDefault(Verdict.EXACT, 0),
                    count.getOrDefault(Verdict.CUT, 0)));
        }
        System.out.printf(
                "%s: %d damages, slowest %d ms, %d salvaged, 0 wrong%n%s",
                title, total, slowestNanos / 1_000_000, salvaged, text);
    }
}
