// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.StorageDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the {@code main} method of an application does in the child processes of {@link KillRounds}. */
public final class CrashChild {
    private static final String NO_STEP = "-";
    private static final String OPENING = "opening:";
    private static final int ARGUMENTS = 6;
    private static final int REHEARSED_OPERATIONS = 100;

    private CrashChild() {}

    /** What a child does. */
    enum Task {
        /** Works until it is killed. */
        WORK,
        /** Looks at what is there. */
        CHECK,
        /** Works a little, looks at it, and ends. */
        REHEARSAL
    }

    /**
     * Does what the parent process asks for. Called first thing by {@code main}, with its arguments as they are.
     *
     * @param application the application
     * @param arguments what the parent process gave
     * @throws IllegalArgumentException if the process was not started by {@link KillRounds}
     * @throws Exception what the application throws
     */
    public static void run(CrashApplication application, String[] arguments)
            throws Exception { // the application is somebody else's code
        Order order = Order.parse(arguments);
        endWithParent();
        try (ControlFile control = ControlFile.open(order.control, application.sequences())) {
            control.setState(ControlFile.State.WORKING);
            try {
                if (order.task != Task.CHECK) {
                    application.work(order.run(control));
                }
                if (order.task != Task.WORK) {
                    CrashRun run = order.run(control);
                    application.check(run);
                    long _ = run.settle();
                }
            } catch (Throwable e) { // the parent wants to know about any, and it goes on its way
                control.setState(ControlFile.State.FAILED);
                throw e;
            }
            control.setState(ControlFile.State.FINISHED);
        }
    }

    /** Standard input is a pipe from the parent; it ends when the parent does, and nobody else would ever stop this process. */
    private static void endWithParent() {
        Thread _ = Thread.ofPlatform().daemon().name("crash-child-parent").start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nothing is ever said.
                }
            } catch (IOException e) {
                // The parent cannot be told of it, nor anybody else.
            }
            Runtime.getRuntime().halt(1);
        });
    }

    /** The arguments that {@link #run} understands. */
    static List<String> arguments(Task task, Path control, CrashRun.Place place, Optional<Kill> kill) {
        List<String> arguments = new ArrayList<>(List.of(
                task.name(),
                String.valueOf(place.path()),
                control.toString(),
                String.valueOf(place.seed()),
                String.valueOf(place.round())));
        arguments.add(kill.map(CrashChild::text).orElse(NO_STEP));
        return arguments;
    }

    private static String text(Kill kill) {
        return switch (kill) {
            case Kill.AtStep step -> step.text();
            case Kill.WhileOpening opening -> OPENING + opening.kill().text();
            case Kill.AtTime _, Kill.AtSystemCall _ -> NO_STEP;
            case Kill.OneOf _ -> throw new IllegalArgumentException("not drawn yet: " + kill);
        };
    }

    /** What a child is to do. */
    private record Order(Task task, Path store, Path control, long seed, int round, String step) {
        static Order parse(String[] arguments) {
            if (arguments.length != ARGUMENTS
                    || Stream.of(Task.values()).noneMatch(task -> task.name().equals(arguments[0]))) {
                throw new IllegalArgumentException("arguments: expected=those that KillRounds gives to its children,"
                        + " actual=" + List.of(arguments)
                        + "; main is for the children, a crash test calls KillRounds.of(application).run(folder)");
            }
            return new Order(
                    Task.valueOf(arguments[0]),
                    Path.of(arguments[1]),
                    Path.of(arguments[2]),
                    Long.parseLong(arguments[3]),
                    Integer.parseInt(arguments[4]),
                    arguments[5]);
        }

        CrashRun run(ControlFile control) {
            Supplier<StorageDirectory> directory = () -> FileSystemDirectory.openOrCreate(store);
            if (!step.equals(NO_STEP)) {
                boolean opening = step.startsWith(OPENING);
                Kill.AtStep kill = Kill.AtStep.parse(opening ? step.substring(OPENING.length()) : step);
                long issued = CrashRun.issued(control);
                // One count for all openings of the directory.
                KillingDirectory.Countdown countdown =
                        new KillingDirectory.Countdown(kill, () -> !opening || CrashRun.issued(control) == issued);
                return run(control, () -> new KillingDirectory(directory.get(), countdown));
            }
            return run(control, directory);
        }

        private CrashRun run(ControlFile control, Supplier<StorageDirectory> directory) {
            BooleanSupplier goesOn =
                    task == Task.WORK ? () -> true : () -> CrashRun.issued(control) < REHEARSED_OPERATIONS;
            return new CrashRun(new CrashRun.Place(seed, round, store), directory, goesOn, control);
        }
    }
}
