// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import java.util.Random;

/** One step of a sequence. Everything random in it is drawn when it is made, so that a shorter sequence does the same steps. */
sealed interface Command {
    int TENANTS = 2;
    int KEYS = 24;

    /** Puts a memory, new or in place of the one with that key. */
    record Put(int tenant, int key, int vector) implements Command {}

    /** Puts several memories in one instant. */
    record PutAll(int tenant, int key, int count, int vector) implements Command {}

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

    /** Closes the store and opens it. */
    record Reopen() implements Command {}

    /** Opens what a killed process leaves. */
    record Kill() implements Command {}

    /**
     * Opens what a power cut leaves.
     *
     * @param back how many operations of the disk before the last one it happens
     * @param subset which part of what was pending reached the disk
     */
    record Crash(int back, long subset) implements Command {}

    /** Verifies the store. */
    record Verify() implements Command {}

    static Command random(Random random) {
        int tenant = random.nextInt(TENANTS);
        int key = random.nextInt(KEYS);
        // Few vectors, so that equal ones and equal scores are common.
        int vector = random.nextInt(20);
        int dice = random.nextInt(100);
        if (dice < 28) {
            return new Put(tenant, key, vector);
        } else if (dice < 36) {
            return new PutAll(tenant, key, 1 + random.nextInt(12), vector);
        } else if (dice < 42) {
            return new Submit(tenant, key, 1 + random.nextInt(12), vector);
        } else if (dice < 56) {
            return new Delete(tenant, key);
        } else if (dice < 62) {
            return new Get(tenant, key);
        } else if (dice < 76) {
            return new Search(tenant, vector, 1 + random.nextInt(40), 1 + random.nextInt(40), random.nextBoolean());
        } else if (dice < 78) {
            return new Link();
        } else if (dice < 81) {
            return new Flush();
        } else if (dice < 88) {
            return new Checkpoint();
        } else if (dice < 91) {
            return new Reopen();
        } else if (dice < 94) {
            return new Kill();
        } else if (dice < 99) {
            return new Crash(random.nextInt(40), random.nextLong());
        }
        return new Verify();
    }
}
