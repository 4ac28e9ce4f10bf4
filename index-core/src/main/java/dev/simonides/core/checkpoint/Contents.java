// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.Limits;
import dev.simonides.wal.CorruptSegmentException;
import dev.simonides.wal.SealedFile;
import dev.simonides.wal.SealedFileLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The table of contents of a file of truth. Immutable.
 *
 * @param lsn of the checkpoint that wrote the file
 * @param numbering how often the store had been compacted: what its ordinals mean
 * @param backStart where in the data the back parts begin
 * @param sections what the file holds, by the bytes of the tenants' names, ascending
 */
record Contents(long lsn, int numbering, long backStart, List<Section> sections) {
    /** Lays the table out as it is stored. */
    ByteBuffer write() {
        int bytes = ContentsLayout.BYTES;
        List<byte[]> names = new ArrayList<>(sections.size());
        for (Section section : sections) {
            byte[] name = section.tenant().getBytes(StandardCharsets.UTF_8);
            names.add(name);
            bytes = Math.addExact(bytes, SectionLayout.entryBytes(name.length));
        }
        ByteBuffer table = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        table.putLong(ContentsLayout.LSN, lsn);
        table.putLong(ContentsLayout.BACK_START, backStart);
        table.putInt(ContentsLayout.SECTIONS, sections.size());
        table.putInt(ContentsLayout.NUMBERING, numbering);
        int at = ContentsLayout.BYTES;
        for (int i = 0; i < sections.size(); i++) {
            Section section = sections.get(i);
            byte[] name = names.get(i);
            table.putShort(at + SectionLayout.TENANT_BYTES, (short) name.length);
            table.putInt(at + SectionLayout.DEATHS, section.deaths());
            table.putInt(at + SectionLayout.FIRST, section.first());
            table.putInt(at + SectionLayout.END, section.end());
            table.putLong(at + SectionLayout.FRONT_OFFSET, section.front().offset());
            table.putLong(at + SectionLayout.FRONT_BYTES, section.front().bytes());
            table.putLong(at + SectionLayout.BACK_OFFSET, section.back().offset());
            table.putLong(at + SectionLayout.BACK_BYTES, section.back().bytes());
            table.put(at + SectionLayout.BYTES, name);
            at += SectionLayout.entryBytes(name.length);
        }
        return table;
    }

    /**
     * Reads a table, and checks everything that can be checked without knowing what the parts hold: docs/FORMAT.md,
     * "Contents" and "Section".
     *
     * @param file an open file
     * @throws CorruptSegmentException if it is not valid
     */
    static Contents read(SealedFile file) {
        return new Reader(file).read();
    }

    /** Reads one table; a field is checked before anything is computed from it. */
    private static final class Reader {
        private final SealedFile file;
        private final ByteBuffer table;
        private int at;

        Reader(SealedFile file) {
            this.file = file;
            this.table = file.contents().order(ByteOrder.LITTLE_ENDIAN);
        }

        Contents read() {
            require(table.limit() >= ContentsLayout.BYTES, 0, "shorter than its header");
            long lsn = table.getLong(ContentsLayout.LSN);
            require(lsn > 0, ContentsLayout.LSN, "lsn=" + lsn);
            long backStart = table.getLong(ContentsLayout.BACK_START);
            require(
                    backStart >= 0 && backStart <= file.contentsOffset() && backStart % SealedFileLayout.ALIGNMENT == 0,
                    ContentsLayout.BACK_START,
                    "backStart=" + backStart);
            int count = table.getInt(ContentsLayout.SECTIONS);
            // The least that an entry takes bounds their number.
            require(
                    count >= 1 && count <= table.limit() / SectionLayout.BYTES,
                    ContentsLayout.SECTIONS,
                    "sections=" + count);
            int numbering = table.getInt(ContentsLayout.NUMBERING);
            require(numbering >= 0, ContentsLayout.NUMBERING, "numbering=" + numbering);
            List<Section> sections = new ArrayList<>(count);
            long frontEnd = 0;
            long backEnd = backStart;
            byte[] before = null;
            at = ContentsLayout.BYTES;
            for (int i = 0; i < count; i++) {
                require(at <= table.limit() - SectionLayout.BYTES, at, "section " + i + " is cut off");
                byte[] name = name();
                require(
                        before == null || Arrays.compareUnsigned(before, name) < 0,
                        at,
                        "tenants are not in ascending order");
                before = name;
                Section section = section(name, frontEnd, backStart, backEnd);
                frontEnd = section.front().end();
                backEnd = section.back().end();
                sections.add(section);
                at += SectionLayout.entryBytes(name.length);
            }
            require(at == table.limit(), at, "bytes behind the last section");
            return new Contents(lsn, numbering, backStart, sections);
        }

        private byte[] name() {
            int bytes = Short.toUnsignedInt(table.getShort(at + SectionLayout.TENANT_BYTES));
            int entryBytes = SectionLayout.entryBytes(bytes);
            require(
                    bytes <= Limits.TENANT_BYTES_MAX && entryBytes <= table.limit() - at,
                    at + SectionLayout.TENANT_BYTES,
                    "tenantBytes=" + bytes);
            byte[] name = new byte[bytes];
            table.get(at + SectionLayout.BYTES, name);
            byte[] again = new String(name, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
            require(Arrays.equals(name, again), at + SectionLayout.BYTES, "a tenant's name is not UTF-8");
            for (int i = at + SectionLayout.BYTES + bytes; i < at + entryBytes; i++) {
                require(table.get(i) == 0, i, "padding is not zero");
            }
            return name;
        }

        private Section section(byte[] name, long frontEnd, long backStart, long backEnd) {
            require(
                    table.getShort(at + SectionLayout.RESERVED) == 0,
                    at + SectionLayout.RESERVED,
                    "reserved bytes are not zero");
            int deaths = table.getInt(at + SectionLayout.DEATHS);
            int first = table.getInt(at + SectionLayout.FIRST);
            int end = table.getInt(at + SectionLayout.END);
            require(
                    first >= 0 && first <= end && end <= Limits.TENANT_ORDINALS_MAX,
                    at + SectionLayout.FIRST,
                    "first=" + first + ", end=" + end);
            require(deaths >= 0 && deaths <= first, at + SectionLayout.DEATHS, "deaths=" + deaths);
            Section.Range front = range(SectionLayout.FRONT_OFFSET, frontEnd, backStart);
            Section.Range back = range(SectionLayout.BACK_OFFSET, backEnd, file.contentsOffset());
            return new Section(new String(name, StandardCharsets.UTF_8), first, end, deaths, front, back);
        }

        /** A range behind the one before and within its part: so no byte of the data belongs to two ranges. */
        private Section.Range range(int field, long from, long to) {
            long offset = table.getLong(at + field);
            long bytes = table.getLong(at + field + Long.BYTES);
            require(
                    offset >= from && offset <= to && bytes >= 0 && bytes <= to - offset,
                    at + field,
                    "offset=" + offset + ", bytes=" + bytes + ", expected within " + from + ".." + to);
            return new Section.Range(offset, bytes);
        }

        private void require(boolean condition, int offset, String text) {
            if (!condition) {
                throw new CorruptSegmentException(
                        file.name(),
                        SealedFileLayout.BYTES + file.contentsOffset() + offset,
                        "table of contents: " + text);
            }
        }
    }
}
