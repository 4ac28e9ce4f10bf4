// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.epoch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is released when, with readers that the test moves by hand. */
class EpochsTest {
    private final Epochs epochs = new Epochs(3);
    private final List<String> released = new ArrayList<>();

    private void retire(String name) {
        epochs.retire(() -> released.add(name));
    }

    private List<String> reclaimed() {
        released.clear();
        epochs.reclaim();
        return List.copyOf(released);
    }

    @Test
    void releasesAtOnceWhenNobodyIsInside() {
        retire("page");

        assertEquals(List.of("page"), reclaimed());
        assertEquals(0, epochs.waiting());
    }

    @Test
    void holdsWhatAReaderInsideMayHaveSeen() {
        epochs.enter(1);
        retire("page");

        assertEquals(List.of(), reclaimed());
        epochs.leave(1);
        assertEquals(List.of("page"), reclaimed());
    }

    @Test
    void isNotHeldUpByReadersThatCameLater() {
        epochs.enter(0);
        retire("old");
        epochs.enter(2);
        epochs.leave(0);

        assertEquals(List.of("old"), reclaimed());
        epochs.leave(2);
    }

    @Test
    void holdsOnlyWhatWasRetiredAfterTheReaderEntered() {
        retire("before");
        epochs.enter(0);
        retire("after");

        assertEquals(List.of("before"), reclaimed());
        assertEquals(1, epochs.waiting());
        epochs.leave(0);
        assertEquals(List.of("after"), reclaimed());
    }

    @Test
    void leavesWithTheOutermostLeave() {
        epochs.enter(0);
        epochs.enter(0);
        retire("page");
        epochs.leave(0);

        assertEquals(List.of(), reclaimed());
        epochs.leave(0);
        assertEquals(List.of("page"), reclaimed());
    }

    @Test
    void anInnerEnterKeepsTheOuterEpoch() {
        epochs.enter(0);
        retire("page");
        epochs.enter(0);

        assertEquals(List.of(), reclaimed());
        epochs.leave(0);
        epochs.leave(0);
    }

    @Test
    void releasesInTheOrderOfRetiring() {
        retire("first");
        retire("second");
        retire("third");

        assertEquals(List.of("first", "second", "third"), reclaimed());
    }

    @Test
    void aReleaseMayRetireWhatTheNextReclaimReleases() {
        epochs.retire(() -> retire("inner"));

        assertEquals(List.of(), reclaimed());
        assertEquals(List.of("inner"), reclaimed());
    }

    @Test
    void closingReleasesEverythingOnce() {
        retire("page");
        epochs.retire(() -> retire("inner"));

        epochs.close();
        epochs.close();

        assertEquals(List.of("page", "inner"), released);
    }

    @Test
    void aMarkIsPassedWhenThoseInsideHaveLeftAndNotWhenOthersCome() {
        assertTrue(epochs.passed(epochs.mark()), "nobody was inside");
        epochs.enter(0);
        long mark = epochs.mark();
        epochs.enter(1);

        assertFalse(epochs.passed(mark));
        epochs.leave(0);
        assertTrue(epochs.passed(mark), "who entered later does not count");
        assertFalse(epochs.passed(epochs.mark()));
        epochs.leave(1);
    }
}
