// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.util.List;

/**
 * What verifying a store found. Immutable.
 *
 * @param findings what is wrong, one sentence each; empty for a sound store. A file that nothing needs and that could not be
 *     removed is one too: it costs room and nothing else
 * @param filesChecked files of checkpoints, manifests included
 * @param framesChecked frames of the log
 * @param vectorsChecked vectors compared with the log's rules
 * @param linksChecked links of all graphs
 * @param unreachable live linked vectors that no walk from the entry point met: a finding if the graph was at rest; else a
 *     walk also misses nodes that are moved while it goes on
 */
public record VerifyReport(
        List<String> findings,
        long filesChecked,
        long framesChecked,
        long vectorsChecked,
        long linksChecked,
        long unreachable) {
    /** Copies the findings. */
    public VerifyReport {
        findings = List.copyOf(findings);
    }

    /**
     * Says whether the store is sound.
     *
     * @return true if nothing was found
     */
    public boolean clean() {
        return findings.isEmpty();
    }
}
