// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a file as sectors, a sector that was never written being null and read as zeros. Confined to one thread.
 */
final class Content {
    private @Nullable Sector[] sectors;
    private long size;

    Content() {
        this(new Sector[8], 0);
    }

    private Content(@Nullable Sector[] sectors, long size) {
        this.sectors = sectors;
        this.size = size;
    }

    Content copy() {
        return new Content(sectors.clone(), size);
    }

    long size() {
        return size;
    }

    /** Sets the size; what lies behind it is gone. */
    void resize(long bytes) {
        if (bytes < size) {
            int keep = Math.toIntExact(Math.ceilDiv(bytes, (long) Sector.BYTES));
            for (int i = keep; i < sectors.length; i++) {
                sectors[i] = null;
            }
            int rest = (int) (bytes % Sector.BYTES);
            Sector last = rest == 0 ? null : sector(keep - 1);
            if (last != null) {
                sectors[keep - 1] = last.cut(rest);
            }
        }
        size = bytes;
    }

    /** The sector with a number, null if it was never written. */
    @Nullable
    Sector sector(int number) {
        return number < sectors.length ? sectors[number] : null;
    }

    /** The sector with a number as it is read. */
    Sector read(int number) {
        Sector sector = sector(number);
        return sector == null ? Sector.ZERO : sector;
    }

    void put(int number, Sector sector) {
        if (number >= sectors.length) {
            sectors = Arrays.copyOf(sectors, Math.max(number + 1, 2 * sectors.length));
        }
        sectors[number] = sector;
    }

    /** Copies bytes out; returns how many, −1 at or behind the end. */
    int read(long position, ByteBuffer target) {
        if (position >= size) {
            return target.hasRemaining() ? -1 : 0;
        }
        int length = (int) Math.min(target.remaining(), size - position);
        for (int done = 0; done < length; ) {
            long at = position + done;
            int from = (int) (at % Sector.BYTES);
            int part = Math.min(length - done, Sector.BYTES - from);
            read((int) (at / Sector.BYTES)).copyTo(from, target, part);
            done += part;
        }
        return length;
    }

    /** Makes of the file what a device shows after a crash: nothing behind the size, and perhaps rubbish in holes. */
    void settle(boolean garbage, long seed) {
        int count = Math.toIntExact(Math.ceilDiv(size, (long) Sector.BYTES));
        sectors = Arrays.copyOf(sectors, count);
        for (int i = 0; i < count && garbage; i++) {
            if (sectors[i] == null) {
                byte[] bytes = new byte[Sector.BYTES];
                new Random(Hash.combine(seed, i)).nextBytes(bytes);
                sectors[i] = Sector.of(bytes);
            }
        }
        long end = size;
        size = Long.MAX_VALUE;
        resize(end);
    }

    long hash() {
        long hash = size;
        for (int i = 0; i < sectors.length; i++) {
            hash += Hash.mix(read(i).hash() + i);
        }
        return Hash.mix(hash);
    }
}
