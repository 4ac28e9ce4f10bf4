// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.List;

/**
 * What checking a log in every byte found. Immutable.
 *
 * @param segments segments whose headers are valid
 * @param frames valid frames that hold records
 * @param records records in them
 * @param bytes bytes of valid headers and frames
 * @param findings what is wrong, each with file and offset; at most one for each damaged place
 */
public record LogVerification(int segments, long frames, long records, long bytes, List<StorageException> findings) {
    /** Copies the findings. */
    public LogVerification {
        findings = List.copyOf(findings);
    }

    /**
     * Whether nothing is wrong.
     *
     * @return whether there are no findings
     */
    public boolean clean() {
        return findings.isEmpty();
    }
}
