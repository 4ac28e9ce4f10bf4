// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * What is kept of an ordinal besides its vector: when it lives, and where its record is. In memory only.
 *
 * <pre>
 * life    0         8         16
 *         birthLsn  deathLsn  record address
 *
 * record  0         4              8           16               24
 *         keyBytes  payloadBytes   timestamp   payload address  key bytes
 * </pre>
 *
 * <p>The payload stands anywhere: behind its record if it came through the log, in a loaded or mapped file otherwise.
 */
final class LifeLayout { // tidy: format, in memory only
    static final long LIFE_BYTES = 24;
    static final long BIRTH_OFFSET = 0;
    static final long DEATH_OFFSET = 8;
    static final long RECORD_OFFSET = 16;

    static final long RECORD_KEY_BYTES_OFFSET = 0;
    static final long RECORD_PAYLOAD_BYTES_OFFSET = 4;
    static final long RECORD_TIMESTAMP_OFFSET = 8;
    static final long RECORD_PAYLOAD_OFFSET = 16;
    static final long RECORD_KEY_OFFSET = 24;

    /** The death LSN of the living. */
    static final long ALIVE = Long.MAX_VALUE;

    static final MemorySegment MEMORY = OffHeap.everything();
    static final VarHandle INT = JAVA_INT.varHandle();
    static final VarHandle LONG = JAVA_LONG.varHandle();

    private LifeLayout() {}

    /** Size of a record and of the payload behind it. */
    static long recordBytes(int keyBytes, int payloadBytes) {
        return (RECORD_KEY_OFFSET + keyBytes + payloadBytes + 7) & -8;
    }
}
