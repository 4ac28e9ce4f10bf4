// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TenantTest {
    private static final VectorCodec CODEC = VectorCodec.of(8, Similarity.DOT, OriginalFormat.F32, Kernels.best());

    private static float[] vector(int seed) {
        return Vectors.gaussian(seed, 8);
    }

    @Test
    void anOrdinalIsVisibleFromItsBirthToItsDeath() {
        try (TenantFixture fixture = new TenantFixture(CODEC, 100)) {
            int ordinal = fixture.add(vector(1));
            long birth = fixture.lsn();
            fixture.add(vector(2));
            fixture.kill(ordinal);
            long death = fixture.lsn();

            Tenant tenant = fixture.tenant();
            assertFalse(tenant.visible(ordinal, birth - 1));
            assertTrue(tenant.visible(ordinal, birth));
            assertTrue(tenant.visible(ordinal, death - 1));
            assertFalse(tenant.visible(ordinal, death));
            assertEquals(1, tenant.liveCount());
            assertEquals(2, tenant.count());
        }
    }

    @Test
    void recordsComeBackAsTheyWereAdded() {
        try (TenantFixture fixture = new TenantFixture(CODEC, 100)) {
            for (int i = 0; i < 200; i++) {
                assertEquals(i, fixture.add(vector(i)));
            }

            Tenant tenant = fixture.tenant();
            float[] original = new float[8];
            for (int i = 0; i < 200; i++) {
                assertEquals("key-" + i, new String(tenant.key(i), StandardCharsets.UTF_8));
                assertEquals(0, tenant.payload(i).length);
                assertEquals(1_000 + tenant.birthLsn(i), tenant.timestampMillis(i));
                CODEC.decodeOriginal(tenant.vectors().originalAddress(i), original);
                assertTrue(java.util.Arrays.equals(vector(i), original), "vector " + i);
                assertEquals(i, tenant.vectors().holder(i));
            }
        }
    }

    @Test
    void theGraphComesWithTheFirstVectorBeyondTheScan() {
        try (TenantFixture fixture = new TenantFixture(CODEC, 3)) {
            for (int i = 0; i < 3; i++) {
                fixture.add(vector(i));
            }
            assertNull(fixture.tenant().graph());
            assertFalse(fixture.tenant().graphWanted());

            fixture.add(vector(3));

            assertNotNull(fixture.tenant().graph());
            assertTrue(fixture.tenant().graphWanted());
        }
    }

    @Test
    void placesThatWereTakenBackAreGivenAgain() {
        try (TenantFixture fixture = new TenantFixture(CODEC, 0)) {
            fixture.add(vector(0));
            Tenant tenant = fixture.tenant();
            assertEquals(1, tenant.place());
            assertEquals(2, tenant.place());

            tenant.unplace(2);
            tenant.unplace(1);

            assertEquals(1, fixture.add(vector(1)));
            assertEquals(2, tenant.count());
        }
    }
}
