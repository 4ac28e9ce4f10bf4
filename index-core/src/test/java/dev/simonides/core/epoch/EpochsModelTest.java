// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.epoch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every interleaving of {@link Epochs}, written down step by step, on a machine with store buffers (total store order: a
 * store waits in its thread's queue, and later loads of the thread may pass it): one reader that enters once and one that
 * enters twice, one thread that replaces an object twice, one that reclaims twice; and the same with one thread that does both.
 * Each defect below must let some interleaving use a released object, or the model could not see it in the algorithm either.
 *
 * <p>This shows the algorithm, with both of its fences; that {@link Epochs} is this algorithm, nothing but reading shows. On x86
 * the lock of {@code retire} does what the fence before the scan does, so no run there can miss that fence.
 */
class EpochsModelTest {
    private static final int READERS = 2;
    private static final int RETIRER = READERS;
    private static final int RECLAIMER = READERS + 1;
    private static final int THREADS = READERS + 2;
    private static final int ROUNDS = 2;

    // Variables that pass through store buffers.
    private static final int CURRENT = 0;
    private static final int OBJECT = 1;
    private static final int SLOTS = 2;
    private static final int VARIABLES = SLOTS + READERS;

    // Per thread: program counter, round, two registers, then the buffer: count, (variable, value) pairs.
    private static final int BUFFER_MAX = 4;
    private static final int THREAD_WORDS = 5 + 2 * BUFFER_MAX;
    private static final int THREADS_AT = VARIABLES;
    // Per retired object: the epoch beside it, 0 while it is not retired, RELEASED once it is gone.
    private static final int RETIRED_AT = THREADS_AT + THREADS * THREAD_WORDS;
    private static final int STATE_WORDS = RETIRED_AT + ROUNDS;
    private static final byte RELEASED = 99;

    /** Steps of retiring one object. */
    private static final int RETIRE_STEPS = 5;

    enum Defect {
        NONE,
        NO_FENCE_AFTER_ENTER,
        LOOKS_BEFORE_IT_ENTERS,
        LEAVES_BEFORE_ITS_LAST_USE,
        RETIRES_BEFORE_IT_REPLACES,
        SCAN_WITHOUT_LIMIT,
        NO_FENCE_BEFORE_THE_SCAN,
        RELEASES_THE_READERS_OWN_EPOCH
    }

    @Test
    void noInterleavingUsesAReleasedObject() {
        for (boolean oneKeeper : new boolean[] {false, true}) {
            Explorer explorer = new Explorer(Defect.NONE, oneKeeper);

            assertEquals(0, explorer.run());
            System.out.println("epochs: " + explorer.seen.size() + " states, " + explorer.ends
                    + " of them ends, no use after release");
            // Two entries a reader, two releases: fewer states would mean that threads do not interleave.
            assertTrue(explorer.seen.size() > 5_000, "states: " + explorer.seen.size());
        }
    }

    /** The fence before the scan is needed where the thread that retires scans too: it keeps back the successor's store. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyDefectShows(Defect defect) {
        assertNotEquals(0, new Explorer(defect, defect == Defect.NO_FENCE_BEFORE_THE_SCAN).run());
    }

    private static final class Explorer {
        private final Defect defect;

        /** Whether the thread that retires also reclaims, as the store's keeper does; otherwise two threads do. */
        private final boolean oneKeeper;

        private final Set<ByteBuffer> seen = new HashSet<>();
        private final ArrayDeque<byte[]> open = new ArrayDeque<>();
        private int violations;
        private int ends;
        private byte[] s = new byte[0];

        Explorer(Defect defect, boolean oneKeeper) {
            this.defect = defect;
            this.oneKeeper = oneKeeper;
        }

        /** Returns how many interleavings used a released object. */
        int run() {
            byte[] first = new byte[STATE_WORDS];
            first[CURRENT] = 1;
            if (oneKeeper) {
                first[THREADS_AT + RECLAIMER * THREAD_WORDS + 1] = ROUNDS;
            }
            add(first);
            while (!open.isEmpty() && violations == 0) {
                byte[] state = open.pop();
                boolean moved = false;
                for (int thread = 0; thread < THREADS; thread++) {
                    s = state.clone();
                    if (step(thread)) {
                        moved = true;
                        add(s);
                    }
                    s = state.clone();
                    if (drainOne(thread)) {
                        moved = true;
                        add(s);
                    }
                }
                ends += moved ? 0 : 1;
            }
            return violations;
        }

        private void add(byte[] words) {
            if (seen.add(ByteBuffer.wrap(words))) {
                open.push(words);
            }
        }

        /** The thread's next instruction, if it has one that can go on. */
        private boolean step(int thread) {
            int at = THREADS_AT + thread * THREAD_WORDS;
            if (s[at + 1] == (thread == 0 ? 1 : ROUNDS)) {
                return false;
            }
            int counter = s[at]++;
            return switch (thread) {
                case RETIRER -> counter < RETIRE_STEPS ? retire(at, counter) : reclaim(at, counter - RETIRE_STEPS);
                case RECLAIMER -> reclaim(at, counter);
                default -> read(at, counter, SLOTS + thread);
            };
        }

        private boolean read(int at, int counter, int slot) {
            boolean early = defect == Defect.LOOKS_BEFORE_IT_ENTERS;
            boolean leavesEarly = defect == Defect.LEAVES_BEFORE_ITS_LAST_USE;
            switch (counter) {
                case 0 -> {
                    if (early) {
                        s[at + 3] = (byte) load(at, OBJECT);
                    }
                }
                case 1 -> s[at + 2] = (byte) load(at, CURRENT);
                case 2 -> store(at, slot, s[at + 2]);
                case 3 -> {
                    return defect == Defect.NO_FENCE_AFTER_ENTER || fenced(at);
                }
                case 4 -> s[at + 3] = early ? s[at + 3] : (byte) load(at, OBJECT);
                case 5 -> leaveOrUse(at, slot, leavesEarly);
                case 6 -> {
                    leaveOrUse(at, slot, !leavesEarly);
                    nextRound(at);
                }
                default -> throw new AssertionError(counter);
            }
            return true;
        }

        private void leaveOrUse(int at, int slot, boolean leave) {
            if (leave) {
                store(at, slot, 0);
                return;
            }
            int object = s[at + 3];
            if (object < ROUNDS && s[RETIRED_AT + object] == RELEASED) {
                violations++;
            }
        }

        /** Object r is replaced by object r + 1, then retired. */
        private boolean retire(int at, int counter) {
            int object = s[at + 1];
            boolean late = defect == Defect.RETIRES_BEFORE_IT_REPLACES;
            switch (counter) {
                case 0 -> {
                    if (!late) {
                        store(at, OBJECT, object + 1);
                    }
                }
                case 1 -> s[at + 2] = (byte) load(at, CURRENT);
                case 2 -> s[RETIRED_AT + object] = s[at + 2];
                case 3 -> store(at, CURRENT, s[at + 2] + 1);
                case 4 -> {
                    if (late) {
                        store(at, OBJECT, object + 1);
                    }
                    if (!oneKeeper) {
                        nextRound(at);
                    }
                }
                default -> throw new AssertionError(counter);
            }
            return true;
        }

        private boolean reclaim(int at, int counter) {
            if (counter == 0) {
                s[at + 2] = defect == Defect.SCAN_WITHOUT_LIMIT ? RELEASED : (byte) load(at, CURRENT);
            } else if (counter == 1) {
                return defect == Defect.NO_FENCE_BEFORE_THE_SCAN || fenced(at);
            } else if (counter < 2 + READERS) {
                int epoch = load(at, SLOTS + counter - 2);
                s[at + 2] = (byte) (epoch == 0 ? s[at + 2] : Math.min(s[at + 2], epoch));
            } else {
                for (int object = 0; object < ROUNDS; object++) {
                    int epoch = s[RETIRED_AT + object];
                    boolean own = defect == Defect.RELEASES_THE_READERS_OWN_EPOCH && epoch == s[at + 2];
                    if (epoch != 0 && (own || epoch < s[at + 2])) {
                        s[RETIRED_AT + object] = RELEASED;
                    }
                }
                nextRound(at);
            }
            return true;
        }

        private void nextRound(int at) {
            s[at] = 0;
            s[at + 1]++;
            s[at + 2] = 0;
            s[at + 3] = 0;
        }

        /** A fence is passed when the thread's stores have reached memory. */
        private boolean fenced(int at) {
            return s[at + 4] == 0;
        }

        private int load(int at, int variable) {
            for (int i = s[at + 4] - 1; i >= 0; i--) {
                if (s[at + 5 + 2 * i] == variable) {
                    return s[at + 6 + 2 * i];
                }
            }
            return s[variable];
        }

        private void store(int at, int variable, int value) {
            int count = s[at + 4]++;
            s[at + 5 + 2 * count] = (byte) variable;
            s[at + 6 + 2 * count] = (byte) value;
        }

        /** The oldest store of a thread reaches memory. */
        private boolean drainOne(int thread) {
            int at = THREADS_AT + thread * THREAD_WORDS;
            int count = s[at + 4];
            if (count == 0) {
                return false;
            }
            s[s[at + 5]] = s[at + 6];
            System.arraycopy(s, at + 7, s, at + 5, 2 * (count - 1));
            s[at + 4]--;
            s[at + 3 + 2 * count] = 0;
            s[at + 4 + 2 * count] = 0;
            return true;
        }
    }
}
