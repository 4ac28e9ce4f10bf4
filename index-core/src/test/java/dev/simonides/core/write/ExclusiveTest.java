// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.Durability;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreFailedException;
import dev.simonides.wal.StoreFullException;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What runs alone on the writer thread sees everything before it done and nothing behind it begun. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExclusiveTest {
    private final WriterFixture fixture = new WriterFixture(SimulatedDirectory.empty(), new Durability.Group());

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void runsBetweenTheWritesBeforeAndBehindIt() {
        CompletableFuture<Long> before = fixture.put("a", "b");
        AtomicReference<CompletableFuture<Long>> behind = new AtomicReference<>();
        AtomicReference<String> seen = new AtomicReference<>();
        CountDownLatch queued = new CountDownLatch(1);
        CompletableFuture<Void> alone = fixture.exclusive(() -> {
            try {
                queued.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            seen.set(before.isDone() + " " + fixture.published.get() + " " + fixture.log.lastLsn() + " "
                    + fixture.log.syncedLsn() + " " + behind.get().isDone() + " "
                    + Thread.currentThread().getName());
        });
        behind.set(fixture.put("c"));
        // Started late: all three are taken from the queue together.
        fixture.writer.start();
        queued.countDown();

        alone.join();
        assertEquals("true 2 2 2 false simonides-writer", seen.get());
        assertEquals(3, behind.get().join());
    }

    @Test
    void whatTheMediumRefusesConcernsTheActionAlone() {
        fixture.writer.start();
        StoreFullException full = new StoreFullException("wal", StorageException.NO_OFFSET, "no room");

        CompletableFuture<Void> alone = fixture.exclusive(() -> {
            throw full;
        });

        CompletionException refusal = assertThrows(CompletionException.class, alone::join);
        assertSame(full, refusal.getCause());
        assertEquals(1, fixture.put("a").join());
        assertNull(fixture.writer.failure());
    }

    @Test
    void anythingElseFailsTheStore() {
        fixture.writer.start();

        CompletableFuture<Void> alone = fixture.exclusive(() -> {
            throw new AssertionError("ours");
        });
        CompletionException failure = assertThrows(CompletionException.class, alone::join);

        assertInstanceOf(AssertionError.class, failure.getCause());
        assertFailed();
    }

    @Test
    void aFailedLogFailsTheStore() {
        fixture.writer.start();

        CompletableFuture<Void> alone = fixture.exclusive(() -> {
            throw new StoreFailedException(
                    "wal", StorageException.NO_OFFSET, "sync failed", new IllegalStateException("disk"));
        });
        CompletionException failure = assertThrows(CompletionException.class, alone::join);

        assertInstanceOf(StoreFailedException.class, failure.getCause());
        assertFailed();
    }

    private void assertFailed() {
        WriterFixture.await(() -> fixture.writer.failure() != null);
        assertNotNull(fixture.writer.failure());
        assertThrows(StoreFailedException.class, () -> fixture.put("a"));
    }

    @Test
    void aFailureBeforeItAnswersIt() {
        fixture.writer.fail(new IllegalStateException("the disk burns"));

        StoreFailedException refusal = assertThrows(StoreFailedException.class, () -> fixture.exclusive(() -> {}));
        assertTrue(String.valueOf(refusal.getMessage()).contains("the disk burns"), refusal::getMessage);
    }
}
