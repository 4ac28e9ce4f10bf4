// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.MemoryIndex;
import dev.simonides.VerifyReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
    void verifyFindsNothingInASoundStore() {
        Map<String, Object> report =
                Outcome.of("verify", store, "--json").done().object();

        assertEquals(true, report.get("clean"));
        assertEquals(List.of(), report.get("findings"));
        assertEquals((long) COUNT, report.get("vectors_checked"));
    }

    @Test
    void aFindingEndsInOne() {
        assertEquals(ExitCode.DONE, VerifyCommand.exitCode(new VerifyReport(List.of(), 0, 1, 2, 3, 4)));
        assertEquals(
                ExitCode.FAILED, VerifyCommand.exitCode(new VerifyReport(List.of("a link to nowhere"), 0, 1, 2, 3, 0)));
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

            Refusals.assertEnded(ExitCode.LOCKED, Outcome.of("info", store), "open");
        }
    }

    @Test
    void debugShowsWhereARefusalComesFrom() {
        Outcome outcome = Outcome.of("info", folder.resolve("missing"), "--debug");

        assertEquals(ExitCode.USAGE, outcome.exitCode());
        assertTrue(outcome.err().size() > 3, outcome::toString);
        assertTrue(outcome.err().get(2).strip().startsWith("at "), outcome::toString);
    }

    private Path largestFile() throws IOException {
        try (Stream<Path> files = Files.list(store)) {
            return files.max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }
}
