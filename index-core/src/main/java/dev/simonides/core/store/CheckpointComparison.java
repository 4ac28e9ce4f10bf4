// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.core.tenant.Tenant;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Compares a checkpoint, loaded a second time, with the memory of a store that has gone on since: every ordinal of the
 * checkpoint is there, byte for byte, and who died since died behind it. Beside readers and the writer.
 */
final class CheckpointComparison {
    private static final MemorySegment MEMORY = OffHeap.everything();

    private final StoreMemory loaded;
    private final StoreMemory present;
    private final long lsn;
    private final Consumer<String> findings;

    CheckpointComparison(StoreMemory loaded, StoreMemory present, long lsn, Consumer<String> findings) {
        this.loaded = loaded;
        this.present = present;
        this.lsn = lsn;
        this.findings = findings;
    }

    /** Returns whether they could be compared: the store may have been compacted since, and then ordinals mean others. */
    boolean run() {
        if (loaded.tenants().shape().numbering().number()
                != present.tenants().shape().numbering().number()) {
            return false;
        }
        for (Tenant stored : loaded.tenants().all()) {
            Tenant tenant = present.tenants().find(stored.name());
            if (tenant == null || tenant.count() < stored.count()) {
                findings.accept("tenant '" + stored.name() + "': the checkpoint holds " + stored.count()
                        + " ordinals, memory " + (tenant == null ? 0 : tenant.count()));
                continue;
            }
            for (int ordinal = 0; ordinal < stored.count(); ordinal++) {
                String difference = difference(stored, tenant, ordinal);
                if (!difference.isEmpty()) {
                    findings.accept("tenant '" + stored.name() + "': ordinal " + ordinal + " of the checkpoint has "
                            + difference);
                }
            }
        }
        return true;
    }

    private String difference(Tenant stored, Tenant tenant, int ordinal) {
        if (stored.birthLsn(ordinal) != tenant.birthLsn(ordinal)) {
            return "another birth: " + stored.birthLsn(ordinal) + ", in memory " + tenant.birthLsn(ordinal);
        }
        long death = stored.deathLsn(ordinal);
        long deathNow = tenant.deathLsn(ordinal);
        if (death != deathNow && (stored.dead(ordinal) || deathNow <= lsn)) {
            return "another death: " + death + ", in memory " + deathNow;
        }
        if (stored.dead(ordinal)) {
            // What nobody can see any more need not be kept.
            return "";
        }
        if (stored.timestampMillis(ordinal) != tenant.timestampMillis(ordinal)) {
            return "another time stamp";
        }
        if (!Arrays.equals(stored.key(ordinal), tenant.key(ordinal))) {
            return "another key";
        }
        if (!Arrays.equals(stored.payload(ordinal), tenant.payload(ordinal))) {
            return "another payload";
        }
        VectorCodec codec = present.codec();
        boolean same =
                equal(stored.vectors().codeAddress(ordinal), tenant.vectors().codeAddress(ordinal), codec.codeBytes())
                        && (codec.originals() == OriginalFormat.NONE
                                || equal(
                                        stored.vectors().originalAddress(ordinal),
                                        tenant.vectors().originalAddress(ordinal),
                                        codec.originalBytes()));
        return same ? "" : "another vector";
    }

    private static boolean equal(long a, long b, long bytes) {
        return MemorySegment.mismatch(MEMORY, a, a + bytes, MEMORY, b, b + bytes) < 0;
    }
}
