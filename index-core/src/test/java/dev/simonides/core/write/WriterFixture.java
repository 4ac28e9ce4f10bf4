// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import dev.simonides.Vectors;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
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
import java.util.concurrent.atomic.AtomicLong;

/** A writer over any directory, without a store around it. */
final class WriterFixture implements AutoCloseable {
    static final VectorCodec CODEC = VectorCodec.of(4, Similarity.DOT, OriginalFormat.NONE, Kernels.best());

    final Slabs slabs = new Slabs();
    final Slabs records = new Slabs();
    final Tenants tenants = new Tenants(new TenantShape(CODEC, 8, 100_000, 1, slabs, records));
    final KeyDirectory keys = new HeapKeyDirectory(1);
    final AtomicLong published = new AtomicLong();
    final WriteAheadLog log;
    final Writer writer;

    WriterFixture(StorageDirectory directory, Durability durability) {
        LogOptions options = LogOptions.of(new UUID(1, 2)).segmentBytes(1 << 20).salts(new Random(1));
        log = WriteAheadLog.create(directory, options);
        MemoryBudget budget = new MemoryBudget(1L << 30);
        Applier applier = new Applier(tenants, keys, budget, records, CODEC);
        writer = new Writer(
                new Writer.Parts(log, applier, keys, budget, records, published),
                new Writer.Terms(durability, 1L << 30),
                tenant -> {});
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    Tenant tenant() {
        return tenants.findOrMake("t");
    }

    /** A memory of this key; the ordinal comes from the writer. */
    WriteRequest.Put.Entry entry(String key) {
        PutRecord put = PutRecord.layOut(bytes("t"), bytes(key), bytes("text of " + key), CODEC.codeBytes(), 5);
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
            entries.add(entry(name));
        }
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

    /** The visible ordinal of a key, or −1. */
    int find(String key) {
        int ordinal = keys.get(keys.key(tenant().id(), bytes(key)));
        return ordinal != KeyDirectory.NONE && tenant().visible(ordinal, published.get()) ? ordinal : -1;
    }

    @Override
    public void close() {
        writer.close();
        log.close();
        slabs.close();
        records.close();
    }
}
