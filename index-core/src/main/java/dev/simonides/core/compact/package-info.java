// SPDX-License-Identifier: Apache-2.0
/**
 * Compaction: the living get new ordinals, 0 to their number, in memory of their own, and the memory of the dead is given back.
 * And page clustering: near vectors are put into the same page, all of them by a compaction, some before a checkpoint.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.compact.Renumbering}, {@link dev.simonides.core.compact.PageUpkeep}.
 * <p><b>May import:</b> dev.simonides (limits, progress), dev.simonides.core.epoch, .graph, .key, .memory, .tenant, .vector,
 * dev.simonides.quantization, dev.simonides.simd, dev.simonides.wal (exceptions).
 * <p><b>Threads:</b> the keeper thread copies; the writer thread puts the copy in the place of what it was made of. Replay
 * does both on the thread that opens.
 * <p><b>Invariants:</b> N1 new ordinals ascend with the old ones, so that the same log gives the same ordinals whoever reads
 * it. N2 nothing of the former numbering is released before every reader has left that may have found it.
 */
@NullMarked
package dev.simonides.core.compact;

import org.jspecify.annotations.NullMarked;
