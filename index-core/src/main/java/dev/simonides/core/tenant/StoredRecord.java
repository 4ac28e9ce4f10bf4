// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import java.lang.foreign.MemorySegment;

/**
 * The fields of a put as they stand in one run of bytes: nothing is copied until the tenant takes them.
 *
 * @param bytes the run
 * @param timestampMillis when it was put, by the store's clock
 * @param keyOffset where the key begins
 * @param keyBytes its length
 * @param payloadOffset where the payload begins
 * @param payloadBytes its length
 * @param vectorOffset where the code record begins; the original follows it
 */
public record StoredRecord(
        MemorySegment bytes,
        long timestampMillis,
        long keyOffset,
        int keyBytes,
        long payloadOffset,
        int payloadBytes,
        long vectorOffset) {}
