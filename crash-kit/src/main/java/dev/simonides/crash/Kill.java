// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** How a child process comes to its end. Immutable. */
public sealed interface Kill {
    /**
     * By SIGKILL at a random time after it has issued its first operation.
     *
     * @param millisMax the longest time in milliseconds, 1..3,600,000
     * @return the kill
     */
    static AtTime within(int millisMax) {
        return within(Signal.KILL, millisMax);
    }

    /**
     * By any signal at a random time after it has issued its first operation.
     *
     * @param signal which
     * @param millisMax the longest time in milliseconds, 1..3,600,000
     * @return the kill
     */
    static AtTime within(Signal signal, int millisMax) {
        return new AtTime(signal, false, millisMax);
    }

    /**
     * By SIGKILL at a random time after its work has begun, which is most often in the middle of an opening.
     *
     * @param millisMax the longest time in milliseconds, 1..3,600,000
     * @return the kill
     */
    static AtTime withinOpening(int millisMax) {
        return new AtTime(Signal.KILL, true, millisMax);
    }

    /**
     * By SIGKILL at a system call, before the kernel does it, by the injection of {@code strace}. Calls are counted for each
     * thread of its own.
     *
     * @param call the name of the call, as {@code fdatasync}
     * @param first the least number of the call, from 1
     * @param last the greatest; the number is drawn from these
     * @return the kill
     */
    static Kill atSystemCall(String call, int first, int last) {
        return new AtSystemCall(call, first, last);
    }

    /**
     * By SIGKILL before an operation on the directory.
     *
     * @param step what is done
     * @param prefix how the name of the file begins
     * @param last the operation is drawn from the first so many of this kind
     * @return the kill
     */
    static AtStep before(Step step, String prefix, int last) {
        return new AtStep(false, step, prefix, 1, last);
    }

    /**
     * By SIGKILL after an operation on the directory.
     *
     * @param step what is done
     * @param prefix how the name of the file begins
     * @param last the operation is drawn from the first so many of this kind
     * @return the kill
     */
    static AtStep after(Step step, String prefix, int last) {
        return new AtStep(true, step, prefix, 1, last);
    }

    /**
     * One of several, each time another.
     *
     * @param kills drawn from, all equally probable
     * @return the kill
     */
    static Kill oneOf(List<? extends Kill> kills) {
        return new OneOf(List.copyOf(kills));
    }

    /**
     * The usual kills: three at a random time of up to 300 ms of work, one by another signal than SIGKILL, one of up to 400 ms
     * of an opening; two at a step of the writing of the log, two of a checkpoint, two of an opening; and, where
     * {@code strace} works, one at each system call that changes a file.
     *
     * @return the kills, each as probable as the others
     */
    static List<Kill> usual() {
        List<Kill> kills = new ArrayList<>(List.of(within(300), within(300), within(300), withinOpening(400)));
        kills.add(oneOf(List.of(within(Signal.TERM, 300), within(Signal.SEGV, 300))));
        for (int i = 0; i < 2; i++) {
            kills.add(oneOf(logSteps()));
            kills.add(oneOf(checkpointSteps()));
            kills.add(oneOf(openingSteps()));
        }
        if (Strace.available()) {
            kills.addAll(systemCalls(60));
        }
        return List.copyOf(kills);
    }

    /**
     * Behind each step of the creation of a store, in their order.
     *
     * @return the kills, while a child opens
     */
    static List<WhileOpening> creationSteps() {
        return Stream.of(
                        after(Step.LOCK, "LOCK", 1),
                        after(Step.CREATE, "STORE", 1),
                        after(Step.WRITE, "STORE", 1),
                        after(Step.SYNC, "STORE", 1),
                        after(Step.SYNC_DIRECTORY, "STORE", 1),
                        after(Step.WRITE, "wal", 1),
                        after(Step.SYNC, "wal", 1),
                        after(Step.RENAME, "wal", 1),
                        after(Step.SYNC_DIRECTORY, "wal", 1),
                        after(Step.RENAME, "STORE", 1))
                .map(AtStep::whileOpening)
                .toList();
    }

    /**
     * At each step of the opening of a store that was killed before, in their order: the log's end is made durable and
     * written again, then what is not needed is removed.
     *
     * @return the kills, while a child opens
     */
    static List<WhileOpening> openingSteps() {
        return Stream.of(
                        after(Step.LOCK, "LOCK", 1),
                        after(Step.SYNC_DIRECTORY, "", 1),
                        after(Step.CREATE, "wal", 1),
                        after(Step.WRITE, "wal", 3),
                        after(Step.SYNC, "wal", 2),
                        before(Step.RENAME, "wal", 1),
                        after(Step.RENAME, "wal", 1),
                        after(Step.SYNC_DIRECTORY, "wal", 1),
                        after(Step.DELETE, "wal", 1),
                        after(Step.DELETE, "MANIFEST", 1),
                        after(Step.DELETE, "", 3))
                .map(AtStep::whileOpening)
                .toList();
    }

    /**
     * Around each step of the writing of a frame into the log: before and behind the append, before and behind its sync.
     *
     * @return the kills
     */
    static List<AtStep> logSteps() {
        // An opening seldom writes or syncs as often as four times.
        return Stream.of(Step.WRITE, Step.SYNC)
                .flatMap(step -> Stream.of(new AtStep(false, step, "wal", 5, 40), new AtStep(true, step, "wal", 5, 40)))
                .toList();
    }

    /**
     * Behind each step of a checkpoint, in their order. The first three are also those by which a log goes on to its next
     * segment; those of an opening are passed over.
     *
     * @return the kills
     */
    static List<AtStep> checkpointSteps() {
        List<AtStep> steps = new ArrayList<>(List.of(
                new AtStep(true, Step.SYNC, "wal", 5, 20),
                new AtStep(true, Step.RENAME, "wal", 2, 4),
                new AtStep(true, Step.SYNC_DIRECTORY, "wal", 2, 4)));
        for (String kind : List.of("vec", "meta", "blob", "graph")) {
            steps.add(after(Step.WRITE, kind, 4));
            steps.add(after(Step.SYNC, kind, 3));
        }
        steps.addAll(List.of(
                after(Step.SYNC_DIRECTORY, "meta", 3),
                after(Step.WRITE, "MANIFEST", 3),
                after(Step.SYNC, "MANIFEST", 3),
                before(Step.RENAME, "MANIFEST", 3),
                after(Step.RENAME, "MANIFEST", 3),
                after(Step.SYNC_DIRECTORY, "MANIFEST", 3),
                after(Step.DELETE, "wal", 3),
                after(Step.DELETE, "MANIFEST", 2),
                after(Step.DELETE, "meta", 2)));
        return List.copyOf(steps);
    }

    /**
     * A kill at each kind of system call that changes a file or makes a change durable.
     *
     * @param last each at one of the first so many of its kind
     * @return the kills
     */
    static List<Kill> systemCalls(int last) {
        return List.of(
                atSystemCall("pwrite64", 1, last),
                atSystemCall("fdatasync", 1, last),
                atSystemCall("fsync", 1, Math.min(last, 12)),
                atSystemCall("rename", 1, Math.min(last, 8)),
                atSystemCall("unlink", 1, Math.min(last, 8)));
    }

    /**
     * Names the kind of kill, for counts.
     *
     * @return a few words
     */
    String kind();

    /**
     * Draws the time or the number, so that the kill happens at exactly one place.
     *
     * @param random decides
     * @return this kill with one time or number
     */
    Kill drawn(RandomGenerator random);

    /** What is done to a directory. */
    enum Step {
        /** The lock is taken; its file may be made by that. */
        LOCK,
        /** A file is created. */
        CREATE,
        /** Bytes of a file are written. */
        WRITE,
        /** A file is synced. */
        SYNC,
        /** A file gets a name; the name is the one it gets. */
        RENAME,
        /** A file is removed. */
        DELETE,
        /** The directory is synced; the names are those that its thread has given since it did that last. */
        SYNC_DIRECTORY
    }

    /** What a process is ended with. */
    enum Signal {
        /** At once. */
        KILL,
        /** By the virtual machine's own end: its hooks run, its threads do not end. */
        TERM,
        /** By what looks to the virtual machine like a crash of its own: it writes a report, and threads go on meanwhile. */
        SEGV
    }

    /**
     * At a time.
     *
     * @param signal by which it is ended
     * @param opening whether the time begins with the child's work, and not with its first operation
     * @param millisMax the longest time in milliseconds
     */
    record AtTime(Signal signal, boolean opening, int millisMax) implements Kill {
        /** Checks the bounds. */
        public AtTime {
            if (millisMax < 0 || millisMax > 3_600_000) {
                throw new IllegalArgumentException("millisMax: expected=1..3600000, actual=" + millisMax);
            }
        }

        @Override
        public String kind() {
            return (opening ? "at a time of the opening by SIG" : "at a time by SIG") + signal;
        }

        @Override
        public Kill drawn(RandomGenerator random) {
            return new AtTime(signal, opening, random.nextInt(millisMax + 1));
        }
    }

    /**
     * At a system call.
     *
     * @param call its name
     * @param first the least number of the call in its thread, from 1
     * @param last the greatest
     */
    record AtSystemCall(String call, int first, int last) implements Kill {
        /** Checks the bounds. */
        public AtSystemCall {
            if (!call.matches("[a-z_0-9]+")) {
                throw new IllegalArgumentException("not the name of a system call: " + call);
            }
            requireNumbers(first, last);
        }

        @Override
        public String kind() {
            return "at " + call;
        }

        @Override
        public Kill drawn(RandomGenerator random) {
            int number = random.nextInt(first, last + 1);
            return new AtSystemCall(call, number, number);
        }
    }

    /**
     * At an operation on the directory.
     *
     * @param after whether the operation is done
     * @param step what is done
     * @param prefix how the name of the file begins
     * @param first the least number of the operation among those of its kind, from 1
     * @param last the greatest
     */
    record AtStep(boolean after, Step step, String prefix, int first, int last) implements Kill {
        private static final String SEPARATOR = ":";

        /** Checks the bounds. */
        public AtStep {
            if (!prefix.matches("[A-Za-z0-9._-]*")) {
                throw new IllegalArgumentException("not the beginning of a file's name: " + prefix);
            }
            requireNumbers(first, last);
        }

        @Override
        public String kind() {
            return (after ? "after " : "before ")
                    + step.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + prefix;
        }

        @Override
        public AtStep drawn(RandomGenerator random) {
            int number = random.nextInt(first, last + 1);
            return new AtStep(after, step, prefix, number, number);
        }

        /**
         * The same, where it comes before the child issues its first operation.
         *
         * @return the kill, which comes in the middle of an opening or not at all
         */
        public WhileOpening whileOpening() {
            return new WhileOpening(this);
        }

        /** For the command line of a child. */
        String text() {
            return String.join(SEPARATOR, String.valueOf(after), step.name(), prefix, String.valueOf(first));
        }

        static AtStep parse(String text) {
            String[] parts = text.split(SEPARATOR, -1);
            int number = Integer.parseInt(parts[3]);
            return new AtStep(Boolean.parseBoolean(parts[0]), Step.valueOf(parts[1]), parts[2], number, number);
        }
    }

    /**
     * At an operation on the directory before the child issues the first operation of its own.
     *
     * @param kill at which
     */
    record WhileOpening(AtStep kill) implements Kill {
        @Override
        public String kind() {
            return kill.kind() + " while opening";
        }

        @Override
        public Kill drawn(RandomGenerator random) {
            return new WhileOpening(kill.drawn(random));
        }
    }

    /**
     * One of several.
     *
     * @param kills drawn from
     */
    record OneOf(List<Kill> kills) implements Kill {
        /** Checks that there are any. */
        public OneOf {
            if (kills.isEmpty()) {
                throw new IllegalArgumentException("kills: expected=1.., actual=0");
            }
        }

        @Override
        public String kind() {
            return "one of " + kills.size();
        }

        @Override
        public Kill drawn(RandomGenerator random) {
            return kills.get(random.nextInt(kills.size())).drawn(random);
        }
    }

    private static void requireNumbers(int first, int last) {
        if (first < 1 || last < first) {
            throw new IllegalArgumentException("operation: expected=1.., first=" + first + ", last=" + last);
        }
    }
}
