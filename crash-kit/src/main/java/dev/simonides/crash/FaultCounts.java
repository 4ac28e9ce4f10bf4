// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

/**
 * What fault rounds did. Immutable.
 *
 * @param runs runs of the application, each with a fault at another operation
 * @param operations the most operations of the disk that a run had
 * @param refused runs that the fault ended
 * @param states states after a power cut behind the fault, all looked at
 */
public record FaultCounts(int runs, int operations, int refused, long states) {}
