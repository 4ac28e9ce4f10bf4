// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

/**
 * What the files say of a memory besides its vector and its payload.
 *
 * @param key its key
 * @param payloadBytes the length of its payload
 * @param timestampMillis when it was put
 */
public record SalvagedRecord(String key, int payloadBytes, long timestampMillis) {}
