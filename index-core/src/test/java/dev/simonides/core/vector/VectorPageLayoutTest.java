// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class VectorPageLayoutTest {
    @Test
    void aLocationHoldsPageAndSlot() {
        for (int place : new int[] {0, 1, 77, (1 << 26) - 1}) {
            for (int slot : new int[] {0, 1, 31, 63}) {
                int location = VectorPageLayout.location(place, slot);

                assertEquals(place, VectorPageLayout.place(location));
                assertEquals(slot, VectorPageLayout.slot(location));
            }
        }
    }
}
