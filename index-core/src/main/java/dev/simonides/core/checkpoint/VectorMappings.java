// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.Residency;
import dev.simonides.core.epoch.Epochs;
import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.memory.FileMapping;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the full pages of vectors are: in memory, or in the mapped files of the last checkpoint. Confined to the thread that
 * opens, then to the one that checkpoints; the counters are open to any thread.
 *
 * <p>A page moves into a file when it is full, and out again when it is arranged anew, until the next file holds it. The place it leaves is
 * given back after grace: memory to the slabs and the budget, a mapping as a whole once no page is left in it.
 */
public final class VectorMappings implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(VectorMappings.class.getName());

    private final Residency wanted;
    private final Tenants tenants;
    private final MemoryBudget budget;
    private final Epochs epochs;
    private final PageGeometry geometry;
    private final long bytesPerVector;
    private final Map<Long, FileMapping> byFile = new HashMap<>();
    private final AtomicLong mappedBytes = new AtomicLong();
    private volatile boolean mapping;

    /**
     * Maps nothing yet.
     *
     * @param wanted what the options say
     * @param tenants whose pages move
     * @param budget that pages in memory are charged to
     * @param epochs that every reader of a page is inside of
     */
    public VectorMappings(Residency wanted, Tenants tenants, MemoryBudget budget, Epochs epochs) {
        VectorCodec codec = tenants.shape().codec();
        this.wanted = wanted;
        this.tenants = tenants;
        this.budget = budget;
        this.epochs = epochs;
        this.geometry = tenants.shape().geometry();
        this.bytesPerVector = geometry.bytesPerCode() + codec.originalBytes();
        this.mapping = wanted == Residency.MAPPED;
    }

    /**
     * Returns where the vectors of a checkpoint are.
     *
     * @return {@code RESIDENT} or {@code MAPPED}
     */
    public Residency residency() {
        return mapping ? Residency.MAPPED : Residency.RESIDENT;
    }

    /**
     * Returns how much of the files is mapped; none of it is charged to the budget.
     *
     * @return bytes
     */
    public long mappedBytes() {
        return mappedBytes.get();
    }

    /**
     * Decides at loading where the vectors will be, and charges the budget.
     *
     * @param bytes what everything costs in memory
     * @param inFullPages vectors that a mapping spares
     * @param files of vectors, open
     * @return true if the files are mapped
     * @throws BudgetExceededException if the budget allows neither
     */
    boolean begin(long bytes, long inFullPages, List<LoadedFile> files) {
        mapping = wanted == Residency.MAPPED && mapped(files);
        long spared = inFullPages * bytesPerVector;
        try {
            budget.reserve(mapping ? bytes - spared : bytes);
        } catch (BudgetExceededException e) {
            if (wanted != Residency.AUTO || !mapped(files)) {
                throw e;
            }
            mapping = true;
            budget.reserve(bytes - spared);
        }
        return mapping;
    }

    /** Maps all files or none: false if the system has no room for them. */
    private boolean mapped(List<LoadedFile> files) {
        try {
            for (LoadedFile file : files) {
                put(file.entry().id(), FileMapping.of(file.file()));
            }
            return true;
        } catch (BudgetExceededException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "vectors are read into memory instead of mapped: " + e.getMessage());
            close();
            return false;
        }
    }

    /** The mapping of a file that {@link #begin} mapped. */
    FileMapping of(LoadedFile file) {
        FileMapping present = byFile.get(file.entry().id());
        if (present == null) {
            throw new IllegalStateException("not mapped: " + file.file().name());
        }
        return present;
    }

    /** Whether an address lies in a mapped file. */
    boolean holds(long address) {
        return byFile.values().stream().anyMatch(file -> file.holds(address));
    }

    /**
     * Moves every full page that the files of a new generation hold into them, and gives back what they replace. What cannot
     * be mapped or read back stays where it is.
     *
     * @param directory the store's
     * @param storeId the store's identity
     * @param files of vectors, those of the present generation
     */
    void follow(StorageDirectory directory, UUID storeId, List<FileEntry> files) {
        if (!mapping) {
            return;
        }
        for (FileEntry entry : files) {
            if (!byFile.containsKey(entry.id())) {
                try {
                    adopt(directory, storeId, entry);
                } catch (StorageException e) {
                    LOG.log(System.Logger.Level.WARNING, () -> "vectors stay in memory: " + e.getMessage());
                }
            }
        }
        retireUnused();
        epochs.reclaim();
    }

    private void adopt(StorageDirectory directory, UUID storeId, FileEntry entry) {
        SealedFileId id = new SealedFileId(storeId, entry.id(), entry.kind().code());
        try (SealedFile file = SealedFile.open(directory, entry.fileName(), id, entry.summary())) {
            // After this the file is the only place of these bytes, and a mapping is never checked (M3): read it back
            // first.
            for (int block = 0; block < file.blocks(); block++) {
                file.verifyBlock(block);
            }
            Contents contents = Contents.read(file);
            FileMapping target = FileMapping.of(file);
            put(entry.id(), target);
            List<Runnable> left = new ArrayList<>();
            for (Section section : contents.sections()) {
                Tenant tenant = tenants.find(section.tenant());
                if (tenant != null) {
                    move(tenant, section, target, left);
                }
            }
            epochs.retire(() -> left.forEach(Runnable::run));
        }
    }

    private void move(Tenant tenant, Section section, FileMapping target, List<Runnable> left) {
        VectorPages vectors = tenant.vectors();
        int first = geometry.page(section.first());
        int end = geometry.page(section.end());
        for (int page = first; page < end; page++) {
            long image = vectors.imageAddress(page);
            long originals = vectors.originalsBase(vectors.place(page));
            boolean anonymous = !holds(image);
            vectors.move(
                    page,
                    target.address() + section.front().offset() + geometry.codesBytes(first, page),
                    target.address() + section.back().offset() + geometry.originalsBytes(first, page));
            if (anonymous) {
                int moved = page;
                left.add(() -> {
                    // A compaction gives back all that was charged for its former numbering.
                    if (!tenant.replaced()) {
                        vectors.giveBack(moved, image, originals);
                        budget.release(geometry.chargedBytes(moved));
                    }
                });
            }
        }
    }

    /** Retires the mappings that no page is in, whatever the reason. */
    private void retireUnused() {
        Set<FileMapping> unused = new HashSet<>(byFile.values());
        for (Tenant tenant : tenants.all()) {
            VectorPages vectors = tenant.vectors();
            for (int page = vectors.pageCount() - 1; page >= 0 && !unused.isEmpty(); page--) {
                long image = vectors.imageAddress(page);
                unused.removeIf(file -> file.holds(image));
            }
        }
        byFile.values().removeAll(unused);
        for (FileMapping file : unused) {
            epochs.retire(() -> {
                mappedBytes.addAndGet(-file.bytes());
                file.close();
            });
        }
    }

    private void put(long file, FileMapping target) {
        byFile.put(file, target);
        mappedBytes.addAndGet(target.bytes());
    }

    /** Unmaps everything, when nobody reads any more. Idempotent. */
    @Override
    public void close() {
        byFile.values().forEach(FileMapping::close);
        byFile.clear();
        mappedBytes.set(0);
    }
}
