// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.tenant.RecordImageLayout;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/** Loads lives, records and keys. Confined to one thread, but for its tasks. */
final class RecordLoad {
    private static final MemorySegment MEMORY = OffHeap.everything();

    /** Keys a task enters: some milliseconds. */
    private static final long TASK_KEYS = 32_768;

    private final Slabs slabs;
    private final KeyDirectory keys;
    /** The tenant of each section, by file. */
    private final List<List<LoadedTenant>> tenantsByFile = new ArrayList<>();

    RecordLoad(Slabs slabs, KeyDirectory keys) {
        this.slabs = slabs;
        this.keys = keys;
    }

    /** Takes a file's sections into the plan: docs/FORMAT.md, "Records". */
    void plan(LoadedFile file, Function<String, LoadedTenant> tenants) {
        file.requirePlaces(new RecordSections());
        List<LoadedTenant> planned = new ArrayList<>(file.contents().sections().size());
        tenantsByFile.add(planned);
        for (Section section : file.contents().sections()) {
            LoadedTenant loaded = tenants.apply(section.tenant());
            planned.add(loaded);
            file.require(
                    section.first() == loaded.recordsEnd && (section.count() > 0 || section.deaths() > 0),
                    section,
                    () -> "the files before end at ordinal " + loaded.recordsEnd);
            long rows = (long) section.count() * RowLayout.BYTES;
            file.require(
                    section.front().bytes() == rows + (long) section.deaths() * DeathLayout.BYTES
                            && section.back().bytes() >= (long) section.count() * RecordImageLayout.BYTES,
                    section,
                    () -> "wrong size: rows and deaths=" + section.front().bytes() + ", images="
                            + section.back().bytes());
            loaded.recordsEnd = section.end();
        }
    }

    /** Reads all files, oldest first: rows and images, then the deaths of older ordinals. */
    void load(List<LoadedFile> files) {
        long beforeLsn = 0;
        for (int i = 0; i < files.size(); i++) {
            LoadedFile file = files.get(i);
            long back = readBack(file);
            try (FrontReader fronts = new FrontReader(file)) {
                long backStart = file.contents().backStart();
                Iterator<LoadedTenant> planned = tenantsByFile.get(i).iterator();
                for (Section section : file.contents().sections()) {
                    LoadedTenant loaded = planned.next();
                    long rows = fronts.read(section);
                    loadRows(file, section, loaded, rows, back + section.back().offset() - backStart);
                    loadDeaths(file, section, loaded, rows + (long) section.count() * RowLayout.BYTES, beforeLsn);
                }
            }
            beforeLsn = file.contents().lsn();
        }
    }

    /** Reads all record images of a file to where they stay. */
    private long readBack(LoadedFile file) {
        long backStart = file.contents().backStart();
        long bytes = file.file().contentsOffset() - backStart;
        if (bytes == 0) {
            return 0;
        }
        long back = slabs.allocate(bytes, Long.BYTES);
        try (BlockReader reader = new BlockReader(file.file())) {
            reader.read(backStart, bytes, back);
        }
        return back;
    }

    /** docs/FORMAT.md, "Row" and "Record image", in this order. */
    private static void loadRows(LoadedFile file, Section section, LoadedTenant loaded, long rows, long images) {
        Tenant tenant = loaded.tenant;
        long lsn = file.contents().lsn();
        long birthBefore = loaded.lastBirthLsn;
        long imageOffset = 0;
        int live = 0;
        for (int i = 0; i < section.count(); i++) {
            long row = rows + (long) i * RowLayout.BYTES;
            long birth = MEMORY.get(JAVA_LONG, row + RowLayout.BIRTH_LSN);
            long death = MEMORY.get(JAVA_LONG, row + RowLayout.DEATH_LSN);
            boolean alive = death == RowLayout.ALIVE;
            boolean valid = birth > birthBefore
                    && birth <= lsn
                    && (alive || (death > birth && death <= lsn))
                    && MEMORY.get(JAVA_LONG, row + RowLayout.IMAGE_OFFSET) == imageOffset
                    && imageOffset <= section.back().bytes() - RecordImageLayout.BYTES;
            long image = images + imageOffset;
            int bytes = valid ? imageBytes(image, section.back().bytes() - imageOffset, alive) : -1;
            if (bytes < 0) {
                throw file.damaged(
                        section.front().offset() + (long) i * RowLayout.BYTES,
                        "tenant '" + section.tenant() + "': row or record of ordinal " + (section.first() + i)
                                + " is not valid: birthLsn=" + birth + ", deathLsn=" + death);
            }
            tenant.loadLife(section.first() + i, birth, death, image);
            imageOffset += bytes;
            birthBefore = birth;
            live += alive ? 1 : 0;
        }
        file.require(imageOffset == section.back().bytes(), section, () -> "bytes behind the last record");
        loaded.lastBirthLsn = birthBefore;
        loaded.live += live;
    }

    /** The size of a record image, or −1 if it is not valid. At least its fixed part is there. */
    private static int imageBytes(long image, long bytesLeft, boolean alive) {
        int keyBytes = MEMORY.get(JAVA_INT, image + RecordImageLayout.KEY_BYTES);
        int payloadBytes = MEMORY.get(JAVA_INT, image + RecordImageLayout.PAYLOAD_BYTES);
        if (keyBytes < (alive ? 1 : 0)
                || keyBytes > Limits.KEY_BYTES_MAX
                || payloadBytes < 0
                || payloadBytes > Limits.PAYLOAD_BYTES_MAX
                || MEMORY.get(JAVA_LONG, image + RecordImageLayout.PAYLOAD_ADDRESS) != 0) {
            return -1;
        }
        int bytes = RecordImageLayout.imageBytes(keyBytes);
        if (bytes > bytesLeft) {
            return -1;
        }
        for (int at = RecordImageLayout.BYTES + keyBytes; at < bytes; at++) {
            if (MEMORY.get(JAVA_BYTE, image + at) != 0) {
                return -1;
            }
        }
        return bytes;
    }

    /** docs/FORMAT.md, "Death". */
    private static void loadDeaths(LoadedFile file, Section section, LoadedTenant loaded, long deaths, long beforeLsn) {
        Tenant tenant = loaded.tenant;
        int ordinalBefore = -1;
        for (int i = 0; i < section.deaths(); i++) {
            long entry = deaths + (long) i * DeathLayout.BYTES;
            int ordinal = MEMORY.get(JAVA_INT, entry + DeathLayout.ORDINAL);
            long death = MEMORY.get(JAVA_LONG, entry + DeathLayout.DEATH_LSN);
            boolean valid = ordinal > ordinalBefore
                    && ordinal < section.first()
                    && MEMORY.get(JAVA_INT, entry + DeathLayout.RESERVED) == 0
                    && death > beforeLsn
                    && death <= file.contents().lsn()
                    && death > tenant.birthLsn(ordinal)
                    && !tenant.dead(ordinal);
            if (!valid) {
                throw file.damaged(
                        section.front().offset()
                                + (long) section.count() * RowLayout.BYTES
                                + (long) i * DeathLayout.BYTES,
                        "tenant '" + section.tenant() + "': death of ordinal " + ordinal + " is not valid: deathLsn="
                                + death);
            }
            tenant.loadDeath(ordinal, death);
            loaded.live--;
            ordinalBefore = ordinal;
        }
    }

    /** Divides into tasks the entering of the keys of the living, for which all deaths must be known. */
    List<Runnable> keyTasks(List<LoadedFile> files) {
        List<Runnable> tasks = new ArrayList<>();
        List<Runnable> pieces = new ArrayList<>();
        long rows = 0;
        long inTask = 0;
        for (int i = 0; i < files.size(); i++) {
            LoadedFile file = files.get(i);
            Iterator<LoadedTenant> planned = tenantsByFile.get(i).iterator();
            for (Section section : file.contents().sections()) {
                Tenant tenant = planned.next().tenant;
                rows += section.count();
                for (int first = section.first(); first < section.end(); ) {
                    int from = first;
                    int to = (int) Math.min(section.end(), from + TASK_KEYS);
                    pieces.add(() -> fillKeys(file, section, tenant, from, to));
                    first = to;
                    inTask += to - from;
                    if (inTask >= TASK_KEYS) {
                        tasks.add(inTurn(pieces));
                        pieces = new ArrayList<>();
                        inTask = 0;
                    }
                }
            }
        }
        tasks.add(inTurn(pieces));
        keys.reserve(rows);
        return tasks;
    }

    private static Runnable inTurn(List<Runnable> pieces) {
        return () -> pieces.forEach(Runnable::run);
    }

    private void fillKeys(LoadedFile file, Section section, Tenant tenant, int first, int end) {
        for (int ordinal = first; ordinal < end; ordinal++) {
            if (tenant.dead(ordinal)) {
                continue;
            }
            int other = keys.put(tenant.id(), tenant.keyAddress(ordinal), tenant.keyBytes(ordinal), ordinal);
            if (other != KeyDirectory.NONE) {
                throw file.damaged(
                        section.front().offset() + (long) (ordinal - section.first()) * RowLayout.BYTES,
                        "tenant '" + section.tenant() + "': ordinals " + other + " and " + ordinal
                                + " are alive with the same key");
            }
        }
    }
}
