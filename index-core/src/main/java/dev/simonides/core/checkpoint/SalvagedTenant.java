// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.vector.PageFormat;
import dev.simonides.core.vector.PageGeometry;
import dev.simonides.core.vector.VectorPageLayout;
import dev.simonides.quantization.VectorCodec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What files of truth say of one tenant, as far as their blocks are whole. Several files may hold the same ordinal; it is the
 * same in all of them, because ordinals are never used again, and one that can be read is enough. Confined to one thread,
 * which closes it.
 */
public final class SalvagedTenant implements AutoCloseable {
    private final SalvagedLives lives;
    private final SalvagedPayloads payloads;
    private final List<Vectors> vectors = new ArrayList<>();
    private final VectorCodec codec;
    private final PageGeometry geometry;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment code;

    /** A section of vectors, and where its ordinals stand, once that was asked. */
    private static final class Vectors {
        final SalvagedFile file;
        final Section section;
        int @Nullable [] places;

        Vectors(SalvagedFile file, Section section) {
            this.file = file;
            this.section = section;
        }
    }

    /** In place of the place of an ordinal that no page holds that can be read. */
    private static final int NOWHERE = -1;

    SalvagedTenant(PageGeometry geometry, SalvagedLives lives, SalvagedPayloads payloads) {
        this.codec = geometry.codec();
        this.geometry = geometry;
        this.lives = lives;
        this.payloads = payloads;
        this.code = arena.allocate(codec.codeBytes(), Long.BYTES);
    }

    /** Adds a section of vectors, newest first. */
    void add(SalvagedFile file, Section section) {
        vectors.add(new Vectors(file, section));
    }

    /**
     * Returns how many ordinals the files say that the tenant has.
     *
     * @return 0 or more
     */
    public int count() {
        return lives.count();
    }

    /**
     * Returns whether an ordinal is known to have died.
     *
     * @param ordinal 0 or more, perhaps behind those of the files
     * @return whether a file says so
     */
    public boolean dead(int ordinal) {
        return lives.dead(ordinal);
    }

    /**
     * Returns whether an ordinal that is not known to have died may have.
     *
     * @param ordinal 0 or more, perhaps behind those of the files
     * @param bornLsn the LSN of its put, where the files do not say it
     * @return whether it could have died without anything that can be read saying so
     */
    public boolean doubtful(int ordinal, long bornLsn) {
        return lives.doubtful(ordinal, bornLsn);
    }

    /**
     * Returns whether any ordinal is doubtful.
     *
     * @return false if everything that says which ordinals died can be read
     */
    public boolean doubtful() {
        return lives.doubtful();
    }

    /**
     * Returns the LSN of an ordinal's put.
     *
     * @param ordinal below {@link #count}
     * @return 0 if it cannot be read
     */
    public long birthLsn(int ordinal) {
        return lives.birthLsn(ordinal);
    }

    /**
     * Reads the record of an ordinal that is not known to have died.
     *
     * @param ordinal below {@link #count}
     * @return what it says
     * @throws LostBytes if no file that can be read has it
     */
    public SalvagedRecord record(int ordinal) throws LostBytes {
        return lives.record(ordinal);
    }

    /**
     * Reads a payload.
     *
     * @param ordinal below {@link #count}
     * @param payloadBytes its length, as the record says
     * @return its bytes
     * @throws LostBytes if no file that can be read has it
     */
    public byte[] payload(int ordinal, int payloadBytes) throws LostBytes {
        return payloads.read(ordinal, payloadBytes);
    }

    /**
     * Reads a vector: code record and original.
     *
     * @param ordinal below {@link #count}
     * @param target where the bytes go, at its position
     * @throws LostBytes if no file that can be read has it
     */
    public void vector(int ordinal, ByteBuffer target) throws LostBytes {
        LostBytes lost = null;
        for (Vectors from : vectors) {
            if (ordinal >= from.section.first() && ordinal < from.section.end()) {
                try {
                    read(from, ordinal, target.duplicate());
                    return;
                } catch (LostBytes e) {
                    lost = lost == null ? e : lost;
                }
            }
        }
        throw lost == null ? new LostBytes(LostBytes.NO_FILE, 0, 0, "vectors") : lost;
    }

    private void read(Vectors from, int ordinal, ByteBuffer target) throws LostBytes {
        Section section = from.section;
        int first = geometry.page(section.first());
        int place = place(from, ordinal);
        int page = geometry.page(place);
        int slot = (int) (place - geometry.firstOrdinal(page));
        long at = pageOffset(section, page) + geometry.codesOffset(page) + (long) slot * geometry.pitch(page);
        ByteBuffer bytes = from.file.front().read(at, codec.codeBytes());
        code.asByteBuffer().put(bytes.duplicate());
        if (codec.defect(code.address()).isPresent()) {
            throw from.file.front().lost(at);
        }
        target.put(bytes);
        target.put(from.file
                .back()
                .read(
                        section.back().offset()
                                + geometry.originalsBytes(first, page)
                                + (long) slot * codec.originalBytes(),
                        codec.originalBytes()));
    }

    private long pageOffset(Section section, int page) {
        return section.front().offset() + geometry.codesBytes(geometry.page(section.first()), page);
    }

    /** The ordinal in whose slot an ordinal stands: its own, unless a compaction has arranged the pages. */
    private int place(Vectors from, int ordinal) throws LostBytes {
        if (geometry.format() == PageFormat.ROUNDED || standsAt(from, ordinal, ordinal)) {
            return ordinal;
        }
        int[] places = from.places;
        if (places == null) {
            places = places(from);
            from.places = places;
        }
        int place = places[ordinal - from.section.first()];
        if (place == NOWHERE) {
            throw from.file.front().lost(pageOffset(from.section, geometry.page(ordinal)));
        }
        return place;
    }

    private boolean standsAt(Vectors from, int place, int ordinal) {
        try {
            return heldAt(from, place) == ordinal;
        } catch (LostBytes e) {
            return false;
        }
    }

    /** The ordinal in the slot that another one would have if nothing were arranged. */
    private int heldAt(Vectors from, int place) throws LostBytes {
        int page = geometry.page(place);
        long slot = place - geometry.firstOrdinal(page);
        long at = pageOffset(from.section, page) + VectorPageLayout.ORDINALS_OFFSET + slot * Integer.BYTES;
        return from.file.front().read(at, Integer.BYTES).getInt();
    }

    private int[] places(Vectors from) {
        Section section = from.section;
        int[] places = new int[section.count()];
        Arrays.fill(places, NOWHERE);
        for (int place = section.first(); place < section.end(); place++) {
            try {
                int held = heldAt(from, place) - section.first();
                if (held >= 0 && held < places.length) {
                    places[held] = place;
                }
            } catch (LostBytes e) {
                // Who stands there is lost, and that is said when it is asked for.
            }
        }
        return places;
    }

    @Override
    public void close() {
        arena.close();
    }
}
