// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import org.jspecify.annotations.Nullable;

/** What a crash keeps or loses as a whole. Immutable. */
sealed interface Unit {
    /** A part of one file; {@link #file()} says which. */
    sealed interface OfFile extends Unit permits SectorWrite, SizeChange {
        int file();
    }

    /**
     * Bytes within one sector.
     *
     * @param file the file
     * @param sector the sector's number
     * @param whole the sector after a write of all of it, null if the write covers a part
     * @param bytes what is written
     * @param from where in {@code bytes} this sector's part begins
     * @param at where in the sector it goes
     * @param length how much it is
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared and never changed
    record SectorWrite(int file, int sector, @Nullable Sector whole, byte[] bytes, int from, int at, int length)
            implements OfFile {
        /** The sector after the first bytes of this write. */
        Sector apply(Sector before, int prefix) {
            if (whole != null && prefix == length) {
                return whole;
            }
            return before.with(bytes, from, at, prefix);
        }
    }

    /** The size of a file. */
    record SizeChange(int file, long size) implements OfFile {}

    /** A change of names: {@code file} gets the name {@code added}, the name {@code removed} goes; either may be absent. */
    record NameChange(@Nullable String added, @Nullable String removed, int file) implements Unit {}
}
