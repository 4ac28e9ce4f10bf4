// SPDX-License-Identifier: Apache-2.0
package dev.simonides.stress;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Off-heap memory for the states of a jcstress test, of which there are millions: some states share one thing that holds
 * memory, and the oldest such thing is closed when a new one is made. Any thread.
 *
 * <p>jcstress does not say when it is done with a state, but it never looks at more than twice {@link #STRIDE_STATES}
 * times {@link #STRIDES} of them: it makes the next stride while it still judges the last one. So what was made before
 * that many states is of no use to anybody, and memory is bounded whatever becomes of the states. Run jcstress with these
 * two numbers.
 */
public final class Generations<T> {
    /** States of the shortest stride: jcstress's {@code -strideSize}. */
    public static final int STRIDE_STATES = 64;

    /** How many times longer a stride may get: jcstress's {@code -strideCount}. */
    public static final int STRIDES = 16;

    /** States that share one thing. */
    public static final int STATES = 128;

    private static final int OPEN_MAX = 3 * STRIDE_STATES * STRIDES / STATES;

    private final Supplier<T> maker;
    private final Consumer<T> closer;
    private final ArrayDeque<T> open = new ArrayDeque<>();
    private int given = STATES;

    public Generations(Supplier<T> maker, Consumer<T> closer) {
        this.maker = maker;
        this.closer = closer;
    }

    /** The thing for one more state. */
    public synchronized T next() {
        if (given == STATES) {
            if (open.size() == OPEN_MAX) {
                closer.accept(open.removeFirst());
            }
            open.addLast(maker.get());
            given = 0;
        }
        given++;
        return open.getLast();
    }
}
