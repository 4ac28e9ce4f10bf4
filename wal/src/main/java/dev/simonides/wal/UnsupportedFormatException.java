// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * The file has a format version this release cannot read. Nothing was modified.
 */
public final class UnsupportedFormatException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final int found;
    private final int min;
    private final int max;

    /**
     * The refusal of one file.
     *
     * @param file the file
     * @param found the version it states
     * @param min the lowest version that is read
     * @param max the highest version that is read
     */
    public UnsupportedFormatException(String file, int found, int min, int max) {
        super(file, NO_OFFSET, "unsupported format version: found=" + found + ", min=" + min + ", max=" + max, null);
        this.found = found;
        this.min = min;
        this.max = max;
    }

    /**
     * The version the file states.
     *
     * @return the version, 0..65535
     */
    public int found() {
        return found;
    }

    /**
     * The lowest version that is read.
     *
     * @return the version
     */
    public int min() {
        return min;
    }

    /**
     * The highest version that is read.
     *
     * @return the version
     */
    public int max() {
        return max;
    }
}
