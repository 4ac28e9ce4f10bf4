// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * What a write-once file is, byte for byte: whoever names the file keeps this, and a file that is stale, cut or another
 * one is found out when it is opened. Immutable.
 *
 * @param bytes the size of the whole file
 * @param crc the checksum in its footer, which covers the checksums of all blocks, so that it stands for the content
 * @param sha256 the SHA-256 of the whole file, 64 lower-case hexadecimal digits
 */
public record SealedFileSummary(long bytes, int crc, String sha256) {
    private static final int SHA_DIGITS = 64;

    /** Checks the bounds. */
    public SealedFileSummary {
        if (bytes < SealedFileLayout.BYTES + SealedFooterLayout.BYTES) {
            throw new IllegalArgumentException("bytes: expected=at least a header and a footer, actual=" + bytes);
        }
        if (!wellFormed(sha256)) {
            throw new IllegalArgumentException("sha256: expected=64 hexadecimal digits, actual=" + sha256);
        }
    }

    private static boolean wellFormed(String sha256) {
        return sha256.length() == SHA_DIGITS
                && sha256.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }
}
