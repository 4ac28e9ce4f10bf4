// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentNameTest {
    @Test
    void aNumberIsFoundAgainInItsName() {
        assertEquals("wal-0000000001", SegmentName.of(1));
        assertEquals("wal-9999999999", SegmentName.of(9_999_999_999L));
        assertEquals(1_234_567_890, SegmentName.number(SegmentName.of(1_234_567_890)));
        assertEquals(-1, SegmentName.number(SegmentName.unfinished(7)));
        assertTrue(SegmentName.isUnfinished(SegmentName.unfinished(7)));
        assertFalse(SegmentName.isUnfinished(SegmentName.of(7)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "wal-",
                "wal-1",
                "wal-000000001",
                "wal-00000000001",
                "wal-00000000 1",
                "wal-000000000a",
                "wax-0000000001",
                "wal-+000000001",
                "wal-٠٠٠٠٠٠٠٠٠١",
                "wal-0000000001.bak",
                "xwal-0000000001",
                "WAL-0000000001"
            })
    void whatIsNoSegmentsNameIsNot(String name) {
        assertEquals(-1, SegmentName.number(name));
        assertFalse(SegmentName.isUnfinished(name));
        assertFalse(SegmentName.isUnfinished(name + ".tmp"));
    }
}
