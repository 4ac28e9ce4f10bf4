// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * How much the tests that come in a short and a long form do. Immutable.
 *
 * <p>{@code mvn verify} runs the short forms, {@code mvn -Psoak verify} the long ones. There {@code -Dsoak.amount=3} makes
 * three times as much of everything, and {@code -Dsoak.minutes=10} lets every form that repeats random rounds go on for ten
 * minutes instead of a number of rounds.
 */
public final class Soak {
    private static final String AMOUNT = "soak.amount";
    private static final String MINUTES = "soak.minutes";

    private Soak() {}

    /** Whether the long forms run. */
    public static boolean on() {
        return factor() > 0;
    }

    /**
     * How much to do.
     *
     * @param verify the amount of the short form
     * @param soak the amount of the long form, to be multiplied by {@code soak.amount}
     */
    public static int amount(int verify, int soak) {
        return on() ? (int) Math.min(Integer.MAX_VALUE, Math.max(verify, Math.round(soak * factor()))) : verify;
    }

    /**
     * How much must have come of random rounds: as {@link #amount}, but the least of the short form where minutes decide how
     * many rounds there are.
     *
     * @param verify what the short form must reach
     * @param soak what the long form must reach, to be multiplied by {@code soak.amount}
     */
    public static int required(int verify, int soak) {
        return minutes() > 0 ? verify : amount(verify, soak);
    }

    /**
     * Random rounds: a number of them, or as many as the minutes allow.
     *
     * <pre>{@code for (Soak.Rounds rounds = Soak.rounds(100, 5_000); rounds.next(); ) … rounds.number() … }</pre>
     *
     * @param verify how many in the short form
     * @param soak how many in the long form, to be multiplied by {@code soak.amount}
     */
    public static Rounds rounds(int verify, int soak) {
        return new Rounds(amount(verify, soak), verify);
    }

    /** For how many minutes each long form that repeats random rounds goes on; 0 where a number of rounds decides. */
    public static double minutes() {
        return on() ? number(MINUTES) : 0;
    }

    private static double factor() {
        return number(AMOUNT);
    }

    private static double number(String name) {
        String text = System.getProperty(name, "0");
        try {
            double number = Double.parseDouble(text);
            if (number >= 0 && number <= 1e6) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": expected=0..1000000, actual=" + text, e);
        }
        throw new IllegalArgumentException(name + ": expected=0..1000000, actual=" + text);
    }

    /** Counts rounds. Confined to one thread. */
    public static final class Rounds {
        private final int amount;
        private final int least;
        private final long startNanos = System.nanoTime();
        private final double minutes = minutes();
        private int number = -1;

        private Rounds(int amount, int least) {
            this.amount = amount;
            this.least = least;
        }

        /** Goes to the next round; false if there is none. */
        public boolean next() {
            number++;
            boolean timeLeft = (System.nanoTime() - startNanos) / 60e9 < minutes;
            return minutes > 0 ? number < least || timeLeft : number < amount;
        }

        /** The present round, from 0. */
        public int number() {
            return number;
        }
    }
}
