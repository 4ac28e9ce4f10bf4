// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.LogEntry;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.Residency;
import dev.simonides.SalvageReport;
import dev.simonides.core.checkpoint.TruthFiles;
import dev.simonides.core.checkpoint.TruthLoadOptions;
import dev.simonides.core.checkpoint.TruthMemory;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.write.LogEntries;
import dev.simonides.core.write.PutLayout;
import dev.simonides.core.write.PutRecord;
import dev.simonides.core.write.RecordType;
import dev.simonides.simd.OffHeap;
import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.Frame;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.LogVerification;
import dev.simonides.wal.LogVisitor;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.WriteAheadLog;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new store of what can be read of a damaged one: first finds out which memories are alive, then writes them into
 * the log of the new store, as they stand in the old one. Confined to one thread.
 */
public final class Salvage {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final long DELETED = 0;

    private final StorageDirectory directory;
    private final FoundStore found;
    private final int vectorBytes;
    private final List<String> damages = new ArrayList<>();
    private final List<String> losses = new ArrayList<>();
    // What the log says last of each memory that it names: the LSN of its put, or DELETED.
    private final Map<Name, Long> latest = new HashMap<>();
    private final Map<String, Integer> ordinals = new HashMap<>();
    private @Nullable Manifest base;
    private long lastLsn;
    private long written;

    private record Name(String tenant, String key) {}

    private Salvage(StorageDirectory directory, FoundStore found) {
        this.directory = directory;
        this.found = found;
        this.vectorBytes = LogReading.vectorBytes(found.file());
        found.findings().forEach(finding -> damages.add(finding.getMessage()));
    }

    /**
     * Salvages a store.
     *
     * @param from gives the damaged store's directory, on a thread of its own; closed by this
     * @param to gives the new store's, empty; likewise
     * @return what was found and lost
     */
    public static SalvageReport run(
            Supplier<? extends StorageDirectory> from, Supplier<? extends StorageDirectory> to) {
        return Keeper.once(() -> {
            try (StorageDirectory directory = from.get()) {
                FoundStore found = FoundStore.in(directory);
                try (StorageLock lock = directory.lock(StoreOpening.LOCK_NAME);
                        StorageDirectory target = to.get()) {
                    lock.ensureValid();
                    return new Salvage(directory, found).writeTo(target);
                }
            }
        });
    }

    private SalvageReport writeTo(StorageDirectory target) {
        try (StoreMemory memory = load()) {
            LogStart start = logStart();
            readLog(start);
            StoreBackup.intoEmpty(target, () -> {
                StoreFile file = StoreFile.of(UUID.randomUUID(), found.file().options());
                try (WriteAheadLog log = WriteAheadLog.create(target, LogOptions.of(file.storeId()))) {
                    Frame frame = log.frame().begin(1);
                    copyFiles(memory, log, frame);
                    copyLog(start, log, frame);
                    append(log, frame);
                }
                file.writeUnfinished(target);
                StoreFile.finish(target);
                return written;
            });
        }
        long generation = base == null ? 0 : base.generation();
        return new SalvageReport(written, generation, lastLsn, damages, losses);
    }

    /** The newest generation whose files of truth are whole. */
    private StoreMemory load() {
        // Nothing is mapped, so that every block is checked before anything of it is used.
        MemoryIndexOptions options = found.file().options().residency(Residency.RESIDENT);
        for (Manifests.Stored stored : found.manifests()) {
            Manifest manifest = stored.manifest();
            StoreMemory memory = new StoreMemory(options);
            try {
                var _ = TruthFiles.load(
                        directory,
                        found.file().storeId(),
                        manifest.files(),
                        new TruthMemory(
                                memory.tenants(),
                                memory.keys(),
                                memory.budget(),
                                memory.records(),
                                memory.codec(),
                                memory.mappings()),
                        new TruthLoadOptions(manifest.lsn(), 0, false));
                base = manifest;
                lastLsn = manifest.lsn();
                return memory;
            } catch (CorruptStoreException | StorageIoException e) {
                memory.close();
                damages.add(e.getMessage());
            }
        }
        return new StoreMemory(options);
    }

    private LogStart logStart() {
        if (base != null && WriteAheadLog.begins(directory, base.start())) {
            return base.start();
        }
        return found.logStart(directory);
    }

    private void readLog(LogStart start) {
        LogVerification verification =
                WriteAheadLog.verify(directory, found.logOptions(), start, (lsn, type, flags, payload) -> {
                    if (lsn > lastLsn) {
                        if (lsn > lastLsn + 1) {
                            lose(lastLsn + 1, lsn - 1);
                        }
                        lastLsn = lsn;
                        note(lsn, LogEntries.of(lsn, type, payload, vectorBytes));
                    }
                });
        for (StorageException finding : verification.findings()) {
            damages.add(finding.getMessage());
        }
        if (!verification.clean()) {
            losses.add("whatever the log held behind LSN " + lastLsn);
        }
    }

    private void lose(long first, long last) {
        losses.add("the records of LSN " + first + ".." + last
                + ": what they put is missing, and what they replaced or deleted may be there");
    }

    private void note(long lsn, LogEntry entry) {
        switch (entry) {
            case LogEntry.Put put -> latest.put(new Name(put.tenant(), put.key()), lsn);
            case LogEntry.Delete delete -> latest.put(new Name(delete.tenant(), delete.key()), DELETED);
            case LogEntry.Unknown unknown -> {
                damages.add("record of LSN " + lsn + ": " + unknown.what());
                lose(lsn, lsn);
            }
            case LogEntry.Frame _ -> throw new AssertionError("no record");
        }
    }

    private void copyFiles(StoreMemory memory, WriteAheadLog log, Frame frame) {
        for (Tenant tenant : memory.tenants().all()) {
            byte[] name = tenant.name().getBytes(StandardCharsets.UTF_8);
            for (int ordinal = 0; ordinal < tenant.count(); ordinal++) {
                byte[] key = tenant.key(ordinal);
                boolean replaced = latest.containsKey(new Name(tenant.name(), new String(key, StandardCharsets.UTF_8)));
                if (!tenant.dead(ordinal) && !replaced) {
                    PutRecord put = PutRecord.layOut(
                            name, key, tenant.payload(ordinal), vectorBytes, tenant.timestampMillis(ordinal));
                    copyVector(memory, tenant, ordinal, put);
                    put(tenant.name(), put.bytes(), log, frame);
                }
            }
        }
    }

    private static void copyVector(StoreMemory memory, Tenant tenant, int ordinal, PutRecord put) {
        MemorySegment record = MemorySegment.ofBuffer(put.bytes());
        int codeBytes = memory.codec().codeBytes();
        int originalBytes = memory.codec().originalBytes();
        MemorySegment.copy(MEMORY, tenant.vectors().codeAddress(ordinal), record, put.vectorOffset(), codeBytes);
        if (originalBytes > 0) {
            long offset = (long) put.vectorOffset() + codeBytes;
            MemorySegment.copy(MEMORY, tenant.vectors().originalAddress(ordinal), record, offset, originalBytes);
        }
    }

    /** What the log says last of a memory, if that is a put. */
    private void copyLog(LogStart start, WriteAheadLog log, Frame frame) {
        LogVisitor copy = (lsn, type, flags, payload) -> {
            if (type == RecordType.PUT
                    && LogEntries.of(lsn, type, payload, vectorBytes) instanceof LogEntry.Put put
                    && latest.getOrDefault(new Name(put.tenant(), put.key()), DELETED) == lsn) {
                ByteBuffer bytes = ByteBuffer.allocate(payload.remaining())
                        .put(payload.duplicate())
                        .flip()
                        .order(ByteOrder.LITTLE_ENDIAN);
                put(put.tenant(), bytes, log, frame);
            }
        };
        var _ = WriteAheadLog.verify(directory, found.logOptions(), start, copy);
    }

    private void put(String tenant, ByteBuffer record, WriteAheadLog log, Frame frame) {
        int ordinal = ordinals.merge(tenant, 1, Integer::sum) - 1;
        record.putInt(PutLayout.ORDINAL, ordinal);
        if (!frame.fits(record.remaining())) {
            append(log, frame);
        }
        frame.add(RecordType.PUT, 0, record);
        written++;
    }

    private static void append(WriteAheadLog log, Frame frame) {
        if (frame.count() > 0) {
            log.append(frame);
            frame.begin(log.lastLsn() + 1);
        }
    }
}
