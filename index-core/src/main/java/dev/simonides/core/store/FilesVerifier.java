// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileId;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Reads every file that a manifest names, compares the checksums of its blocks and its SHA-256, and looks for files that none
 * names. On a thread that no checkpoint of this process runs beside; one of another process may remove generations meanwhile.
 */
final class FilesVerifier {
    static final String NEEDLESS = ": nothing needs this file, and it was not removed";

    private final StorageDirectory directory;
    private final UUID storeId;
    private final Consumer<String> findings;
    private final Set<FileEntry> checked = new HashSet<>();

    FilesVerifier(StorageDirectory directory, UUID storeId, Consumer<String> findings) {
        this.directory = directory;
        this.storeId = storeId;
        this.findings = findings;
    }

    /** Returns how many files were checked, manifests included. */
    long run() {
        Manifests manifests = new Manifests(directory, storeId);
        long files = 0;
        for (long generation : manifests.generations()) {
            files++;
            List<StorageException> damage = new ArrayList<>();
            try {
                manifests.read(generation).manifest().files().forEach(entry -> check(entry, damage));
            } catch (StorageException e) {
                damage.add(e);
            }
            // A manifest is removed before its files: what is missing beside one that is there is missing.
            if (directory.exists(Manifests.name(generation))) {
                damage.forEach(finding -> findings.accept(String.valueOf(finding.getMessage())));
            }
        }
        return files + checked.size();
    }

    /**
     * Finds manifests and files that are kept for nothing, and what was never finished; where no generation was passed over
     * there are none once an opening or a checkpoint has ended.
     *
     * @param retained the generations that are kept
     */
    void findNeedless(Set<Long> retained) {
        Manifests manifests = new Manifests(directory, storeId);
        Set<String> named = new HashSet<>();
        for (long generation : manifests.generations()) {
            if (retained.contains(generation)) {
                named.add(Manifests.name(generation));
                manifests.read(generation).manifest().files().forEach(entry -> named.add(entry.fileName()));
            }
        }
        for (String name : directory.list()) {
            boolean ours = Manifests.generationOf(name).isPresent()
                    || Manifests.unfinished(name)
                    || FileKind.idOf(name).isPresent()
                    || name.equals(StoreFile.UNFINISHED_NAME);
            if (ours && !named.contains(name)) {
                findings.accept(directory.path() + "/" + name + NEEDLESS);
            }
        }
    }

    private void check(FileEntry entry, List<StorageException> damage) {
        if (!checked.add(entry)) {
            return;
        }
        SealedFileId id = new SealedFileId(storeId, entry.id(), entry.kind().code());
        try (SealedFile file = SealedFile.open(directory, entry.fileName(), id, entry.summary())) {
            check(file, damage);
        } catch (StorageException e) {
            damage.add(e);
        }
    }

    /** A damaged block does not keep the next ones from being checked. */
    private static void check(SealedFile file, List<StorageException> damage) {
        int before = damage.size();
        try {
            file.verify(bytes -> {});
        } catch (StorageException e) {
            for (int block = 0; block < file.blocks(); block++) {
                check(file, block, damage);
            }
            if (damage.size() == before) {
                damage.add(e);
            }
        }
    }

    private static void check(SealedFile file, int block, List<StorageException> damage) {
        try {
            file.verifyBlock(block);
        } catch (StorageException e) {
            damage.add(e);
        }
    }
}
