// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import dev.simonides.wal.Soak;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Every damage to a small store that there is, and the part of them that an ordinary build tries. */
final class Damages {
    private static final int SECTOR = 512;
    private static final int BLOCK = 4096;
    private static final int HEADER_BYTES = 4096;
    private static final int END_BYTES = 128;
    private static final int STEP = 16;

    private final SimulatedDirectory disk;
    private final SimulatedDirectory other;
    private final List<String> names;

    /** Damages to a store; the other one has files of the same names. */
    Damages(SmallStore store, SmallStore another) {
        this.disk = store.disk();
        this.other = another.disk();
        this.names = disk.list();
    }

    /** The bytes are made when they are asked for: all of them at once would not fit. */
    private static Damage replaced(String name, String kind, String what, Supplier<byte[]> bytes) {
        return new Damage(name, kind, what, disk -> disk.with(name, bytes.get()));
    }

    /** One byte inverted, in the short form not every one; in the long form also each of its bits. */
    Stream<Damage> flips() {
        return names.stream().flatMap(name -> {
            byte[] content = disk.content(name);
            return IntStream.range(0, content.length)
                    .filter(at -> Soak.on() || thorough(name, at, content.length) || at % STEP == 0)
                    .boxed()
                    .flatMap(at -> masks().mapToObj(mask ->
                            replaced(name, "byte", "byte " + at + " ^ " + mask, () -> flipped(content, at, mask))));
        });
    }

    private static byte[] flipped(byte[] content, int at, int mask) {
        byte[] damaged = content.clone();
        damaged[at] ^= (byte) mask;
        return damaged;
    }

    private static IntStream masks() {
        return Soak.on() ? IntStream.of(0xff, 1, 2, 4, 8, 16, 32, 64, 128) : IntStream.of(0xff);
    }

    /** STORE, manifests and the log in every byte, and headers, tables of checksums and footers. */
    private static boolean thorough(String name, int at, int length) {
        boolean everywhere = small(name) || name.startsWith("wal-");
        return everywhere || at < HEADER_BYTES || at >= length - END_BYTES;
    }

    /** STORE and manifests. */
    private static boolean small(String name) {
        return !name.contains("-") || name.startsWith("MANIFEST-");
    }

    /**
     * Every length; in the short form, but for STORE and manifests, the first four, those around every sector, and every one
     * that cuts into the table of checksums or the footer. And longer than it was. {@link LogTruncationTest} always tries
     * every length of a log, {@link DamageTest} every length of every other file by itself.
     */
    Stream<Damage> sizes() {
        return names.stream().flatMap(name -> {
            byte[] content = disk.content(name);
            Stream<Damage> shorter = IntStream.range(0, content.length)
                    .filter(length -> Soak.on()
                            || small(name)
                            || length < 4
                            || length % SECTOR < 2
                            || length > content.length - END_BYTES)
                    .mapToObj(length ->
                            replaced(name, "cut off", "cut to " + length, () -> Arrays.copyOf(content, length)));
            Stream<Damage> longer = IntStream.of(1, SECTOR, BLOCK)
                    .boxed()
                    .flatMap(more -> Stream.of(
                            replaced(
                                    name,
                                    "extended",
                                    more + " zeros more",
                                    () -> Arrays.copyOf(content, content.length + more)),
                            replaced(name, "extended", more + " bytes more", () -> extended(content, more))));
            return Stream.concat(shorter, longer);
        });
    }

    private static byte[] extended(byte[] content, int more) {
        byte[] longer = Arrays.copyOf(content, content.length + more);
        Arrays.fill(longer, content.length, longer.length, (byte) 0x5a);
        return longer;
    }

    /** Sectors and blocks of zeros, of rubbish, of another store, of another place, of another file. */
    Stream<Damage> sectors() {
        return Stream.concat(places(SECTOR), places(BLOCK));
    }

    private Stream<Damage> places(int bytes) {
        Random random = new Random(bytes);
        return names.stream().flatMap(name -> {
            byte[] content = disk.content(name);
            byte[] stale = other.exists(name) ? other.content(name) : new byte[0];
            List<Damage> damages = new ArrayList<>();
            for (int at = 0; at < content.length; at += bytes) {
                int length = Math.min(bytes, content.length - at);
                byte[] rubbish = new byte[length];
                random.nextBytes(rubbish);
                add(damages, name, content, "zeroed", at, new byte[length]);
                add(damages, name, content, "rubbish", at, rubbish);
                if (stale.length >= at + length) {
                    add(damages, name, content, "stale", at, Arrays.copyOfRange(stale, at, at + length));
                }
                for (int step = 1; step <= (Soak.on() ? content.length / bytes : 3); step++) {
                    int from = at + step * bytes;
                    if (from + length <= content.length) {
                        addSwapped(damages, name, content, at, from, length);
                    }
                }
                String donor = names.get((names.indexOf(name) + 1 + at / bytes) % names.size());
                byte[] foreign = disk.content(donor);
                if (foreign.length >= at + length && !donor.equals(name)) {
                    add(damages, name, content, "misdirected", at, Arrays.copyOfRange(foreign, at, at + length));
                }
            }
            return damages.stream();
        });
    }

    /** Damage that changes nothing is none. */
    private static void add(List<Damage> damages, String name, byte[] content, String kind, int at, byte[] bytes) {
        if (!Arrays.equals(bytes, Arrays.copyOfRange(content, at, at + bytes.length))) {
            damages.add(replaced(
                    name, kind, bytes.length + " bytes at " + at + " " + kind, () -> overwritten(content, at, bytes)));
        }
    }

    private static byte[] overwritten(byte[] content, int at, byte[] bytes) {
        byte[] damaged = content.clone();
        System.arraycopy(bytes, 0, damaged, at, bytes.length);
        return damaged;
    }

    private static void addSwapped(List<Damage> damages, String name, byte[] content, int at, int from, int length) {
        byte[] one = Arrays.copyOfRange(content, at, at + length);
        byte[] two = Arrays.copyOfRange(content, from, from + length);
        if (!Arrays.equals(one, two)) {
            damages.add(replaced(
                    name,
                    "swapped",
                    length + " bytes at " + at + " and " + from + " swapped",
                    () -> overwritten(overwritten(content, at, two), from, one)));
        }
    }

    /** Whole files: gone, empty, of another store, of another generation, in each other's places. */
    Stream<Damage> files() {
        return names.stream().flatMap(name -> {
            List<Damage> damages = new ArrayList<>();
            byte[] content = disk.content(name);
            damages.add(new Damage(name, "deleted", "deleted", all -> all.without(name)));
            if (content.length > 0) {
                damages.add(replaced(name, "emptied", "emptied", () -> new byte[0]));
                damages.add(replaced(name, "zeroed", "zeroed", () -> new byte[content.length]));
            }
            if (other.exists(name) && !Arrays.equals(content, other.content(name))) {
                damages.add(replaced(name, "of another store", "of another store", () -> other.content(name)));
            }
            for (String donor : names) {
                byte[] bytes = disk.content(donor);
                if (!donor.equals(name) && !Arrays.equals(content, bytes)) {
                    damages.add(replaced(name, "of another name", "replaced by " + donor, () -> bytes));
                    damages.add(new Damage(
                            name,
                            "exchanged",
                            "exchanged with " + donor,
                            all -> all.with(name, bytes).with(donor, content)));
                }
            }
            return damages.stream();
        });
    }
}
