// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.tenant.Tenant;

/**
 * Writes payloads: in front their lengths, in the back their bytes. Of a range without any payload neither is written; the
 * dead have none.
 */
final class PayloadSections implements SectionFormat {
    @Override
    public FileKind kind() {
        return FileKind.PAYLOADS;
    }

    @Override
    public long estimate(Tenant tenant, int first, int end) {
        long bytes = 0;
        for (int ordinal = first; ordinal < end; ordinal++) {
            bytes += Integer.BYTES + (long) tenant.payloadBytes(ordinal);
        }
        return bytes;
    }

    @Override
    public long frontBytes(SectionPart part) {
        for (int ordinal = part.first(); ordinal < part.end(); ordinal++) {
            if (payloadBytes(part, ordinal) > 0) {
                return (long) (part.end() - part.first()) * Integer.BYTES;
            }
        }
        return 0;
    }

    @Override
    public void writeFront(SectionPart part, SectionOutput out) {
        if (frontBytes(part) > 0) {
            for (int ordinal = part.first(); ordinal < part.end(); ordinal++) {
                out.putInt(payloadBytes(part, ordinal));
            }
        }
    }

    @Override
    public void writeBack(SectionPart part, SectionOutput out) {
        for (int ordinal = part.first(); ordinal < part.end(); ordinal++) {
            out.copy(part.tenant().payloadAddress(ordinal), payloadBytes(part, ordinal));
        }
    }

    private static int payloadBytes(SectionPart part, int ordinal) {
        return part.dead(ordinal) ? 0 : part.tenant().payloadBytes(ordinal);
    }
}
