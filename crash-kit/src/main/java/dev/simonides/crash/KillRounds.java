// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Kills an application again and again, for real, and checks after each time what it finds. Confined to one thread.
 *
 * <p>A round starts the application's {@code main} in a child process, which works on what the rounds before left; kills it;
 * and checks, in this process or in a fresh one, in the directory itself or in a copy of it, so that the next child is killed
 * while it recovers what this one left. A check must leave nothing of the directory open in its process, and its lock free.
 * After a number of rounds a new history begins in a new directory, with a new seed.
 *
 * <p>A failure says the seed that repeats the history and keeps its folder. What is killed when is drawn from the seed too, but
 * a process is never twice equally fast: it may take some histories with the same seed to see a failure again.
 *
 * <p>Many rounds begin with a rehearsal: one child works for a hundred operations, checks and ends, in a folder of its own, and
 * the others start from an archive of the classes that it loaded. It costs some seconds, and each round a third less.
 *
 * <p>SIGKILL does not touch what the operating system has already taken over. What a power cut does is the business of
 * {@link PowerCuts}.
 */
public final class KillRounds {
    private static final int ROUNDS_USUAL = 100;
    private static final int HISTORY_ROUNDS_USUAL = 50;
    private static final int LIMIT_MILLIS_USUAL = 1_000;

    private final CrashApplication application;
    private int rounds = ROUNDS_USUAL;
    private int historyRounds = HISTORY_ROUNDS_USUAL;
    private int parallel = 1;
    private int limitMillis = LIMIT_MILLIS_USUAL;
    private long seed = System.nanoTime();
    private List<Kill> kills = Kill.usual();
    private boolean inOrder;
    private List<String> jvmArguments = List.of("-Xmx256m");

    private KillRounds(CrashApplication application) {
        this.application = application;
    }

    /**
     * Prepares rounds for an application.
     *
     * @param application its class has a {@code main} method that calls {@link CrashChild#run} with a new instance
     * @return the rounds, 100 unless told otherwise
     */
    public static KillRounds of(CrashApplication application) {
        int sequences = application.sequences();
        if (sequences < 1 || sequences > 1024) {
            throw new IllegalArgumentException(
                    "sequences of " + application.getClass().getName() + ": expected=1..1024, actual=" + sequences);
        }
        return new KillRounds(application);
    }

    /**
     * Sets how many rounds there are.
     *
     * @param count 1 or more
     * @return this
     */
    public KillRounds rounds(int count) {
        rounds = requirePositive("rounds", count);
        return this;
    }

    /**
     * Sets after how many rounds a new directory begins.
     *
     * @param count 1 or more; 50 unless set
     * @return this
     */
    public KillRounds historyRounds(int count) {
        historyRounds = requirePositive("historyRounds", count);
        return this;
    }

    /**
     * Sets how many histories go on at the same time.
     *
     * @param count 1 or more; 1 unless set
     * @return this
     */
    public KillRounds parallel(int count) {
        parallel = requirePositive("parallel", count);
        return this;
    }

    /**
     * Sets after which time a child is killed that did not come to the place where it was to be killed.
     *
     * @param millis milliseconds after it issued its first operation, 1 or more; 1,000 unless set
     * @return this
     */
    public KillRounds limitMillis(int millis) {
        limitMillis = requirePositive("limitMillis", millis);
        return this;
    }

    /**
     * Sets what everything is drawn from.
     *
     * @param value the seed that a failure said, or any
     * @return this
     */
    public KillRounds seed(long value) {
        seed = value;
        return this;
    }

    /**
     * Sets how children are killed.
     *
     * @param values drawn from, all equally probable; {@link Kill#usual()} unless set
     * @return this
     * @throws IllegalStateException if one needs {@code strace} and it is not there or may not trace
     */
    public KillRounds kills(List<? extends Kill> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("kills: expected=1.., actual=0");
        }
        if (values.stream().anyMatch(KillRounds::traced) && !Strace.available()) {
            throw new IllegalStateException("a kill at a system call needs strace, and `strace -f true` does"
                    + " not work here: install it, or leave these kills out");
        }
        kills = List.copyOf(values);
        inOrder = false;
        return this;
    }

    /**
     * Sets how children are killed, one after the other: the first round of each history in the first way, the second in the
     * second, and so on, and from the beginning again.
     *
     * @param values in their order
     * @return this
     * @throws IllegalStateException as {@link #kills}
     */
    public KillRounds killsInOrder(List<? extends Kill> values) {
        KillRounds _ = kills(values);
        inOrder = true;
        return this;
    }

    /**
     * Sets further arguments for the JVM of the children.
     *
     * @param values as on the command line; {@code -Xmx256m} unless set
     * @return this
     */
    public KillRounds jvmArguments(List<String> values) {
        jvmArguments = List.copyOf(values);
        return this;
    }

    /**
     * Runs the rounds.
     *
     * @param folder an empty folder or a path where one can be made; what worked is removed from it, a failed history stays
     * @return what was done
     * @throws CrashFailure if a promise was broken, or a child failed otherwise than by being killed
     */
    public KillReport run(Path folder) {
        prepare(folder);
        long start = System.nanoTime();
        Path children = folder.resolve("children");
        ChildJvm jvm = children(children);
        List<Future<KillReport>> results = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(parallel);
        try {
            int histories = 0;
            for (int first = 0; first < rounds; first += historyRounds) {
                long historySeed = histories == 0 ? seed : mix(seed + histories);
                Path place = folder.resolve("history-" + histories);
                int count = Math.min(historyRounds, rounds - first);
                KillHistory.Settings settings = new KillHistory.Settings(historySeed, kills, inOrder, limitMillis, jvm);
                results.add(threads.submit(() -> new KillHistory(application, place, settings).run(count)));
                histories++;
            }
            KillReport report = new KillReport(seed, 0, 0, Map.of(), 0, 0, 0, 0, 0, 0);
            for (Future<KillReport> result : results) {
                report = report.plus(result.get());
            }
            if (report.acknowledged() == 0) {
                throw new CrashFailure("nothing was tested: no operation was acknowledged; does work() call issue() and"
                        + " acknowledge(), and soon enough? " + report);
            }
            remove(children);
            return report.took((System.nanoTime() - start) / 1_000_000);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CrashFailure failure) {
                throw failure;
            }
            throw new CrashFailure("a history of kill rounds ended: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during kill rounds", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean traced(Kill kill) {
        return switch (kill) {
            case Kill.AtSystemCall _ -> true;
            case Kill.OneOf one -> one.kills().stream().anyMatch(KillRounds::traced);
            case Kill.AtTime _, Kill.AtStep _, Kill.WhileOpening _ -> false;
        };
    }

    private ChildJvm children(Path folder) {
        try {
            return ChildJvm.of(application, folder, seed, rounds, jvmArguments);
        } catch (IOException e) {
            throw new UncheckedIOException("what children are started with: " + folder, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during kill rounds", e);
        }
    }

    private static void remove(Path folder) {
        try {
            KillHistory.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("folder for kill rounds: " + folder, e);
        }
    }

    private static void prepare(Path folder) {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> entries = Files.list(folder)) {
                if (entries.findAny().isPresent()) {
                    throw new IllegalArgumentException("kill rounds need an empty folder: " + folder);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("folder for kill rounds: " + folder, e);
        }
    }

    private static int requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": expected=1.., actual=" + value);
        }
        return value;
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
