// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileEntry;
import java.util.function.UnaryOperator;

/**
 * Which ordinals a file and the older files of its kind hold. Immutable.
 *
 * @param entry the file
 * @param lsn of the checkpoint that wrote it
 * @param ends of the tenants with a section in the file, the ordinal behind the last
 */
record FileCoverage(FileEntry entry, long lsn, TenantEnds ends) {
    /** With the names as the tenants have them, so that none is kept twice. */
    static FileCoverage of(FileEntry entry, Contents contents, UnaryOperator<String> nameOf) {
        return new FileCoverage(entry, contents.lsn(), TenantEnds.of(contents.sections(), nameOf));
    }
}
