// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import java.util.Random;

/** One step of a sequence. Everything random in it is drawn when it is made, so that a shorter sequence does the same steps. */
sealed interface Command {
    int TENANTS = 3;
    int KEYS = 20;

    /** Vectors are few, so that equal ones and equal scores are common. */
    int VECTORS = 20;

    /** Puts a memory, new or in place of the one with that key. */
    record Put(int tenant, int key, int vector) implements Command {}

    /** Puts a memory that is longer than a segment of the log. */
    record PutLong(int tenant, int key, int vector, int kibibytes) implements Command {}

    /** Puts several memories in one instant. */
    record PutAll(int tenant, int key, int count, int vector) implements Command {}

    /** Puts several memories of which the last one is refused, and so all. */
    record PutRefused(int tenant, int key, int count, int vector) implements Command {}

    /** Puts memories without waiting, and then waits for all of them. */
    record Submit(int tenant, int key, int count, int vector) implements Command {}

    /** Deletes a memory, if it is there. */
    record Delete(int tenant, int key) implements Command {}

    /** Reads a memory, if it is there. */
    record Get(int tenant, int key) implements Command {}

    /** Searches, exactly or not. */
    record Search(int tenant, int vector, int top, int ef, boolean exactly) implements Command {}

    /** Waits until everything is linked. */
    record Link() implements Command {}

    /** Makes everything durable. */
    record Flush() implements Command {}

    /** Writes a checkpoint. */
    record Checkpoint() implements Command {}

    /** Compacts the store. */
    record Compact() implements Command {}

    /** Moves the clock, forwards or back. */
    record Jump(long millis) implements Command {}

    /** Opens the store for reading beside the one that writes. */
    record Look() implements Command {}

    /** Makes a backup and opens what of it is durable. */
    record Backup() implements Command {}

    /** Verifies the store. */
    record Verify() implements Command {}

    /** Closes the store, and opens it otherwise. */
    record Reopen(Opening opening) implements Command {}

    /** Opens what a killed process leaves. */
    record Kill(Opening opening) implements Command {}

    /** Opens what a killed process leaves but for the graphs. */
    record LoseGraphs(Opening opening) implements Command {}

    /** Opens what a killed process leaves, its newest manifest damaged, and writes a checkpoint. */
    record LoseManifest(int at, Opening opening) implements Command {}

    /**
     * Opens what a power cut leaves.
     *
     * @param back how many operations of the disk before the last one it happens
     * @param subset which part of what was pending reached the disk
     */
    record Crash(int back, long subset, Opening opening) implements Command {}

    /**
     * Opens what a power cut leaves of the opening of what a power cut left.
     *
     * @param first the first one
     * @param permille how far the opening between them had come
     */
    record CrashAgain(Crash first, int permille, long subset, Opening opening) implements Command {}

    static Command random(Random random) {
        int dice = random.nextInt(200);
        if (dice < 108) {
            return write(random, dice);
        } else if (dice < 152) {
            return read(random, dice);
        } else if (dice < 176) {
            return keep(random, dice);
        }
        Opening opening = Opening.random(random);
        if (dice < 180) {
            return new Reopen(opening);
        } else if (dice < 184) {
            return new Kill(opening);
        } else if (dice < 186) {
            return new LoseGraphs(opening);
        } else if (dice < 188) {
            return new LoseManifest(random.nextInt(1 << 20), opening);
        } else if (dice < 190) {
            Crash first = new Crash(random.nextInt(40), random.nextLong(), Opening.random(random));
            return new CrashAgain(first, random.nextInt(1_001), random.nextLong(), opening);
        }
        return new Crash(random.nextInt(40), random.nextLong(), opening);
    }

    private static Command write(Random random, int dice) {
        int tenant = random.nextInt(TENANTS);
        int key = random.nextInt(KEYS);
        int vector = random.nextInt(VECTORS);
        int count = 1 + random.nextInt(12);
        if (dice < 52) {
            return new Put(tenant, key, vector);
        } else if (dice < 54) {
            return new PutLong(tenant, key, vector, 10 + random.nextInt(90));
        } else if (dice < 66) {
            return new PutAll(tenant, key, count, vector);
        } else if (dice < 68) {
            return new PutRefused(tenant, key, count, vector);
        } else if (dice < 80) {
            return new Submit(tenant, key, count, vector);
        }
        return new Delete(tenant, key);
    }

    private static Command read(Random random, int dice) {
        int tenant = random.nextInt(TENANTS);
        if (dice < 118) {
            return new Get(tenant, random.nextInt(KEYS));
        } else if (dice < 148) {
            return new Search(
                    tenant,
                    random.nextInt(VECTORS),
                    1 + random.nextInt(30),
                    1 + random.nextInt(40),
                    random.nextBoolean());
        } else if (dice < 150) {
            return new Look();
        }
        return new Verify();
    }

    private static Command keep(Random random, int dice) {
        if (dice < 155) {
            return new Link();
        } else if (dice < 160) {
            return new Flush();
        } else if (dice < 169) {
            return new Checkpoint();
        } else if (dice < 172) {
            return new Compact();
        } else if (dice < 174) {
            return new Backup();
        }
        return new Jump(random.nextLong(-100_000_000_000L, 100_000_000_000L));
    }
}
