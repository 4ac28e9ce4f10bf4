// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

/** One thing a program did to a simulated disk. Immutable. */
sealed interface Operation {
    /** A new empty file got a name. */
    record Create(String name, int file) implements Operation {}

    /** Bytes were written at a position. */
    @SuppressWarnings("ArrayRecordComponent") // never compared and never changed
    record Write(int file, long position, byte[] bytes) implements Operation {}

    /** A file was cut. */
    record Truncate(int file, long size) implements Operation {}

    /** A file's bytes and size became durable. */
    record SyncFile(int file) implements Operation {}

    /** A sync failed, and the system forgot what it was to write: readers see it, the device never will. */
    record LoseUnsynced(int file) implements Operation {}

    /** A name became another. */
    record Rename(String from, String to, int file) implements Operation {}

    /** A name was removed. */
    record Delete(String name) implements Operation {}

    /** All names became durable. */
    record SyncDirectory() implements Operation {}
}
