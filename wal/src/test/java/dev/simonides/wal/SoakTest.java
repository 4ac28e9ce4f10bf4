// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SoakTest {
    private final String amount = System.getProperty("soak.amount", "0");
    private final String minutes = System.getProperty("soak.minutes", "0");

    @BeforeEach
    void forgetsMinutes() {
        System.setProperty("soak.minutes", "0");
    }

    @AfterEach
    void putsBackWhatTheBuildSaid() {
        System.setProperty("soak.amount", amount);
        System.setProperty("soak.minutes", minutes);
    }

    @Test
    void verifyRunsTheShortForms() {
        System.setProperty("soak.amount", "0");
        System.setProperty("soak.minutes", "5");

        assertEquals(3, count(Soak.rounds(3, 100)));
        assertEquals(3, Soak.amount(3, 100));
    }

    @Test
    void soakMultipliesTheLongForms() {
        System.setProperty("soak.amount", "0.5");

        assertEquals(50, count(Soak.rounds(3, 100)));
        assertEquals(60, Soak.amount(60, 100), "never less than the short form");
    }

    @Test
    void whatIsRequiredGrowsWithTheRoundsButNotWithTheMinutes() {
        System.setProperty("soak.amount", "0");
        assertEquals(3, Soak.required(3, 100));

        System.setProperty("soak.amount", "2");
        assertEquals(200, Soak.required(3, 100));

        System.setProperty("soak.minutes", "1");
        assertEquals(3, Soak.required(3, 100), "nobody knows how many rounds a minute has");
    }

    @Test
    void soakGoesOnForMinutes() {
        System.setProperty("soak.amount", "1");
        System.setProperty("soak.minutes", "0.00005");

        assertTrue(count(Soak.rounds(3, 4)) >= 3);
        assertEquals(100, Soak.amount(3, 100));
    }

    @Test
    void refusesNonsense() {
        System.setProperty("soak.amount", "much");

        assertThrows(IllegalArgumentException.class, Soak::on);
    }

    private static int count(Soak.Rounds rounds) {
        int count = 0;
        while (rounds.next()) {
            assertEquals(count, rounds.number());
            count++;
        }
        return count;
    }
}
