// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.simonides.Limits;
import dev.simonides.core.memory.Slabs;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.simd.OffHeap;
import dev.simonides.wal.SealedFileLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/** Loads payloads: the bytes of a file go where they stay in one run. Confined to one thread, but for its tasks. */
final class PayloadLoad {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final long TASK_BYTES = 64L * SealedFileLayout.BLOCK_BYTES;

    private final Slabs slabs;
    /** Where the back parts of each file go, by its place among the files. */
    private final List<Long> backs = new ArrayList<>();
    /** The tenant of each section, by file. */
    private final List<List<LoadedTenant>> tenantsByFile = new ArrayList<>();

    PayloadLoad(Slabs slabs) {
        this.slabs = slabs;
    }

    /** Takes a file's sections into the plan: docs/FORMAT.md, "Payloads". */
    void plan(LoadedFile file, Function<String, LoadedTenant> tenants) {
        file.requirePlaces(new PayloadSections());
        List<LoadedTenant> planned = new ArrayList<>(file.contents().sections().size());
        tenantsByFile.add(planned);
        for (Section section : file.contents().sections()) {
            LoadedTenant loaded = tenants.apply(section.tenant());
            planned.add(loaded);
            file.require(
                    section.first() == loaded.payloadsEnd && section.count() > 0,
                    section,
                    () -> "the files before end at ordinal " + loaded.payloadsEnd);
            long lengths = section.back().bytes() == 0 ? 0 : (long) section.count() * Integer.BYTES;
            file.require(
                    section.deaths() == 0 && section.front().bytes() == lengths,
                    section,
                    () -> "wrong size: lengths=" + section.front().bytes() + ", payloads="
                            + section.back().bytes());
            loaded.payloadsEnd = section.end();
        }
    }

    /** Makes room for the payloads, and divides their reading into tasks. */
    void addTasks(List<LoadedFile> files, List<Runnable> tasks) {
        for (LoadedFile file : files) {
            long backStart = file.contents().backStart();
            long end = file.file().contentsOffset();
            long back = end == backStart ? 0 : slabs.allocate(end - backStart, Long.BYTES);
            backs.add(back);
            for (long from = backStart; from < end; ) {
                // Tasks meet where blocks do, so that no block is read twice.
                long start = from;
                long until = Math.min(end, (from / TASK_BYTES + 1) * TASK_BYTES);
                tasks.add(() -> {
                    try (BlockReader reader = new BlockReader(file.file())) {
                        reader.read(start, until - start, back + (start - backStart));
                    }
                });
                from = until;
            }
        }
    }

    /** Tells every record where its payload is; the payloads themselves may still be on their way. */
    void load(List<LoadedFile> files) {
        for (int i = 0; i < files.size(); i++) {
            LoadedFile file = files.get(i);
            long backStart = file.contents().backStart();
            try (FrontReader fronts = new FrontReader(file)) {
                Iterator<LoadedTenant> planned = tenantsByFile.get(i).iterator();
                for (Section section : file.contents().sections()) {
                    Tenant tenant = planned.next().tenant;
                    if (section.back().bytes() > 0) {
                        loadLengths(
                                file,
                                section,
                                tenant,
                                fronts.read(section),
                                backs.get(i) + section.back().offset() - backStart);
                    } else {
                        requireNone(file, section, tenant);
                    }
                }
            }
        }
    }

    private static void loadLengths(LoadedFile file, Section section, Tenant tenant, long lengths, long payloads) {
        long offset = 0;
        for (int i = 0; i < section.count(); i++) {
            int ordinal = section.first() + i;
            int bytes = MEMORY.get(JAVA_INT, lengths + (long) i * Integer.BYTES);
            // The record and the payload of one that died may have been written before and after its death.
            boolean agrees = bytes == tenant.payloadBytes(ordinal) || tenant.dead(ordinal);
            if (bytes < 0
                    || bytes > Limits.PAYLOAD_BYTES_MAX
                    || bytes > section.back().bytes() - offset
                    || !agrees) {
                throw file.damaged(
                        section.front().offset() + (long) i * Integer.BYTES,
                        "tenant '" + section.tenant() + "': payload of ordinal " + ordinal + " is not valid: bytes="
                                + bytes + ", its record says " + tenant.payloadBytes(ordinal));
            }
            tenant.loadPayload(ordinal, payloads + offset, bytes);
            offset += bytes;
        }
        file.require(offset == section.back().bytes(), section, () -> "bytes behind the last payload");
    }

    private static void requireNone(LoadedFile file, Section section, Tenant tenant) {
        for (int i = section.first(); i < section.end(); i++) {
            int ordinal = i;
            file.require(
                    tenant.payloadBytes(ordinal) == 0 || tenant.dead(ordinal),
                    section,
                    () -> "ordinal " + ordinal + " has no payload, its record says " + tenant.payloadBytes(ordinal));
            tenant.loadPayload(ordinal, 0, 0);
        }
    }
}
