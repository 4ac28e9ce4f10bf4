// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.tenant.Tenant;

/**
 * What a section that is about to be written will hold, all of it from memory. Immutable.
 *
 * @param tenant whose
 * @param first the first ordinal
 * @param end the ordinal behind the last
 * @param deaths how many deaths of older ordinals it lists
 * @param afterLsn deaths up to this LSN are in older files
 * @param lsn the checkpoint's: whoever died later is alive in it
 */
record SectionPart(Tenant tenant, int first, int end, int deaths, long afterLsn, long lsn) {
    boolean dead(int ordinal) {
        return tenant.deathLsn(ordinal) <= lsn;
    }

    /** The death of an ordinal as the checkpoint knows it. */
    long deathLsn(int ordinal) {
        long death = tenant.deathLsn(ordinal);
        return death <= lsn ? death : RowLayout.ALIVE;
    }

    /** Whether the section lists the death of an ordinal below its first. */
    boolean listsDeath(int ordinal) {
        long death = tenant.deathLsn(ordinal);
        return death > afterLsn && death <= lsn;
    }

    SectionPart withDeaths(int counted) {
        return new SectionPart(tenant, first, end, counted, afterLsn, lsn);
    }
}
