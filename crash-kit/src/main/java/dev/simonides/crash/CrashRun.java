// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import dev.simonides.wal.StorageDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One piece of work of an application, or one look at what it left. Any thread. */
public final class CrashRun {
    private final long seed;
    private final int round;
    private final @Nullable Path path;
    private final Supplier<StorageDirectory> directory;
    private final BooleanSupplier goesOn;
    private final Counters counters;
    private final List<Sequence> sequences;

    CrashRun(Place place, Supplier<StorageDirectory> directory, BooleanSupplier goesOn, Counters counters) {
        this.seed = place.seed();
        this.round = place.round();
        this.path = place.path();
        this.directory = directory;
        this.goesOn = goesOn;
        this.counters = counters;
        this.sequences = IntStream.range(0, counters.sequences())
                .mapToObj(number -> new Sequence(number, counters))
                .toList();
    }

    /** Which history, which round of it, and in which folder, if in any. */
    record Place(long seed, int round, @Nullable Path path) {
        /** The same in another folder. */
        Place in(Path other) {
            return new Place(seed, round, other);
        }
    }

    /**
     * The number that everything random in the application comes from. It is the same for all rounds over one directory, and
     * another for another directory: options drawn from it stay as they are as long as the directory lives.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }

    /**
     * How many rounds there were over this directory before.
     *
     * @return 0 or more
     */
    public int round() {
        return round;
    }

    /**
     * Opens the directory of the store: on disk, simulated, or one that fails or ends the process at a chosen operation.
     * Files reached in another way are killed with the process, but know nothing of simulated disks and chosen operations.
     *
     * @return the directory, to be given to {@code MemoryIndex.open}, which closes it
     */
    public StorageDirectory directory() {
        return directory.get();
    }

    /**
     * The folder of {@link #directory()} for {@link KillRounds}, where the application may keep further files of its own.
     *
     * @return the folder
     * @throws IllegalStateException if the disk is simulated
     */
    public Path path() {
        if (path == null) {
            throw new IllegalStateException("a simulated disk has no path: use directory()");
        }
        return path;
    }

    /**
     * Whether the work shall go on: always until killed, but for a number of operations on simulated disks and in the rehearsal
     * of {@link KillRounds}.
     *
     * @return false once it is enough
     */
    public boolean goesOn() {
        return goesOn.getAsBoolean();
    }

    /**
     * A sequence of operations.
     *
     * @param number 0..{@link CrashApplication#sequences()} − 1
     * @return the sequence
     * @throws IndexOutOfBoundsException if the application has no such sequence
     */
    public Sequence sequence(int number) {
        if (number < 0 || number >= sequences.size()) {
            throw new IndexOutOfBoundsException(
                    "sequence: expected=0.." + (sequences.size() - 1) + ", actual=" + number);
        }
        return sequences.get(number);
    }

    /**
     * All sequences.
     *
     * @return in the order of their numbers
     */
    public List<Sequence> sequences() {
        return sequences;
    }

    /** Takes over what the check reported of every sequence; returns how many operations that is. */
    long settle() {
        return sequences.stream().mapToLong(Sequence::settle).sum();
    }

    /** How many operations were acknowledged in all sequences. */
    long acknowledged() {
        return sequences.stream().mapToLong(Sequence::acknowledged).sum();
    }

    /** How many operations were issued in all sequences. */
    static long issued(Counters counters) {
        return IntStream.range(0, counters.sequences())
                .mapToLong(counters::issued)
                .sum();
    }

    Counters counters() {
        return counters;
    }
}
