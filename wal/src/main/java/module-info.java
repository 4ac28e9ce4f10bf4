// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/**
 * The storage seam and the write-ahead log: bytes, files, and what becomes durable when.
 *
 * <p>Every file of a store is reached through {@link dev.simonides.wal.StorageDirectory}; nothing else of the project
 * opens one. This module knows bytes, not vectors.
 */
@NullMarked
module dev.simonides.wal {
    requires static org.jspecify;

    exports dev.simonides.wal;
    exports dev.simonides.wal.simulation;
}
