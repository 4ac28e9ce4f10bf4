// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.Residency;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.SealedFileLayout;
import dev.simonides.wal.SealedFileSummary;
import dev.simonides.wal.SealedFileWriter;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The files of truth of the present generation: vectors, records and payloads, and which ordinals each of them holds.
 * Confined to the thread that opens, then to the one that checkpoints.
 */
public final class TruthFiles {
    /** A page of the largest class passes through in one piece. */
    private static final int BUFFER_BYTES = 64 << 10;

    /** The formats, in the order in which their files are listed. */
    private final List<SectionFormat> formats;

    private Map<FileKind, Coverage> present;
    /** What the ordinals in the present files mean. */
    private int numbering;

    private final PageGeometry geometry;
    private final VectorMappings mappings;

    TruthFiles(PageGeometry geometry, VectorMappings mappings, Map<FileKind, Coverage> present, int numbering) {
        this.geometry = geometry;
        this.mappings = mappings;
        this.formats = List.of(new VectorSections(geometry), new RecordSections(), new PayloadSections());
        this.present = present;
        this.numbering = numbering;
    }

    /**
     * Returns the files of a store that never had a checkpoint: none.
     *
     * @param geometry of the store's pages
     * @param mappings where full pages of vectors are
     * @return no file
     */
    public static TruthFiles none(PageGeometry geometry, VectorMappings mappings) {
        Map<FileKind, Coverage> present = new EnumMap<>(FileKind.class);
        present.put(FileKind.VECTORS, Coverage.NONE);
        present.put(FileKind.RECORDS, Coverage.NONE);
        present.put(FileKind.PAYLOADS, Coverage.NONE);
        return new TruthFiles(geometry, mappings, present, 0);
    }

    /**
     * Loads a generation into memory that is empty.
     *
     * @param directory the store's
     * @param storeId the store's identity
     * @param entries what the manifest names, in its order; files that are not truth are passed over
     * @param memory what is filled; after a failure it must not be used
     * @param options how
     * @return the files
     * @throws dev.simonides.wal.CorruptSegmentException if a file is missing or damaged, or contradicts itself or another
     * @throws dev.simonides.wal.BudgetExceededException if the budget does not allow what the files hold
     */
    public static TruthFiles load(
            StorageDirectory directory,
            UUID storeId,
            List<FileEntry> entries,
            TruthMemory memory,
            TruthLoadOptions options) {
        try (TruthLoad load = new TruthLoad(directory, storeId, memory, options)) {
            int numbering = memory.tenants().shape().numbering().number();
            return new TruthFiles(memory.geometry(), memory.mappings(), load.run(entries), numbering);
        }
    }

    /**
     * Returns the files of the present generation.
     *
     * @return in the order in which they are loaded
     */
    public List<FileEntry> entries() {
        return entries(present);
    }

    /**
     * Returns where the vectors of the files are.
     *
     * @return {@code RESIDENT} or {@code MAPPED}
     */
    public Residency residency() {
        return mappings.residency();
    }

    /** How many pages of a tenant files hold whole: all of them, and those that the next checkpoint leaves standing. */
    public record HeldPages(int all, int left) {}

    /**
     * Finds out which pages the next checkpoint will write: new ones, and those of the files that it folds into the new one. These
     * may be arranged before.
     *
     * @param tenants what it would hold if it were made now; with more it may fold fewer files, but for those whose pages
     *     were {@linkplain VectorPages#unfiledFrom arranged}
     * @param ofNumbering what their ordinals mean
     * @return of each tenant
     */
    public Function<Tenant, HeldPages> heldPages(List<TenantSnapshot> tenants, int ofNumbering) {
        Coverage all = present(ofNumbering, FileKind.VECTORS);
        long newBytes = newBytes(new VectorSections(geometry), all, tenants, 0);
        Coverage left = newBytes > 0 ? all.kept(newBytes) : all;
        return tenant -> new HeldPages(geometry.page(all.end(tenant.name())), geometry.page(left.end(tenant.name())));
    }

    /** Files of another numbering hold nothing of this one. */
    private Coverage present(int ofNumbering, FileKind kind) {
        return ofNumbering == numbering ? coverage(present, kind) : Coverage.NONE;
    }

    /**
     * Says whether an address lies in a mapped file of vectors.
     *
     * @param address native
     * @return false where it is in memory
     */
    public boolean mapped(long address) {
        return mappings.holds(address);
    }

    private List<FileEntry> entries(Map<FileKind, Coverage> coverages) {
        List<FileEntry> entries = new ArrayList<>();
        for (SectionFormat format : formats) {
            entries.addAll(coverage(coverages, format.kind()).entries());
        }
        return entries;
    }

    private static Coverage coverage(Map<FileKind, Coverage> coverages, FileKind kind) {
        return coverages.getOrDefault(kind, Coverage.NONE);
    }

    /**
     * Writes what the present files do not hold, all of it from memory, and syncs it; the directory is not synced. Where
     * memory is a mapping of a file, the file is read and checked instead. Runs beside the writer and searches: whatever lies
     * below the snapshot's counts does not change but for deaths, which are told by their LSN.
     *
     * @param target where
     * @param snapshot what
     * @return the files of the next generation
     * @throws StorageException if the medium refuses; no new file is left then
     */
    public Prepared write(CheckpointTarget target, Snapshot snapshot) {
        List<TenantSnapshot> tenants = new ArrayList<>(snapshot.tenants());
        tenants.sort((a, b) -> Arrays.compareUnsigned(name(a), name(b)));
        Map<FileKind, Coverage> next = new EnumMap<>(FileKind.class);
        List<String> written = new ArrayList<>();
        boolean done = false;
        try {
            for (SectionFormat format : formats) {
                Coverage before = present(snapshot.numbering(), format.kind());
                next.put(format.kind(), write(target, snapshot, tenants, format, before, written));
            }
            done = true;
        } finally {
            if (!done) {
                delete(target.directory(), written);
            }
        }
        return new PreparedTruth(target, next, snapshot, written);
    }

    private static byte[] name(TenantSnapshot tenant) {
        return tenant.tenant().name().getBytes(StandardCharsets.UTF_8);
    }

    private Coverage write(
            CheckpointTarget target,
            Snapshot snapshot,
            List<TenantSnapshot> tenants,
            SectionFormat format,
            Coverage before,
            List<String> written) {
        long newBytes = newBytes(format, before, tenants, snapshot.lsn());
        Coverage kept = newBytes > 0 ? before.kept(newBytes) : before;
        while (format.kind() == FileKind.VECTORS && holdsUnfiled(kept, tenants)) {
            kept = kept.withoutNewest();
        }
        if (newBytes == 0 && kept.files().size() == before.files().size()) {
            return before;
        }
        if (format.kind() == FileKind.VECTORS && residency() == Residency.MAPPED) {
            List<FileCoverage> folded =
                    before.files().subList(kept.files().size(), before.files().size());
            try (FiledPages filed = new FiledPages(target, folded, geometry, mappings::holds)) {
                VectorSections sections = new VectorSections(geometry, Optional.of(filed));
                return writeBehind(target, snapshot, tenants, sections, kept, written);
            }
        }
        return writeBehind(target, snapshot, tenants, format, kept, written);
    }

    /** Whether files hold a page that stands otherwise in memory by now. */
    private boolean holdsUnfiled(Coverage files, List<TenantSnapshot> tenants) {
        for (TenantSnapshot snapshot : tenants) {
            Tenant tenant = snapshot.tenant();
            int from = tenant.vectors().unfiledFrom();
            if (from < Integer.MAX_VALUE && geometry.page(files.end(tenant.name())) > from) {
                return true;
            }
        }
        return false;
    }

    private static Coverage writeBehind(
            CheckpointTarget target,
            Snapshot snapshot,
            List<TenantSnapshot> tenants,
            SectionFormat format,
            Coverage kept,
            List<String> written) {
        List<SectionPart> parts = parts(format, kept, tenants, snapshot.lsn());
        long id = target.nextFileId().getAsLong();
        String name = format.kind().fileName(id);
        SealedFileId fileId =
                new SealedFileId(target.storeId(), id, format.kind().code());
        try (SealedFileWriter file = SealedFileWriter.create(target.directory(), name, fileId)) {
            Contents contents = writeParts(format, parts, snapshot, file);
            SealedFileSummary summary = file.finish(contents.write());
            written.add(name);
            return kept.plus(
                    FileCoverage.of(new FileEntry(format.kind(), id, summary), contents, UnaryOperator.identity()));
        }
    }

    /** About how much the files do not hold; 0 if and only if they hold everything. */
    private static long newBytes(SectionFormat format, Coverage before, List<TenantSnapshot> tenants, long lsn) {
        long bytes = 0;
        for (SectionPart part : parts(format, before, tenants, lsn)) {
            bytes += SectionLayout.BYTES
                    + format.estimate(part.tenant(), part.first(), part.end())
                    + (long) part.deaths() * DeathLayout.BYTES;
        }
        return bytes;
    }

    /** What a file behind the kept ones has to hold. */
    private static List<SectionPart> parts(
            SectionFormat format, Coverage kept, List<TenantSnapshot> tenants, long lsn) {
        List<SectionPart> parts = new ArrayList<>();
        for (TenantSnapshot snapshot : tenants) {
            Tenant tenant = snapshot.tenant();
            int covered = kept.end(tenant.name());
            int first = covered < snapshot.count() ? format.firstBehind(covered) : covered;
            SectionPart part = new SectionPart(tenant, first, snapshot.count(), 0, kept.lsn(), lsn);
            int deaths = format.listsDeaths() ? deaths(part) : 0;
            if (covered < snapshot.count() || deaths > 0) {
                parts.add(part.withDeaths(deaths));
            }
        }
        return parts;
    }

    private static int deaths(SectionPart part) {
        int deaths = 0;
        for (int ordinal = 0; ordinal < part.first(); ordinal++) {
            if (part.listsDeath(ordinal)) {
                deaths++;
            }
        }
        return deaths;
    }

    private static Contents writeParts(
            SectionFormat format, List<SectionPart> parts, Snapshot snapshot, SealedFileWriter file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES, SealedFileLayout.ALIGNMENT);
            SectionOutput out = new SectionOutput(file, buffer);
            List<Section.Range> fronts = new ArrayList<>(parts.size());
            for (SectionPart part : parts) {
                out.align(format.alignment(format.frontBytes(part)));
                long offset = out.position();
                format.writeFront(part, out);
                fronts.add(new Section.Range(offset, out.position() - offset));
            }
            out.align(SealedFileLayout.ALIGNMENT);
            long backStart = out.position();
            List<Section> sections = new ArrayList<>(parts.size());
            for (int i = 0; i < parts.size(); i++) {
                SectionPart part = parts.get(i);
                out.align(format.alignment(format.frontBytes(part)));
                long offset = out.position();
                format.writeBack(part, out);
                Section.Range back = new Section.Range(offset, out.position() - offset);
                sections.add(new Section(
                        part.tenant().name(), part.first(), part.end(), part.deaths(), fronts.get(i), back));
            }
            out.flush();
            return new Contents(snapshot.lsn(), snapshot.numbering(), backStart, sections);
        }
    }

    private static void delete(StorageDirectory directory, List<String> names) {
        for (String name : names) {
            try {
                directory.delete(name);
            } catch (StorageException e) {
                // No manifest names it, so the collection of orphans removes it.
            }
        }
    }

    /** The files of the next generation, those of this one still in place. */
    private final class PreparedTruth implements Prepared {
        private final CheckpointTarget target;
        private final Map<FileKind, Coverage> next;
        private final Snapshot snapshot;
        private final List<String> written;

        PreparedTruth(CheckpointTarget target, Map<FileKind, Coverage> next, Snapshot snapshot, List<String> written) {
            this.target = target;
            this.next = next;
            this.snapshot = snapshot;
            this.written = written;
        }

        @Override
        public List<FileEntry> entries() {
            return TruthFiles.this.entries(next);
        }

        @Override
        public void commit() {
            present = next;
            numbering = snapshot.numbering();
            snapshot.tenants().forEach(tenant -> tenant.tenant().vectors().filed());
            mappings.follow(
                    target.directory(),
                    target.storeId(),
                    coverage(present, FileKind.VECTORS).entries());
        }

        @Override
        public void abandon() {
            delete(target.directory(), written);
        }
    }
}
