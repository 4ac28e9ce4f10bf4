// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256. Immutable.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
record Sha256(String hex) {
    static final int HEX_DIGITS = 64;

    static Sha256 of(byte[] bytes) {
        try {
            return new Sha256(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }

    /** Reads the first word of a line as {@code sha256sum} writes it. What is not a digest equals no digest. */
    static Sha256 parse(String line) {
        return new Sha256(line.substring(0, Math.min(HEX_DIGITS, line.length())));
    }
}
