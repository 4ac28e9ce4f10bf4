// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Limits;
import dev.simonides.StoreState;
import dev.simonides.wal.Durability;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.WriteOutcomeUnknownException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames in flight: appended, not yet durable, while the medium stands still. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriterPipelineTest {
    private final SlowMedium medium = new SlowMedium();
    private final WriterFixture fixture = new WriterFixture(medium, new Durability.Group());

    @AfterEach
    void close() {
        medium.release();
        fixture.close();
    }

    /** A put that is in the log and waits for its sync. */
    private CompletableFuture<Long> putInFlight(String key) {
        long lsn = fixture.log.lastLsn() + 1;
        CompletableFuture<Long> put = fixture.put(key);
        fixture.awaitAppended(lsn);
        return put;
    }

    private static Throwable failureOf(CompletableFuture<?> write) {
        return assertThrows(CompletionException.class, write::join).getCause();
    }

    private void standStill() {
        fixture.writer.start();
        medium.hold();
    }

    @Test
    void theNextFrameIsWrittenWhileTheLastOneIsSynced() {
        standStill();

        CompletableFuture<Long> first = putInFlight("a");
        WriterFixture.await(() -> medium.waiting() == 1);
        CompletableFuture<Long> second = putInFlight("b");

        assertEquals(2, fixture.log.lastLsn());
        assertEquals(0, fixture.published.get());
        assertEquals(-1, fixture.find("a"));
        assertFalse(first.isDone() || second.isDone());
        medium.releaseOne();
        assertEquals(1, first.join());
        assertFalse(second.isDone(), "it was appended after that sync began");
        medium.release();
        assertEquals(2, second.join());
        assertEquals(1, fixture.find("b"));
    }

    @Test
    void answersComeInOrder() {
        standStill();
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int number = i;
            CompletableFuture<?> write = i % 3 == 2 ? fixture.delete("key-" + i % 7) : fixture.put("key-" + i % 7);
            answers.add(write.thenRun(() -> order.add(number)));
            if (i % 20 == 0) {
                medium.releaseOne();
            }
        }
        medium.release();
        answers.forEach(CompletableFuture::join);

        assertEquals(java.util.stream.IntStream.range(0, 200).boxed().toList(), order);
    }

    @Test
    void aFewFramesAreInFlightAndTheRestGathers() {
        standStill();
        for (int i = 0; i < Limits.FRAMES_IN_FLIGHT_MAX; i++) {
            var _ = putInFlight("key-" + i);
        }
        long bytes = fixture.log.bytes();
        List<CompletableFuture<Long>> later = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            later.add(fixture.put("later-" + i));
        }
        fixture.awaitIdle();

        assertEquals(Limits.FRAMES_IN_FLIGHT_MAX, fixture.log.lastLsn());
        medium.release();
        assertEquals(Limits.FRAMES_IN_FLIGHT_MAX + 10, later.getLast().join());
        assertEquals(bytes + 4096, fixture.log.bytes(), "ten records in one frame");
    }

    @Test
    void whoWritesWaitsWhenTheMediumStandsStill() {
        standStill();
        List<CompletableFuture<Long>> accepted = Collections.synchronizedList(new ArrayList<>());
        Thread submitter = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 10_000; i++) {
                accepted.add(fixture.put("key-" + i));
            }
        });
        WriterFixture.await(() -> submitter.getState() == Thread.State.WAITING);

        int inFlight = Limits.FRAMES_IN_FLIGHT_MAX * Limits.BATCH_RECORDS_MAX;
        assertTrue(accepted.size() <= inFlight + Limits.QUEUE_REQUESTS_MAX, "accepted " + accepted.size());
        assertEquals(0, fixture.published.get());
        medium.release();
        WriterFixture.await(() -> fixture.published.get() == 10_000);
        assertTrue(accepted.stream().allMatch(CompletableFuture::isDone));
    }

    /** Two frames are in flight, the segment is full, and there is no room for the next one. */
    private static WriterFixture withoutRoom(SlowMedium small) {
        WriterFixture writing = new WriterFixture(
                small, new Durability.Group(), WriterFixture.Shape.usual().segmentBytes(16 << 10));
        writing.writer.start();
        small.hold();
        for (String key : List.of("a", "b")) {
            long lsn = writing.log.lastLsn() + 1;
            var _ = writing.put(key);
            writing.awaitAppended(lsn);
        }
        small.full(true);
        return writing;
    }

    @Test
    void aFrameThatIsRefusedLeavesThoseInFlightAlone() {
        SlowMedium small = new SlowMedium();
        try (WriterFixture writing = withoutRoom(small)) {
            long budget = writing.budget.usedBytes();

            assertInstanceOf(StoreFullException.class, failureOf(writing.put("c", "a")));
            assertEquals(StoreState.OPEN_FULL, writing.writer.state());
            assertEquals(budget, writing.budget.usedBytes());
            assertEquals(0, writing.published.get());

            small.full(false);
            CompletableFuture<Long> third = writing.put("d");
            small.release();
            assertEquals(3, third.join());
            assertEquals(StoreState.OPEN, writing.writer.state());
            assertEquals(0, writing.find("a"), "the first version, alive");
            assertEquals(-1, writing.find("c"));
            assertEquals(2, writing.find("d"), "the ordinal that was given back");
        }
    }

    @Test
    void aRefusedDeleteDeletesNothing() {
        SlowMedium small = new SlowMedium();
        try (WriterFixture writing = withoutRoom(small)) {
            assertInstanceOf(StoreFullException.class, failureOf(writing.delete("a")));
            small.full(false);
            CompletableFuture<Boolean> again = writing.delete("a");
            small.release();

            assertTrue(again.join());
            assertEquals(-1, writing.find("a"));
            assertEquals(1, writing.find("b"));
        }
    }

    @Test
    void afterAFailedSyncTheOutcomeOfAllInFlightIsUnknown() {
        fixture.writer.start();
        assertEquals(1, fixture.put("before").join());
        medium.hold();
        List<CompletableFuture<?>> inFlight = new ArrayList<>();
        inFlight.add(putInFlight("a"));
        inFlight.add(putInFlight("before"));
        inFlight.add(fixture.delete("nothing"));
        fixture.awaitTaken();
        WriterFixture.await(() -> medium.waiting() == 1);
        int syncs = medium.syncs();

        medium.fail();

        for (CompletableFuture<?> write : inFlight) {
            assertInstanceOf(WriteOutcomeUnknownException.class, failureOf(write));
        }
        assertThrows(StoreFailedException.class, () -> fixture.put("late"));
        assertEquals(StoreState.FAILED, fixture.writer.state());
        assertEquals(1, fixture.published.get(), "nothing in flight was published");
        assertEquals(0, fixture.find("before"), "and what was is readable");
        medium.release();
        fixture.writer.close();
        fixture.log.close();
        assertEquals(syncs, medium.syncs(), "a failed sync is not repeated");
        assertEquals(StoreState.CLOSED, fixture.writer.state());
    }

    @Test
    void whatWasNotAppendedBeforeAFailureIsRejected() {
        standStill();
        for (int i = 0; i < Limits.FRAMES_IN_FLIGHT_MAX; i++) {
            var _ = putInFlight("key-" + i);
        }
        CompletableFuture<Long> queued = fixture.put("queued");
        medium.fail();

        Throwable refusal = failureOf(queued);
        assertInstanceOf(StoreFailedException.class, refusal);
        assertTrue(String.valueOf(refusal.getMessage()).contains("lost its sync"), refusal::getMessage);
    }

    @Test
    void aDeleteIsDecidedAgainstWhatIsInFlight() {
        fixture.writer.start();
        fixture.put("old").join();
        medium.hold();
        CompletableFuture<Long> put = putInFlight("new");
        CompletableFuture<Boolean> deletesNew = fixture.delete("new");
        fixture.awaitAppended(3);
        CompletableFuture<Boolean> deletesOld = fixture.delete("old");
        fixture.awaitAppended(4);
        CompletableFuture<Boolean> deletesOldAgain = fixture.delete("old");
        CompletableFuture<Boolean> deletesNewAgain = fixture.delete("new");
        fixture.awaitIdle();
        assertFalse(deletesOldAgain.isDone(), "its answer rests on what is not durable yet");

        medium.release();

        assertEquals(2, put.join());
        assertTrue(deletesNew.join());
        assertTrue(deletesOld.join());
        assertFalse(deletesOldAgain.join());
        assertFalse(deletesNewAgain.join());
        assertEquals(-1, fixture.find("old"));
        assertEquals(-1, fixture.find("new"));
        assertEquals(0, fixture.tenant().liveCount());
        assertEquals(4, fixture.log.lastLsn());
    }

    @Test
    void aKeyThatIsPutAgainInFlightLives() {
        fixture.writer.start();
        fixture.put("a").join();
        medium.hold();
        CompletableFuture<Boolean> deletes = fixture.delete("a");
        fixture.awaitAppended(2);
        CompletableFuture<Long> again = putInFlight("a");
        CompletableFuture<Long> onceMore = putInFlight("a");

        medium.release();

        assertTrue(deletes.join());
        assertEquals(3, again.join());
        assertEquals(4, onceMore.join());
        assertEquals(2, fixture.find("a"));
        assertEquals(1, fixture.tenant().liveCount());
    }

    @Test
    void exclusiveWaitsForWhatIsInFlight() {
        standStill();
        CompletableFuture<Long> put = putInFlight("a");
        CompletableFuture<Void> alone = fixture.exclusive(() -> assertTrue(put.isDone()));
        fixture.awaitTaken();
        assertFalse(alone.isDone());

        medium.release();

        alone.join();
    }

    @Test
    void closingFinishesWhatIsInFlight() {
        standStill();
        CompletableFuture<Long> first = putInFlight("a");
        CompletableFuture<Long> second = putInFlight("b");
        Thread closer = Thread.ofPlatform().start(fixture.writer::close);
        WriterFixture.await(() -> closer.getState() == Thread.State.WAITING);
        assertFalse(first.isDone());
        assertThrows(IllegalStateException.class, () -> fixture.put("late"));

        medium.release();

        assertEquals(1, first.join());
        assertEquals(2, second.join());
    }
}
