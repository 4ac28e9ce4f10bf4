// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;
import dev.simonides.bench.data.NeighbourTable;
import dev.simonides.bench.generate.UniformGenerator;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class RecallSweepTest {

    private static final int QUERIES = 40;
    private static final int WIDTH = 4;

    private final float[][] queries = UniformGenerator.cube(2, 1).next(QUERIES);
    private final NeighbourTable truth = truth();

    @Test
    void countsHitsAmongTheTrueKByRow() {
        // At ef 1 the first of two true rows is found, at ef 2 both, in the wrong order; 90.. is never true.
        FakeSearcher searcher = new FakeSearcher(
                (query, ef) -> ef == 1 ? new long[] {query * 10L, 90_000} : new long[] {query * 10L + 1, query * 10L});

        List<RecallRow> rows = RecallSweep.of(queries, truth, 2).run(searcher, List.of(1, 2), PassListener.SILENT);

        assertEquals(2, rows.size());
        assertEquals(1, rows.get(0).ef());
        assertEquals(2, rows.get(0).k());
        assertEquals(0.5, rows.get(0).recall());
        assertEquals(1.0, rows.get(1).recall());
        assertEquals(100, rows.get(0).evaluations());
        assertEquals(200, rows.get(1).evaluations());
        assertEquals(7, rows.get(0).pages());
        assertEquals(3, rows.get(0).poolPages());
    }

    @Test
    void doesNotCountWhatIsTrueOnlyBeyondKNorTheSameRowTwice() {
        FakeSearcher beyond = new FakeSearcher((query, ef) -> new long[] {query * 10L + 2, query * 10L + 3});
        FakeSearcher twice = new FakeSearcher((query, ef) -> new long[] {query * 10L, query * 10L});
        FakeSearcher few = new FakeSearcher((query, ef) -> new long[] {query * 10L + 1});
        RecallSweep sweep = RecallSweep.of(queries, truth, 2);

        assertEquals(
                0, sweep.run(beyond, List.of(1), PassListener.SILENT).getFirst().recall());
        assertEquals(
                0.5,
                sweep.run(twice, List.of(1), PassListener.SILENT).getFirst().recall());
        assertEquals(
                0.5, sweep.run(few, List.of(1), PassListener.SILENT).getFirst().recall());
    }

    @Test
    void waitsThenWarmsUpTwiceThenMeasuresFiveTimesThenCountsPages() {
        FakeSearcher searcher = new FakeSearcher((query, ef) -> new long[] {query * 10L});
        List<String> passes = new ArrayList<>();

        RecallSweep.of(queries, truth, 1).run(searcher, List.of(3, 9), (done, total) -> passes.add(done + "/" + total));

        assertEquals("awaitLinked", searcher.calls.getFirst());
        assertEquals(List.of("prepare 3", "prepare 9"), searcher.calls.subList(1, 3));
        List<String> timed = searcher.calls.subList(3, 3 + 7 * 2);
        for (int round = 0; round < 7; round++) {
            assertEquals(List.of("pass 3", "pass 9"), timed.subList(round * 2, round * 2 + 2));
        }
        assertEquals(
                List.of("prepareCounting 3", "pass 3", "prepareCounting 9", "pass 9"),
                searcher.calls.subList(17, searcher.calls.size()));
        assertEquals("1/16", passes.getFirst());
        assertEquals("16/16", passes.getLast());
        assertEquals(16, passes.size());
    }

    @Test
    void reportsTheMedianPassWholly() {
        // Rounds 0 and 1 warm up, the last one counts pages; a search takes this many nanoseconds more in each round.
        FakeSearcher searcher = new FakeSearcher(
                (query, ef) -> new long[] {query * 10L}, 500_000, 500_000, 50_000, 10_000, 40_000, 20_000, 30_000, 1);

        RecallRow row = RecallSweep.of(queries, truth, 1)
                .by(searcher.clock())
                .run(searcher, List.of(1), PassListener.SILENT)
                .getFirst();

        // Query n takes n microseconds more, and each reading of the clock 100 ns: one inside the search's time, two
        // more for a search in the wall's, and one more for the pass.
        assertEquals(30 + 19.5 + 0.1, row.meanMicros(), 1e-9);
        assertEquals(30 + 19 + 0.1, row.p50Micros(), 0.05);
        assertEquals(30 + 39 + 0.1, row.p99Micros(), 0.07);
        assertEquals(30 + 19.5 + 0.2 + 0.1 / QUERIES, row.wallMicros(), 1e-9);
    }

    @Test
    void theTimedLoopAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        String[] results = new String[QUERIES];
        Arrays.setAll(results, Integer::toString);
        RecallSweep.Pass<String> pass = new RecallSweep.Pass<>(QUERIES, System::nanoTime);
        IntFunction<String> search = query -> results[query];
        pass.run(search);
        pass.run(search);
        long thread = Thread.currentThread().threadId();
        threads.getThreadAllocatedBytes(thread);

        long before = threads.getThreadAllocatedBytes(thread);
        long again = threads.getThreadAllocatedBytes(thread);
        pass.run(search);
        long after = threads.getThreadAllocatedBytes(thread);

        assertEquals(again - before, after - again, "bytes allocated by a pass");
    }

    @Test
    void refusesATruthThatIsTooNarrowOrOfOtherQueries() {
        assertEquals(
                "k: expected=1..4, the neighbours that the truth has for each query, actual=5",
                assertThrows(IllegalArgumentException.class, () -> RecallSweep.of(queries, truth, 5))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> RecallSweep.of(queries, truth, 0));
        assertEquals(
                "queries: expected=40 as the truth has rows, actual=39",
                assertThrows(IllegalArgumentException.class, () -> RecallSweep.of(Arrays.copyOf(queries, 39), truth, 1))
                        .getMessage());
    }

    @Test
    void readsQueriesOfASource() {
        float[][] read = RecallSweep.queries(UniformGenerator.cube(2, 1).source(QUERIES));

        assertEquals(QUERIES, read.length);
        assertEquals(queries[39][1], read[39][1]);
    }

    @Test
    void writesARowAsJson() {
        RecallRow row = new RecallRow(40, 10, 0.951349, 31.2371, 30.5, 60.128, 31.9, 641.26, 512, 31.44);

        assertEquals(
                "{\"ef\":40,\"k\":10,\"recall\":0.95135,\"mean_us\":31.24,\"p50_us\":30.50,\"p99_us\":60.13,"
                        + "\"wall_us\":31.90,\"evaluations\":641.3,\"pages\":512.0,\"pool_pages\":31.4}",
                row.json());
    }

    private static NeighbourTable truth() {
        int[] rows = new int[QUERIES * WIDTH];
        for (int query = 0; query < QUERIES; query++) {
            for (int rank = 0; rank < WIDTH; rank++) {
                rows[query * WIDTH + rank] = query * 10 + rank;
            }
        }
        return NeighbourTable.of(WIDTH, rows);
    }
}
