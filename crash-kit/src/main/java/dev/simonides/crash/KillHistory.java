// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.StorageDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Rounds over one directory. Confined to one thread. */
final class KillHistory {
    private static final int STATUS_OF_KILLED = 128 + 9;
    private static final int FRESH_EVERY = 8;
    private static final int START_SECONDS_MAX = 60;
    private static final int CHECK_SECONDS_MAX = 120;
    private static final int END_SECONDS_MAX = 60;
    private static final long POLL_NANOS = 200_000;
    private static final int ERROR_CHARS_MAX = 4_000;

    private final CrashApplication application;
    private final Path folder;
    private final Path store;
    private final Path notes;
    private final Settings settings;
    private final Random random;
    private final Map<String, Integer> ends = new TreeMap<>();
    private long acknowledged;
    private long unacknowledged;
    private int copies;
    private int freshChecks;
    private Kill source = Kill.within(0);
    private Kill drawn = source;
    // How many openings were killed one after the other, with nothing but copies checked in between.
    private int openings;
    private int openingsInARow;

    /** What all histories of a test have in common, and the seed of this one. */
    record Settings(long seed, List<Kill> kills, boolean inOrder, int limitMillis, ChildJvm jvm) {}

    KillHistory(CrashApplication application, Path folder, Settings settings) {
        this.application = application;
        this.folder = folder;
        this.store = folder.resolve("store");
        this.notes = folder.resolve("control");
        this.settings = settings;
        this.random = new Random(settings.seed());
    }

    KillReport run(int rounds) throws IOException, InterruptedException {
        Files.createDirectories(store);
        try (ControlFile control = ControlFile.create(notes, application.sequences())) {
            Kill kill = draw(0);
            for (int round = 0; round < rounds; round++) {
                Kill next = draw(round + 1);
                try {
                    // What the next one is to find is what this one leaves, not what a check has closed in order.
                    round(control, round, kill, next instanceof Kill.WhileOpening);
                } catch (Throwable e) {
                    throw failure(round, kill, e);
                }
                kill = next;
            }
        }
        delete(folder);
        return new KillReport(
                settings.seed(), rounds, 1, ends, openingsInARow, acknowledged, unacknowledged, copies, freshChecks, 0);
    }

    /** An opening that was killed is half of the time killed again. */
    private Kill draw(int round) {
        List<Kill> kills = settings.kills();
        if (settings.inOrder()) {
            return kills.get(round % kills.size()).drawn(random);
        }
        if (!(drawn instanceof Kill.WhileOpening) || random.nextBoolean()) {
            source = kills.get(random.nextInt(kills.size()));
        }
        drawn = source.drawn(random);
        return drawn;
    }

    private void round(ControlFile control, int round, Kill kill, boolean keep)
            throws Exception { // the check is not ours
        CrashRun.Place place = new CrashRun.Place(settings.seed(), round, store);
        CrashRun before = new CrashRun(place, KillHistory::missing, () -> false, control);
        long atStart = before.acknowledged();
        work(control, place, kill);
        long promised = before.acknowledged();
        acknowledged += promised - atStart;
        Leftovers.requireNone(store);

        // The next child recovers what this one left, or what a check that recovered it and closed it left.
        boolean copied = random.nextBoolean() || keep;
        openings = copied ? openings : 0;
        Path checked = copied ? copy() : store;
        long found;
        if (random.nextInt(FRESH_EVERY) == 0) {
            freshChecks++;
            control.setState(ControlFile.State.STARTED);
            Child child = new Child(control, CrashChild.Task.CHECK, place.in(checked), Optional.empty());
            child.finish();
            found = new CrashRun(place, KillHistory::missing, () -> false, control).acknowledged();
        } else {
            CrashRun run = new CrashRun(
                    place.in(checked), () -> FileSystemDirectory.openOrCreate(checked), () -> false, control);
            application.check(run);
            found = run.settle();
        }
        Leftovers.requireNone(checked);
        unacknowledged += found - promised;
        if (copied) {
            copies++;
            delete(checked);
        }
    }

    private static StorageDirectory missing() {
        throw new IllegalStateException("no directory");
    }

    private void work(ControlFile control, CrashRun.Place place, Kill kill) throws IOException, InterruptedException {
        control.setState(ControlFile.State.STARTED);
        Child child = new Child(control, CrashChild.Task.WORK, place, Optional.of(kill));
        String end = child.killedBy(kill);
        ends.merge(end, 1, Integer::sum);
        openings = kill instanceof Kill.WhileOpening && end.equals(kill.kind()) ? openings + 1 : 0;
        openingsInARow = Math.max(openingsInARow, openings);
    }

    /** A process that runs the application's main method. */
    private final class Child {
        private final ControlFile control;
        private final Path errors = folder.resolve("child.err");
        private final Process process;
        private final Set<ProcessHandle> traced = new HashSet<>();

        Child(ControlFile control, CrashChild.Task task, CrashRun.Place place, Optional<Kill> kill) throws IOException {
            this.control = control;
            List<String> command = new ArrayList<>();
            kill.ifPresent(one -> {
                if (one instanceof Kill.AtSystemCall call) {
                    command.addAll(Strace.killing(call));
                }
            });
            command.addAll(settings.jvm().command(folder.resolve("child.crash")));
            command.addAll(CrashChild.arguments(task, notes, place, kill));
            process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(errors.toFile())
                    .start();
        }

        /** Waits for the end that the kill brings, or brings it; returns what kind it was. */
        String killedBy(Kill kill) throws IOException, InterruptedException {
            try {
                long issued = CrashRun.issued(control);
                await(() -> control.state() == ControlFile.State.STARTED, START_SECONDS_MAX, this::late);
                traced.addAll(process.descendants().toList());
                if (!(kill instanceof Kill.AtTime time && time.opening())) {
                    await(() -> CrashRun.issued(control) == issued, START_SECONDS_MAX, this::late);
                }
                boolean ended = process.waitFor(millis(kill), TimeUnit.MILLISECONDS);
                if (!ended && kill instanceof Kill.AtTime time) {
                    end(time.signal());
                    return kill.kind();
                }
                if (!ended) {
                    return "by limit, not reached: " + kill.kind();
                }
                if (process.exitValue() == STATUS_OF_KILLED) {
                    return kill.kind();
                }
                requireFinished();
                return "finished before";
            } finally {
                killAll();
            }
        }

        /** Ends it by a signal; SIGKILL is what comes in any case. */
        private void end(Kill.Signal signal) throws IOException, InterruptedException {
            if (signal == Kill.Signal.KILL) {
                return;
            }
            int status = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            // The status is not minded: it may have finished meanwhile.
            await(() -> true, END_SECONDS_MAX, () -> "did not end by SIG" + signal + ", sent with status " + status);
        }

        /** How long it may go on: once it has issued an operation it is not opening any more. */
        private int millis(Kill kill) {
            return switch (kill) {
                case Kill.AtTime time -> time.millisMax();
                case Kill.WhileOpening _ -> 0;
                default -> settings.limitMillis();
            };
        }

        void finish() throws IOException {
            try {
                await(() -> true, CHECK_SECONDS_MAX, () -> "did not end its check");
                requireFinished();
            } finally {
                killAll();
            }
        }

        private String late() {
            return "did not begin: does " + main() + ".main call CrashChild.run(…) first thing, and work() issue()?";
        }

        /** Waits as long as it lives and something is the case. Seconds in which this process was stopped do not count. */
        private void await(BooleanSupplier waiting, int secondsMax, Supplier<String> failure) throws IOException {
            long polls = TimeUnit.SECONDS.toNanos(secondsMax) / POLL_NANOS;
            while (waiting.getAsBoolean() && process.isAlive()) {
                if (polls-- == 0) {
                    throw new CrashFailure(
                            "within " + secondsMax + " seconds the child " + failure.get() + errorText());
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        private void requireFinished() throws IOException {
            if (process.exitValue() == 0 && control.state() == ControlFile.State.FINISHED) {
                return;
            }
            String why = switch (control.state()) {
                case STARTED ->
                    "ended with status " + process.exitValue() + " before it began: " + main()
                            + " needs a method `public static void main(String[])` that calls CrashChild.run(new …(),"
                            + " args)";
                case WORKING -> "ended with status " + process.exitValue() + " in the middle of its work";
                case FINISHED, FAILED -> "ended with status " + process.exitValue();
            };
            throw new CrashFailure("the child " + why + errorText());
        }

        private String errorText() throws IOException {
            String text = Files.exists(errors) ? Files.readString(errors) : "";
            return text.isEmpty()
                    ? ""
                    : "; it wrote:\n"
                            + text.substring(0, Math.min(text.length(), ERROR_CHARS_MAX))
                                    .stripTrailing();
        }

        /** Ends whatever is left, and waits until it holds no file and no lock any more. */
        private void killAll() {
            // Under strace the child is a child of the tracer, and may die a little later than it.
            traced.addAll(process.descendants().toList());
            process.destroyForcibly();
            traced.forEach(ProcessHandle::destroyForcibly);
            traced.forEach(one -> one.onExit().join());
            process.onExit().join();
        }
    }

    private String main() {
        return application.getClass().getName();
    }

    private CrashFailure failure(int round, Kill kill, Throwable cause) {
        return new CrashFailure(
                "round " + round + " of the history with seed " + settings.seed() + ", killed " + kill + ": "
                        + (cause instanceof CrashFailure ? cause.getMessage() : cause.toString())
                        + "\nrepeat with KillRounds.of(…).seed(" + settings.seed() + "L).rounds(" + (round + 1)
                        + "); what was found is in " + folder,
                cause);
    }

    /** A copy of what the kill left, with everything in it that the application keeps there. */
    private Path copy() throws IOException {
        Path copy = folder.resolve("copy");
        delete(copy);
        try (Stream<Path> files = Files.walk(store)) {
            for (Path file : files.toList()) {
                Path target = copy.resolve(store.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectory(target);
                    Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(file));
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return copy;
    }

    /** Removes a folder and all in it, if it is there. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
