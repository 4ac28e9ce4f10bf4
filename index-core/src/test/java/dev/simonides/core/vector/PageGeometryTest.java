// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Limits;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PageGeometryTest {
    private static VectorCodec codec(int dimension, OriginalFormat originals) {
        return VectorCodec.of(dimension, Similarity.COSINE, originals, Kernels.best());
    }

    @Test
    void everyDimensionHasPagesThatHoldVectors() {
        for (PageFormat format : PageFormat.values()) {
            for (int dimension = 1; dimension <= Limits.DIMENSION_MAX; dimension++) {
                PageGeometry geometry = PageGeometry.of(codec(dimension, OriginalFormat.F16), format);
                for (int page = 0; page < 10; page++) {
                    assertHoldsWhatItSays(geometry, page);
                }
            }
        }
    }

    private static void assertHoldsWhatItSays(PageGeometry geometry, int page) {
        int dimension = geometry.codec().dimension();
        int bytes = geometry.pageBytes(page);
        int slots = geometry.slots(page);
        int codes = geometry.codesOffset(page);
        int pitch = geometry.pitch(page);

        assertTrue(Set.of(4 << 10, 16 << 10, 64 << 10).contains(bytes), "page bytes " + bytes);
        assertTrue(slots >= 1 && slots <= Limits.PAGE_SLOTS_MAX, "slots " + slots);
        assertTrue(codes % 64 == 0 && codes >= VectorPageLayout.ORDINALS_OFFSET + 4L * slots, "dimension " + dimension);
        assertTrue(pitch % 8 == 0 && pitch >= geometry.codec().codeBytes(), "dimension " + dimension);
        assertTrue(codes + (long) slots * pitch <= bytes, "dimension " + dimension);
    }

    @Test
    void tenVectorsOf384DimensionsAreOneSmallPage() {
        PageGeometry geometry = PageGeometry.of(codec(384, OriginalFormat.NONE));

        assertEquals(10, geometry.slots(0));
        assertEquals(4096, geometry.codesBytes(0, geometry.pages(10)));
        assertEquals(392, geometry.pitch(0));
        assertEquals(128, geometry.codesOffset(0));
    }

    @Test
    void codesOfLargePagesBeginOnCacheLines() {
        for (int dimension : new int[] {1, 100, 128, 384, 768}) {
            PageGeometry geometry = PageGeometry.of(codec(dimension, OriginalFormat.NONE));

            assertEquals(0, geometry.pitch(4) % 64);
            assertEquals(0, geometry.codesOffset(4) % 64);
        }
    }

    @Test
    void pagesOfOlderStoresAreWhatTheyWere() {
        PageGeometry geometry = PageGeometry.of(codec(384, OriginalFormat.NONE), PageFormat.ROUNDED);

        assertEquals(List.of(8, 35), List.of(geometry.slots(0), geometry.slots(4)));
        assertEquals(List.of(448, 448), List.of(geometry.pitch(0), geometry.pitch(4)));
        assertEquals(List.of(320, 320), List.of(geometry.codesOffset(0), geometry.codesOffset(4)));
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
    void noPartOfAPageIsLargerThanTheLargest() {
        for (int dimension = 1; dimension <= 4096; dimension++) {
            for (OriginalFormat originals : OriginalFormat.values()) {
                PageGeometry geometry = PageGeometry.of(codec(dimension, originals));
                long largest = 0;
                for (int page = 0; page < 6; page++) {
                    largest = Math.max(largest, Math.max(geometry.pageBytes(page), geometry.originalsBytes(page)));
                }
                assertEquals(largest, geometry.largestPartBytes(), "dimension " + dimension);
            }
        }
    }

    @Test
    void aTenantWithoutOriginalsHasNoBytesForThem() {
        assertEquals(0, PageGeometry.of(codec(8, OriginalFormat.NONE)).originalsBytes(0, 100));
    }
}
