// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

/**
 * When an ordinal lives, and where its record is. In memory only.
 *
 * <pre>
 * life    0         8         16
 *         birthLsn  deathLsn  record address
 * </pre>
 */
final class LifeLayout { // tidy: format, in memory only
    static final long LIFE_BYTES = 24;
    static final long BIRTH_OFFSET = 0;
    static final long DEATH_OFFSET = 8;
    static final long RECORD_OFFSET = 16;

    /** The death LSN of the living. */
    static final long ALIVE = Long.MAX_VALUE;

    private LifeLayout() {}
}
