// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.LogEntry;
import dev.simonides.core.checkpoint.LsnRanges;
import dev.simonides.core.checkpoint.SalvagedTenant;
import dev.simonides.wal.LogFrame;
import dev.simonides.wal.LogVerification;
import dev.simonides.wal.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a log says of memories, as far as its frames are whole: of each key the last thing. Confined to one thread, and to as
 * much memory as the keys in the log take.
 */
final class SalvagedLog {
    private final Map<String, OfTenant> tenants = new TreeMap<>();
    private final LsnRanges covered = new LsnRanges();
    private final List<Gap> gaps = new ArrayList<>();
    private boolean compacted;
    private long lastLsn;
    private @Nullable LogFrame lastFrame;

    /** Records that are missing. */
    record Gap(long first, long last) {}

    /** The last thing that the log says of a key. */
    private static final class Said {
        final long lsn;
        final int ordinal;
        final boolean put;
        boolean doubtful;

        Said(long lsn, int ordinal, boolean put) {
            this.lsn = lsn;
            this.ordinal = ordinal;
            this.put = put;
        }
    }

    /** What the log says of one tenant. */
    static final class OfTenant {
        private final Map<String, Said> latest = new HashMap<>();
        private final Set<Integer> ordinals = new HashSet<>();
        private final Set<Long> births = new HashSet<>();

        /** Whether the log has the put of an ordinal, so that no file is needed. */
        boolean has(int ordinal) {
            return ordinals.contains(ordinal);
        }

        /** The same of a birth, which means the same before a compaction and behind it. */
        boolean has(long birthLsn) {
            return births.contains(birthLsn);
        }

        /** The LSN of the last thing that is said of a key, 0 if nothing is. */
        long lsn(String key) {
            Said said = latest.get(key);
            return said == null ? 0 : said.lsn;
        }

        /** Whether a put is the last thing that is known of its key. */
        boolean stands(String key, long lsn) {
            Said said = latest.get(key);
            return said != null && said.put && said.lsn == lsn;
        }

        /** Whether it could have been replaced or deleted without anything that can be read saying so. */
        boolean doubtful(String key) {
            Said said = latest.get(key);
            return said != null && said.doubtful;
        }

        /** Files know something newer of a key. */
        void replaced(String key, long lsn) {
            if (lsn(key) < lsn && latest.containsKey(key)) {
                latest.put(key, new Said(lsn, -1, false));
            }
        }

        /**
         * Takes note of what files say of deaths, where the log has a gap behind a put. Where there was a compaction an ordinal
         * is only taken for the same if its birth is.
         */
        void learn(SalvagedTenant files, boolean renumbered) {
            for (Map.Entry<String, Said> entry : latest.entrySet()) {
                Said said = entry.getValue();
                if (!said.put || (renumbered && files.birthLsn(said.ordinal) != said.lsn)) {
                    continue;
                }
                if (files.dead(said.ordinal)) {
                    entry.setValue(new Said(said.lsn, said.ordinal, false));
                } else {
                    said.doubtful = files.doubtful(said.ordinal, said.lsn);
                }
            }
        }
    }

    /** Takes note of a frame, before its records. */
    void frame(LogFrame frame) {
        lastFrame = frame;
    }

    /** Takes note of a record; whether it is newer than all before. */
    boolean advance(long lsn) {
        if (lsn <= lastLsn) {
            return false;
        }
        if (lsn > lastLsn + 1) {
            gaps.add(new Gap(lastLsn + 1, lsn - 1));
        }
        lastLsn = lsn;
        return true;
    }

    /** Takes note of what a record says. */
    void note(LogEntry.Put put) {
        OfTenant tenant = tenants.computeIfAbsent(put.tenant(), name -> new OfTenant());
        tenant.latest.put(put.key(), new Said(put.lsn(), put.ordinal(), true));
        tenant.ordinals.add(put.ordinal());
        tenant.births.add(put.lsn());
        covered.add(put.lsn() - 1, put.lsn());
    }

    /** Takes note of what a record says. */
    void note(LogEntry.Delete delete) {
        tenants.computeIfAbsent(delete.tenant(), name -> new OfTenant())
                .latest
                .put(delete.key(), new Said(delete.lsn(), delete.ordinal(), false));
        covered.add(delete.lsn() - 1, delete.lsn());
    }

    /** Takes note of a compaction: ordinals behind it mean others. */
    void note(LogEntry.Compact compact) {
        compacted = true;
        covered.add(compact.lsn() - 1, compact.lsn());
    }

    boolean compacted() {
        return compacted;
    }

    /** Takes note of a record that says nothing. */
    void noteUnreadable(long lsn) {
        gaps.add(new Gap(lsn, lsn));
    }

    Set<String> tenants() {
        return tenants.keySet();
    }

    OfTenant tenant(String name) {
        return tenants.getOrDefault(name, new OfTenant());
    }

    LsnRanges covered() {
        return covered;
    }

    /**
     * The records that are missing.
     *
     * @param after looked for behind this LSN
     * @param to there were records up to this LSN at least
     */
    List<Gap> gaps(long after, long to) {
        List<Gap> missing = new ArrayList<>(gaps);
        if (to > lastLsn) {
            missing.add(new Gap(lastLsn + 1, to));
        }
        return missing.stream()
                .filter(gap -> gap.last() > after)
                .map(gap -> new Gap(Math.max(gap.first(), after + 1), gap.last()))
                .toList();
    }

    long lastLsn() {
        return lastLsn;
    }

    /** Whether something is damaged behind the last whole frame, so that nobody knows what else there was. */
    boolean endIsLost(LogVerification verification) {
        LogFrame last = lastFrame;
        for (StorageException finding : verification.findings()) {
            String segment = finding.file().substring(finding.file().lastIndexOf('/') + 1);
            int order = last == null ? 1 : segment.compareTo(last.segment());
            // Behind a frame that closed the log there is nothing.
            boolean behind = last != null && order == 0 && !last.closing() && finding.offset() > last.offset();
            if (order > 0 || behind) {
                return true;
            }
        }
        return false;
    }
}
