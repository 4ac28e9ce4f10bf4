// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import java.util.function.LongPredicate;

/**
 * Operations of an application in their order, and how many of them were issued and acknowledged. Confined to one thread at
 * a time.
 *
 * <p>Operations count from 0. Several may be issued before the first is acknowledged; they are acknowledged in order.
 */
public final class Sequence {
    private static final long NOT_FOUND = -1;

    private final int number;
    private final Counters counters;
    private long found = NOT_FOUND;

    Sequence(int number, Counters counters) {
        this.number = number;
        this.counters = counters;
    }

    /**
     * Which sequence this is.
     *
     * @return 0..{@link CrashApplication#sequences()} − 1
     */
    public int number() {
        return number;
    }

    /**
     * Says that the next operation is about to begin.
     *
     * @return its number, from 0
     */
    public long issue() {
        long next = counters.issued(number);
        counters.setIssued(number, next + 1);
        return next;
    }

    /**
     * Says that the oldest operation not yet acknowledged was: whatever happens now, it must be found.
     *
     * @throws IllegalStateException if every operation issued was acknowledged before
     */
    public void acknowledge() {
        requireOutstanding("acknowledge");
        counters.setAcknowledged(number, counters.acknowledged(number) + 1);
    }

    /**
     * Takes back the operation issued last: it was refused and must never be found.
     *
     * @throws IllegalStateException if every operation issued was acknowledged before
     */
    public void refuse() {
        requireOutstanding("refuse");
        counters.setIssued(number, counters.issued(number) - 1);
    }

    private void requireOutstanding(String what) {
        if (counters.acknowledged(number) >= counters.issued(number)) {
            throw new IllegalStateException(what + ": sequence " + number
                    + " has no operation that was issued and not acknowledged; call issue() before the operation:"
                    + " issued="
                    + counters.issued(number));
        }
    }

    /**
     * How many operations were issued: at most so many are found after a crash.
     *
     * @return 0 or more
     */
    public long issued() {
        return counters.issued(number);
    }

    /**
     * How many operations were acknowledged: at least so many are found after a crash.
     *
     * @return 0..{@link #issued()}
     */
    public long acknowledged() {
        return counters.acknowledged(number);
    }

    /**
     * Reports what was found: the effect of exactly the first operations. The sequence goes on behind them.
     *
     * @param operations how many
     * @throws CrashFailure unless acknowledged ≤ operations ≤ issued
     */
    public void found(long operations) {
        long acknowledged = acknowledged();
        long issued = issued();
        if (operations < acknowledged) {
            throw new CrashFailure("sequence " + number + " lost what was acknowledged: found=" + operations
                    + ", acknowledged=" + acknowledged + ", issued=" + issued);
        }
        if (operations > issued) {
            throw new CrashFailure("sequence " + number + " shows what was never issued: found=" + operations
                    + ", acknowledged=" + acknowledged + ", issued=" + issued);
        }
        found = operations;
    }

    /**
     * Tries every number of operations that keeps the promise, the least first, and reports the first that fits.
     *
     * @param matches whether what is there is the effect of exactly the first so many operations
     * @return how many operations were found
     * @throws CrashFailure if none fits
     */
    public long findPrefix(LongPredicate matches) {
        for (long operations = acknowledged(); operations <= issued(); operations++) {
            if (matches.test(operations)) {
                found(operations);
                return operations;
            }
        }
        throw new CrashFailure("sequence " + number + ": what is there is the effect of no prefix of its operations:"
                + " acknowledged=" + acknowledged() + ", issued=" + issued());
    }

    /** What the check reported; the sequence is set to go on from there. */
    long settle() {
        if (found == NOT_FOUND) {
            throw new CrashFailure("the check reported nothing about sequence " + number
                    + ": call found() or findPrefix() for each of the " + counters.sequences() + " sequences");
        }
        counters.setIssued(number, found);
        counters.setAcknowledged(number, found);
        return found;
    }
}
