// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.tenant.RecordImageLayout;
import dev.simonides.core.tenant.Tenant;

/**
 * Writes lives and records: in front a row an ordinal and then the deaths of older ones, in the back the record images. Of
 * the dead nothing is kept but their row and the fixed part of their image.
 */
final class RecordSections implements SectionFormat {
    @Override
    public FileKind kind() {
        return FileKind.RECORDS;
    }

    @Override
    public boolean listsDeaths() {
        return true;
    }

    @Override
    public long estimate(Tenant tenant, int first, int end) {
        long bytes = (long) (end - first) * RowLayout.BYTES;
        for (int ordinal = first; ordinal < end; ordinal++) {
            bytes += RecordImageLayout.imageBytes(tenant.keyBytes(ordinal));
        }
        return bytes;
    }

    @Override
    public long frontBytes(SectionPart part) {
        return (long) (part.end() - part.first()) * RowLayout.BYTES + (long) part.deaths() * DeathLayout.BYTES;
    }

    @Override
    public void writeFront(SectionPart part, SectionOutput out) {
        Tenant tenant = part.tenant();
        long imageOffset = 0;
        for (int ordinal = part.first(); ordinal < part.end(); ordinal++) {
            out.putLong(tenant.birthLsn(ordinal));
            out.putLong(part.deathLsn(ordinal));
            out.putLong(imageOffset);
            imageOffset += RecordImageLayout.imageBytes(keyBytes(part, ordinal));
        }
        int listed = 0;
        for (int ordinal = 0; listed < part.deaths(); ordinal++) {
            if (part.listsDeath(ordinal)) {
                out.putInt(ordinal);
                out.putInt(0);
                out.putLong(tenant.deathLsn(ordinal));
                listed++;
            }
        }
    }

    @Override
    public void writeBack(SectionPart part, SectionOutput out) {
        Tenant tenant = part.tenant();
        for (int ordinal = part.first(); ordinal < part.end(); ordinal++) {
            int keyBytes = keyBytes(part, ordinal);
            out.putInt(keyBytes);
            out.putInt(part.dead(ordinal) ? 0 : tenant.payloadBytes(ordinal));
            out.putLong(tenant.timestampMillis(ordinal));
            out.putLong(0);
            out.copy(tenant.keyAddress(ordinal), keyBytes);
            out.zeros(RecordImageLayout.imageBytes(keyBytes) - RecordImageLayout.BYTES - keyBytes);
        }
    }

    private static int keyBytes(SectionPart part, int ordinal) {
        return part.dead(ordinal) ? 0 : part.tenant().keyBytes(ordinal);
    }
}
