// SPDX-License-Identifier: Apache-2.0
/**
 * A tenant in memory: its ordinals with their lives and records, its vectors, its graph and its pending window.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.tenant.Tenant}.
 * <p><b>May import:</b> dev.simonides (limits), dev.simonides.core.graph, .key, .memory, .vector, dev.simonides.quantization,
 * dev.simonides.simd.
 * <p><b>Threads:</b> the writer thread adds, any thread reads what is published, indexer threads link.
 * <p><b>Invariants:</b> T1 an ordinal is visible if and only if {@code birthLsn ≤ watermark < deathLsn}. T2 ordinals are
 * given in order and never used again within a numbering. T3 every ordinal below the linked floor is settled in the graph. T4 between two
 * writes all tenants that are found by their names are of one numbering.
 */
package dev.simonides.core.tenant;
