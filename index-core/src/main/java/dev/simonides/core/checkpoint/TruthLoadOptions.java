// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

/**
 * How files of truth are loaded.
 *
 * @param lsn the manifest's LSN: no file may know of later records
 * @param helpers threads that work beside the calling one, at most; with 0 none is started
 * @param everyCode whether every code record is checked against its own rules too, which costs more than reading it
 */
public record TruthLoadOptions(long lsn, int helpers, boolean everyCode) {}
