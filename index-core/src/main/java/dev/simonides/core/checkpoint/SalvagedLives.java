// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.Limits;
import dev.simonides.core.tenant.RecordImageLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Which ordinals of a tenant lived and died, and their records, as far as blocks are whole. Confined to one thread.
 *
 * <p>An ordinal's row says whether it had died when its file was written; later deaths are listed in later files, or they are
 * in the log. Where none of these can be read for some LSN, the ordinals whose rows are older are doubtful.
 */
final class SalvagedLives {
    private final int count;
    private final long[] births;
    private final long[] deaths;
    /** Up to which LSN its row knows whether an ordinal died; 0 without a row. */
    private final long[] asOfLsn;

    private final List<Records> sections = new ArrayList<>();
    private final LsnRanges known;
    private final long endLsn;
    /** The last LSN of which nobody knows who died; 0 if there is none, −1 while that is not computed. */
    private long missingLsn = -1;

    private record Records(SalvagedFile file, Section section) {
        boolean holds(int ordinal) {
            return ordinal >= section.first() && ordinal < section.end();
        }
    }

    /** A row that is valid by itself. */
    private record Row(long birthLsn, long deathLsn, long imageOffset) {}

    /**
     * Knows nothing yet.
     *
     * @param count ordinals of the tenant
     * @param logged what the log says of all deaths
     * @param endLsn the last LSN that the files know
     */
    SalvagedLives(int count, LsnRanges logged, long endLsn) {
        this.count = count;
        this.births = new long[count];
        this.deaths = new long[count];
        this.asOfLsn = new long[count];
        this.known = new LsnRanges(logged);
        this.endLsn = endLsn;
    }

    /** Reads the rows and deaths of a section; newest first. */
    void add(SalvagedFile file, Section section) {
        Records records = new Records(file, section);
        sections.add(records);
        for (int ordinal = section.first(); ordinal < section.end(); ordinal++) {
            try {
                Row row = row(records, ordinal);
                births[ordinal] = row.birthLsn();
                asOfLsn[ordinal] = Math.max(asOfLsn[ordinal], file.lsn());
                if (row.deathLsn() != RowLayout.ALIVE) {
                    deaths[ordinal] = row.deathLsn();
                }
            } catch (LostBytes e) {
                // Another file may have it, or the log; who asks for its record is told.
            }
        }
        if (readDeaths(records)) {
            known.add(file.afterLsn(), file.lsn());
        }
    }

    /** Takes note of a file that says nothing of the tenant: nobody died meanwhile. */
    void addWithout(SalvagedFile file) {
        known.add(file.afterLsn(), file.lsn());
    }

    private static Row row(Records records, int ordinal) throws LostBytes {
        Section section = records.section();
        long at = section.front().offset() + (long) (ordinal - section.first()) * RowLayout.BYTES;
        ByteBuffer bytes = records.file().front().read(at, RowLayout.BYTES);
        Row row = new Row(
                bytes.getLong(RowLayout.BIRTH_LSN),
                bytes.getLong(RowLayout.DEATH_LSN),
                bytes.getLong(RowLayout.IMAGE_OFFSET));
        long lsn = records.file().lsn();
        boolean valid = row.birthLsn() > 0
                && row.birthLsn() <= lsn
                && (row.deathLsn() == RowLayout.ALIVE || (row.deathLsn() > row.birthLsn() && row.deathLsn() <= lsn))
                && row.imageOffset() >= 0
                && row.imageOffset() <= section.back().bytes() - RecordImageLayout.BYTES;
        if (!valid) {
            throw records.file().front().lost(at);
        }
        return row;
    }

    /** Whether all of them could be read. */
    private boolean readDeaths(Records records) {
        Section section = records.section();
        long at = section.front().offset() + (long) section.count() * RowLayout.BYTES;
        boolean all = true;
        for (int i = 0; i < section.deaths(); i++, at += DeathLayout.BYTES) {
            try {
                ByteBuffer bytes = records.file().front().read(at, DeathLayout.BYTES);
                int ordinal = bytes.getInt(DeathLayout.ORDINAL);
                long death = bytes.getLong(DeathLayout.DEATH_LSN);
                if (ordinal < 0 || ordinal >= section.first() || death <= 0) {
                    throw records.file().front().lost(at);
                }
                deaths[ordinal] = death;
            } catch (LostBytes e) {
                all = false;
            }
        }
        return all;
    }

    int count() {
        return count;
    }

    /** The LSN of a birth, 0 if no row that can be read says it. */
    long birthLsn(int ordinal) {
        return ordinal < count ? births[ordinal] : 0;
    }

    boolean dead(int ordinal) {
        return ordinal < count && deaths[ordinal] != 0;
    }

    /** The LSN of a death, 0 if none is known. */
    long deathLsn(int ordinal) {
        return deaths[ordinal];
    }

    boolean doubtful() {
        if (missingLsn < 0) {
            missingLsn = known.lastMissing(endLsn);
        }
        return missingLsn > 0;
    }

    boolean doubtful(int ordinal, long bornLsn) {
        long asOf = Math.max(bornLsn, ordinal < count ? asOfLsn[ordinal] : 0);
        return doubtful() && missingLsn > asOf;
    }

    /** The record as it was while the ordinal was alive. */
    SalvagedRecord record(int ordinal) throws LostBytes {
        LostBytes lost = null;
        for (Records records : sections) {
            if (records.holds(ordinal)) {
                try {
                    Row row = row(records, ordinal);
                    if (row.deathLsn() == RowLayout.ALIVE) {
                        return image(records, row);
                    }
                } catch (LostBytes e) {
                    lost = lost == null ? e : lost;
                }
            }
        }
        throw lost == null ? new LostBytes(LostBytes.NO_FILE, 0, 0, "records") : lost;
    }

    private static SalvagedRecord image(Records records, Row row) throws LostBytes {
        Section section = records.section();
        long at = section.back().offset() + row.imageOffset();
        ByteBuffer fixed = records.file().back().read(at, RecordImageLayout.BYTES);
        int keyBytes = fixed.getInt(RecordImageLayout.KEY_BYTES);
        int payloadBytes = fixed.getInt(RecordImageLayout.PAYLOAD_BYTES);
        boolean valid = keyBytes >= 1
                && keyBytes <= Limits.KEY_BYTES_MAX
                && payloadBytes >= 0
                && payloadBytes <= Limits.PAYLOAD_BYTES_MAX
                && row.imageOffset() + RecordImageLayout.imageBytes(keyBytes)
                        <= section.back().bytes();
        if (!valid) {
            throw records.file().back().lost(at);
        }
        byte[] key = new byte[keyBytes];
        records.file().back().read(at + RecordImageLayout.BYTES, keyBytes).get(key);
        return new SalvagedRecord(
                new String(key, StandardCharsets.UTF_8),
                payloadBytes,
                fixed.getLong(RecordImageLayout.TIMESTAMP_MILLIS));
    }
}
