// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.core.thread.EngineThread;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The thread that does a store's cold work with files: it opens, checkpoints, verifies and closes, one thing after the
 * other. Any thread hands it work and waits.
 *
 * <p>An interrupt during an operation on a file closes that file for everybody, and callers are interrupted at will. So no
 * caller's thread touches a file; it waits here, and an interrupt that reaches it meanwhile is kept for later.
 */
final class Keeper {
    private static final System.Logger LOG = System.getLogger(Keeper.class.getName());
    private static final long TICK_MILLIS = 200;

    private final LinkedBlockingQueue<Piece<?>> work = new LinkedBlockingQueue<>();
    private final Thread thread;
    private Runnable tick = () -> {};
    // Set by the keeper itself, in its last piece of work.
    private volatile boolean ended;

    private Keeper() {
        this.thread = new EngineThread("simonides-keeper", this::run);
    }

    /** Starts a keeper; it ends by {@link #end}. */
    static Keeper start() {
        Keeper keeper = new Keeper();
        keeper.thread.start();
        return keeper;
    }

    /** Has one thing done on a thread of its own, and waits for it, interrupted or not. */
    static <T> T once(Supplier<T> action) {
        Keeper keeper = start();
        return keeper.call(() -> {
            try {
                return action.get();
            } finally {
                keeper.end();
            }
        });
    }

    /** Has something done now and then, from the next piece of work on. On the keeper's thread. */
    void onTick(Runnable action) {
        assert onKeeper() : "the keeper's own thread sets what it does";
        tick = action;
    }

    /** Ends the thread behind the present piece of work. On the keeper's thread. */
    void end() {
        assert onKeeper() : "the keeper ends itself";
        ended = true;
    }

    /**
     * Has something done, and waits for it, interrupted or not.
     *
     * @throws IllegalStateException if the keeper has ended
     */
    <T> T call(Supplier<T> action) {
        Piece<T> piece = new Piece<>(action, new CompletableFuture<>());
        work.add(piece);
        if (ended && work.remove(piece)) {
            piece.refuse();
        }
        return join(piece.done());
    }

    /** Whether somebody waits for something that is not begun. Any thread. */
    boolean awaited() {
        return !work.isEmpty();
    }

    private boolean onKeeper() {
        return Thread.currentThread().threadId() == thread.threadId();
    }

    private record Piece<T>(Supplier<T> action, CompletableFuture<T> done) {
        void run() {
            try {
                done.complete(action.get());
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        }

        void refuse() {
            done.completeExceptionally(new IllegalStateException("the store is closed"));
        }
    }

    private void run() {
        while (!ended) {
            Piece<?> piece = null;
            try {
                piece = work.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                // An engine's thread hears no interrupt; any other waits again.
            }
            if (piece == null) {
                tick();
            } else {
                piece.run();
            }
        }
        for (Piece<?> late = work.poll(); late != null; late = work.poll()) {
            late.refuse();
        }
    }

    /** A keeper that ended would leave everybody waiting, those who close the store as well. */
    private void tick() {
        try {
            tick.run();
        } catch (Throwable e) { // NOPMD: see above
            LOG.log(System.Logger.Level.ERROR, "what is done now and then has failed, and is tried again", e);
        }
    }

    /** Waits without listening to interrupts, and sets the flag again. */
    static <T> T join(CompletableFuture<T> done) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return done.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNull(e.getCause());
            // It was thrown on another thread: this caller's stack belongs to the story.
            cause.addSuppressed(e);
            if (cause instanceof Error error) {
                throw error;
            }
            throw cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
