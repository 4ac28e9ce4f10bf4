// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.util.List;

/**
 * What verifying a store found. Immutable.
 *
 * @param findings what is wrong, one sentence each; empty for a sound store. A file that nothing needs and that could not be
 *     removed is one too: it costs room and nothing else
 * @param unchecked what could not be looked at and why, one sentence each; empty if everything was
 * @param filesChecked files of checkpoints, manifests included
 * @param framesChecked frames of the log
 * @param vectorsChecked vectors compared with the log's rules
 * @param linksChecked links of all graphs
 * @param unreachable live linked vectors that no walk from the entry point met: a finding if the graph was at rest; else a
 *     walk also misses nodes that are moved while it goes on
 */
public record VerifyReport(
        List<String> findings,
        List<String> unchecked,
        long filesChecked,
        long framesChecked,
        long vectorsChecked,
        long linksChecked,
        long unreachable) {
    /** Copies the lists. */
    public VerifyReport {
        findings = List.copyOf(findings);
        unchecked = List.copyOf(unchecked);
    }

    /**
     * Says whether the store is sound, as far as it was checked.
     *
     * @return true if nothing was found; {@link #unchecked} says what could not have been
     */
    public boolean clean() {
        return findings.isEmpty();
    }
}
