// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.OperatingSystemMXBean;
import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
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

    private static SimulatedDirectory disk(int vectors, boolean closed) {
        SimulatedDirectory disk = SimulatedDirectory.empty();
        try (MemoryIndex index = open(disk)) {
            for (int i = 0; i < vectors; i++) {
                index.put(Memory.of("key-" + i, Vectors.gaussian(i, 8)).text("text " + i));
            }
            if (!closed) {
                return disk.afterKill();
            }
        }
        return disk.afterKill();
    }

    private static long recover(SimulatedDirectory directory) {
        LogOptions log = small(LogOptions.of(StoreFile.read(directory).storeId()));
        Recovery.Recovered recovered = new Recovery(directory, OPTIONS, log).run();
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
            for (long end = System.nanoTime() + NANOS; System.nanoTime() < end; rounds++) {
                assertEquals(count, work.applyAsLong(disk.afterKill()));
            }
            rate = rounds * 1e9 / (processorNanos() - started);
        }
        System.out.printf("%s, a second of one core: %.0f%n", what, rate);
    }

    private static long processorNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    @Test
    void recoversTinyStores() {
        SimulatedDirectory killed = disk(60, false);

        measure("recoveries of an empty store", RecoveryRateTest::recover, disk(0, true), 0);
        measure("recoveries of 60 vectors, closed", RecoveryRateTest::recover, disk(60, true), 60);
        measure("recoveries of 60 vectors, killed", RecoveryRateTest::recover, killed, 60);
        measure("opens and closes of 60 vectors, killed", RecoveryRateTest::openAndClose, killed, 60);
    }
}
