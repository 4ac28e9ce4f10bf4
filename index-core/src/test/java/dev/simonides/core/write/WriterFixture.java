// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.Vectors;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.tenant.Numbering;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.thread.EngineThread;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.Durability;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.WriteAheadLog;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A writer over any directory, without a store around it. */
final class WriterFixture implements AutoCloseable {
    static final VectorCodec CODEC = VectorCodec.of(4, Similarity.DOT, OriginalFormat.NONE, Kernels.best());
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    final MemoryBudget budget = new MemoryBudget(1L << 30);
    final AtomicLong published = new AtomicLong();
    /** The sync thread, then the writer thread. */
    final List<Thread> threads = new ArrayList<>();

    final KeyDirectory keys;
    final Numbering numbering;
    final Tenants tenants;
    final WriteAheadLog log;
    final Writer writer;

    /** What else than a usual writer over a usual log. */
    record Shape(
            int segmentBytes,
            long logBytesMax,
            KeyDirectory keys,
            Consumer<Tenant> onPublished,
            ThreadFactory threads) {
        static Shape usual() {
            return new Shape(
                    4 << 20,
                    1L << 30,
                    new HeapKeyDirectory(1),
                    tenant -> {},
                    work -> new EngineThread("fixture", work));
        }

        Shape segmentBytes(int bytes) {
            return new Shape(bytes, logBytesMax, keys, onPublished, threads);
        }

        Shape logBytesMax(long bytes) {
            return new Shape(segmentBytes, bytes, keys, onPublished, threads);
        }

        Shape keys(KeyDirectory directory) {
            return new Shape(segmentBytes, logBytesMax, directory, onPublished, threads);
        }

        Shape onPublished(Consumer<Tenant> listener) {
            return new Shape(segmentBytes, logBytesMax, keys, listener, threads);
        }

        Shape threads(ThreadFactory factory) {
            return new Shape(segmentBytes, logBytesMax, keys, onPublished, factory);
        }
    }

    WriterFixture(StorageDirectory directory, Durability durability) {
        this(directory, durability, Shape.usual());
    }

    WriterFixture(StorageDirectory directory, Durability durability, Shape shape) {
        LogOptions options =
                LogOptions.of(new UUID(1, 2)).segmentBytes(shape.segmentBytes()).salts(new Random(1));
        keys = shape.keys();
        numbering = Numbering.of(0, keys);
        tenants = new Tenants(new TenantShape(CODEC, 8, 100_000, 1, numbering));
        log = WriteAheadLog.create(directory, options);
        Applier applier = new Applier(tenants, budget, CODEC, (lsn, asOfLsn) -> {});
        writer = new Writer(
                new Writer.Parts(log, applier, tenants, budget, published),
                new Writer.Terms(durability, shape.logBytesMax()),
                shape.onPublished(),
                work -> {
                    Thread thread = shape.threads().newThread(work);
                    threads.add(thread);
                    return thread;
                });
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Waits for something that other threads bring about. */
    static void await(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new AssertionError("it never came");
            }
            Thread.onSpinWait();
        }
    }

    /** Waits until the writer has taken every request, and has nothing to do or waits for the medium. */
    void awaitTaken() {
        await(() -> writer.queued() == 0);
        awaitIdle();
    }

    /** Waits until the writer has nothing to do, or waits for the medium. */
    void awaitIdle() {
        Thread thread = threads.get(1);
        await(() -> thread.getState() == Thread.State.TIMED_WAITING);
    }

    Tenant tenant() {
        return tenants.findOrMake("t");
    }

    /** A memory of this key; the ordinal comes from the writer. */
    WriteRequest.Put.Entry entry(String key, String text) {
        PutRecord put = PutRecord.layOut(bytes("t"), bytes(key), bytes(text), CODEC.codeBytes(), 5);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(CODEC.codePitch(), 64);
            MemorySegment scratch = arena.allocate(CODEC.exactQueryBytes(), 64);
            CODEC.encode(Vectors.gaussian(key.hashCode(), 4), scratch.address(), code.address(), 0);
            MemorySegment.copy(code, 0, MemorySegment.ofBuffer(put.bytes()), put.vectorOffset(), CODEC.codeBytes());
        }
        return new WriteRequest.Put.Entry(tenant(), keys.key(tenant().id(), bytes(key)), put);
    }

    CompletableFuture<Long> put(String... names) {
        List<WriteRequest.Put.Entry> entries = new ArrayList<>();
        for (String name : names) {
            entries.add(entry(name, "text of " + name));
        }
        return put(entries);
    }

    CompletableFuture<Long> put(List<WriteRequest.Put.Entry> entries) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        writer.submit(new WriteRequest.Put(entries, done));
        return done;
    }

    CompletableFuture<Boolean> delete(String key) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        writer.submit(new WriteRequest.Delete(tenant(), bytes("t"), keys.key(tenant().id(), bytes(key)), 6, done));
        return done;
    }

    CompletableFuture<Long> flush() {
        CompletableFuture<Long> done = new CompletableFuture<>();
        writer.submit(new WriteRequest.Flush(done));
        return done;
    }

    CompletableFuture<Void> exclusive(Runnable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        writer.submit(new WriteRequest.Exclusive(action, done));
        return done;
    }

    /** Waits until so many records are in the log. */
    void awaitAppended(long lsn) {
        await(() -> log.lastLsn() >= lsn);
    }

    /** The visible ordinal of a key, or −1. */
    int find(String key) {
        int ordinal = keys.get(keys.key(tenant().id(), bytes(key)));
        return ordinal != KeyDirectory.NONE && tenant().visible(ordinal, published.get()) ? ordinal : -1;
    }

    @Override
    public void close() {
        writer.close();
        log.close();
        numbering.close();
    }
}
