// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.TenantStats;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/**
 * The options that choose memories by tenant and key.
 *
 * <p>Confined to one command.
 */
final class KeyRange {
    @Option(names = "--tenant", paramLabel = "T", description = "The memories of this tenant (default: of all).")
    private Optional<String> tenant = Optional.empty();

    @Option(names = "--prefix", paramLabel = "P", description = "Only keys that begin so.")
    private String prefix = "";

    /** How many memories there are at most. */
    long countMax(MemoryIndex index) {
        return chosen(index).stream().mapToLong(TenantStats::liveCount).sum();
    }

    /** By tenant, and in each by key. */
    void forEach(MemoryIndex index, Consumer<Memory> taker) {
        for (TenantStats each : chosen(index)) {
            index.scan(each.name(), prefix).forEachRemaining(taker);
        }
    }

    private List<TenantStats> chosen(MemoryIndex index) {
        return index.tenants().stream()
                .filter(each -> tenant.isEmpty() || tenant.get().equals(each.name()))
                .toList();
    }
}
