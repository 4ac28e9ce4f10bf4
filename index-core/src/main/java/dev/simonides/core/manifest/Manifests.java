// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.manifest;

import dev.simonides.wal.Access;
import dev.simonides.wal.CorruptManifestException;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageFile;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The manifests of a directory. Each is written under an unfinished name, made durable, and renamed; the renaming, once
 * durable, is what makes a generation. Any thread that is never interrupted.
 */
public final class Manifests {
    private static final String PREFIX = "MANIFEST";
    private static final String UNFINISHED = ".tmp";

    private final StorageDirectory directory;
    private final UUID storeId;

    /**
     * Names the manifests of a store; nothing is read yet.
     *
     * @param directory the store's
     * @param storeId the store's identity
     */
    public Manifests(StorageDirectory directory, UUID storeId) {
        this.directory = directory;
        this.storeId = storeId;
    }

    /**
     * A manifest as it was read.
     *
     * @param manifest what it says
     * @param sha256 SHA-256 of its bytes, 64 hexadecimal digits
     */
    public record Stored(Manifest manifest, String sha256) {
        /**
         * Returns what the next manifest says of this one.
         *
         * @return generation and digest
         */
        public Manifest.Predecessor asPredecessor() {
            return new Manifest.Predecessor(manifest.generation(), sha256);
        }
    }

    /**
     * Returns the name of a manifest.
     *
     * @param generation 1 or more
     * @return its file name
     */
    public static String name(long generation) {
        return NumberedName.of(PREFIX, generation);
    }

    /**
     * Returns the generation in a manifest's name.
     *
     * @param name any file name
     * @return the generation, or nothing if it is no manifest's name
     */
    public static Optional<Long> generationOf(String name) {
        long generation = NumberedName.number(PREFIX, name);
        return generation == NumberedName.NONE ? Optional.empty() : Optional.of(generation);
    }

    /**
     * Returns whether a name is that of a manifest which was never finished.
     *
     * @param name any file name
     * @return whether it may be removed
     */
    public static boolean unfinished(String name) {
        return name.endsWith(UNFINISHED)
                && generationOf(name.substring(0, name.length() - UNFINISHED.length()))
                        .isPresent();
    }

    /**
     * Lists the generations that have a manifest, be it valid or not.
     *
     * @return newest first
     */
    public List<Long> generations() {
        List<Long> generations = new ArrayList<>();
        for (String name : directory.list()) {
            generationOf(name).ifPresent(generations::add);
        }
        generations.sort(Comparator.reverseOrder());
        return generations;
    }

    /**
     * Reads a manifest.
     *
     * @param generation whose
     * @return what it says
     * @throws CorruptManifestException if it is damaged
     * @throws dev.simonides.wal.UnsupportedFormatException if a later version wrote it
     * @throws dev.simonides.wal.StorageIoException if it cannot be read
     */
    public Stored read(long generation) {
        String name = name(generation);
        String path = directory.path() + "/" + name;
        try (StorageFile file = directory.open(name, Access.READ)) {
            long size = file.size();
            if (size > ManifestLayout.bytes(ManifestLayout.FILES_MAX)) {
                throw new CorruptManifestException(path, size, "too long for a manifest: bytes=" + size);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            file.readFully(bytes, 0);
            bytes.flip();
            return new Stored(Manifest.decode(bytes, new Manifest.Source(path, storeId, generation)), sha256(bytes));
        }
    }

    /**
     * Writes a manifest under its unfinished name and makes its bytes durable, not yet the name.
     *
     * @param manifest what to write
     * @return what {@link #read} will return once it is named
     */
    public Stored writeUnfinished(Manifest manifest) {
        String name = name(manifest.generation()) + UNFINISHED;
        if (directory.exists(name)) {
            directory.delete(name);
        }
        ByteBuffer bytes = manifest.encode();
        String sha256 = sha256(bytes.duplicate());
        try (StorageFile file = directory.create(name)) {
            file.writeFully(bytes, 0);
            file.sync(true);
            file.seal();
        }
        return new Stored(manifest, sha256);
    }

    /**
     * Says whether what {@link #writeUnfinished} wrote has not got its name.
     *
     * @param generation whose
     * @return whether it is there under its unfinished name
     */
    public boolean hasUnfinished(long generation) {
        return directory.exists(name(generation) + UNFINISHED);
    }

    /**
     * Removes what {@link #writeUnfinished} wrote, if it is there.
     *
     * @param generation whose
     */
    public void removeUnfinished(long generation) {
        String name = name(generation) + UNFINISHED;
        if (directory.exists(name)) {
            directory.delete(name);
        }
    }

    /**
     * Gives a manifest its name; it is durable once the directory is.
     *
     * @param generation whose
     */
    public void rename(long generation) {
        directory.rename(name(generation) + UNFINISHED, name(generation));
    }

    private static String sha256(ByteBuffer bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes.duplicate());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
