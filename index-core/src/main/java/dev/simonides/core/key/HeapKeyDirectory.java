// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.key;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.agrona.collections.Object2IntHashMap;

/** A key directory on the Java heap: striped open-addressing maps, each behind a read-write lock. Any thread. */
public final class HeapKeyDirectory implements KeyDirectory {
    /** Power of two; 64 stripes keep readers of different keys apart on any machine of today. */
    private static final int STRIPES = 64;

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
            stripes[i] = new Stripe();
        }
    }

    private static final class Stripe {
        final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        final Object2IntHashMap<RecordKey> ordinals = new Object2IntHashMap<>(NONE);
    }

    @Override
    public RecordKey key(int tenantId, byte[] utf8) {
        int hash = seed ^ tenantId * 0x9E3779B9;
        for (byte b : utf8) {
            hash = (hash ^ b) * 0x01000193;
            hash ^= hash >>> 15;
        }
        return new RecordKey(tenantId, utf8, hash);
    }

    @Override
    public int get(RecordKey key) {
        Stripe stripe = stripe(key);
        stripe.lock.readLock().lock();
        try {
            return stripe.ordinals.getValue(key);
        } finally {
            stripe.lock.readLock().unlock();
        }
    }

    @Override
    public int put(RecordKey key, int ordinal) {
        Stripe stripe = stripe(key);
        stripe.lock.writeLock().lock();
        try {
            // The new key object replaces nothing: an equal key that is present keeps its own bytes.
            return stripe.ordinals.put(key, ordinal);
        } finally {
            stripe.lock.writeLock().unlock();
        }
    }

    @Override
    public int remove(RecordKey key) {
        Stripe stripe = stripe(key);
        stripe.lock.writeLock().lock();
        try {
            return stripe.ordinals.removeKey(key);
        } finally {
            stripe.lock.writeLock().unlock();
        }
    }

    @Override
    public long size() {
        long size = 0;
        for (Stripe stripe : stripes) {
            stripe.lock.readLock().lock();
            try {
                size += stripe.ordinals.size();
            } finally {
                stripe.lock.readLock().unlock();
            }
        }
        return size;
    }

    private Stripe stripe(RecordKey key) {
        // The upper bits: the map inside uses the lower ones.
        return stripes[(key.hashCode() * 0x85EBCA6B) >>> 26];
    }
}
