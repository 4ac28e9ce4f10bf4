// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileEntry;
import java.util.List;

/**
 * New files that are written and synced, and wait for the manifest that names them. Exactly one of {@link #commit} and
 * {@link #abandon} ends it. Confined to the thread that checkpoints.
 */
public interface Prepared {
    /**
     * Returns the files of the next generation.
     *
     * @return those kept and those new, in the order in which they are loaded
     */
    List<FileEntry> entries();

    /** The manifest is durable: from here on the next checkpoint builds on these files. Never throws. */
    void commit();

    /** No manifest will name the new files: they are deleted, and the next checkpoint starts from what was. Never throws. */
    void abandon();
}
