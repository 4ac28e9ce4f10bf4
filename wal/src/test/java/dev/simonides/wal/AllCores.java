// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;

/** Does the independent parts of a long test on all cores. Immutable. */
public final class AllCores {
    private AllCores() {}

    /**
     * Does parts until there are no more, and adds up what they give. The first failure ends it, and is thrown.
     *
     * @param next gives the parts one after the other, nothing behind the last; asked by one thread at a time
     * @param work does a part, on any thread
     * @param nothing what no part gives
     * @param plus adds; whatever the order, the sum is the same
     * @return the sum
     */
    public static <P, R> R sum(
            Supplier<Optional<P>> next, Function<? super P, ? extends R> work, R nothing, BinaryOperator<R> plus) {
        Parts<P> parts = new Parts<>(next);
        int threads = Runtime.getRuntime().availableProcessors();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<R>> sums = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                sums.add(executor.submit(() -> {
                    R sum = nothing;
                    for (Optional<P> part = parts.next(); part.isPresent(); part = parts.next()) {
                        sum = plus.apply(sum, parts.guarded(work, part.get()));
                    }
                    return sum;
                }));
            }
            R sum = nothing;
            for (Future<R> one : sums) {
                sum = plus.apply(sum, one.get());
            }
            return sum;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Error error ? error : new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a test", e);
        }
    }

    /** What is still to be done: nothing any more once a part failed. */
    private static final class Parts<P> {
        private final Supplier<Optional<P>> next;
        private boolean failed;

        Parts(Supplier<Optional<P>> next) {
            this.next = next;
        }

        synchronized Optional<P> next() {
            return failed ? Optional.empty() : next.get();
        }

        <R> R guarded(Function<? super P, ? extends R> work, P part) {
            boolean done = false;
            try {
                R result = work.apply(part);
                done = true;
                return result;
            } finally {
                if (!done) {
                    fail();
                }
            }
        }

        private synchronized void fail() {
            failed = true;
        }
    }
}
