// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.key;

import java.util.Arrays;

/** A key of a tenant, as UTF-8 bytes, with its hash. Immutable; the bytes are not copied and must not change. */
public final class RecordKey {
    private final int tenantId;
    private final byte[] utf8;
    private final int hash;

    RecordKey(int tenantId, byte[] utf8, int hash) {
        this.tenantId = tenantId;
        this.utf8 = utf8;
        this.hash = hash;
    }

    /**
     * Returns the bytes of the key.
     *
     * @return UTF-8, not to be changed
     */
    public byte[] utf8() {
        return utf8;
    }

    /**
     * Returns the tenant the key belongs to.
     *
     * @return the tenant's number in this process
     */
    public int tenantId() {
        return tenantId;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordKey key && key.tenantId == tenantId && Arrays.equals(key.utf8, utf8);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
