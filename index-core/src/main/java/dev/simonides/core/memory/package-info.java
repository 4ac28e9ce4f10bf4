// SPDX-License-Identifier: Apache-2.0
/**
 * Memory of a store outside the heap: the budget, anonymous blocks, columns indexed by ordinal, and mapped files.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.memory.Slabs}, then {@link dev.simonides.core.memory.OrdinalColumn}.
 * <p><b>May import:</b> dev.simonides (limits), dev.simonides.simd, dev.simonides.wal (exceptions, sealed files), java.lang.foreign.
 * <p><b>Threads:</b> as each type says. Addresses handed out stay valid until the slabs are closed; {@link dev.simonides.core.memory.ScratchMemory}
 * alone takes no lock.
 * <p><b>Invariants:</b> M1 an address once handed out never moves. M2 a block is zero when handed out,
 * also for the second time. M3 no checksum is ever computed over a mapping: a fault in one ends the process.
 */
package dev.simonides.core.memory;
