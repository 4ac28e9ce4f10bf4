// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.tenant.Numbering;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.wal.CorruptSegmentException;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * One loading of a generation: plan from the tables of contents, check that they agree, ask the budget, make room, then read.
 * Confined to the thread that opens, but for the tasks that it hands out.
 *
 * <p>Every number is checked against the size of the file that states it before anything is allocated by it: what a file can
 * make this allocate is a small multiple of its size.
 */
final class TruthLoad implements AutoCloseable {
    private static final int TASK_TENANTS = 2_048;

    private final StorageDirectory directory;
    private final UUID storeId;
    private final TruthMemory memory;
    private final TruthLoadOptions options;
    private final Map<FileKind, List<LoadedFile>> files = new EnumMap<>(FileKind.class);
    private final Map<String, LoadedTenant> tenants = new LinkedHashMap<>();

    TruthLoad(StorageDirectory directory, UUID storeId, TruthMemory memory, TruthLoadOptions options) {
        this.directory = directory;
        this.storeId = storeId;
        this.memory = memory;
        this.options = options;
    }

    /** Loads everything; returns which file holds what. */
    Map<FileKind, Coverage> run(List<FileEntry> entries) {
        for (FileEntry entry : entries) {
            if (entry.kind().truth()) {
                open(entry);
            }
        }
        VectorLoad vectors = new VectorLoad(memory.geometry(), options.everyCode());
        Numbering numbering = memory.tenants().shape().numbering();
        RecordLoad records = new RecordLoad(numbering.records(), numbering.keys());
        PayloadLoad payloads = new PayloadLoad(numbering.records());
        files(FileKind.VECTORS).forEach(file -> vectors.plan(file, this::tenant));
        files(FileKind.RECORDS).forEach(file -> records.plan(file, this::tenant));
        files(FileKind.PAYLOADS).forEach(file -> payloads.plan(file, this::tenant));
        tenants.values().forEach(this::requireAgreement);
        boolean mapped = reserve(vectors);
        Tasks.run(
                1 + options.helpers(),
                beginnings(loaded ->
                        loaded.tenant.beginLoad(loaded.recordsEnd, mapped ? vectors.fullPages(loaded.recordsEnd) : 0)));
        List<Runnable> tasks = new ArrayList<>();
        // The longest piece that cannot be divided comes first.
        tasks.add(() -> {
            records.load(files(FileKind.RECORDS));
            payloads.load(files(FileKind.PAYLOADS));
        });
        payloads.addTasks(files(FileKind.PAYLOADS), tasks);
        vectors.addTasks(tasks, mapped ? Optional.of(memory.mappings()) : Optional.empty());
        Tasks.run(1 + options.helpers(), tasks);
        List<Runnable> checks = new ArrayList<>(records.keyTasks(files(FileKind.RECORDS)));
        checks.addAll(vectors.placeTasks());
        Tasks.run(1 + options.helpers(), checks);
        tenants.values().forEach(loaded -> loaded.tenant.endLoad(loaded.recordsEnd, loaded.live));
        return coverages();
    }

    /** The same for all tenants, many of them a task: what they take is zeroed by the system when it is first touched. */
    private List<Runnable> beginnings(Consumer<LoadedTenant> beginning) {
        List<Runnable> tasks = new ArrayList<>();
        List<LoadedTenant> all = List.copyOf(tenants.values());
        for (int first = 0; first < all.size(); first += TASK_TENANTS) {
            List<LoadedTenant> some = all.subList(first, Math.min(all.size(), first + TASK_TENANTS));
            tasks.add(() -> some.forEach(beginning));
        }
        return tasks;
    }

    private void open(FileEntry entry) {
        SealedFileId id = new SealedFileId(storeId, entry.id(), entry.kind().code());
        SealedFile file = SealedFile.open(directory, entry.fileName(), id, entry.summary());
        List<LoadedFile> known = files.computeIfAbsent(entry.kind(), kind -> new ArrayList<>());
        boolean done = false;
        try {
            LoadedFile opened = new LoadedFile(file, entry, Contents.read(file));
            long before = known.isEmpty() ? 0 : known.getLast().contents().lsn();
            long lsn = opened.contents().lsn();
            opened.require(
                    lsn > before && lsn <= options.lsn(),
                    file.contentsOffset() + ContentsLayout.LSN,
                    "table of contents: lsn=" + lsn + ", the file before has " + before + ", the manifest "
                            + options.lsn());
            int numbering = memory.tenants().shape().numbering().number();
            opened.require(
                    opened.contents().numbering() == numbering,
                    file.contentsOffset() + ContentsLayout.NUMBERING,
                    "table of contents: numbering=" + opened.contents().numbering() + ", the manifest has "
                            + numbering);
            known.add(opened);
            done = true;
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    private List<LoadedFile> files(FileKind kind) {
        return files.getOrDefault(kind, List.of());
    }

    private LoadedTenant tenant(String name) {
        return tenants.computeIfAbsent(
                name, unknown -> new LoadedTenant(memory.tenants().findOrMake(unknown)));
    }

    private void requireAgreement(LoadedTenant loaded) {
        if (loaded.vectorsEnd == loaded.recordsEnd && loaded.payloadsEnd == loaded.recordsEnd) {
            return;
        }
        // Two of the three are right, most likely.
        FileKind odd = loaded.vectorsEnd == loaded.payloadsEnd
                ? FileKind.RECORDS
                : loaded.recordsEnd == loaded.payloadsEnd ? FileKind.VECTORS : FileKind.PAYLOADS;
        throw new CorruptSegmentException(
                files(odd).isEmpty()
                        ? odd.fileName(0)
                        : files(odd).getLast().entry().fileName(),
                StorageException.NO_OFFSET,
                "the files disagree about tenant '" + loaded.tenant.name() + "': vectors end at ordinal "
                        + loaded.vectorsEnd + ", records at " + loaded.recordsEnd + ", payloads at "
                        + loaded.payloadsEnd);
    }

    /** Charges the budget; returns whether the full pages of vectors stay in their files. */
    private boolean reserve(VectorLoad vectors) {
        TenantShape shape = memory.tenants().shape();
        long perVector = shape.bytesPerVector();
        long bytes = 0;
        long inFullPages = 0;
        for (LoadedTenant loaded : tenants.values()) {
            bytes += loaded.recordsEnd * perVector;
            inFullPages += vectors.inFullPages(loaded.recordsEnd);
        }
        for (FileKind kind : List.of(FileKind.RECORDS, FileKind.PAYLOADS)) {
            for (LoadedFile file : files(kind)) {
                bytes += file.file().contentsOffset() - file.contents().backStart();
            }
        }
        return memory.mappings().begin(bytes, inFullPages, files(FileKind.VECTORS));
    }

    private Map<FileKind, Coverage> coverages() {
        Map<FileKind, Coverage> coverages = new EnumMap<>(FileKind.class);
        for (FileKind kind : List.of(FileKind.VECTORS, FileKind.RECORDS, FileKind.PAYLOADS)) {
            coverages.put(
                    kind,
                    new Coverage(files(kind).stream()
                            .map(file -> FileCoverage.of(file.entry(), file.contents(), this::nameOf))
                            .toList()));
        }
        return coverages;
    }

    private String nameOf(String tenant) {
        return tenant(tenant).tenant.name();
    }

    @Override
    public void close() {
        files.values().forEach(opened -> opened.forEach(file -> file.file().close()));
    }
}
