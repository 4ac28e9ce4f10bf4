// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/** Where the vectors and payloads of a checkpoint are while a store is open. */
public enum Residency {
    /** {@link #RESIDENT} while everything fits the memory budget, otherwise {@link #MAPPED}. */
    AUTO,
    /** In memory, read when the store is opened. */
    RESIDENT,
    /** In the files, mapped for reading; the operating system keeps in memory what is used. */
    MAPPED
}
