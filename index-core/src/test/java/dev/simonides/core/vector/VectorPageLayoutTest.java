// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Limits;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VectorPageLayoutTest {
    @Test
    void aLocationHoldsPageAndSlot() {
        for (int page : new int[] {0, 1, 77, (1 << 26) - 1}) {
            for (int slot : new int[] {0, 1, 31, 63}) {
                int location = VectorPageLayout.location(page, slot);

                assertEquals(page, VectorPageLayout.page(location));
                assertEquals(slot, VectorPageLayout.slot(location));
            }
        }
    }

    @Test
    void everyDimensionHasPagesThatHoldVectors() {
        for (int dimension = 1; dimension <= Limits.DIMENSION_MAX; dimension++) {
            int pitch = VectorCodec.of(dimension, Similarity.COSINE, OriginalFormat.F16, Kernels.best())
                    .codePitch();
            for (int page = 0; page < 10; page++) {
                int bytes = VectorPageLayout.pageBytes(page, pitch);
                int slots = VectorPageLayout.slots(bytes, pitch);

                assertTrue(Set.of(4 << 10, 16 << 10, 64 << 10).contains(bytes), "page bytes " + bytes);
                assertTrue(slots >= 1 && slots <= Limits.PAGE_SLOTS_MAX, "slots " + slots);
                assertTrue(VectorPageLayout.CODES_OFFSET + (long) slots * pitch <= bytes, "dimension " + dimension);
            }
        }
    }

    @Test
    void theFirstPagesOfATenantAreSmall() {
        int pitch = VectorCodec.of(384, Similarity.COSINE, OriginalFormat.F16, Kernels.best())
                .codePitch();

        assertEquals(4 << 10, VectorPageLayout.pageBytes(0, pitch));
        assertTrue(VectorPageLayout.pageBytes(100, pitch) > 4 << 10);
    }
}
