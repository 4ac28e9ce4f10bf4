// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/** What stands at a place of a segment where a frame may begin. */
enum FrameState {
    /** A frame, checked in every byte. */
    VALID,
    /** A sector of it was never written, or there is nothing at all; a crash leaves this behind. */
    INCOMPLETE,
    /** A sector of it is neither absent nor valid. */
    DAMAGED,
    /** Every sector is valid and what they say is contradictory: nothing the writer ever wrote. */
    CONTRADICTORY
}
