// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Of each tenant in a file the ordinal behind its last, in 8 bytes a tenant: a store of many has these for each of its files.
 * Immutable.
 */
final class TenantEnds {
    /** No section in the file. */
    static final int NONE = -1;

    private final String[] tenants;
    private final int[] ends;

    private TenantEnds(String[] tenants, int[] ends) {
        this.tenants = tenants;
        this.ends = ends;
    }

    /**
     * Takes them from a table of contents.
     *
     * @param sections of different tenants
     * @param nameOf the same name, as whoever keeps it has it
     */
    static TenantEnds of(List<Section> sections, UnaryOperator<String> nameOf) {
        // As strings compare: the order of their bytes, which the file has, is another one for a few characters.
        Section[] sorted = sections.toArray(Section[]::new);
        Arrays.sort(sorted, Comparator.comparing(Section::tenant));
        String[] tenants = new String[sorted.length];
        int[] ends = new int[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            tenants[i] = nameOf.apply(sorted[i].tenant());
            ends[i] = sorted[i].end();
        }
        return new TenantEnds(tenants, ends);
    }

    /** The ordinal behind the last of a tenant, or {@link #NONE}. */
    int of(String tenant) {
        int at = Arrays.binarySearch(tenants, tenant);
        return at < 0 ? NONE : ends[at];
    }
}
