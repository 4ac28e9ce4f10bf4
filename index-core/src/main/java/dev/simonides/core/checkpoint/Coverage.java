// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.wal.SealedFileLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of one kind that make up a generation, oldest first, and which ordinals they hold: of every tenant a range from
 * 0 without a gap. Immutable.
 *
 * @param files oldest first
 */
record Coverage(List<FileCoverage> files) {
    /** No file becomes larger by folding than this. */
    static final long FOLDED_BYTES_MAX = 256L << 20;

    static final Coverage NONE = new Coverage(List.of());

    Coverage {
        files = List.copyOf(files);
    }

    /** How many ordinals of a tenant the files hold. */
    int end(String tenant) {
        for (int i = files.size() - 1; i >= 0; i--) {
            int end = files.get(i).ends().of(tenant);
            if (end != TenantEnds.NONE) {
                return end;
            }
        }
        return 0;
    }

    /** The LSN of the newest file; 0 if there is none. */
    long lsn() {
        return files.isEmpty() ? 0 : files.getLast().lsn();
    }

    /**
     * Which files a new one of a size leaves standing; what the others hold is to be written into the new one. An older file
     * is folded into the new one while it is at most twice as large: so each file that stays is more than twice as large as
     * all behind it, their number grows with the logarithm of the size, and a byte is written again as often.
     *
     * @param newBytes what was never written
     */
    Coverage kept(long newBytes) {
        // The fixed part counts, else tiny files would never be folded.
        long folded = newBytes + SealedFileLayout.BYTES;
        int kept = files.size();
        while (kept > 0) {
            long older = files.get(kept - 1).entry().summary().bytes();
            if (older > 2 * folded || folded + older > FOLDED_BYTES_MAX) {
                break;
            }
            folded += older;
            kept--;
        }
        return new Coverage(files.subList(0, kept));
    }

    /** All files but the newest one. */
    Coverage withoutNewest() {
        return new Coverage(files.subList(0, files.size() - 1));
    }

    Coverage plus(FileCoverage file) {
        List<FileCoverage> more = new ArrayList<>(files);
        more.add(file);
        return new Coverage(more);
    }

    List<FileEntry> entries() {
        return files.stream().map(FileCoverage::entry).toList();
    }
}
