// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.LogEntry;
import dev.simonides.SalvageLoss;
import dev.simonides.SalvageReport;
import dev.simonides.core.checkpoint.LostBytes;
import dev.simonides.core.checkpoint.SalvagedRecord;
import dev.simonides.core.checkpoint.SalvagedTenant;
import dev.simonides.core.checkpoint.TruthSalvage;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.write.LogEntries;
import dev.simonides.core.write.PutLayout;
import dev.simonides.core.write.PutRecord;
import dev.simonides.core.write.RecordType;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.wal.Frame;
import dev.simonides.wal.LogFrame;
import dev.simonides.wal.LogOptions;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.LogVerification;
import dev.simonides.wal.LogVisitor;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageLock;
import dev.simonides.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Makes a new store of what can be read of a damaged one: first finds out which memories are alive, then writes them into
 * the log of the new store, as they stand in the old one. Confined to one thread.
 *
 * <p>Everything that can be read is a fact: that an ordinal was put, with what, and that it died. Facts of several files and
 * of the log never contradict each other, so it does not matter where one is read. A memory goes into the new store if its
 * put is known, no death of it is, and record, vector and payload can be read, from whole blocks of any file or from the log.
 */
public final class Salvage {
    private final StorageDirectory directory;
    private final FoundStore found;
    private final VectorCodec codec;
    private final UnaryOperator<LogOptions> logOptions;
    private final Set<String> damages = new LinkedHashSet<>();
    private final Losses losses = new Losses();
    private final List<String> doubtful = new ArrayList<>();
    private final Map<String, Integer> ordinals = new HashMap<>();
    private final SalvagedLog log = new SalvagedLog();
    private long doubtfulCount;
    private long written;

    private Salvage(StorageDirectory directory, FoundStore found, UnaryOperator<LogOptions> logOptions) {
        this.directory = directory;
        this.found = found;
        this.logOptions = logOptions;
        this.codec = LogReading.codec(found.file());
        found.findings().forEach(this::damaged);
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
        return run(from, to, UnaryOperator.identity());
    }

    /** Salvages a store into one whose log has other options than the usual ones, which tests need. */
    public static SalvageReport run(
            Supplier<? extends StorageDirectory> from,
            Supplier<? extends StorageDirectory> to,
            UnaryOperator<LogOptions> logOptions) {
        return Keeper.once(() -> {
            try (StorageDirectory directory = from.get()) {
                FoundStore found = FoundStore.in(directory);
                try (StorageLock lock = directory.lock(StoreOpening.LOCK_NAME);
                        StorageDirectory target = to.get()) {
                    lock.ensureValid();
                    return new Salvage(directory, found, logOptions).writeTo(target);
                }
            }
        });
    }

    private void damaged(StorageException damage) {
        damages.add(damage.getMessage());
    }

    private SalvageReport writeTo(StorageDirectory target) {
        List<Manifest> manifests =
                found.manifests().stream().map(Manifests.Stored::manifest).toList();
        long lastLsn;
        try (TruthSalvage files = TruthSalvage.open(
                directory,
                found.file().storeId(),
                PageGeometry.of(codec, found.file().pages()),
                manifests,
                this::damaged)) {
            LogStart start = found.logStart(directory);
            readLog(start, files);
            lastLsn = Math.max(files.lsn(), log.lastLsn());
            StoreBackup.intoEmpty(target, () -> {
                write(files, start, target);
                return written;
            });
        }
        losses.addDoubtful(doubtful, doubtfulCount);
        long generation = manifests.isEmpty() ? 0 : manifests.getFirst().generation();
        return new SalvageReport(written, generation, lastLsn, List.copyOf(damages), losses.all());
    }

    private void write(TruthSalvage files, LogStart start, StorageDirectory target) {
        StoreFile file = StoreFile.of(UUID.randomUUID(), found.file().options());
        try (WriteAheadLog made = WriteAheadLog.create(target, logOptions.apply(LogOptions.of(file.storeId())))) {
            Frame frame = made.frame().begin(1);
            SortedSet<String> tenants = new TreeSet<>(files.tenants());
            tenants.addAll(log.tenants());
            for (String name : tenants) {
                copyFiles(name, files, made, frame);
            }
            copyLog(start, made, frame);
            append(made, frame);
        }
        file.writeUnfinished(target);
        StoreFile.finish(target);
    }

    private void readLog(LogStart start, TruthSalvage files) {
        int vectorBytes = LogReading.vectorBytes(codec);
        LogVisitor visitor = new LogVisitor() {
            @Override
            public void frame(LogFrame frame) {
                log.frame(frame);
            }

            @Override
            public void record(long lsn, int type, int flags, ByteBuffer payload) {
                if (log.advance(lsn)) {
                    note(LogEntries.of(lsn, type, payload, vectorBytes));
                }
            }
        };
        LogVerification verification = WriteAheadLog.verify(directory, found.logOptions(), start, visitor);
        verification.findings().forEach(this::damaged);
        // What the files know is not missing; what damaged blocks of them have lost is said where it is read.
        for (SalvagedLog.Gap gap : log.gaps(files.recordsLsn(), files.lsn())) {
            losses.addRecords(gap.first(), gap.last());
        }
        if (log.endIsLost(verification)) {
            losses.addEnd(Math.max(files.lsn(), log.lastLsn()));
        }
    }

    private void note(LogEntry entry) {
        switch (entry) {
            case LogEntry.Put put -> log.note(put);
            case LogEntry.Delete delete -> log.note(delete);
            case LogEntry.Compact compact -> log.note(compact);
            case LogEntry.Unknown unknown -> {
                damages.add("record of LSN " + unknown.lsn() + ": " + unknown.what());
                log.noteUnreadable(unknown.lsn());
            }
            case LogEntry.Frame _ -> throw new AssertionError("no record");
        }
    }

    /**
     * What the files have of a tenant, unless the log says something newer. Files from before a compaction are asked only for
     * what those from behind it have lost.
     */
    private void copyFiles(String name, TruthSalvage files, WriteAheadLog made, Frame frame) {
        boolean renumbered = log.compacted() || files.numberings().size() > 1;
        Copies copies = new Copies();
        for (int numbering : files.numberings()) {
            try (SalvagedTenant tenant = files.tenant(name, numbering, log.covered())) {
                log.tenant(name).learn(tenant, renumbered);
                copyFiles(name, tenant, renumbered, copies, made, frame);
            }
            if (copies.lost.isEmpty()) {
                break;
            }
        }
        for (Lost lost : copies.lost) {
            if (lost.birthLsn() == 0 || !copies.found.contains(lost.birthLsn())) {
                losses.add(lost.bytes(), name, lost.key());
            }
        }
    }

    /** What the files of a tenant were asked for so far. */
    private static final class Copies {
        /** Births of those that were found, be it that they are dead. */
        final Set<Long> found = new HashSet<>();

        /** What files of the newest numbering have lost. */
        final List<Lost> lost = new ArrayList<>();
    }

    /** A memory of which something is lost; birth 0 and key empty where they are lost too. */
    private record Lost(LostBytes bytes, long birthLsn, String key) {}

    private void copyFiles(
            String name, SalvagedTenant tenant, boolean renumbered, Copies copies, WriteAheadLog made, Frame frame) {
        SalvagedLog.OfTenant logged = log.tenant(name);
        Map<String, Long> newest = tenant.doubtful() ? newest(tenant) : Map.of();
        boolean former = !copies.lost.isEmpty();
        for (int ordinal = 0; ordinal < tenant.count(); ordinal++) {
            long birth = tenant.birthLsn(ordinal);
            boolean inLog = renumbered ? logged.has(birth) : logged.has(ordinal);
            if (tenant.dead(ordinal) || inLog || (birth > 0 && copies.found.contains(birth))) {
                copies.found.add(birth);
                continue;
            }
            String key = "";
            try {
                SalvagedRecord record = tenant.record(ordinal);
                key = record.key();
                if (logged.lsn(key) > birth || newest.getOrDefault(key, birth) > birth) {
                    continue;
                }
                logged.replaced(key, birth);
                put(name, readPut(name, tenant, ordinal, record), made, frame);
                copies.found.add(birth);
                if (tenant.doubtful(ordinal, birth)) {
                    doubt(name, key);
                }
            } catch (LostBytes lost) {
                if (!former) {
                    copies.lost.add(new Lost(lost, birth, key));
                }
            }
        }
    }

    /** Where deaths are not known, the last put of a key still ends the life of those before. */
    private static Map<String, Long> newest(SalvagedTenant tenant) {
        Map<String, Long> newest = new HashMap<>();
        for (int ordinal = 0; ordinal < tenant.count(); ordinal++) {
            try {
                if (!tenant.dead(ordinal)) {
                    newest.merge(tenant.record(ordinal).key(), tenant.birthLsn(ordinal), Math::max);
                }
            } catch (LostBytes lost) {
                // It is reported when it is to be copied.
            }
        }
        return newest;
    }

    private ByteBuffer readPut(String name, SalvagedTenant tenant, int ordinal, SalvagedRecord record)
            throws LostBytes {
        byte[] payload = tenant.payload(ordinal, record.payloadBytes());
        PutRecord put = PutRecord.layOut(
                name.getBytes(StandardCharsets.UTF_8),
                record.key().getBytes(StandardCharsets.UTF_8),
                payload,
                LogReading.vectorBytes(codec),
                record.timestampMillis());
        tenant.vector(ordinal, put.bytes().duplicate().position(put.vectorOffset()));
        return put.bytes();
    }

    private void doubt(String tenant, String key) {
        doubtfulCount++;
        if (doubtful.size() < SalvageLoss.KEYS_MAX) {
            doubtful.add(tenant + "/" + key);
        }
    }

    /** What the log says last of a memory, if that is a put. */
    private void copyLog(LogStart start, WriteAheadLog made, Frame frame) {
        int vectorBytes = LogReading.vectorBytes(codec);
        LogVisitor copy = (lsn, type, flags, payload) -> {
            if (type == RecordType.PUT
                    && LogEntries.of(lsn, type, payload, vectorBytes) instanceof LogEntry.Put put
                    && log.tenant(put.tenant()).stands(put.key(), lsn)) {
                ByteBuffer bytes = ByteBuffer.allocate(payload.remaining())
                        .put(payload.duplicate())
                        .flip()
                        .order(ByteOrder.LITTLE_ENDIAN);
                put(put.tenant(), bytes, made, frame);
                if (log.tenant(put.tenant()).doubtful(put.key())) {
                    doubt(put.tenant(), put.key());
                }
            }
        };
        var _ = WriteAheadLog.verify(directory, found.logOptions(), start, copy);
    }

    private void put(String tenant, ByteBuffer record, WriteAheadLog made, Frame frame) {
        int ordinal = ordinals.merge(tenant, 1, Integer::sum) - 1;
        record.putInt(PutLayout.ORDINAL, ordinal);
        if (!frame.fits(record.remaining())) {
            append(made, frame);
        }
        frame.add(RecordType.PUT, 0, record);
        written++;
    }

    private static void append(WriteAheadLog made, Frame frame) {
        if (frame.count() > 0) {
            made.append(frame);
            frame.begin(made.lastLsn() + 1);
        }
    }
}
