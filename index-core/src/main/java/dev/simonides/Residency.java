// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/**
 * Where the vectors of a checkpoint are while a store is open: codes and originals. Keys, payloads and graphs are in memory
 * always, and so are vectors put since the last checkpoint.
 *
 * <p>Mapped vectors are read by the same kernels as those in memory. A processor that finds no bytes behind a mapping, because
 * another process cut the file short or the device failed, ends the whole process, and no library can prevent that (in native
 * and in vector code). The files are read-only and the directory is the owner's alone; who cannot accept what remains chooses
 * {@link #RESIDENT}. What is mapped was verified by reading before it was used, and costs none of the memory budget. On a remote
 * file system nothing is ever mapped.
 */
public enum Residency {
    /**
     * {@link #RESIDENT} while everything fits the memory budget when the store is opened, otherwise {@link #MAPPED}; so a store
     * that outgrew its budget opens.
     */
    AUTO,
    /** In memory, read when the store is opened; a store that does not fit the budget is not opened. */
    RESIDENT,
    /**
     * In the files, mapped for reading; the operating system keeps in memory what is used. Full pages move there with the
     * checkpoint that wrote them. Where nothing can be mapped, they stay in memory.
     */
    MAPPED
}
