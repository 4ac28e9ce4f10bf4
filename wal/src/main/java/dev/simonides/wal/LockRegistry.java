// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.io.IOException;
import java.nio.file.Files; // tidy: file-access, reads the name of this host, which is no part of a store
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which lock files this process holds. Any thread.
 *
 * <p>It lives in the system properties, because those are the one map that every class loader of a process shares: a
 * second copy of this class in another loader must see the first one's locks.
 */
final class LockRegistry {
    private static final String PREFIX = "dev.simonides.wal.lock.";
    private static final Path HOST = Path.of("/proc/sys/kernel/hostname");
    private static final AtomicLong TAKEN = new AtomicLong();

    private LockRegistry() {}

    /** Takes a key; returns the empty string, or who has it already. */
    static String claim(String key, String holder) {
        Object present = System.getProperties().putIfAbsent(PREFIX + key, holder);
        return present == null ? "" : present.toString();
    }

    static void release(String key) {
        System.getProperties().remove(PREFIX + key);
    }

    /** Process id, host and a number that is new for every lock: printable ASCII. */
    static String describeThisProcess() {
        return ("pid=" + ProcessHandle.current().pid() + ", host=" + host() + ", lock=" + TAKEN.incrementAndGet())
                .replaceAll("[^ -~]", "?");
    }

    private static String host() {
        try {
            return Files.readString(HOST).strip();
        } catch (IOException e) {
            // Not Linux: the name only serves a message, and asking the resolver could wait for the network.
            return "unknown";
        }
    }
}
