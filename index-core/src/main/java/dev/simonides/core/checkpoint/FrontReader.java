// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import java.lang.foreign.Arena;

/**
 * Reads the front parts of a file's sections in their order, one at a time, so that those of many tenants need no more memory
 * than the largest. Confined to one thread, which closes it.
 */
final class FrontReader implements AutoCloseable {
    private final BlockReader reader;
    private final Arena arena = Arena.ofConfined();
    private final long buffer;

    /**
     * Makes a reader.
     *
     * @param file open, of records or payloads
     */
    FrontReader(LoadedFile file) {
        this.reader = new BlockReader(file.file());
        long largest = 1;
        for (Section section : file.contents().sections()) {
            largest = Math.max(largest, section.front().bytes());
        }
        this.buffer = arena.allocate(largest, Long.BYTES).address();
    }

    /** Where the front part of a section is now, until the next call. */
    long read(Section section) {
        reader.read(section.front().offset(), section.front().bytes(), buffer);
        return buffer;
    }

    @Override
    public void close() {
        reader.close();
        arena.close();
    }
}
