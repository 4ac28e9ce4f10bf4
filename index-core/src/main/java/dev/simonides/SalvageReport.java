// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.util.List;

/**
 * What salvaging a store found and lost. Immutable.
 *
 * @param memories the memories in the new store
 * @param generation the newest checkpoint with a valid manifest, 0 if there is none
 * @param lastLsn the last record of the old store that could be read
 * @param damages what was found damaged where it was read, each with file and offset
 * @param losses what was lost by it; empty if and only if the new store holds exactly what the old one did
 */
public record SalvageReport(
        long memories, long generation, long lastLsn, List<String> damages, List<SalvageLoss> losses) {
    /** Copies the lists. */
    public SalvageReport {
        damages = List.copyOf(damages);
        losses = List.copyOf(losses);
    }
}
