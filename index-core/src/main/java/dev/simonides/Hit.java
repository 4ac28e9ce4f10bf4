// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.nio.charset.StandardCharsets;

/**
 * A memory that was found. Key and scores were copied out by the search; the payload is read from the store when asked for.
 * Any thread.
 *
 * <p>What the two numbers mean depends on the store's {@linkplain dev.simonides.quantization.Similarity similarity}, with q
 * the query and x the memory's vector:
 *
 * <table>
 * <caption>score and distance</caption>
 * <tr><th>similarity</th><th>score, larger is closer</th><th>distance, smaller is closer</th></tr>
 * <tr><td>COSINE</td><td>cos(q, x), −1..1</td><td>1 − cos(q, x), 0..2</td></tr>
 * <tr><td>DOT</td><td>q · x</td><td>−(q · x)</td></tr>
 * <tr><td>EUCLIDEAN</td><td>−‖q − x‖²</td><td>‖q − x‖</td></tr>
 * </table>
 *
 * <p>x is the vector as it is stored: the original in F16 or F32, or the INT8 code where the store keeps no originals. Both
 * numbers carry that rounding; under COSINE a score may pass 1 by it.
 */
public final class Hit {
    private final MemoryIndex index;
    private final dev.simonides.core.tenant.Tenant tenant;
    private final int ordinal;
    private final String key;
    private final float score;
    private final float distance;

    Hit(MemoryIndex index, dev.simonides.core.tenant.Tenant tenant, int ordinal, float score, float distance) {
        this.index = index;
        this.tenant = tenant;
        this.ordinal = ordinal;
        this.key = new String(tenant.key(ordinal), StandardCharsets.UTF_8);
        this.score = score;
        this.distance = distance;
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
     * Returns the tenant's name.
     *
     * @return empty for the tenant without a name
     */
    public String tenant() {
        return tenant.name();
    }

    /**
     * Returns how close the memory is.
     *
     * @return larger is closer, see above
     */
    public float score() {
        return score;
    }

    /**
     * Returns how far the memory is.
     *
     * @return smaller is closer, see above
     */
    public float distance() {
        return distance;
    }

    /**
     * Reads the payload as text.
     *
     * @return the payload decoded as UTF-8, empty if there is none
     * @throws MemoryGoneException if the memory was deleted or replaced and the store compacted since
     * @throws IllegalStateException if the store is closed
     */
    public String text() {
        return new String(payload(), StandardCharsets.UTF_8);
    }

    /**
     * Reads the payload.
     *
     * @return the bytes, empty if there is none
     * @throws MemoryGoneException if the memory was deleted or replaced and the store compacted since
     * @throws IllegalStateException if the store is closed
     */
    public byte[] payload() {
        return index.payload(tenant, ordinal);
    }

    /**
     * Returns the LSN of the put that stored the memory.
     *
     * @return log sequence number, 1 or more
     * @throws MemoryGoneException if the memory was deleted or replaced and the store compacted since
     * @throws IllegalStateException if the store is closed
     */
    public long lsn() {
        return index.birthLsn(tenant, ordinal);
    }

    @Override
    public String toString() {
        return "Hit{key=" + key + ", score=" + score + "}";
    }
}
