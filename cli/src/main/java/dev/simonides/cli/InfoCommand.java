// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.MemoryIndex;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.MemoryIndexStats;
import dev.simonides.RecoveryReport;
import dev.simonides.TenantStats;
import dev.simonides.wal.ReplayReport;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code simonides info}: what a store holds, and how it does. */
@Command(name = "info", description = "Show what a store holds.")
final class InfoCommand implements Callable<Integer> {
    @Mixin
    private final StoreView store = new StoreView();

    @Option(names = "--tenants", description = "Also what each tenant holds.")
    private boolean tenants;

    @Mixin
    private final Output output = new Output();

    @Override
    public Integer call() {
        try (ProgressBars bars = output.bars();
                MemoryIndex index = store.open(bars)) {
            bars.finish();
            MemoryIndexStats stats = index.stats();
            store.explain(index, output);
            say(index.options(), stats, index.recovery());
            output.row(store.row(index, row(index.options(), stats, index.recovery())));
            if (tenants) {
                index.tenants().forEach(this::printTenant);
            }
        }
        return ExitCode.DONE;
    }

    private void say(MemoryIndexOptions options, MemoryIndexStats stats, RecoveryReport recovery) {
        output.say("store      %s", store.directory());
        output.say("options    %s", StoreOptions.line(options));
        output.say(
                "memories   %,d live in %s (%,d vectors, dead ones included)",
                stats.liveCount(), count(stats.tenantCount(), "tenant"), stats.ordinalCount());
        output.say(
                "graphs     %s; %s pending",
                count(stats.graphTenantCount(), "graph"), count(stats.pendingCount(), "vector"));
        output.say(
                "log        %,d bytes, last LSN %d, durable LSN %d",
                stats.logBytes(), stats.lastLsn(), stats.durableLsn());
        output.say(
                "memory     %,d bytes off heap of a budget of %,d", stats.offHeapBytes(), options.memoryBudgetBytes());
        output.say("kernels    %s", stats.kernels());
        output.say("recovery   %s", recovery.describe());
    }

    private void printTenant(TenantStats tenant) {
        output.say(
                "tenant     %s: %,d live (%s, dead ones included), %s, %,d pending",
                tenant.name().isEmpty() ? "(no name)" : tenant.name(),
                tenant.liveCount(),
                count(tenant.ordinalCount(), "vector"),
                tenant.graph() ? "a graph" : "scanned",
                tenant.pendingCount());
        output.row(JsonRow.create()
                .with("tenant", tenant.name())
                .with("live", tenant.liveCount())
                .with("ordinals", tenant.ordinalCount())
                .with("pending", tenant.pendingCount())
                .with("graph", tenant.graph()));
    }

    private static String count(long number, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
    }

    private JsonRow row(MemoryIndexOptions options, MemoryIndexStats stats, RecoveryReport recovery) {
        ReplayReport replay = stats.replay();
        return StoreOptions.row(options)
                .with("store", store.directory().toString())
                .with("live", stats.liveCount())
                .with("ordinals", stats.ordinalCount())
                .with("pending", stats.pendingCount())
                .with("tenants", stats.tenantCount())
                .with("graph_tenants", stats.graphTenantCount())
                .with("last_lsn", stats.lastLsn())
                .with("durable_lsn", stats.durableLsn())
                .with("log_bytes", stats.logBytes())
                .with("off_heap_bytes", stats.offHeapBytes())
                .with("memory_budget_bytes", options.memoryBudgetBytes())
                .with("kernels", stats.kernels())
                .with("generation", recovery.generation())
                .with("replayed_records", replay.records())
                .with("replayed_frames", replay.frames())
                .with("replayed_segments", replay.segments())
                .with("torn_bytes", replay.tornBytes())
                .with("closed_cleanly", replay.closed())
                .with("fallback", recovery.fallback().orElse(""))
                .with("rebuilt", recovery.rebuilt())
                .with("orphans_removed", recovery.orphans())
                .with("recovery_millis", recovery.duration().toMillis());
    }
}
