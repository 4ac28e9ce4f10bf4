// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

/**
 * What a file of truth holds of one tenant. Immutable.
 *
 * @param tenant the tenant's name
 * @param first the first ordinal
 * @param end the ordinal behind the last
 * @param deaths how many deaths of older ordinals are listed
 * @param front the part of the data that is read in order
 * @param back the part of the data that is used where it lies
 */
record Section(String tenant, int first, int end, int deaths, Range front, Range back) {
    /**
     * A run of bytes of the data.
     *
     * @param offset where it begins
     * @param bytes its length
     */
    record Range(long offset, long bytes) {
        long end() {
            return offset + bytes;
        }
    }

    int count() {
        return end - first;
    }
}
