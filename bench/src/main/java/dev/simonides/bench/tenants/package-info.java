// SPDX-License-Identifier: Apache-2.0
/**
 * What many small tenants cost: on disk, in memory, at opening and at a search.
 *
 * <p><b>Read first:</b> {@link dev.simonides.bench.tenants.TenantCosts}, then {@link
 * dev.simonides.bench.tenants.TenantProbe}, which it runs in JVMs of their own.
 *
 * <p><b>May import:</b> dev.simonides, dev.simonides.quantization, dev.simonides.wal, dev.simonides.bench,
 * dev.simonides.bench.generate, HdrHistogram, Jackson. Nothing else of ours.
 *
 * <p><b>Threads:</b> the caller's, and those of the stores it makes.
 *
 * <p><b>Invariants:</b> I1 the vectors come from a seed, so two runs fill the same store. I2 what is compared was measured in
 * JVMs with the same flags, of which each opens one store.
 */
package dev.simonides.bench.tenants;
