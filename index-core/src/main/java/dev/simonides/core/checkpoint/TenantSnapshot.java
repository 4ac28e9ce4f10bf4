// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.tenant.Tenant;

/**
 * How much of a tenant belongs to a checkpoint. Immutable.
 *
 * @param tenant whose
 * @param count ordinals from here on do not belong to it
 * @param pendingFloor ordinals from here on, below the count, may be missing in the graph
 */
public record TenantSnapshot(Tenant tenant, int count, int pendingFloor) {}
