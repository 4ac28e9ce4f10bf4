// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an acknowledgement means under each policy. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriterDurabilityTest {
    private static final long MEBIBYTE = 1 << 20;

    private final SlowMedium medium = new SlowMedium();

    private WriterFixture started(String durability) {
        WriterFixture fixture = new WriterFixture(medium, Durability.parse(durability));
        fixture.writer.start();
        return fixture;
    }

    /** As many puts as names, queued before the writer starts, so that it finds them together. */
    private List<CompletableFuture<Long>> together(WriterFixture fixture, int count) {
        List<CompletableFuture<Long>> puts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            puts.add(fixture.put("key-" + i));
        }
        fixture.writer.start();
        return puts;
    }

    @Test
    void syncEachSyncsEach() {
        try (WriterFixture fixture = new WriterFixture(medium, new Durability.SyncEach())) {
            int before = medium.syncs();
            together(fixture, 20).forEach(CompletableFuture::join);

            assertEquals(20, medium.syncs() - before);
        }
    }

    @Test
    void groupSharesASync() {
        try (WriterFixture fixture = new WriterFixture(medium, new Durability.Group())) {
            int before = medium.syncs();
            together(fixture, 20).forEach(CompletableFuture::join);

            assertEquals(1, medium.syncs() - before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sync-each", "group"})
    void nothingIsAcknowledgedBeforeItsSync(String durability) {
        try (WriterFixture fixture = started(durability)) {
            medium.hold();
            CompletableFuture<Long> put = fixture.put("a");
            WriterFixture.await(() -> medium.waiting() == 1);
            fixture.awaitTaken();

            assertFalse(put.isDone());
            assertEquals(-1, fixture.find("a"));

            medium.release();
            assertEquals(1, put.join());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"async:60000ms:8MiB", "none"})
    void anAcknowledgementWaitsForNoSync(String durability) {
        try (WriterFixture fixture = started(durability)) {
            medium.hold();

            assertEquals(1, fixture.put("a").join());
            assertEquals(0, fixture.find("a"));
            assertEquals(0, fixture.log.syncedLsn());

            medium.release();
        }
        assertTrue(medium.syncs() > 0, "closing makes it durable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sync-each", "group", "async:60000ms:8MiB", "none"})
    void flushMakesEverythingBeforeItDurable(String durability) {
        try (WriterFixture fixture = started(durability)) {
            for (int i = 0; i < 5; i++) {
                var _ = fixture.put("key-" + i);
            }
            assertEquals(5, fixture.flush().join());
            assertEquals(5, fixture.log.syncedLsn());
            // Nothing is left to do.
            int syncs = medium.syncs();
            assertEquals(5, fixture.flush().join());
            assertEquals(syncs, medium.syncs());
        }
    }

    @Test
    void aFlushIsABarrier() {
        try (WriterFixture fixture = started("none")) {
            fixture.put("a").join();
            medium.hold();
            CompletableFuture<Long> flush = fixture.flush();
            CompletableFuture<Long> behind = fixture.put("b");
            WriterFixture.await(() -> medium.waiting() == 1);
            fixture.awaitAppended(2);
            fixture.awaitTaken();

            assertFalse(flush.isDone());
            assertFalse(behind.isDone(), "answers come in order");
            medium.release();
            assertEquals(1, flush.join());
            assertEquals(2, behind.join());
        }
    }

    @Test
    void asyncSyncsInTheBackground() {
        try (WriterFixture fixture = started("async:20ms:8MiB")) {
            fixture.put("a").join();

            WriterFixture.await(() -> fixture.log.syncedLsn() == 1);
        }
    }

    @Test
    void asyncWritesNothingWhileItOwesTooLong() {
        try (WriterFixture fixture = started("async:2ms:8MiB")) {
            medium.hold();
            fixture.put("a").join();
            WriterFixture.await(() -> medium.waiting() == 1);
            long asked = System.nanoTime();
            WriterFixture.await(() -> System.nanoTime() - asked > 3_000_000);

            CompletableFuture<Long> late = fixture.put("b");
            fixture.awaitTaken();

            assertFalse(late.isDone());
            assertEquals(1, fixture.log.lastLsn(), "not even in the log");
            medium.release();
            assertEquals(2, late.join());
        }
    }

    @Test
    void asyncCountsItsBytesFrameByFrame() {
        // Six requests are found together; each makes a frame of its own.
        try (WriterFixture fixture = new WriterFixture(medium, new Durability.Async(60_000, MEBIBYTE))) {
            medium.hold();
            List<CompletableFuture<Long>> puts = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                puts.add(fixture.put(List.of(fixture.entry("key-" + i, "x".repeat(700 << 10)))));
            }
            fixture.writer.start();
            WriterFixture.await(() -> medium.waiting() == 1);
            fixture.awaitTaken();

            assertEquals(1, fixture.log.lastLsn());
            assertTrue(puts.get(0).isDone());
            assertFalse(puts.get(1).isDone());
            medium.release();
            assertEquals(6, puts.get(5).join());
        }
    }
}
