// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is remote is known by the type of the file system. */
class RemoteFileSystemsTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "ceph", "fuse", "fuse.sshfs", "fuse.s3fs"})
    void theseAre(String type) {
        assertTrue(RemoteFileSystems.contain(type));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", "fuseblk", "apfs", "NTFS", ""})
    void theseAreNot(String type) {
        assertFalse(RemoteFileSystems.contain(type));
    }

    @Test
    void aDirectoryIsWhereItsFileSystemIs() throws IOException {
        String type = Files.getFileStore(directory).type();

        try (FileSystemDirectory opened = FileSystemDirectory.create(directory.resolve("store"))) {
            assertEquals(RemoteFileSystems.contain(type), opened.remote(), type);
        }
    }

    @Test
    void simulatedOnesAreNot() {
        SimulatedDirectory simulated = SimulatedDirectory.empty();

        assertFalse(simulated.remote());
        assertFalse(new FaultyDirectory(simulated, Fault.none()).remote());
    }
}
