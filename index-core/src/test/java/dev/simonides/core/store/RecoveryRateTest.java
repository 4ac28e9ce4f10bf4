// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.OperatingSystemMXBean;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.ProgressListener;
import dev.simonides.Vectors;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How often a second one core recovers a tiny store. Crash states are enumerated by the hundred thousand, so what a store costs
 * before it holds anything decides how many can be looked at.
 */
@Tag("stress")
class RecoveryRateTest {
    private static final MemoryIndexOptions OPTIONS =
            MemoryIndexOptions.ofDimension(8).memoryBudgetBytes(64 << 20).indexerThreads(1);
    private static final long NANOS = Long.getLong("recoveryRate.millis", 500) * 1_000_000;

    /** Small segments, and salts that need no entropy. */
    private static LogOptions small(LogOptions log) {
        return log.segmentBytes(16 << 10).salts(new Random(7));
    }

    private static MemoryIndex open(SimulatedDirectory directory) {
        return MemoryIndex.open(directory, OPTIONS, RecoveryRateTest::small);
    }

    private static void put(MemoryIndex index, int from, int end) {
        for (int i = from; i < end; i++) {
            index.put(Memory.of("key-" + i, Vectors.gaussian(i, 8)).text("text " + i));
        }
    }

    private static SimulatedDirectory closed(int vectors) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        try (MemoryIndex index = open(disk)) {
            put(index, 0, vectors);
        }
        return disk.afterKill();
    }

    private static SimulatedDirectory killed(int vectors) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        try (MemoryIndex index = open(disk)) {
            put(index, 0, vectors);
            return disk.afterKill();
        }
    }

    /** With the files of two generations, graphs among them, and a few writes behind them. */
    private static SimulatedDirectory checkpointedAndKilled(int vectors, MemoryIndexOptions options) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        try (MemoryIndex index = MemoryIndex.open(disk, options, RecoveryRateTest::small)) {
            put(index, 0, vectors / 2);
            index.awaitLinked(ProgressListener.SILENT);
            assertEquals(vectors / 2, index.checkpoint());
            put(index, vectors / 2, vectors - 3);
            index.awaitLinked(ProgressListener.SILENT);
            assertEquals(vectors - 3, index.checkpoint());
            put(index, vectors - 3, vectors);
            return disk.afterKill();
        }
    }

    private static long recover(SimulatedDirectory directory) {
        return recover(directory, OPTIONS);
    }

    private static long recover(SimulatedDirectory directory, MemoryIndexOptions options) {
        LogOptions log = small(LogOptions.of(StoreFile.read(directory).storeId()));
        Recovery.Recovered recovered = new Recovery(directory, options, log).run();
        try (var memory = recovered.memory();
                var _ = recovered.log()) {
            return memory.tenants().all().stream()
                    .mapToLong(tenant -> tenant.count())
                    .sum();
        }
    }

    private static long openAndClose(SimulatedDirectory directory) {
        try (MemoryIndex index = open(directory)) {
            return index.stats().liveCount();
        }
    }

    private static void measure(
            String what, ToLongFunction<SimulatedDirectory> work, SimulatedDirectory disk, int count) {
        double rate = 0;
        for (int pass = 0; pass < 2; pass++) {
            long rounds = 0;
            // Processor time, of all threads: what else the machine does meanwhile does not count.
            long started = processorNanos();
            long taken = 0;
            while (taken < NANOS) {
                assertEquals(count, work.applyAsLong(disk.afterKill()));
                rounds++;
                // To ask for it takes as long as some of what is measured.
                taken = rounds % 50 == 0 ? processorNanos() - started : taken;
            }
            rate = rounds * 1e9 / taken;
        }
        System.out.printf("%s, a second of one core: %.0f%n", what, rate);
    }

    private static long processorNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    @Test
    void recoversTinyStores() {
        SimulatedDirectory killed = killed(60);
        MemoryIndexOptions withGraph = OPTIONS.exactScanMax(0);

        measure("recoveries of an empty store", RecoveryRateTest::recover, closed(0), 0);
        measure("recoveries of 60 vectors, closed", RecoveryRateTest::recover, closed(60), 60);
        measure("recoveries of 60 vectors, killed", RecoveryRateTest::recover, killed, 60);
        measure(
                "recoveries of 60 vectors, two checkpoints, killed",
                RecoveryRateTest::recover,
                checkpointedAndKilled(60, OPTIONS),
                60);
        measure(
                "recoveries of 60 vectors, two checkpoints with graphs, killed",
                disk -> recover(disk, withGraph),
                checkpointedAndKilled(60, withGraph),
                60);
        measure("opens and closes of 60 vectors, killed", RecoveryRateTest::openAndClose, killed, 60);
    }
}
