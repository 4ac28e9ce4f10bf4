// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/** How a search was done. */
public enum Strategy {
    /** Every vector of the tenant was scored. */
    EXACT_SCAN,
    /** The graph was walked; nothing was pending. */
    GRAPH,
    /** The graph was walked, and the vectors not yet linked were scored one by one. */
    GRAPH_AND_PENDING
}
