// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileEntry;
import java.util.HashMap;
import java.util.Map;

/**
 * Which ordinals a file and the older files of its kind hold. Immutable.
 *
 * @param entry the file
 * @param lsn of the checkpoint that wrote it
 * @param ends for each tenant with a section in the file, the ordinal behind the last
 */
record FileCoverage(FileEntry entry, long lsn, Map<String, Integer> ends) {
    static FileCoverage of(FileEntry entry, Contents contents) {
        Map<String, Integer> ends = HashMap.newHashMap(contents.sections().size());
        for (Section section : contents.sections()) {
            ends.put(section.tenant(), section.end());
        }
        return new FileCoverage(entry, contents.lsn(), ends);
    }
}
