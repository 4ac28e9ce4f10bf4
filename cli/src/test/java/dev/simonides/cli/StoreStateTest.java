// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.VerifyReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code info} and {@code verify}, on stores that are sound, damaged, and in use. */
final class StoreStateTest {
    private static final int COUNT = 400;

    @TempDir
    private Path folder;

    private Path store;

    @BeforeEach
    void importVectors() {
        store = folder.resolve("s");
        Outcome.of("create", store, "--dim", Samples.DIMENSION).done();
        Path base = Samples.fvecs(folder.resolve("base.fvecs"), Samples.vectors(COUNT));
        Outcome.of("import", store, base, "--tenant", "alice").done();
    }

    @Test
    void infoCountsWhatIsThere() {
        Map<String, Object> info = Outcome.of("info", store, "--json").done().object();

        assertEquals((long) COUNT, info.get("live"));
        assertEquals(1L, info.get("tenants"));
        assertEquals(0L, info.get("pending"));
        assertEquals((long) COUNT, info.get("replayed_records"));
        assertEquals(0L, info.get("torn_bytes"));
        assertTrue((long) info.get("log_bytes") > COUNT * Samples.DIMENSION, info::toString);
        assertTrue(!((String) info.get("kernels")).isBlank());
    }

    @Test
    void infoTellsPeopleTheSame() {
        String said = String.join("\n", Outcome.of("info", store).done().out());

        assertTrue(said.contains("400 live in 1 tenant ("), said);
        assertTrue(said.contains("dimension 24, cosine"), said);
        assertTrue(said.contains("kernels"), said);
    }

    @Test
    void aCheckpointLeavesNothingToReplay() {
        Map<String, Object> made =
                Outcome.of("checkpoint", store, "--json").done().object();
        Map<String, Object> info = Outcome.of("info", store, "--json").done().object();

        assertEquals((long) COUNT, made.get("lsn"));
        assertEquals(1L, info.get("generation"));
        assertEquals(0L, info.get("replayed_records"));
        assertEquals((long) COUNT, info.get("live"));
    }

    @Test
    void infoTellsOfAFallback() throws IOException {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            index.checkpoint();
            index.put(Memory.of("more", Samples.vectors(1)[0]));
            index.checkpoint();
        }
        flip(store.resolve("MANIFEST-0000000002"));

        Outcome said = Outcome.of("info", store).done();
        String recovery = said.out().getLast();
        assertTrue(recovery.startsWith("recovery   "), said::toString);
        assertTrue(recovery.contains("MANIFEST-0000000002"), said::toString);
        Map<String, Object> info = Outcome.of("info", store, "--json").done().object();
        assertTrue(info.get("fallback").toString().contains("MANIFEST-0000000002"), info::toString);
        assertEquals(1L, info.get("generation"));
        assertEquals(1L, info.get("replayed_records"));
        assertEquals(COUNT + 1L, info.get("live"));
        assertEquals(true, info.get("closed_cleanly"));
    }

    @Test
    void infoTellsWhatACrashLeft() throws IOException {
        Path made = folder.resolve("made");
        Path killed = Files.createDirectory(
                folder.resolve("killed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        MemoryIndexOptions options =
                MemoryIndexOptions.ofDimension(Samples.DIMENSION).exactScanMax(0);
        try (MemoryIndex index = MemoryIndex.create(made, options)) {
            float[][] vectors = Samples.vectors(40);
            for (int i = 0; i < 30; i++) {
                index.put(Memory.of("key-" + i, vectors[i]));
            }
            index.put(Memory.of("key-0", vectors[30]));
            index.awaitLinked((phase, done, total) -> {});
            index.checkpoint();
            for (int i = 31; i < 34; i++) {
                index.put(Memory.of("key-" + i, vectors[i]));
            }
            try (Stream<Path> files = Files.list(made)) {
                for (Path file : files.toList()) {
                    Files.copy(file, killed.resolve(file.getFileName()));
                }
            }
        }
        Files.write(killed.resolve("vec-0000000099"), new byte[10]);
        flip(one(killed, "graph-"));
        // The last frame: its last sector never reached the medium.
        Path segment = newest(killed, "wal-");
        byte[] bytes = Files.readAllBytes(segment);
        Arrays.fill(bytes, 4 * 4096 - 512, 4 * 4096, (byte) 0);
        Files.write(segment, bytes);

        Map<String, Object> info = Outcome.of("info", killed, "--json").done().object();
        assertEquals(32L, info.get("live"));
        assertEquals(33L, info.get("ordinals"));
        assertEquals(1L, info.get("generation"));
        assertEquals(2L, info.get("replayed_records"));
        assertEquals(2L, info.get("replayed_frames"));
        assertEquals(1L, info.get("replayed_segments"));
        assertEquals(4096L - 512, info.get("torn_bytes"));
        assertEquals(false, info.get("closed_cleanly"));
        assertEquals("", info.get("fallback"));
        assertEquals(1L, info.get("orphans_removed"));
        assertTrue(info.get("rebuilt").toString().contains("graph-"), info::toString);
    }

    @Test
    void aCheckpointWaitsForTheGraph() {
        Path made = folder.resolve("made");
        int count = 3_000;
        float[][] vectors = Samples.vectors(count);
        List<Memory> batch = new ArrayList<>();
        MemoryIndexOptions options =
                MemoryIndexOptions.ofDimension(Samples.DIMENSION).exactScanMax(0);
        try (MemoryIndex index = MemoryIndex.create(made, options)) {
            for (int i = 0; i < count; i++) {
                batch.add(Memory.of("key-" + i, vectors[i]));
                if (batch.size() == 500) {
                    index.putAll(batch);
                    batch.clear();
                }
            }
        }
        Outcome.of("checkpoint", made).done();

        try (MemoryIndex index = MemoryIndex.openReadOnly(made)) {
            assertEquals(0, index.stats().pendingCount(), "what the files have linked is not pending");
        }
    }

    @Test
    void compactForgetsTheDead() {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertTrue(index.delete("alice", "row-0"));
        }

        Outcome said = Outcome.of("compact", store).done();
        assertTrue(said.out().getLast().contains("1 dead are gone"), said::toString);
        Map<String, Object> again =
                Outcome.of("compact", store, "--json").done().object();
        assertEquals(0L, again.get("removed"), again::toString);
        assertEquals(COUNT - 1L, again.get("live"));
        Map<String, Object> info = Outcome.of("info", store, "--json").done().object();
        assertEquals(COUNT - 1L, info.get("ordinals"), info::toString);
    }

    @Test
    void verifyFindsNothingInASoundStore() {
        Map<String, Object> report =
                Outcome.of("verify", store, "--json").done().object();

        assertEquals(true, report.get("clean"));
        assertEquals(List.of(), report.get("findings"));
        assertEquals(List.of(), report.get("unchecked"));
        assertEquals((long) COUNT, report.get("vectors_checked"));
        assertEquals(0L, report.get("files_checked"), "there is no checkpoint");
        assertTrue((long) report.get("frames_checked") > 0, report::toString);
        assertEquals(0L, report.get("unreachable"));

        Outcome.of("checkpoint", store).done();
        assertEquals(
                4L,
                Outcome.of("verify", store, "--json").done().object().get("files_checked"),
                "a manifest, vectors, records, payloads");
    }

    @Test
    void aFindingEndsInOne() {
        assertEquals(
                ExitCode.DONE, VerifyCommand.exitCode(new VerifyReport(List.of(), List.of("the log"), 0, 1, 2, 3, 4)));
        assertEquals(
                ExitCode.FAILED,
                VerifyCommand.exitCode(new VerifyReport(List.of("a link to nowhere"), List.of(), 0, 1, 2, 3, 0)));
    }

    @Test
    void aDamagedLogEndsInOne() throws IOException {
        Path log = largestFile();
        byte[] bytes = Files.readAllBytes(log);
        bytes[COUNT * Samples.DIMENSION / 2] ^= 0x40;
        Files.write(log, bytes);

        Outcome outcome = Outcome.of("verify", store);
        Outcome json = Outcome.of("verify", store, "--json");

        Refusals.assertEnded(
                ExitCode.FAILED, outcome, log.getFileName().toString(), store.toString(), "restore", "backup");
        assertEquals(ExitCode.FAILED, json.exitCode(), json::toString);
        assertEquals(false, json.object().get("clean"));
        assertTrue(
                json.object()
                        .get("findings")
                        .toString()
                        .contains(log.getFileName().toString()),
                json::toString);
    }

    @Test
    void refusesADirectoryThatOthersMayWrite() throws IOException {
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwxrwxrwx"));

        Refusals.assertRefused(Outcome.of("info", store), store.toString(), "chmod go-w");
    }

    @Test
    void resultsThatCannotBeWrittenAreAFailure() {
        StringWriter err = new StringWriter();
        PrintWriter full = new PrintWriter(new Writer() {
            @Override
            public void write(char[] text, int offset, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });

        int exitCode = Simonides.run(full, new PrintWriter(err), "verify", store.toString(), "--json");

        assertEquals(ExitCode.FAILED, exitCode);
        assertEquals(1, err.toString().lines().count(), err::toString);
    }

    @Test
    void aStoreInUseIsLocked() {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            assertEquals(COUNT, index.stats().liveCount());

            Refusals.assertEnded(ExitCode.LOCKED, Outcome.of("checkpoint", store), "open");
        }
    }

    @Test
    void aStoreInUseIsSeenAsItsLastCheckpointSays() {
        try (MemoryIndex index = MemoryIndex.open(store)) {
            index.checkpoint();
            index.put(Memory.of("more", Samples.vectors(1)[0]));

            Map<String, Object> info =
                    Outcome.of("info", store, "--json").done().object();
            assertEquals((long) COUNT, info.get("live"), info::toString);
            assertEquals(true, info.get("read_only"));
            assertEquals(true, info.get("checkpoint_only"));
            Map<String, Object> report =
                    Outcome.of("verify", store, "--json").done().object();
            assertEquals((long) COUNT, report.get("vectors_checked"), report::toString);
            assertEquals(4L, report.get("files_checked"));
            assertEquals(true, report.get("checkpoint_only"));
            assertTrue(report.get("unchecked").toString().contains("the log was not checked"), report::toString);
            List<String> verified = Outcome.of("verify", store).done().out();
            assertTrue(verified.toString().contains("not checked: the log"), verified::toString);
            assertTrue(verified.getLast().contains("clean as far as it was checked"), verified::toString);
            for (String command : List.of("info", "verify")) {
                Outcome said = Outcome.of(command, store).done();
                assertTrue(said.out().getFirst().contains("its last checkpoint"), said::toString);
            }
            assertEquals(COUNT + 1L, index.stats().liveCount(), "whoever has it open goes on");
        }
        Map<String, Object> info = Outcome.of("info", store, "--json").done().object();
        assertEquals(COUNT + 1L, info.get("live"));
        assertEquals(false, info.get("read_only"));
        assertEquals(false, info.get("checkpoint_only"));
    }

    @Test
    void readOnlyLeavesEverythingAsACrashLeftIt() throws IOException {
        Path killed = Files.createDirectory(
                folder.resolve("killed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (MemoryIndex index = MemoryIndex.open(store)) {
            index.put(Memory.of("more", Samples.vectors(1)[0]));
            try (Stream<Path> files = Files.list(store)) {
                for (Path file : files.filter(file -> !file.endsWith("LOCK")).toList()) {
                    Files.copy(file, killed.resolve(file.getFileName()));
                }
            }
        }
        Files.write(killed.resolve("vec-0000000099"), new byte[10]);
        Map<String, byte[]> before = contents(killed);

        Map<String, Object> info =
                Outcome.of("info", killed, "--read-only", "--json").done().object();
        Map<String, Object> report =
                Outcome.of("verify", killed, "--read-only", "--json").done().object();

        assertEquals(COUNT + 1L, info.get("live"), info::toString);
        assertEquals(0L, info.get("orphans_removed"));
        assertEquals(true, info.get("read_only"));
        assertEquals(false, info.get("checkpoint_only"), "nobody writes: the log is read");
        assertTrue((long) report.get("frames_checked") > 1, report::toString);
        assertEquals(true, report.get("read_only"));
        Map<String, byte[]> after = contents(killed);
        assertEquals(before.keySet(), after.keySet());
        before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
        Outcome.of("verify", killed).done();
        assertTrue(Files.notExists(killed.resolve("vec-0000000099")), "otherwise it is removed");
    }

    private static Map<String, byte[]> contents(Path directory) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return contents;
    }

    @Test
    void debugShowsWhereARefusalComesFrom() {
        Outcome outcome = Outcome.of("info", folder.resolve("missing"), "--debug");

        assertEquals(ExitCode.USAGE, outcome.exitCode());
        assertTrue(outcome.err().size() > 3, outcome::toString);
        assertTrue(outcome.err().get(2).strip().startsWith("at "), outcome::toString);
    }

    private static void flip(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private static Path one(Path directory, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Path newest(Path directory, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .max(Comparator.comparing(Path::getFileName))
                    .orElseThrow();
        }
    }

    private Path largestFile() throws IOException {
        try (Stream<Path> files = Files.list(store)) {
            return files.max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }
}
