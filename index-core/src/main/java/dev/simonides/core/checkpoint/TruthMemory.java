// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.vector.PageGeometry;

/**
 * The memory of a store that files are loaded into.
 *
 * @param tenants without a tenant
 * @param budget charged with what is loaded
 * @param geometry of the store's pages
 * @param mappings where full pages of vectors are
 */
public record TruthMemory(Tenants tenants, MemoryBudget budget, PageGeometry geometry, VectorMappings mappings) {}
