// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CreateCommandTest {
    @TempDir
    private Path folder;

    @Test
    void makesAStoreWithTheUsualOptions() {
        Path store = folder.resolve("s");

        Map<String, Object> created =
                Outcome.of("create", store, "--dim", 384, "--json").done().object();

        assertEquals(384L, created.get("dimension"));
        assertEquals("cosine", created.get("similarity"));
        assertEquals("f16", created.get("originals"));
        assertEquals("group", created.get("durability"));
        assertTrue(Files.isDirectory(store));
    }

    @Test
    void remembersEveryOption() {
        Path store = folder.resolve("s");
        Outcome.of(
                        "create",
                        store,
                        "--dim",
                        8,
                        "--similarity",
                        "dot",
                        "--m",
                        24,
                        "--ef-construction",
                        150,
                        "--originals",
                        "none",
                        "--durability",
                        "async:20ms:4MiB")
                .done();

        Map<String, Object> info = Outcome.of("info", store, "--json").done().object();

        assertEquals(8L, info.get("dimension"));
        assertEquals("dot", info.get("similarity"));
        assertEquals(24L, info.get("m"));
        assertEquals(150L, info.get("ef_construction"));
        assertEquals("none", info.get("originals"));
        assertEquals("async:20ms:4MiB", info.get("durability"));
    }

    @Test
    void refusesToMakeAStoreWhereOneIs() {
        Path store = folder.resolve("s");
        Outcome.of("create", store, "--dim", 8).done();

        Outcome second = Outcome.of("create", store, "--dim", 8);

        Refusals.assertRefused(second, store.toString());
    }

    @Test
    void refusesAPathWhereNoStoreCanBe() throws IOException {
        Path file = Files.writeString(folder.resolve("afile"), "Dear Simonides,");
        Path deep = folder.resolve("no such").resolve("c");

        Refusals.assertRefused(Outcome.of("create", file, "--dim", 8), file.toString(), "directory");
        Refusals.assertRefused(
                Outcome.of("create", deep, "--dim", 8), deep.toString(), "mkdir -p '" + deep.getParent() + "'");
        Refusals.assertRefused(Outcome.of("create", "", "--dim", 8), "STORE");
        Refusals.assertRefused(Outcome.of("info", ""), "STORE");
    }

    @Test
    void aRefusalSaysWhoSpeaksOnce() {
        Outcome outcome = Outcome.of("create", folder.resolve("s"), "--dim", 8, "--m", "1", "--no-such");
        Outcome exclusive = Outcome.of("search", folder, "--text", "a", "--vector", "f", "--row", "1");

        Refusals.assertRefused(outcome, "--no-such");
        Refusals.assertRefused(exclusive, "exclusive");
        assertFalse(exclusive.toString().contains("Error:"), exclusive::toString);
    }

    @Test
    void refusesADimensionOutOfRangeAndMakesNothing() {
        Path store = folder.resolve("s");

        Outcome outcome = Outcome.of("create", store, "--dim", 4097);

        Refusals.assertRefused(outcome, "4096", "4097");
        assertFalse(Files.exists(store));
    }

    @Test
    void refusesWordsItDoesNotKnow() {
        Path store = folder.resolve("s");

        Refusals.assertRefused(Outcome.of("create", store, "--dim", 8, "--similarity", "near"), "near", "cosine");
        Refusals.assertRefused(Outcome.of("create", store, "--dim", 8, "--originals", "f64"), "f64", "f16");
        Refusals.assertRefused(Outcome.of("create", store, "--dim", 8, "--durability", "later"), "later", "group");
        Refusals.assertRefused(Outcome.of("create", store), "--dim");
        assertFalse(Files.exists(store));
    }
}
