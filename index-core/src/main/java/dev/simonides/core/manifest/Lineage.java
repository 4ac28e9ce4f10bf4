// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.manifest;

import dev.simonides.wal.CorruptStoreException;
import dev.simonides.wal.LogStart;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StorageIoException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The generation in force and the one before it, and what of the directory they need. Confined to the thread that opens,
 * checkpoints and closes.
 */
public final class Lineage {
    private final StorageDirectory directory;
    private Optional<Manifests.Stored> present;
    private Retained predecessor;
    private long nextGeneration;
    private long nextFileId;

    /** What a generation needs besides its manifest: its files, and the log from a place on. */
    private record Retained(long generation, Set<String> names, LogStart start) {
        static final Retained LOG_ALONE = new Retained(0, Set.of(), LogStart.BEGINNING);

        static Retained of(Manifest manifest) {
            Set<String> names = new HashSet<>();
            names.add(Manifests.name(manifest.generation()));
            manifest.files().forEach(entry -> names.add(entry.fileName()));
            return new Retained(manifest.generation(), names, manifest.start());
        }
    }

    private Lineage(StorageDirectory directory, Optional<Manifests.Stored> present, Retained predecessor) {
        this.directory = directory;
        this.present = present;
        this.predecessor = predecessor;
        this.nextGeneration = 1;
        this.nextFileId = present.map(stored -> stored.manifest().nextFileId()).orElse(1L);
        for (String name : directory.list()) {
            Manifests.generationOf(name)
                    .ifPresent(generation -> nextGeneration = Math.max(nextGeneration, generation + 1));
            FileKind.idOf(name).ifPresent(id -> nextFileId = Math.max(nextFileId, id + 1));
        }
    }

    /**
     * Finds out what the directory holds besides the generation in force.
     *
     * @param directory the store's
     * @param manifests its manifests
     * @param present the generation in force, or nothing for the log alone
     * @return the lineage
     */
    public static Lineage of(StorageDirectory directory, Manifests manifests, Optional<Manifests.Stored> present) {
        Retained before = present.map(stored -> predecessor(manifests, stored)).orElse(Retained.LOG_ALONE);
        return new Lineage(directory, present, before);
    }

    private static Retained predecessor(Manifests manifests, Manifests.Stored present) {
        Manifest.Predecessor named = present.manifest().predecessor();
        if (named.generation() == 0) {
            return Retained.LOG_ALONE;
        }
        try {
            Manifests.Stored stored = manifests.read(named.generation());
            if (stored.asPredecessor().equals(named)) {
                return Retained.of(stored.manifest());
            }
        } catch (CorruptStoreException | StorageIoException e) {
            // Missing or damaged: then nothing can fall back on it, and nothing has to be kept for it.
        }
        return Retained.of(present.manifest());
    }

    /**
     * Returns the generation in force.
     *
     * @return its manifest, or nothing for the log alone
     */
    public Optional<Manifests.Stored> present() {
        return present;
    }

    /**
     * Returns the last LSN that the files hold.
     *
     * @return 0 or more
     */
    public long lsn() {
        return present.map(stored -> stored.manifest().lsn()).orElse(0L);
    }

    /**
     * Returns where the log begins that is needed, also if the generation in force should turn out to be damaged.
     *
     * @return the predecessor's start
     */
    public LogStart retainedStart() {
        return predecessor.start();
    }

    /**
     * Returns the generations whose files are kept: the one in force and the one before it.
     *
     * @return up to two numbers, without 0 for the log alone
     */
    public Set<Long> retained() {
        Set<Long> generations = new HashSet<>(Set.of(predecessor.generation()));
        present.ifPresent(stored -> generations.add(stored.manifest().generation()));
        generations.remove(0L);
        return generations;
    }

    /**
     * Returns what the next manifest says of the one in force.
     *
     * @return generation and digest
     */
    public Manifest.Predecessor asPredecessor() {
        return present.map(Manifests.Stored::asPredecessor).orElse(Manifest.Predecessor.NONE);
    }

    /**
     * Returns the number of the next generation: above that of every manifest there is, damaged ones included.
     *
     * @return 1 or more
     */
    public long nextGeneration() {
        return nextGeneration;
    }

    /**
     * Gives a file number that was never used.
     *
     * @return 1 or more
     */
    public long takeFileId() {
        return nextFileId++;
    }

    /**
     * Returns the first file number that was never given.
     *
     * @return 1 or more
     */
    public long nextFileId() {
        return nextFileId;
    }

    /**
     * Puts the next generation in force.
     *
     * @param next durable with its name
     */
    public void advance(Manifests.Stored next) {
        assert next.manifest().generation() == nextGeneration : "M3";
        predecessor = present.map(stored -> Retained.of(stored.manifest())).orElse(Retained.LOG_ALONE);
        present = Optional.of(next);
        nextGeneration++;
    }

    /**
     * Removes what neither generation needs: other manifests and files, and what a crash left unfinished. What the medium
     * refuses to remove stays for a later call.
     *
     * @return how many were removed
     */
    public int removeOrphans() {
        Set<String> needed = new HashSet<>(predecessor.names());
        present.ifPresent(stored -> needed.addAll(Retained.of(stored.manifest()).names()));
        int removed = 0;
        for (String name : directory.list()) {
            boolean manifest = Manifests.generationOf(name).isPresent() || Manifests.unfinished(name);
            if ((manifest || FileKind.idOf(name).isPresent()) && !needed.contains(name)) {
                int done = remove(name);
                if (manifest && done == 0) {
                    // Manifests sort before files: none is left that names files which are gone.
                    return removed;
                }
                removed += done;
            }
        }
        return removed;
    }

    private int remove(String name) {
        try {
            directory.delete(name);
            return 1;
        } catch (StorageException e) {
            return 0;
        }
    }
}
