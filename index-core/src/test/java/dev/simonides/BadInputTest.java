// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input is refused in one line that names the value and the limit, and nothing is stored. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
    private static final float[] GOOD = {1, 2, 3, 4};

    private MemoryIndex index;

    @BeforeAll
    void open(@TempDir Path directory) {
        index = MemoryIndex.open(directory, MemoryIndexOptions.ofDimension(4).durability(new Durability.None()));
        index.put(Memory.of("present", GOOD));
    }

    @AfterAll
    void close() {
        assertTrue(index.verify(ProgressListener.SILENT).clean());
        index.close();
    }

    /** A thing to try, and what the refusal must say. */
    record Case(String name, Consumer<MemoryIndex> attempt, List<String> words) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case refused(String name, Consumer<MemoryIndex> attempt, String... words) {
        return new Case(name, attempt, List.of(words));
    }

    private static float[] with(float component) {
        return new float[] {1, 2, component, 4};
    }

    static Stream<Case> badMemories() {
        return Stream.of(
                badMemory("dimension too small", Memory.of("k", new float[3]), "dimension", "expected=4", "actual=3"),
                badMemory("dimension too large", Memory.of("k", new float[5]), "dimension", "expected=4", "actual=5"),
                badMemory("no dimension", Memory.of("k", new float[0]), "dimension", "expected=4", "actual=0"),
                badMemory("NaN", Memory.of("k", with(Float.NaN)), "component 2", "finite", "NaN"),
                badMemory("+Inf", Memory.of("k", with(Float.POSITIVE_INFINITY)), "component 2", "finite", "=Infinity"),
                badMemory("-Inf", Memory.of("k", with(Float.NEGATIVE_INFINITY)), "component 2", "finite", "-Infinity"),
                badMemory("zero vector", Memory.of("k", new float[4]), "zero", "cosine"),
                badMemory("empty key", Memory.of("", GOOD), "key", "expected=1..512", "actual=0"),
                badMemory("key of 513", Memory.of("k".repeat(513), GOOD), "key", "expected=1..512", "actual=513"),
                badMemory("key of 257 ä", Memory.of("ä".repeat(257), GOOD), "key", "expected=1..512", "actual=514"),
                badMemory("lone high surrogate", Memory.of("a\uD834", GOOD), "key", "Unicode"),
                badMemory("lone low surrogate", Memory.of("\uDD1Ea", GOOD), "key", "Unicode"),
                badMemory(
                        "tenant of 257",
                        Memory.of("k", GOOD).tenant("t".repeat(257)),
                        "tenant",
                        "expected=0..256",
                        "actual=257"),
                badMemory("surrogate in tenant", Memory.of("k", GOOD).tenant("\uD834"), "tenant", "Unicode"),
                badMemory(
                        "payload of 64 MiB + 1",
                        Memory.of("k", GOOD).payload(new byte[Limits.PAYLOAD_BYTES_MAX + 1]),
                        "payload",
                        "67108864",
                        "67108865"));
    }

    private static Case badMemory(String name, Memory memory, String... words) {
        return refused(name, index -> index.put(memory), words);
    }

    static Stream<Case> badMemoriesOtherwise() {
        Memory good = Memory.of("good", GOOD);
        Memory bad = Memory.of("bad", with(Float.NaN));
        return Stream.of(
                refused("submit", index -> index.submit(bad).join(), "component 2", "NaN"),
                refused("bad first of a batch", index -> index.putAll(List.of(bad, good)), "component 2", "NaN"),
                refused("bad last of a batch", index -> index.putAll(List.of(good, bad)), "component 2", "NaN"),
                refused("empty batch", index -> index.putAll(List.of()), "batch", "expected=1..512", "actual=0"),
                refused(
                        "batch of 513",
                        index -> index.putAll(Collections.nCopies(513, good)),
                        "batch",
                        "expected=1..512",
                        "actual=513"),
                refused("batch beyond 1 MiB", index -> index.putAll(megabyteBatch()), "batch", "1048576"),
                refused("get of an empty key", index -> index.get(""), "key", "expected=1..512", "actual=0"),
                refused("get of a long key", index -> index.get("k".repeat(513)), "key", "actual=513"),
                refused("get of a long tenant", index -> index.get("t".repeat(257), "k"), "tenant", "actual=257"),
                refused("delete of an empty key", index -> index.delete("", ""), "key", "expected=1..512"),
                refused("delete of a surrogate", index -> index.delete("", "\uD834"), "key", "Unicode"),
                refused("delete of a long tenant", index -> index.delete("t".repeat(257), "k"), "tenant", "0..256"));
    }

    private static List<Memory> megabyteBatch() {
        List<Memory> batch = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            batch.add(Memory.of("k" + i, GOOD).payload(new byte[256 << 10]));
        }
        return batch;
    }

    static Stream<Case> badQueries() {
        return Stream.of(
                refused("wrong dimension", index -> index.search(Query.of(new float[3])), "expected=4", "actual=3"),
                refused("NaN", index -> index.search(Query.of(with(Float.NaN))), "component 2", "NaN"),
                refused("zero", index -> index.search(Query.of(new float[4])), "zero"),
                refused("exact", index -> index.exact().search(Query.of(new float[5])), "expected=4", "actual=5"),
                refused(
                        "wrong, of nobody",
                        index -> index.search(Query.of(new float[3]).tenant("nobody")),
                        "actual=3"),
                refused("k of 0", index -> Query.of(GOOD).top(0), "k", "1..10000", "actual=0"),
                refused("k of 10001", index -> Query.of(GOOD).top(10_001), "k", "1..10000", "actual=10001"),
                refused("ef of 0", index -> Query.of(GOOD).ef(0), "ef", "1..100000", "actual=0"),
                refused("ef of 100001", index -> Query.of(GOOD).ef(100_001), "ef", "1..100000", "actual=100001"));
    }

    @ParameterizedTest
    @MethodSource({"badMemories", "badMemoriesOtherwise", "badQueries"})
    void isRefusedInOneLineAndStoresNothing(Case input) {
        MemoryIndexStats before = index.stats();

        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> input.attempt().accept(index));

        String message = String.valueOf(refusal.getMessage());
        for (String word : input.words()) {
            assertTrue(message.contains(word), () -> "'" + word + "' is missing in: " + message);
        }
        assertFalse(message.contains("\n"), message);
        MemoryIndexStats after = index.stats();
        assertEquals(before.liveCount(), after.liveCount());
        assertEquals(before.ordinalCount(), after.ordinalCount());
        assertEquals(before.tenantCount(), after.tenantCount());
        assertEquals(before.lastLsn(), after.lastLsn());
        assertEquals(before.logBytes(), after.logBytes());
        assertEquals(before.offHeapBytes(), after.offHeapBytes());
    }

    /** An option out of range, and what the refusal must say. */
    record OptionCase(String name, Function<MemoryIndexOptions, MemoryIndexOptions> set, String word) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<OptionCase> badOptions() {
        return Stream.of(
                new OptionCase("dimension 0", options -> MemoryIndexOptions.ofDimension(0), "1..4096, actual=0"),
                new OptionCase("dimension 4097", options -> MemoryIndexOptions.ofDimension(4097), "1..4096"),
                new OptionCase("m 3", options -> options.m(3), "m: expected=4..96, actual=3"),
                new OptionCase("m 97", options -> options.m(97), "m: expected=4..96, actual=97"),
                new OptionCase("efConstruction 7", options -> options.efConstruction(7), "8..4096, actual=7"),
                new OptionCase("efConstruction 4097", options -> options.efConstruction(4097), "8..4096"),
                new OptionCase("exactScanMax -1", options -> options.exactScanMax(-1), "exactScanMax: expected=0.."),
                new OptionCase("pendingMax 0", options -> options.pendingMax(0), "pendingMax: expected=1.."),
                new OptionCase("memoryBudgetBytes 0", options -> options.memoryBudgetBytes(0), "actual=0"),
                new OptionCase("indexerThreads 0", options -> options.indexerThreads(0), "1..1024, actual=0"),
                new OptionCase("indexerThreads 1025", options -> options.indexerThreads(1025), "1..1024"));
    }

    @ParameterizedTest
    @MethodSource
    void badOptions(OptionCase input) {
        MemoryIndexOptions options = MemoryIndexOptions.ofDimension(4);

        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> input.set().apply(options));

        assertTrue(String.valueOf(refusal.getMessage()).contains(input.word()), refusal::getMessage);
    }
}
