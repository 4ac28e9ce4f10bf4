// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.Set;

/** File systems that another machine or another program keeps, by the names that Linux has for their types. */
final class RemoteFileSystems {
    private static final Set<String> TYPES = Set.of(
            "9p",
            "afs",
            "beegfs",
            "ceph",
            "cifs",
            "coda",
            "fuse",
            "gfs2",
            "glusterfs",
            "gpfs",
            "lustre",
            "ncpfs",
            "nfs",
            "nfs4",
            "ocfs2",
            "smb2",
            "smb3",
            "smbfs",
            "virtiofs");

    /** {@code fuse.sshfs} and all its kin; {@code fuseblk} is a program on a device of this machine. */
    private static final String PROGRAMS = "fuse.";

    private RemoteFileSystems() {}

    static boolean contain(String type) {
        return TYPES.contains(type) || type.startsWith(PROGRAMS);
    }
}
