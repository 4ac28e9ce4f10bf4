// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.core.key.RecordKey;
import dev.simonides.core.tenant.Tenant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a caller asks of the writer thread, with the promise of an answer. */
public sealed interface WriteRequest {
    /**
     * Returns the bytes this request keeps in the queue.
     *
     * @return bytes, 0 or more
     */
    int queuedBytes();

    /**
     * Ends the request with its answer.
     *
     * @param answer what the writer decided when it put the request into a frame, made there: after the append nothing of
     *     ours may allocate
     */
    void succeed(Object answer);

    /**
     * Ends the request with a failure; one that is answered keeps its answer.
     *
     * @param cause what the caller gets
     */
    void fail(Throwable cause);

    /**
     * Memories to be put together: all of them or none.
     *
     * @param puts at least one, in order
     * @param done completed with the LSN of the last one once acknowledged
     */
    record Put(List<Entry> puts, CompletableFuture<Long> done) implements WriteRequest {
        /**
         * One memory of the request.
         *
         * @param tenant where
         * @param key under which key
         * @param record what is logged
         */
        public record Entry(Tenant tenant, RecordKey key, PutRecord record) {
            /** The tenant, or what a compaction has put in its place since the request was made. */
            Tenant destination() {
                return tenant.latest();
            }
        }

        @Override
        public int queuedBytes() {
            int bytes = 0;
            for (Entry put : puts) {
                bytes += put.record().bytes().limit();
            }
            return bytes;
        }

        @Override
        public void succeed(Object answer) {
            done.complete((Long) answer);
        }

        @Override
        public void fail(Throwable cause) {
            done.completeExceptionally(cause);
        }
    }

    /**
     * A key to be deleted.
     *
     * @param tenant where
     * @param tenantName its name in UTF-8
     * @param key which key
     * @param timestampMillis time of the delete
     * @param done completed with true once the delete is acknowledged, with false if the key was not there
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, and never compared
    record Delete(
            Tenant tenant, byte[] tenantName, RecordKey key, long timestampMillis, CompletableFuture<Boolean> done)
            implements WriteRequest {
        /** The tenant, or what a compaction has put in its place since the request was made. */
        Tenant destination() {
            return tenant.latest();
        }

        @Override
        public int queuedBytes() {
            return DeleteLayout.BYTES + tenantName.length + key.utf8().length;
        }

        @Override
        public void succeed(Object answer) {
            done.complete((Boolean) answer);
        }

        @Override
        public void fail(Throwable cause) {
            done.completeExceptionally(cause);
        }
    }

    /**
     * A barrier: everything queued before it is to be on the medium.
     *
     * @param done completed with the durable LSN
     */
    record Flush(CompletableFuture<Long> done) implements WriteRequest {
        @Override
        public int queuedBytes() {
            return 0;
        }

        @Override
        public void succeed(Object answer) {
            done.complete((Long) answer);
        }

        @Override
        public void fail(Throwable cause) {
            done.completeExceptionally(cause);
        }
    }

    /**
     * Something to be done on the writer thread while no write is under way: everything queued before is applied, published
     * and acknowledged, and nothing queued behind has begun.
     *
     * <p>An action that throws a {@link dev.simonides.wal.StorageException} leaves the writer as it was; that of a failed
     * log, and anything else it throws, fails the store.
     *
     * @param action short: every write waits for it
     * @param done completed when the action has returned, or with what it threw
     */
    record Exclusive(Runnable action, CompletableFuture<Void> done) implements WriteRequest {
        @Override
        public int queuedBytes() {
            return 0;
        }

        @Override
        public void succeed(Object answer) {
            done.complete(null);
        }

        @Override
        public void fail(Throwable cause) {
            done.completeExceptionally(cause);
        }
    }
}
