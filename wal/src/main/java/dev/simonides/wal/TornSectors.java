// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/** What a damaged sector behind the last whole frame means. */
public enum TornSectors {
    /** The medium writes a sector whole or not at all, so a damaged one is damage: refused. The default. */
    REFUSE,
    /** The medium may tear a sector, so a damaged one behind the last whole frame counts as never written. */
    TOLERATE
}
