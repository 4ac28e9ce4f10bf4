// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.wal.Durability;
import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.StoreLockedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Another process that opens stores: it does what it is told in lines, and answers in lines. Confined to one thread, but for
 * {@link #kill}.
 */
final class StoreProcess implements AutoCloseable {
    static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(Ledger.DIMENSION).exactScanMax(0).indexerThreads(1);
    private static final String END = "end";
    private static final int STOPPED_LOOKS_MAX = 10_000;
    private static final long STOPPED_LOOK_NANOS = 1_000_000;

    private final Process process;
    private final BufferedReader answers;
    private final Writer orders;

    private StoreProcess(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Starts one; what it writes to its standard error is appended to a file. */
    static StoreProcess start(Path errors) throws IOException {
        return new StoreProcess(ChildJvm.start(Main.class, errors));
    }

    static LogOptions smallLog(LogOptions log) {
        return log.segmentBytes(16 << 10);
    }

    /** Nanoseconds since 1970, the same in every process. */
    static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    long pid() {
        return process.pid();
    }

    /** Tells it what to do: a word, and further ones. */
    void tell(Object... words) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Object word : words) {
            texts.add(word.toString());
        }
        orders.write(String.join(" ", texts) + "\n");
        orders.flush();
    }

    /** The next line of an answer; nothing more comes behind {@code end}, or if it died. */
    String answer() throws IOException {
        String line = answers.readLine();
        return line == null ? END : line;
    }

    /** All lines of an answer. */
    List<String> answers() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = answer(); !line.equals(END); line = answer()) {
            lines.add(line);
        }
        return lines;
    }

    /** Every line from here on, until it dies. */
    Stream<String> lines() {
        return answers.lines();
    }

    /** Tells it what to do, and waits for all that it answers. */
    List<String> ask(Object... words) throws IOException {
        tell(words);
        return answers();
    }

    /** Stops it, and returns when none of its threads moves any more: a signal only asks for that. */
    void stop() throws IOException, InterruptedException {
        signal("STOP");
        Path tasks = Path.of("/proc", String.valueOf(pid()), "task");
        for (int look = 0; Files.isDirectory(tasks) && !allStopped(tasks); look++) {
            if (look == STOPPED_LOOKS_MAX) {
                throw new IOException("process " + pid() + " still moves");
            }
            LockSupport.parkNanos(STOPPED_LOOK_NANOS);
        }
    }

    private static boolean allStopped(Path tasks) throws IOException {
        List<Path> threads;
        try (Stream<Path> all = Files.list(tasks)) {
            threads = all.toList();
        }
        for (Path thread : threads) {
            String stat = Files.readString(thread.resolve("stat"));
            // The state stands behind the name, which is in brackets and may hold some itself.
            if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                return false;
            }
        }
        return true;
    }

    void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, String.valueOf(pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + " " + pid() + ": status=" + status);
        }
    }

    /** Kills it with SIGKILL; what it had answered can still be read. */
    void kill() {
        // By its handle: the process itself would close what it still has to tell.
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    /** The other side. */
    static final class Main {
        private static final int ATTEMPTS_MAX = 500;
        private static final long RETRY_NANOS = 200_000;

        private Main() {}

        public static void main(String[] arguments) throws IOException {
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                try {
                    perform(line.split(" ", -1), orders);
                } catch (RuntimeException e) {
                    say("failed " + e);
                    e.printStackTrace();
                }
                say(END);
            }
        }

        private static void say(String line) {
            System.out.println(line);
            System.out.flush();
        }

        private static void perform(String[] words, BufferedReader orders) throws IOException {
            Path store = Path.of(words[1]);
            switch (words[0]) {
                case "race" -> race(store, Long.parseLong(words[2]), words[3], Boolean.parseBoolean(words[4]));
                case "hold" -> hold(store, orders);
                case "write" -> write(store, Integer.parseInt(words[2]), Integer.parseInt(words[3]), words[4]);
                default -> throw new IllegalArgumentException(words[0]);
            }
        }

        private static MemoryIndex open(Path store, MemoryIndexOptions options) {
            return MemoryIndex.open(FileSystemDirectory.openOrCreate(store), options, StoreProcess::smallLog);
        }

        /** Opens at a given instant, and again until it is not refused; puts a few memories, and closes. */
        private static void race(Path store, long at, String name, boolean checkpoint) {
            while (now() < at) {
                Thread.onSpinWait();
            }
            for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
                try (MemoryIndex index = open(store, OPTIONS)) {
                    for (int i = 0; i < 3; i++) {
                        String key = name + "-" + i;
                        say("issued " + key);
                        index.put(Ledger.memory(key, key));
                        say("acknowledged " + key);
                    }
                    if (checkpoint) {
                        index.checkpoint();
                    }
                    return;
                } catch (StoreLockedException e) {
                    say("locked " + e.holder());
                    LockSupport.parkNanos(RETRY_NANOS);
                }
            }
            throw new IllegalStateException("refused " + ATTEMPTS_MAX + " times");
        }

        /** Opens, and keeps what it opened until it is told something. */
        private static void hold(Path store, BufferedReader orders) throws IOException {
            try (MemoryIndex index = open(store, OPTIONS)) {
                index.put(Ledger.memory("held", "held"));
                say("holds");
                if (orders.readLine() != null) {
                    index.checkpoint();
                    say("released");
                }
            } catch (StoreLockedException e) {
                say("locked " + e.holder());
            }
        }

        /** Writes for ever, from a write on, with a checkpoint behind every so many. */
        private static void write(Path store, int first, int checkpointEvery, String durability) {
            try (MemoryIndex index = open(store, OPTIONS.durability(Durability.parse(durability)))) {
                for (int write = first; ; write++) {
                    Writes.perform(index, write);
                    say("acknowledged " + write);
                    if (write % checkpointEvery == 0) {
                        index.checkpoint();
                        say("checkpoint " + write);
                    }
                }
            }
        }
    }
}
