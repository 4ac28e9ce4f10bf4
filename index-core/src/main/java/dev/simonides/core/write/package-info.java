// SPDX-License-Identifier: Apache-2.0
/**
 * The way of a write: request, queue, frame, log, memory, acknowledgement; and the same memory step for replay.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.write.PutLayout}, {@link dev.simonides.core.write.Writer}, then {@link
 * dev.simonides.core.write.Applier}.
 * <p><b>May import:</b> dev.simonides (limits), dev.simonides.core.key, .memory, .tenant, .thread, .vector,
 * dev.simonides.quantization, dev.simonides.simd, dev.simonides.wal, org.agrona (a map).
 * <p><b>Threads:</b> callers make requests and queue them; the sync thread makes the log durable and its next segment; one
 * writer thread does everything else.
 * <p><b>Invariants:</b> W1 nothing is acknowledged before its frame is durable under the policy, and acknowledgements are
 * in LSN order. W2 memory and ordinals are taken before the append, so nothing of ours fails after it. W3 what was applied
 * is published frame by frame: a batch appears at once. W4 after a failure nothing is appended any more. W5 a delete is
 * decided against everything before it in LSN order, applied or in flight.
 */
package dev.simonides.core.write;
