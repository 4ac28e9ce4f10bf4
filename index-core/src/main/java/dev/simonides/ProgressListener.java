// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/** Told how far long work has come. Called now and then by the thread that works; it must be quick and must not throw. */
@FunctionalInterface
public interface ProgressListener {
    /** Listens to nothing. */
    ProgressListener SILENT = (phase, done, total) -> {};

    /**
     * Work has come further.
     *
     * @param phase what is being done
     * @param done how much is done, in units of the phase
     * @param total how much there is in all, −1 if unknown
     */
    void progressed(Phase phase, long done, long total);

    /** Kinds of long work. */
    enum Phase {
        /** The log is replayed while a store opens; bytes. */
        REPLAY,
        /** Memories are put; memories. */
        IMPORT,
        /** Vectors are linked into graphs; vectors. */
        LINK,
        /** The store is verified; records. */
        VERIFY,
        /** The living are copied into the next numbering; vectors. */
        COMPACT,
        /** Memories are written to a file; memories, of as many at most. */
        EXPORT
    }
}
