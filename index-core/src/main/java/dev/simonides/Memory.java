// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.nio.charset.StandardCharsets;

/**
 * Something to remember: a key, a vector, and what belongs to them. Immutable, except that the vector is not copied: it must
 * not change until the put has returned.
 */
public final class Memory {
    private static final byte[] NO_PAYLOAD = {};

    private final String key;
    private final float[] vector;
    private final byte[] payload;
    private final String tenant;

    private Memory(String key, float[] vector, byte[] payload, String tenant) {
        this.key = key;
        this.vector = vector;
        this.payload = payload;
        this.tenant = tenant;
    }

    /**
     * Makes a memory without payload, in the tenant without a name.
     *
     * @param key unique within its tenant, 1..512 bytes in UTF-8; checked by the put
     * @param vector float32[dimension], finite; checked by the put
     * @return the memory
     */
    public static Memory of(String key, float[] vector) {
        return new Memory(key, vector, NO_PAYLOAD, "");
    }

    /**
     * Returns this memory with a text as its payload.
     *
     * @param text kept in UTF-8, at most 64 MiB
     * @return a new memory
     */
    public Memory text(String text) {
        return new Memory(key, vector, text.getBytes(StandardCharsets.UTF_8), tenant);
    }

    /**
     * Returns this memory with bytes as its payload.
     *
     * @param bytes at most 64 MiB; copied
     * @return a new memory
     */
    public Memory payload(byte[] bytes) {
        return new Memory(key, vector, bytes.clone(), tenant);
    }

    /**
     * Returns this memory in a tenant. Tenants share nothing: a search sees the memories of one.
     *
     * @param name 0..256 bytes in UTF-8; the empty name is a tenant like any other
     * @return a new memory
     */
    public Memory tenant(String name) {
        return new Memory(key, vector, payload, name);
    }

    /**
     * Returns the key.
     *
     * @return unique within the tenant
     */
    public String key() {
        return key;
    }

    /**
     * Returns the vector.
     *
     * @return float32[dimension], not copied
     */
    public float[] vector() {
        return vector;
    }

    /**
     * Returns the payload as text.
     *
     * @return the payload decoded as UTF-8, empty if there is none
     */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /**
     * Returns the payload.
     *
     * @return a copy of the bytes, empty if there is none
     */
    public byte[] payload() {
        return payload.clone();
    }

    /**
     * Returns the tenant's name.
     *
     * @return empty for the tenant without a name
     */
    public String tenant() {
        return tenant;
    }

    @Override
    public String toString() {
        return "Memory{key=" + key + ", dimension=" + vector.length + ", payloadBytes=" + payload.length + ", tenant="
                + tenant + "}";
    }
}
