// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.wal.FileSystemDirectory;
import dev.simonides.wal.StorageDirectory;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** Stores whose log goes on to its next segment often, for the tests of other packages. */
public final class SmallSegments {
    private SmallSegments() {}

    public static MemoryIndex open(Path directory, MemoryIndexOptions options, int segmentBytes) {
        return MemoryIndex.open(
                FileSystemDirectory.openOrCreate(directory), options, log -> log.segmentBytes(segmentBytes));
    }

    /** Opens a store that writes the same bytes for the same salts. */
    public static MemoryIndex open(
            StorageDirectory directory, MemoryIndexOptions options, int segmentBytes, RandomGenerator salts) {
        return MemoryIndex.open(
                directory, options, log -> log.segmentBytes(segmentBytes).salts(salts));
    }
}
