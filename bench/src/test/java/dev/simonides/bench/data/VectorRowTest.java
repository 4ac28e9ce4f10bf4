// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorRowTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 7, 10, 49_999, 999_999_999_999_999_999L})
    void keysLeadBackToRows(long number) {
        assertEquals(number, VectorRow.numberOf(VectorRow.keyOf(number)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "row-", "row--1", "row-01", "row-1x", "Row-1", "row-1234567890123456789", "17", "row-٣"})
    void otherKeysLeadToNoRow(String key) {
        assertEquals(-1, VectorRow.numberOf(key));
    }
}
