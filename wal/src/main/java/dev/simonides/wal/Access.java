// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/** What a file is opened for. */
public enum Access {
    /** Reading only. */
    READ,
    /** Reading and writing. */
    READ_WRITE
}
