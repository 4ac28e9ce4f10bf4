// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.manifest;

import dev.simonides.wal.SealedFileSummary;

/**
 * A write-once file that belongs to a generation. Immutable.
 *
 * @param kind what it holds
 * @param id its number, never used again for any file of the store
 * @param summary what identifies its content
 */
public record FileEntry(FileKind kind, long id, SealedFileSummary summary) {
    /**
     * Returns the file's name.
     *
     * @return a name in the store's directory
     */
    public String fileName() {
        return kind.fileName(id);
    }
}
