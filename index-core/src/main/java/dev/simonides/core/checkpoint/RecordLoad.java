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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Function;

/** Loads lives, records and keys. Confined to one thread. */
final class RecordLoad {
    private static final MemorySegment MEMORY = OffHeap.everything();

    private final Slabs slabs;
    private final KeyDirectory keys;

    RecordLoad(Slabs slabs, KeyDirectory keys) {
        this.slabs = slabs;
        this.keys = keys;
    }

    /** Takes a file's sections into the plan: docs/FORMAT.md, "Records". */
    void plan(LoadedFile file, Function<String, LoadedTenant> tenants) {
        file.requirePlaces(new RecordSections());
        for (Section section : file.contents().sections()) {
            LoadedTenant loaded = tenants.apply(section.tenant());
            file.require(
                    section.first() == loaded.recordsEnd && (section.count() > 0 || section.deaths() > 0),
                    section,
                    "the files before end at ordinal " + loaded.recordsEnd);
            long rows = (long) section.count() * RowLayout.BYTES;
            file.require(
                    section.front().bytes() == rows + (long) section.deaths() * DeathLayout.BYTES
                            && section.back().bytes() >= (long) section.count() * RecordImageLayout.BYTES,
                    section,
                    "wrong size: rows and deaths=" + section.front().bytes() + ", images="
                            + section.back().bytes());
            loaded.recordsEnd = section.end();
        }
    }

    /** Reads all files, oldest first: rows and images, then the deaths of older ordinals. */
    void load(List<LoadedFile> files, Function<String, LoadedTenant> tenants) {
        long beforeLsn = 0;
        for (LoadedFile file : files) {
            try (Arena arena = Arena.ofConfined();
                    BlockReader reader = new BlockReader(file.file())) {
                long backStart = file.contents().backStart();
                long front = arena.allocate(Math.max(backStart, 1), Long.BYTES).address();
                reader.read(0, backStart, front);
                long backBytes = file.file().contentsOffset() - backStart;
                long back = backBytes == 0 ? 0 : slabs.allocate(backBytes, Long.BYTES);
                reader.read(backStart, backBytes, back);
                for (Section section : file.contents().sections()) {
                    LoadedTenant loaded = tenants.apply(section.tenant());
                    long rows = front + section.front().offset();
                    loadRows(file, section, loaded, rows, back + section.back().offset() - backStart);
                    loadDeaths(file, section, loaded, rows + (long) section.count() * RowLayout.BYTES, beforeLsn);
                }
            }
            beforeLsn = file.contents().lsn();
        }
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
        file.require(imageOffset == section.back().bytes(), section, "bytes behind the last record");
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

    /** Enters the keys of the living, once all deaths are known. */
    void fillKeys(List<LoadedFile> files, Function<String, LoadedTenant> tenants) {
        long rows = 0;
        for (LoadedFile file : files) {
            for (Section section : file.contents().sections()) {
                rows += section.count();
            }
        }
        keys.reserve(rows);
        for (LoadedFile file : files) {
            for (Section section : file.contents().sections()) {
                fillKeys(file, section, tenants.apply(section.tenant()).tenant);
            }
        }
    }

    private void fillKeys(LoadedFile file, Section section, Tenant tenant) {
        for (int ordinal = section.first(); ordinal < section.end(); ordinal++) {
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
