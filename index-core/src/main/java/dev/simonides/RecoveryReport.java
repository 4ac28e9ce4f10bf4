// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What opening a store found, and what it did about it. Immutable.
 *
 * @param generation the checkpoint that was loaded, 0 if there was none
 * @param lsn LSN of the last write found
 * @param replayed writes taken from the log, behind the checkpoint
 * @param tornBytes bytes of writes that a crash cut off before they were acknowledged
 * @param closed whether the store had been closed, not cut off by a crash
 * @param fallback why a newer checkpoint was passed over, if one was; nothing is lost, the log still had what it held
 * @param rebuilt derived files that were missing or damaged: what they held is built again in the background
 * @param orphans files that a crash had left behind, removed
 * @param residency where the vectors are, {@code RESIDENT} or {@code MAPPED}
 * @param duration time from the lock to the last write found
 */
public record RecoveryReport(
        long generation,
        long lsn,
        long replayed,
        long tornBytes,
        boolean closed,
        Optional<String> fallback,
        List<String> rebuilt,
        int orphans,
        Residency residency,
        Duration duration) {
    /** Keeps a copy of the list. */
    public RecoveryReport {
        rebuilt = List.copyOf(rebuilt);
    }

    /**
     * Returns the report in one line.
     *
     * @return for a log or a terminal
     */
    public String describe() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "generation %d, LSN %d, %d writes replayed in %d ms, %s",
                generation,
                lsn,
                replayed,
                duration.toMillis(),
                closed ? "closed before" : "not closed before"));
        if (tornBytes > 0) {
            text.append(", ").append(tornBytes).append(" bytes cut off");
        }
        fallback.ifPresent(
                why -> text.append(", a newer checkpoint passed over: ").append(why));
        if (!rebuilt.isEmpty()) {
            text.append(", being rebuilt: ").append(String.join(", ", rebuilt));
        }
        if (orphans > 0) {
            text.append(", ").append(orphans).append(" left-over files removed");
        }
        return text.toString();
    }
}
