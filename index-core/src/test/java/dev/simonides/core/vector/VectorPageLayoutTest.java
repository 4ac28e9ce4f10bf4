// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
