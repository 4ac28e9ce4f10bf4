// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.util.Optional;

/**
 * One row of a file: a vector and what the file says about it.
 *
 * <p>Immutable, except that the vector is the caller's to change: every row has an array of its own.
 */
public final class VectorRow {

    private static final String KEY_PREFIX = "row-";

    private final long number;
    private final long offset;
    private final String key;
    private final float[] vector;
    private final Optional<String> text;
    private final Optional<byte[]> bytes;
    private final Optional<String> tenant;

    private VectorRow(
            long number,
            long offset,
            String key,
            float[] vector,
            Optional<String> text,
            Optional<byte[]> bytes,
            Optional<String> tenant) {
        this.number = number;
        this.offset = offset;
        this.key = key;
        this.vector = vector;
        this.text = text;
        this.bytes = bytes;
        this.tenant = tenant;
    }

    /**
     * A row with the key {@code row-<number>}, no text and no tenant.
     *
     * @param number the 0-based row
     * @param offset the byte at which the row begins, or {@link VectorFileException#NOWHERE}
     * @param vector float32[dim], kept and not copied
     * @return the row
     */
    public static VectorRow of(long number, long offset, float[] vector) {
        return new VectorRow(
                number, offset, keyOf(number), vector, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * The key of a row that brings none of its own.
     *
     * @param number the 0-based row
     * @return {@code row-<number>}
     */
    public static String keyOf(long number) {
        return KEY_PREFIX + number;
    }

    /**
     * The inverse of {@link #keyOf}.
     *
     * @param key any key
     * @return the 0-based row, or -1 if the key is not of the form {@code row-<number>}
     */
    public static long numberOf(String key) {
        int length = key.length();
        int digits = length - KEY_PREFIX.length();
        if (digits < 1 || digits > 18 || !key.startsWith(KEY_PREFIX)) {
            return -1;
        }
        long number = 0;
        for (int i = KEY_PREFIX.length(); i < length; i++) {
            int digit = key.charAt(i) - '0';
            if (digit < 0 || digit > 9 || (digit == 0 && number == 0 && digits > 1)) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /**
     * This row under another key.
     *
     * @param key the key
     * @return the row
     */
    public VectorRow withKey(String key) {
        return new VectorRow(number, offset, key, vector, text, bytes, tenant);
    }

    /** This row with another vector, kept and not copied. */
    VectorRow withVector(float[] vector) {
        return new VectorRow(number, offset, key, vector, text, bytes, tenant);
    }

    /**
     * This row with bytes that are no text; they take the place of its text.
     *
     * @param payload kept and not copied
     * @return the row
     */
    public VectorRow withBytes(byte[] payload) {
        return new VectorRow(number, offset, key, vector, Optional.empty(), Optional.of(payload), tenant);
    }

    /**
     * This row with a text; it takes the place of its bytes.
     *
     * @param text the text
     * @return the row
     */
    public VectorRow withText(String text) {
        return new VectorRow(number, offset, key, vector, Optional.of(text), Optional.empty(), tenant);
    }

    /**
     * This row as the memory of a tenant.
     *
     * @param tenant the tenant's name
     * @return the row
     */
    public VectorRow withTenant(String tenant) {
        return new VectorRow(number, offset, key, vector, text, bytes, Optional.of(tenant));
    }

    /**
     * Where in the file the row is.
     *
     * @return the 0-based row
     */
    public long number() {
        return number;
    }

    /**
     * Where in the file the row begins.
     *
     * @return the byte in the uncompressed stream, or {@link VectorFileException#NOWHERE} where the format has none
     */
    public long offset() {
        return offset;
    }

    /**
     * The key.
     *
     * @return what the file says, or {@code row-<number>}
     */
    public String key() {
        return key;
    }

    /**
     * The vector.
     *
     * @return float32[dim], this row's own array; components may be anything, NaN included
     */
    public float[] vector() {
        return vector;
    }

    /**
     * The text.
     *
     * @return the text, if the row has one
     */
    public Optional<String> text() {
        return text;
    }

    /**
     * Bytes that are no text.
     *
     * @return the bytes, not copied, if the row has such
     */
    public Optional<byte[]> bytes() {
        return bytes;
    }

    /**
     * The tenant.
     *
     * @return the tenant's name, if the row names one
     */
    public Optional<String> tenant() {
        return tenant;
    }
}
