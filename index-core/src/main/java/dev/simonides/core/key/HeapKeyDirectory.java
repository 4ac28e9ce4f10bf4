// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.key;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A key directory on the Java heap: striped open addressing, each stripe behind a read-write lock. Any thread.
 *
 * <p>A slot is two words: where the key's bytes stand with their length and a few bits of the hash, and tenant and ordinal.
 * The bytes themselves stay where the caller has them, so that a million keys are some 22 MB without a single object.
 */
public final class HeapKeyDirectory implements KeyDirectory {
    /** Power of two; 64 stripes keep readers of different keys apart on any machine of today. */
    private static final int STRIPES = 64;

    private static final MemorySegment MEMORY = OffHeap.everything();

    private final Stripe[] stripes = new Stripe[STRIPES];
    private final int seed;

    /**
     * Makes an empty directory.
     *
     * @param seed of the hash; secret, drawn at random in production
     */
    public HeapKeyDirectory(int seed) {
        this.seed = seed;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe(this);
        }
    }

    @Override
    public RecordKey key(int tenantId, byte[] utf8) {
        int hash = begin(tenantId);
        for (byte b : utf8) {
            hash = mix(hash, b);
        }
        return new RecordKey(tenantId, utf8, hash);
    }

    private int hash(int tenantId, long address, int bytes) {
        int hash = begin(tenantId);
        for (int i = 0; i < bytes; i++) {
            hash = mix(hash, MEMORY.get(JAVA_BYTE, address + i));
        }
        return hash;
    }

    private int begin(int tenantId) {
        return seed ^ tenantId * 0x9E3779B9;
    }

    private static int mix(int hash, byte b) {
        int mixed = (hash ^ b) * 0x01000193;
        return mixed ^ mixed >>> 15;
    }

    @Override
    public int get(RecordKey key) {
        Stripe stripe = stripe(key.hashCode());
        stripe.lock.readLock().lock();
        try {
            int slot = stripe.find(key);
            return slot < 0 ? NONE : stripe.ordinal(slot);
        } finally {
            stripe.lock.readLock().unlock();
        }
    }

    @Override
    public int put(RecordKey key, int ordinal, long keyAddress) {
        Stripe stripe = stripe(key.hashCode());
        stripe.lock.writeLock().lock();
        try {
            return stripe.put(key.hashCode(), key.tenantId(), keyAddress, key.utf8().length, ordinal);
        } finally {
            stripe.lock.writeLock().unlock();
        }
    }

    @Override
    public int put(int tenantId, long keyAddress, int keyBytes, int ordinal) {
        int hash = hash(tenantId, keyAddress, keyBytes);
        Stripe stripe = stripe(hash);
        stripe.lock.writeLock().lock();
        try {
            return stripe.put(hash, tenantId, keyAddress, keyBytes, ordinal);
        } finally {
            stripe.lock.writeLock().unlock();
        }
    }

    @Override
    public int remove(RecordKey key) {
        Stripe stripe = stripe(key.hashCode());
        stripe.lock.writeLock().lock();
        try {
            return stripe.remove(key);
        } finally {
            stripe.lock.writeLock().unlock();
        }
    }

    @Override
    public void reserve(long keys) {
        // Stripes fill by chance, and none is to grow: four standard deviations more than their share.
        long share = keys / STRIPES;
        share += 4 * (long) Math.sqrt((double) share);
        for (Stripe stripe : stripes) {
            stripe.lock.writeLock().lock();
            try {
                stripe.reserve(share + 1);
            } finally {
                stripe.lock.writeLock().unlock();
            }
        }
    }

    @Override
    public void reserve(RecordKey key) {
        Stripe stripe = stripe(key.hashCode());
        stripe.lock.writeLock().lock();
        try {
            stripe.reserve(stripe.size + stripe.reserved + 1L);
            stripe.reserved++;
        } finally {
            stripe.lock.writeLock().unlock();
        }
    }

    @Override
    public void unreserve(RecordKey key) {
        Stripe stripe = stripe(key.hashCode());
        stripe.lock.writeLock().lock();
        try {
            stripe.reserved--;
        } finally {
            stripe.lock.writeLock().unlock();
        }
    }

    @Override
    public KeyDirectory another() {
        return new HeapKeyDirectory(seed);
    }

    @Override
    public long size() {
        long size = 0;
        for (Stripe stripe : stripes) {
            stripe.lock.readLock().lock();
            try {
                size += stripe.size;
            } finally {
                stripe.lock.readLock().unlock();
            }
        }
        return size;
    }

    private Stripe stripe(int hash) {
        // The upper bits of another product than the one that the table inside uses.
        return stripes[(hash * 0x85EBCA6B) >>> 26];
    }

    /** One table. Guarded by its lock. */
    private static final class Stripe {
        // A place word: 48 bits address, 9 bits length − 1, 7 bits of the hash; 0 is a free slot.
        private static final int ADDRESS_BITS = 48;
        private static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;
        private static final int LENGTH_BITS = 9;
        private static final int LENGTH_MASK = (1 << LENGTH_BITS) - 1;
        private static final int TAG_SHIFT = 25;
        private static final int CAPACITY_MIN = 8;
        private static final int CAPACITY_MAX = 1 << 29;

        final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        private final HeapKeyDirectory directory;
        private long[] slots = new long[0];
        private int size;

        /** Puts that were announced and have not come. */
        private int reserved;

        Stripe(HeapKeyDirectory directory) {
            this.directory = directory;
        }

        /** The slot of a key, or −1. */
        int find(RecordKey key) {
            if (size == 0) {
                return -1;
            }
            byte[] utf8 = key.utf8();
            long tag = tag(key.hashCode(), utf8.length);
            for (int slot = home(key.hashCode()); place(slot) != 0; slot = behind(slot)) {
                if (place(slot) >>> ADDRESS_BITS == tag
                        && tenant(slot) == key.tenantId()
                        && same(place(slot) & ADDRESS_MASK, utf8)) {
                    return slot;
                }
            }
            return -1;
        }

        private static boolean same(long address, byte[] utf8) {
            for (int i = 0; i < utf8.length; i++) {
                if (MEMORY.get(JAVA_BYTE, address + i) != utf8[i]) {
                    return false;
                }
            }
            return true;
        }

        int put(int hash, int tenantId, long address, int bytes, int ordinal) {
            assert bytes >= 1 && bytes <= LENGTH_MASK + 1 && address >>> ADDRESS_BITS == 0 : "K2";
            reserve(size + 1L);
            reserved = Math.max(0, reserved - 1);
            long tag = tag(hash, bytes);
            int slot = home(hash);
            int before = NONE;
            for (; place(slot) != 0; slot = behind(slot)) {
                long place = place(slot);
                if (place >>> ADDRESS_BITS == tag
                        && tenant(slot) == tenantId
                        && MemorySegment.mismatch(
                                        MEMORY,
                                        place & ADDRESS_MASK,
                                        (place & ADDRESS_MASK) + bytes,
                                        MEMORY,
                                        address,
                                        address + bytes)
                                < 0) {
                    before = ordinal(slot);
                    size--;
                    break;
                }
            }
            slots[2 * slot] = tag << ADDRESS_BITS | address;
            slots[2 * slot + 1] = (long) tenantId << 32 | ordinal;
            size++;
            return before;
        }

        /** Takes a key out and moves back those behind it that the gap would hide (Knuth, 6.4, Algorithm R). */
        int remove(RecordKey key) {
            int gap = find(key);
            if (gap < 0) {
                return NONE;
            }
            int ordinal = ordinal(gap);
            for (int slot = behind(gap); place(slot) != 0; slot = behind(slot)) {
                if (distance(home(hashOf(slot)), slot) >= distance(gap, slot)) {
                    slots[2 * gap] = slots[2 * slot];
                    slots[2 * gap + 1] = slots[2 * slot + 1];
                    gap = slot;
                }
            }
            slots[2 * gap] = 0;
            slots[2 * gap + 1] = 0;
            size--;
            return ordinal;
        }

        /** Makes room: at most three slots of four are in use. A table that grows by itself grows by half. */
        void reserve(long keys) {
            long needed = Math.ceilDiv(4 * keys, 3);
            if (needed <= capacity()) {
                return;
            }
            if (needed > CAPACITY_MAX) {
                throw new IllegalStateException("the key directory is full: keys=" + directory.size());
            }
            int capacity = (int) Math.min(CAPACITY_MAX, Math.max(CAPACITY_MIN, Math.max(needed, capacity() * 3L / 2)));
            long[] old = slots;
            int oldSlots = capacity();
            slots = new long[2 * capacity];
            for (int i = 0; i < oldSlots; i++) {
                if (old[2 * i] != 0) {
                    move(old[2 * i], old[2 * i + 1]);
                }
            }
        }

        private void move(long place, long value) {
            int slot = home(hashOf(place, (int) (value >>> 32)));
            while (place(slot) != 0) {
                slot = behind(slot);
            }
            slots[2 * slot] = place;
            slots[2 * slot + 1] = value;
        }

        private int capacity() {
            return slots.length / 2;
        }

        /** Where a key is looked for first: its hash, mixed apart from that of the stripe, as a fraction of the capacity. */
        private int home(int hash) {
            long mixed = Integer.toUnsignedLong(hash * 0x9E3779B1);
            return (int) ((mixed * capacity()) >>> Integer.SIZE);
        }

        private int behind(int slot) {
            return slot + 1 == capacity() ? 0 : slot + 1;
        }

        private int distance(int from, int to) {
            return to >= from ? to - from : to - from + capacity();
        }

        private long place(int slot) {
            return slots[2 * slot];
        }

        private int tenant(int slot) {
            return (int) (slots[2 * slot + 1] >>> 32);
        }

        int ordinal(int slot) {
            return (int) slots[2 * slot + 1];
        }

        private int hashOf(int slot) {
            return hashOf(place(slot), tenant(slot));
        }

        private int hashOf(long place, int tenantId) {
            int bytes = ((int) (place >>> ADDRESS_BITS) & LENGTH_MASK) + 1;
            return directory.hash(tenantId, place & ADDRESS_MASK, bytes);
        }

        private static long tag(int hash, int bytes) {
            return (long) (hash >>> TAG_SHIFT) << LENGTH_BITS | (bytes - 1);
        }
    }
}
