// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.tenant.RecordImageLayout;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.wal.CorruptSegmentException;
import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.SealedFileLayout;
import dev.simonides.wal.SealedFileSummary;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All files of truth that a store has, of whatever generation, as far as they can be read: block by block, and each block
 * only if its checksum is right. What a file must be is known from a manifest; where no manifest is valid, every file that
 * is the store's by its own footer is taken. Confined to one thread, which closes it.
 */
public final class TruthSalvage implements AutoCloseable {
    private static final List<FileKind> KINDS = List.of(FileKind.VECTORS, FileKind.RECORDS, FileKind.PAYLOADS);

    private final StorageDirectory directory;
    private final UUID storeId;
    private final PageGeometry geometry;
    private final Consumer<StorageException> damages;
    /** Newest first. */
    private final Map<FileKind, List<SalvagedFile>> files = new EnumMap<>(FileKind.class);

    /** What was tried: the LSN of each file, or the largest one of those that cannot be used. */
    private final Map<String, Long> lsns = new HashMap<>();

    private long lsn;
    private long recordsLsn;

    private TruthSalvage(
            StorageDirectory directory, UUID storeId, PageGeometry geometry, Consumer<StorageException> damages) {
        this.directory = directory;
        this.storeId = storeId;
        this.geometry = geometry;
        this.damages = damages;
        KINDS.forEach(kind -> files.put(kind, new ArrayList<>()));
    }

    /**
     * Opens what can be opened.
     *
     * @param directory the store's
     * @param storeId the store's identity
     * @param geometry of the store's pages
     * @param manifests the valid ones
     * @param damages receives what is damaged, then and later
     * @return the files
     */
    public static TruthSalvage open(
            StorageDirectory directory,
            UUID storeId,
            PageGeometry geometry,
            List<Manifest> manifests,
            Consumer<StorageException> damages) {
        TruthSalvage salvage = new TruthSalvage(directory, storeId, geometry, damages);
        boolean done = false;
        try {
            for (FileKind kind : KINDS) {
                if (manifests.isEmpty()) {
                    salvage.openAll(kind);
                } else {
                    manifests.forEach(manifest -> salvage.openNamed(kind, manifest));
                }
                salvage.files(kind)
                        .sort(Comparator.comparingLong(SalvagedFile::lsn).reversed());
            }
            manifests.forEach(salvage::takeLsn);
            done = true;
            return salvage;
        } finally {
            if (!done) {
                salvage.close();
            }
        }
    }

    private List<SalvagedFile> files(FileKind kind) {
        return files.getOrDefault(kind, List.of());
    }

    private List<SalvagedFile> files(FileKind kind, int numbering) {
        return files(kind).stream()
                .filter(file -> file.numbering() == numbering)
                .toList();
    }

    private void openNamed(FileKind kind, Manifest manifest) {
        long before = 0;
        for (FileEntry entry : manifest.files()) {
            if (entry.kind() == kind) {
                before = open(kind, entry.id(), Optional.of(entry.summary()), before);
            }
        }
    }

    private void takeLsn(Manifest manifest) {
        lsn = Math.max(lsn, manifest.lsn());
        boolean all = manifest.files().stream()
                .filter(entry -> entry.kind() == FileKind.RECORDS)
                .allMatch(entry -> usable(entry.fileName()));
        if (all) {
            recordsLsn = Math.max(recordsLsn, manifest.lsn());
        }
    }

    private boolean usable(String name) {
        return lsns.getOrDefault(name, Long.MAX_VALUE) != Long.MAX_VALUE;
    }

    /** Without a manifest nobody says which files there were: what follows on the last one is not known. */
    private void openAll(FileKind kind) {
        boolean all = true;
        long before = 0;
        for (String name : directory.list()) {
            Optional<Long> id =
                    FileKind.idOf(name).filter(number -> kind.fileName(number).equals(name));
            if (id.isPresent()) {
                before = open(kind, id.get(), Optional.empty(), before);
                all &= usable(name);
            }
        }
        if (kind == FileKind.RECORDS && all) {
            recordsLsn = before;
        }
    }

    /** Opens a file unless it is open; returns its LSN, or the largest one if nobody can say it. */
    private long open(FileKind kind, long id, Optional<SealedFileSummary> expected, long before) {
        String name = kind.fileName(id);
        Long known = lsns.get(name);
        if (known != null) {
            return known;
        }
        lsns.put(name, Long.MAX_VALUE);
        SealedFile file = open(name, new SealedFileId(storeId, id, kind.code()), expected);
        if (file == null) {
            return Long.MAX_VALUE;
        }
        try {
            Contents contents = Contents.read(file);
            contents.sections().forEach(section -> requireFits(file, kind, section));
            files(kind).add(new SalvagedFile(file, contents, what(kind), before, damages));
            lsns.put(name, contents.lsn());
            lsn = Math.max(lsn, contents.lsn());
            return contents.lsn();
        } catch (CorruptStoreException | StorageIoException e) {
            damages.accept(e);
            file.close();
            return Long.MAX_VALUE;
        }
    }

    private static String what(FileKind kind) {
        return kind == FileKind.VECTORS ? "vectors" : kind == FileKind.RECORDS ? "records" : "payloads";
    }

    private @Nullable SealedFile open(String name, SealedFileId id, Optional<SealedFileSummary> expected) {
        if (expected.isPresent()) {
            try {
                return SealedFile.open(directory, name, id, expected.get());
            } catch (CorruptStoreException | StorageIoException e) {
                damages.accept(e);
            }
        }
        try {
            return SealedFile.openDamaged(directory, name, id, expected);
        } catch (CorruptStoreException | StorageIoException e) {
            if (expected.isEmpty()) {
                damages.accept(e);
            }
            return null;
        }
    }

    /**
     * Returns up to where there are files.
     *
     * @return the LSN of the newest checkpoint, 0 if there is none
     */
    public long lsn() {
        return lsn;
    }

    /**
     * Returns up to where the files that say who was put and who died can be read, but for damaged blocks.
     *
     * @return the LSN of the newest checkpoint of which that is so, 0 if there is none
     */
    public long recordsLsn() {
        return recordsLsn;
    }

    /**
     * Returns the names of the tenants that the files hold.
     *
     * @return in ascending order
     */
    public SortedSet<String> tenants() {
        SortedSet<String> tenants = new TreeSet<>();
        files.values().forEach(opened -> opened.forEach(file -> tenants.addAll(file.tenants())));
        return tenants;
    }

    /**
     * Returns the numberings of the files: more than one where a compaction was cut off before its last checkpoint.
     *
     * @return the newest first
     */
    public SortedSet<Integer> numberings() {
        SortedSet<Integer> numberings = new TreeSet<>(Comparator.reverseOrder());
        files.values().forEach(opened -> opened.forEach(file -> numberings.add(file.numbering())));
        return numberings;
    }

    /**
     * Reads who lived and died.
     *
     * @param name of any tenant
     * @param numbering what its ordinals mean: files of others are passed over
     * @param logged what the log says of all deaths
     * @return what the files have of the tenant, closed by the caller
     */
    public SalvagedTenant tenant(String name, int numbering, LsnRanges logged) {
        SalvagedLives lives = new SalvagedLives(count(name, numbering), logged, lsn);
        for (SalvagedFile file : files(FileKind.RECORDS, numbering)) {
            file.section(name).ifPresentOrElse(section -> lives.add(file, section), () -> lives.addWithout(file));
        }
        SalvagedPayloads payloads = new SalvagedPayloads(lives);
        for (SalvagedFile file : files(FileKind.PAYLOADS, numbering)) {
            file.section(name).ifPresent(section -> payloads.add(file, section));
        }
        SalvagedTenant tenant = new SalvagedTenant(geometry, lives, payloads);
        for (SalvagedFile file : files(FileKind.VECTORS, numbering)) {
            file.section(name).ifPresent(section -> tenant.add(file, section));
        }
        return tenant;
    }

    /** As records and vectors say, whose bytes bound it; payloads may have none. */
    private int count(String tenant, int numbering) {
        int count = 0;
        for (FileKind kind : List.of(FileKind.RECORDS, FileKind.VECTORS)) {
            for (SalvagedFile file : files(kind, numbering)) {
                count = Math.max(count, file.section(tenant).map(Section::end).orElse(0));
            }
        }
        return count;
    }

    /** Where something stands is computed from the lengths of the parts, so these must be what the kind demands. */
    private void requireFits(SealedFile file, FileKind kind, Section section) {
        long front = section.front().bytes();
        long back = section.back().bytes();
        boolean fits = switch (kind) {
            case VECTORS -> {
                int first = geometry.page(section.first());
                int end = geometry.pages(section.end());
                yield section.first() == geometry.firstOrdinal(first)
                        && section.count() > 0
                        && front == geometry.codesBytes(first, end)
                        && back == geometry.originalsBytes(first, end);
            }
            case RECORDS ->
                front == (long) section.count() * RowLayout.BYTES + (long) section.deaths() * DeathLayout.BYTES
                        && back >= (long) section.count() * RecordImageLayout.BYTES;
            default -> front == (back == 0 ? 0 : (long) section.count() * Integer.BYTES);
        };
        if (!fits) {
            throw new CorruptSegmentException(
                    file.name(),
                    SealedFileLayout.BYTES + file.contentsOffset(),
                    "table of contents: section of tenant '" + section.tenant() + "': wrong size");
        }
    }

    @Override
    public void close() {
        files.values().forEach(opened -> opened.forEach(SalvagedFile::close));
    }
}
