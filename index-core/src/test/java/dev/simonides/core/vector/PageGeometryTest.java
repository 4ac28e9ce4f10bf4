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

class PageGeometryTest {
    private static VectorCodec codec(int dimension, OriginalFormat originals) {
        return VectorCodec.of(dimension, Similarity.COSINE, originals, Kernels.best());
    }

    @Test
    void everyDimensionHasPagesThatHoldVectors() {
        for (int dimension = 1; dimension <= Limits.DIMENSION_MAX; dimension++) {
            VectorCodec codec = codec(dimension, OriginalFormat.F16);
            PageGeometry geometry = PageGeometry.of(codec);
            for (int page = 0; page < 10; page++) {
                int bytes = geometry.pageBytes(page);
                int slots = geometry.slots(page);

                assertTrue(Set.of(4 << 10, 16 << 10, 64 << 10).contains(bytes), "page bytes " + bytes);
                assertTrue(slots >= 1 && slots <= Limits.PAGE_SLOTS_MAX, "slots " + slots);
                assertTrue(
                        VectorPageLayout.CODES_OFFSET + (long) slots * codec.codePitch() <= bytes,
                        "dimension " + dimension);
            }
        }
    }

    @Test
    void theFirstPagesOfATenantAreSmall() {
        PageGeometry geometry = PageGeometry.of(codec(384, OriginalFormat.F16));

        assertEquals(4 << 10, geometry.pageBytes(0));
        assertTrue(geometry.pageBytes(100) > 4 << 10);
    }

    @Test
    void ordinalsFillPagesInOrder() {
        for (int dimension : new int[] {1, 7, 128, 384, 1024, 4096}) {
            PageGeometry geometry = PageGeometry.of(codec(dimension, OriginalFormat.F32));
            int ordinal = 0;
            long codes = 0;
            long originals = 0;
            for (int page = 0; page < 40; page++) {
                assertEquals(ordinal, geometry.firstOrdinal(page), "dimension " + dimension);
                assertEquals(codes, geometry.codesBytes(0, page));
                assertEquals(originals, geometry.originalsBytes(0, page));
                assertEquals(page, geometry.pages(ordinal));
                for (int slot = 0; slot < geometry.slots(page); slot++) {
                    assertEquals(page, geometry.page(ordinal));
                    ordinal++;
                    assertEquals(page + 1, geometry.pages(ordinal));
                }
                codes += geometry.pageBytes(page);
                originals += geometry.originalsBytes(page);
            }
            assertEquals(codes - geometry.codesBytes(0, 3), geometry.codesBytes(3, 40));
            assertEquals(codes - geometry.codesBytes(0, 9), geometry.codesBytes(9, 40));
            assertEquals(originals - geometry.originalsBytes(0, 2), geometry.originalsBytes(2, 40));
        }
    }

    @Test
    void aTenantWithoutOriginalsHasNoBytesForThem() {
        assertEquals(0, PageGeometry.of(codec(8, OriginalFormat.NONE)).originalsBytes(0, 100));
    }
}
