// SPDX-License-Identifier: Apache-2.0
/**
 * Searching a tenant: scan, pending window, graph, merge, rescore; and the scratch that keeps it free of allocation.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.search.TenantSearch}, then {@link dev.simonides.core.search.ScratchPool}.
 * <p><b>May import:</b> dev.simonides (limits, strategy), dev.simonides.core.epoch, .graph, .memory, .tenant,
 * .vector, dev.simonides.quantization, dev.simonides.simd.
 * <p><b>Threads:</b> any thread, with a scratch claimed for one search.
 * <p><b>Invariants:</b> S1 a search loads the pending floor before its watermark, and its watermark once. S2 what it
 * returns is visible at that watermark. S3 it returns {@code min(k, live)} hits. S4 a scratch and the epoch slot
 * of its number have one user, who is inside the epoch; there are never more scratches than slots.
 */
package dev.simonides.core.search;
