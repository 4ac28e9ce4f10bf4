// SPDX-License-Identifier: Apache-2.0
package dev.simonides.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.simonides.MemoryIndex;
import dev.simonides.SmallSegments;
import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.Soak;
import dev.simonides.wal.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The n-th system call of each thread fails in an unmodified process, by {@code strace}: what the process was told of each
 * write is true, and a signal that interrupts a call is nobody's business.
 */
@Tag("root")
class SystemCallFaultTest {
    private static final int SEGMENT_BYTES = 12 << 10;
    private static final int STORES = 2;
    private static final int SESSIONS = 2;
    private static final int WRITES = 12;
    private static final int SECONDS_MAX = 60;

    /** What is injected, and from which call on it is worth a round of its own. */
    private record Injection(String call, String fault, List<String> usual) {
        List<String> whens() {
            List<String> whens = new ArrayList<>(usual);
            for (int n = 1; n <= Soak.amount(0, 30); n++) {
                whens.add(String.valueOf(n));
            }
            return whens.stream().distinct().toList();
        }
    }

    /** The calls fail without having done anything. */
    private static final List<Injection> FAILURES = List.of(
            new Injection("pwrite64", "error=EIO", List.of("7")),
            new Injection("pwrite64", "error=ENOSPC", List.of("4+3")),
            new Injection("fdatasync", "error=EIO", List.of("3")),
            new Injection("fsync", "error=EIO", List.of("2")),
            new Injection("rename,ftruncate,unlink", "error=EIO", List.of("2+2")));

    @TempDir
    private Path directory;

    private int injected;
    private int acknowledged;
    private int refused;
    private int rounds;

    /** Opens stores and writes to them, and says how each write ended. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] args) throws InterruptedException {
            for (int i = 0; i < STORES; i++) {
                Path store = Path.of(args[0]).resolve("store-" + i);
                Writing writing = new Writing(i);
                for (int session = 0; session < SESSIONS; session++) {
                    // Calls are counted for each thread.
                    Thread thread = Thread.ofPlatform().start(() -> session(store, writing));
                    thread.join();
                }
                System.out.println(writing.outcomes());
            }
        }

        private static void session(Path store, Writing writing) {
            try (MemoryIndex index = SmallSegments.open(store, Script.OPTIONS, SEGMENT_BYTES)) {
                writing.decide(index);
                for (int i = 0; i < WRITES; i++) {
                    boolean _ = writing.next(index).isPresent();
                }
                writing.checkServed(index, store);
            } catch (StorageException e) {
                // Typed, as it must be.
            } catch (Throwable e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
        }
    }

    /** Runs a worker with a fault; returns the outcomes, a line a store. */
    private List<String> work(String call, String fault, String when) throws IOException, InterruptedException {
        Path stores = Files.createDirectory(directory.resolve("round-" + rounds++));
        Path trace = stores.resolve("trace");
        List<String> command = new ArrayList<>(List.of(
                "strace",
                "-f",
                "-qq",
                "--seccomp-bpf",
                "-o",
                trace.toString(),
                "-e",
                "trace=" + call,
                "-e",
                "inject=" + call + ":" + fault + ":when=" + when));
        command.addAll(World.java(Worker.class, stores));
        command.add(stores.toString());
        Path errors = stores.resolve("errors");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        List<String> outcomes;
        try (var lines = process.inputReader()) {
            outcomes = lines.lines().toList();
        }
        assertTrue(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS));
        String said = Files.readString(errors);
        if (said.contains("Operation not permitted") && outcomes.isEmpty()) {
            abort("skipped: strace may not trace here: " + said.strip());
        }
        assertEquals(0, process.exitValue(), said);
        assertEquals(STORES, outcomes.size(), said);
        try (Stream<String> lines = Files.lines(trace)) {
            injected += (int) lines.filter(line -> line.contains("(INJECTED)")).count();
        }
        return outcomes;
    }

    private MemoryIndex open(int store) {
        return SmallSegments.open(
                directory.resolve("round-" + (rounds - 1)).resolve("store-" + store), Script.OPTIONS, SEGMENT_BYTES);
    }

    private void print(String what) {
        System.out.printf(
                "system calls that %s: %d processes, %d calls, %d operations acknowledged, %d refused%n",
                what, rounds, injected, acknowledged, refused);
    }

    @Test
    void whateverCallFailsTheAnswersAreTrue() throws IOException, InterruptedException {
        World.requireTool("strace");
        for (Injection injection : FAILURES) {
            for (String when : injection.whens()) {
                List<String> outcomes = work(injection.call(), injection.fault(), when);
                for (int i = 0; i < STORES; i++) {
                    Writing writing = Writing.replayed(i, outcomes.get(i));
                    try (MemoryIndex index = open(i)) {
                        writing.checkOpened(index, injection + ", when=" + when + ", store=" + i);
                        writing.all(index, 3);
                    }
                    acknowledged += writing.acknowledged();
                    refused += writing.refused();
                }
            }
        }
        print("fail");
        assertTrue(injected > rounds && refused > 0, "nothing was injected");
    }

    @Test
    void interruptedCallsAreRepeated() throws IOException, InterruptedException {
        World.requireTool("strace");
        for (String call : List.of("pwrite64", "fdatasync")) {
            for (String outcomes : work(call, "error=EINTR", "2+2")) {
                assertEquals("A".repeat(SESSIONS * WRITES), outcomes);
                acknowledged += outcomes.length();
            }
            for (int i = 0; i < STORES; i++) {
                try (MemoryIndex index = open(i)) {
                    Writing.replayed(i, "A".repeat(SESSIONS * WRITES)).checkOpened(index, call);
                }
            }
        }
        print("are interrupted");
        assertTrue(injected > rounds, "nothing was injected");
    }

    /** A medium that takes seven bytes, says so, and has not even kept those: damage must be told, or do no harm. */
    @Test
    void bytesThatWereNeverWrittenAreFound() throws IOException, InterruptedException {
        World.requireTool("strace");
        int told = 0;
        for (String when : List.of("7", "11")) {
            List<String> outcomes = work("pwrite64", "retval=7", when);
            for (int i = 0; i < STORES; i++) {
                Writing writing = Writing.replayed(i, outcomes.get(i));
                try (MemoryIndex index = open(i)) {
                    writing.checkOpened(index, "when=" + when + ", store=" + i);
                } catch (CorruptStoreException e) {
                    told++;
                }
                acknowledged += writing.acknowledged();
                refused += writing.refused();
            }
        }
        print("lose seven bytes, " + told + " stores of " + rounds * STORES + " called damaged");
        assertTrue(told > 0, "nothing was lost");
    }
}
