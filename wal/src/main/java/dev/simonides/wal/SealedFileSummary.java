// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * What identifies the content of a write-once file. Immutable.
 *
 * @param bytes length of the whole file
 * @param crc CRC-32C of its footer, which covers the checksums of all its blocks
 * @param sha256 SHA-256 of the whole file, 64 hexadecimal digits
 */
public record SealedFileSummary(long bytes, int crc, String sha256) {}
