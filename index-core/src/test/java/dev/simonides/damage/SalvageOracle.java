// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.manifest.Manifest;
import dev.simonides.damage.BlockMap.File;
import dev.simonides.damage.BlockStore.Version;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a salvage must bring back and what it must say is lost, for a set of damaged blocks: a memory comes back if and only
 * if there is a file for each of its parts in which no block is damaged that the part lies in. Confined to one thread.
 */
final class SalvageOracle {
    private final BlockStore store;
    private final BlockMap map;
    private final Map<String, Set<Integer>> damaged;
    private final long logStart;
    private final long filesLsn;
    private final Map<String, Long> logged = new HashMap<>();
    private final Map<String, Long> missing = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, Boolean> byRecord = new HashMap<>();

    /** What must be in the new store, tenant and key to text. */
    final Map<String, String> contents = new TreeMap<>();
    /** Names that must be said to be lost, for their keys can be read. */
    final Set<String> lostNames = new TreeSet<>();
    /** Names that must be said to be doubtful. */
    final Set<String> doubtfulNames = new TreeSet<>();
    /** How many ordinals that some file counts have no record, so that nobody knows whether they lived. */
    int unknown;
    /** Whether a file is lost that says what a range of the log did, so that nobody knows what there was. */
    final boolean fileOfRecordsLost;

    /**
     * Computes everything.
     *
     * @param map of the store
     * @param logStart the log holds every record behind it
     */
    SalvageOracle(BlockStore store, BlockMap map, Map<String, Set<Integer>> damaged, long logStart) {
        this.store = store;
        this.map = map;
        this.damaged = damaged;
        this.logStart = logStart;
        this.filesLsn = store.manifests().getFirst().lsn();
        for (Version version : store.versions()) {
            if (version.birth > logStart) {
                logged.merge(version.name(), version.birth, Math::max);
            }
            if (!version.alive() && version.death > logStart) {
                logged.merge(version.name(), version.death, Math::max);
            }
        }
        long recordsLsn = store.manifests().stream()
                .filter(manifest -> manifest.files().stream()
                        .filter(entry -> entry.kind() == FileKind.RECORDS)
                        .allMatch(entry -> map.files.stream()
                                .anyMatch(file -> file.name.equals(entry.fileName()) && usable(file))))
                .mapToLong(Manifest::lsn)
                .max()
                .orElse(0);
        this.fileOfRecordsLost = recordsLsn < logStart;
        store.versions().forEach(this::judge);
    }

    private boolean whole(File file, Collection<Integer> blocks) {
        Set<Integer> hit = damaged.getOrDefault(file.name, Set.of());
        return blocks.stream().noneMatch(hit::contains)
                && file.contents.stream().noneMatch(hit::contains);
    }

    private boolean usable(File file) {
        return whole(file, Set.of());
    }

    private List<File> files(FileKind kind) {
        return map.files.stream().filter(file -> file.kind == kind).toList();
    }

    private boolean whole(FileKind kind, Version version) {
        return files(kind).stream()
                .anyMatch(file -> file.parts.containsKey(version) && whole(file, file.parts.get(version)));
    }

    private List<File> withRow(Version version) {
        return files(FileKind.RECORDS).stream()
                .filter(file -> file.rows.containsKey(version) && whole(file, file.rows.get(version)))
                .toList();
    }

    /** The ordinals of a tenant, as far as a file says. */
    private int count(String tenant) {
        return map.files.stream()
                .filter(this::usable)
                .flatMap(file -> Stream.concat(
                        file.rows.keySet().stream(),
                        file.kind == FileKind.VECTORS ? file.parts.keySet().stream() : Stream.of()))
                .filter(version -> version.tenant.equals(tenant))
                .mapToInt(version -> version.ordinal + 1)
                .max()
                .orElse(0);
    }

    private void judge(Version version) {
        if (version.birth > logStart) {
            if (version.alive()) {
                contents.put(version.name(), version.content());
            }
            return;
        }
        if (knownDead(version)) {
            return;
        }
        if (!whole(FileKind.RECORDS, version)) {
            unknown += version.ordinal < counts.computeIfAbsent(version.tenant, this::count) ? 1 : 0;
            return;
        }
        if (logged.getOrDefault(version.name(), 0L) > version.birth || replaced(version)) {
            return;
        }
        if (whole(FileKind.VECTORS, version) && payload(version)) {
            contents.put(version.name(), version.content());
            if (doubtful(version)) {
                doubtfulNames.add(version.name());
            }
        } else {
            lostNames.add(version.name());
        }
    }

    private boolean knownDead(Version version) {
        return files(FileKind.RECORDS).stream().anyMatch(file -> {
            boolean byRow =
                    version.dead(file.lsn) && file.rows.containsKey(version) && whole(file, file.rows.get(version));
            return byRow || (file.deaths.containsKey(version) && whole(file, file.deaths.get(version)));
        });
    }

    /** By a later put of the same key whose record can be read, where it is not known who died. */
    private boolean replaced(Version version) {
        return missing(version.tenant) > 0
                && store.versions(version.name()).stream()
                        .anyMatch(other -> other.birth > version.birth
                                && other.birth <= logStart
                                && !knownDead(other)
                                && whole(FileKind.RECORDS, other));
    }

    private boolean doubtful(Version version) {
        long asOf = withRow(version).stream().mapToLong(file -> file.lsn).max().orElse(0);
        return missing(version.tenant) > asOf;
    }

    /** The last LSN of which nothing says which ordinals of a tenant died. */
    private long missing(String tenant) {
        return missing.computeIfAbsent(tenant, name -> {
            List<long[]> known = new ArrayList<>();
            known.add(new long[] {logStart, Long.MAX_VALUE});
            for (File file : files(FileKind.RECORDS)) {
                boolean all = file.deaths.entrySet().stream()
                        .filter(death -> death.getKey().tenant.equals(name))
                        .allMatch(death -> whole(file, death.getValue()));
                if (usable(file) && all) {
                    File before = file.before;
                    known.add(new long[] {before == null ? 0 : usable(before) ? before.lsn : file.lsn, file.lsn});
                }
            }
            for (long lsn = filesLsn; lsn > 0; lsn--) {
                long at = lsn;
                if (known.stream().noneMatch(range -> range[0] < at && at <= range[1])) {
                    return lsn;
                }
            }
            return 0L;
        });
    }

    private boolean payload(Version version) {
        return version.text.isEmpty()
                || files(FileKind.PAYLOADS).stream()
                        .anyMatch(file -> file.parts.containsKey(version)
                                && whole(file, file.parts.get(version))
                                && (whole(file, file.lengths)
                                        || byRecord.computeIfAbsent(
                                                file.name + "/" + version.tenant,
                                                unknown -> lengthsByRecord(file, version.tenant))));
    }

    /** Whether records say every length that a file has of a tenant. */
    private boolean lengthsByRecord(File file, String tenant) {
        long afterLsn = file.afterLsn;
        return store.versions().stream()
                .filter(version ->
                        version.tenant.equals(tenant) && version.birth > afterLsn && version.birth <= file.lsn)
                .allMatch(version -> (version.dead(file.lsn) && knownDead(version))
                        || (whole(FileKind.RECORDS, version) && (knownDead(version) || !doubtful(version))));
    }
}
