// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

/** Where sequences note how far they are. */
interface Counters {
    /** How many sequences there are. */
    int sequences();

    long issued(int sequence);

    long acknowledged(int sequence);

    void setIssued(int sequence, long operations);

    void setAcknowledged(int sequence, long operations);
}
