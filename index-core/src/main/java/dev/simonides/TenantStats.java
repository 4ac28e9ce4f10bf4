// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

/**
 * What a tenant holds, at about one moment. Immutable.
 *
 * @param name the tenant's name
 * @param liveCount memories alive
 * @param ordinalCount vectors stored, dead ones included
 * @param pendingCount vectors that no graph leads to yet, 0 where there is no graph
 * @param graph whether it has a graph; without one it is scanned
 */
public record TenantStats(String name, long liveCount, long ordinalCount, long pendingCount, boolean graph) {}
