// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.util.List;

/**
 * What salvaging a store found and lost. Immutable.
 *
 * @param memories the memories in the new store
 * @param generation the checkpoint they were taken from, 0 for the log alone
 * @param lastLsn the last record of the old store that could be read
 * @param damages what is damaged, each with file and offset
 * @param losses what was lost by it; empty if nothing was
 */
public record SalvageReport(long memories, long generation, long lastLsn, List<String> damages, List<String> losses) {
    /** Copies the lists. */
    public SalvageReport {
        damages = List.copyOf(damages);
        losses = List.copyOf(losses);
    }
}
