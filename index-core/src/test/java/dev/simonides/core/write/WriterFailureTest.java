// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.StoreState;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.key.RecordKey;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.Durability;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.WriteOutcomeUnknownException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is refused before the append leaves no trace; what fails after it fails the store. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriterFailureTest {
    private final SlowMedium medium = new SlowMedium();

    private WriterFixture fixture(WriterFixture.Shape shape) {
        return new WriterFixture(medium, new Durability.Group(), shape);
    }

    private static Throwable failureOf(CompletableFuture<?> write) {
        return assertThrows(CompletionException.class, write::join).getCause();
    }

    /** A directory that runs out of memory, before the append or after it. */
    private static final class FailingDirectory implements KeyDirectory {
        private final HeapKeyDirectory keys = new HeapKeyDirectory(1);
        private int reservationsLeft = Integer.MAX_VALUE;
        private int putsLeft = Integer.MAX_VALUE;
        private Error failure = new OutOfMemoryError("injected, after the append");

        @Override
        public RecordKey key(int tenantId, byte[] utf8) {
            return keys.key(tenantId, utf8);
        }

        @Override
        public int get(RecordKey key) {
            return keys.get(key);
        }

        @Override
        public int put(RecordKey key, int ordinal, long keyAddress) {
            if (putsLeft-- == 0) {
                throw failure;
            }
            return keys.put(key, ordinal, keyAddress);
        }

        @Override
        public int put(int tenantId, long keyAddress, int keyBytes, int ordinal) {
            return keys.put(tenantId, keyAddress, keyBytes, ordinal);
        }

        @Override
        public void reserve(RecordKey key) {
            if (reservationsLeft-- == 0) {
                throw new OutOfMemoryError("injected, before the append");
            }
            keys.reserve(key);
        }

        @Override
        public void unreserve(RecordKey key) {
            keys.unreserve(key);
        }

        @Override
        public void reserve(long count) {
            keys.reserve(count);
        }

        @Override
        public int remove(RecordKey key) {
            return keys.remove(key);
        }

        @Override
        public KeyDirectory another() {
            return keys.another();
        }

        @Override
        public long size() {
            return keys.size();
        }
    }

    @Test
    void whoRunsOutOfMemoryBeforeTheAppendIsRefusedAndTheStoreGoesOn() {
        FailingDirectory keys = new FailingDirectory();
        try (WriterFixture fixture = fixture(WriterFixture.Shape.usual().keys(keys))) {
            fixture.writer.start();
            fixture.put("a").join();
            long budget = fixture.budget.usedBytes();
            keys.reservationsLeft = 2;

            // Two of three have an ordinal by then.
            Throwable refusal = failureOf(fixture.put("b", "c", "d"));

            assertInstanceOf(BudgetExceededException.class, refusal);
            assertTrue(String.valueOf(refusal.getMessage()).contains("no memory left"), refusal::getMessage);
            assertEquals(budget, fixture.budget.usedBytes());
            assertEquals(2, fixture.put("e").join());
            assertEquals(1, fixture.find("e"), "the ordinal that b gave back");
            assertEquals(-1, fixture.find("b"));
            assertEquals(2, keys.size());
        }
    }

    @Test
    void whatIsThrownWhileApplyingFailsTheStore() {
        FailingDirectory keys = new FailingDirectory();
        try (WriterFixture fixture = fixture(WriterFixture.Shape.usual().keys(keys))) {
            fixture.writer.start();
            fixture.put("a").join();
            keys.putsLeft = 1;

            assertInstanceOf(WriteOutcomeUnknownException.class, failureOf(fixture.put("b", "c")));

            assertEquals(StoreState.FAILED, fixture.writer.state());
            assertThrows(StoreFailedException.class, () -> fixture.put("d"));
            assertEquals(1, fixture.published.get());
            assertEquals(0, fixture.find("a"));
        }
    }

    @Test
    void nobodyIsLeftWaitingWhereThereIsNoMemoryToSayWhy() {
        FailingDirectory keys = new FailingDirectory();
        keys.failure = new OutOfMemoryError() {
            private static final long serialVersionUID = 1;

            @Override
            public String getMessage() {
                throw new OutOfMemoryError("nor for that");
            }
        };
        try (WriterFixture fixture = fixture(WriterFixture.Shape.usual().keys(keys))) {
            fixture.writer.start();
            fixture.put("a").join();
            keys.putsLeft = 1;

            Throwable unknown = failureOf(fixture.put("b", "c"));

            assertInstanceOf(WriteOutcomeUnknownException.class, unknown);
            assertTrue(String.valueOf(unknown.getMessage()).contains("no memory left"), unknown::getMessage);
            assertEquals(StoreState.FAILED, fixture.writer.state());
        }
    }

    @Test
    void whatIsThrownAfterPublishingFailsTheStoreToo() {
        WriterFixture.Shape shape = WriterFixture.Shape.usual().onPublished(tenant -> {
            throw new AssertionError("ours");
        });
        try (WriterFixture fixture = fixture(shape)) {
            fixture.writer.start();

            assertInstanceOf(WriteOutcomeUnknownException.class, failureOf(fixture.put("a")));

            assertEquals(StoreState.FAILED, fixture.writer.state());
        }
    }

    @Test
    void aFailureFromElsewhereRefusesWhatComesAndFinishesWhatIsInFlight() {
        try (WriterFixture fixture = fixture(WriterFixture.Shape.usual())) {
            fixture.writer.start();
            medium.hold();
            CompletableFuture<Long> inFlight = fixture.put("a");
            fixture.awaitAppended(1);

            fixture.writer.fail(new AssertionError("linking failed"));

            assertThrows(StoreFailedException.class, () -> fixture.put("b"));
            assertEquals(StoreState.FAILED, fixture.writer.state());
            medium.release();
            assertEquals(1, inFlight.join(), "it is durable, and nothing is wrong with it");
        }
    }

    @Test
    void theLogMayNotGrowBeyondItsLimitSinceTheLastCheckpoint() {
        try (WriterFixture fixture = fixture(WriterFixture.Shape.usual().logBytesMax(8192 + 3 * 4096))) {
            fixture.writer.start();
            assertEquals(StoreState.OPEN, fixture.writer.state());
            int stored = 0;
            Throwable refusal = null;
            while (refusal == null) {
                try {
                    fixture.put("key-" + stored).join();
                    stored++;
                } catch (CompletionException e) {
                    refusal = e.getCause();
                }
            }

            assertInstanceOf(StoreFullException.class, refusal);
            assertTrue(String.valueOf(refusal.getMessage()).contains("since the last checkpoint"), refusal::getMessage);
            assertTrue(stored >= 3, "stored " + stored);
            assertEquals(StoreState.OPEN_FULL, fixture.writer.state());
            assertEquals(stored, fixture.flush().join(), "all else goes on");

            long[] noted = new long[1];
            fixture.exclusive(() -> noted[0] = fixture.writer.appendedBytes()).join();
            fixture.writer.checkpointed(noted[0]);
            assertEquals(stored + 1, fixture.put("later").join());
            assertEquals(StoreState.OPEN, fixture.writer.state());
        }
    }

    @Test
    void aThreadThatCannotBeStartedLeavesAWriterThatCloses() {
        WriterFixture.Shape shape = WriterFixture.Shape.usual().threads(SecondThreadFails.factory());
        try (WriterFixture fixture = fixture(shape)) {
            CompletableFuture<Long> queued = fixture.put("a");

            assertThrows(OutOfMemoryError.class, fixture.writer::start);
            fixture.writer.close();

            assertInstanceOf(IllegalStateException.class, failureOf(queued));
            assertTrue(fixture.threads.stream().noneMatch(Thread::isAlive), "the thread that had started has ended");
            assertEquals(StoreState.CLOSED, fixture.writer.state());
        }
    }

    /** Threads of which the second, as on a machine at its limit, does not start. */
    private static final class SecondThreadFails extends Thread {
        private final boolean fails;

        private SecondThreadFails(Runnable work, boolean fails) {
            super(work);
            setDaemon(true);
            this.fails = fails;
        }

        static java.util.concurrent.ThreadFactory factory() {
            int[] made = new int[1];
            return work -> new SecondThreadFails(work, ++made[0] == 2);
        }

        @Override
        public void start() {
            if (fails) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            super.start();
        }
    }

    @Test
    void anInterruptOfTheEnginesThreadsIsNothing() {
        try (WriterFixture fixture = fixture(WriterFixture.Shape.usual())) {
            fixture.writer.start();
            fixture.put("a").join();
            fixture.awaitIdle();
            WriterFixture.await(() -> fixture.threads.get(0).getState() == Thread.State.WAITING);

            fixture.threads.forEach(Thread::interrupt);
            assertTrue(fixture.threads.stream().noneMatch(Thread::isInterrupted));

            assertEquals(2, fixture.put("b").join());
        }
    }
}
