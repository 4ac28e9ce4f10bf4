// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.core.manifest.ManifestEntryLayout;
import dev.simonides.core.manifest.ManifestLayout;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.wal.SealedFileLayout;
import dev.simonides.wal.SealedFooterLayout;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** Changes files of a store's newest generation as somebody does who computes checksums. */
final class Forgery {
    private final SimulatedDirectory disk;
    private final UUID storeId;
    private final String manifestName;
    private final Manifest manifest;

    Forgery(SmallStore store) {
        this.disk = store.disk();
        this.storeId = store.id();
        Manifests manifests = new Manifests(disk, storeId);
        long generation = manifests.generations().getFirst();
        this.manifestName = Manifests.name(generation);
        this.manifest = manifests.read(generation).manifest();
    }

    String manifestName() {
        return manifestName;
    }

    List<FileEntry> files() {
        return manifest.files();
    }

    /** The store with another manifest whose checksum is right. */
    SimulatedDirectory withManifest(SimulatedDirectory target, Consumer<ByteBuffer> change) {
        byte[] content = target.content(manifestName);
        ByteBuffer bytes = littleEndian(content);
        change.accept(bytes);
        int crcAt = content.length - ManifestLayout.CRC32C_BYTES;
        bytes.putInt(crcAt, crc(new CRC32C(), bytes, 0, crcAt));
        return target.with(manifestName, content);
    }

    /** The store with a changed file, and a manifest that expects it so. */
    SimulatedDirectory withFile(FileEntry file, Consumer<ByteBuffer> change) {
        byte[] content = disk.content(file.fileName());
        ByteBuffer bytes = littleEndian(content);
        change.accept(bytes);
        repair(file, bytes);
        SimulatedDirectory changed = disk.with(file.fileName(), content);
        int entry = ManifestLayout.BYTES + manifest.files().indexOf(file) * ManifestEntryLayout.BYTES;
        int footerCrc = bytes.getInt(content.length - SealedFooterLayout.BYTES + SealedFooterLayout.CRC32C);
        return withManifest(
                changed,
                repaired -> repaired.putInt(entry + ManifestEntryLayout.CRC32C, footerCrc)
                        .put(entry + ManifestEntryLayout.SHA256, sha256(content)));
    }

    /** Where in a file its data ends. */
    int dataEnd(FileEntry file) {
        return SealedFileLayout.BYTES + Math.toIntExact(footer(file).getLong(SealedFooterLayout.DATA_BYTES));
    }

    /** Where in a file its table of contents begins. */
    int contentsStart(FileEntry file) {
        return SealedFileLayout.BYTES + Math.toIntExact(footer(file).getLong(SealedFooterLayout.CONTENTS_OFFSET));
    }

    private ByteBuffer footer(FileEntry file) {
        ByteBuffer bytes = littleEndian(disk.content(file.fileName()));
        return bytes.slice(bytes.capacity() - SealedFooterLayout.BYTES, SealedFooterLayout.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Header, blocks, table and footer; as far as the footer still says where they are. */
    private void repair(FileEntry file, ByteBuffer bytes) {
        bytes.putInt(SealedFileLayout.CRC32C, crc(new CRC32C(), bytes, 0, SealedFileLayout.CRC32C));
        int footerAt = bytes.capacity() - SealedFooterLayout.BYTES;
        long dataBytes = bytes.getLong(footerAt + SealedFooterLayout.DATA_BYTES);
        int tableAt = dataEnd(file);
        if (dataBytes == tableAt - SealedFileLayout.BYTES) {
            int block = 0;
            for (int at = SealedFileLayout.BYTES; at < tableAt; at += SealedFileLayout.BLOCK_BYTES) {
                int end = Math.min(tableAt, at + SealedFileLayout.BLOCK_BYTES);
                bytes.putInt(tableAt + block * Integer.BYTES, crc(seeded(file, block), bytes, at, end));
                block++;
            }
        }
        bytes.putInt(footerAt + SealedFooterLayout.TABLE_CRC, crc(new CRC32C(), bytes, tableAt, footerAt));
        bytes.putInt(
                footerAt + SealedFooterLayout.CRC32C,
                crc(seeded(file, -1), bytes, footerAt, footerAt + SealedFooterLayout.CRC32C));
    }

    private CRC32C seeded(FileEntry file, long number) {
        ByteBuffer identity = ByteBuffer.allocate(5 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        identity.putLong(storeId.getMostSignificantBits())
                .putLong(storeId.getLeastSignificantBits())
                .putLong(file.id())
                .putLong(file.kind().code())
                .putLong(number);
        CRC32C crc = new CRC32C();
        crc.update(identity.flip());
        return crc;
    }

    private static int crc(CRC32C crc, ByteBuffer bytes, int from, int to) {
        crc.update(bytes.slice(from, to - from));
        return (int) crc.getValue();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
