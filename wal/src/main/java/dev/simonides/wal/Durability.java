// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.Locale;

/**
 * What an acknowledgement promises. Immutable.
 *
 * <p>No policy loses anything when the process dies, however it dies: what was acknowledged is in the operating system's
 * hands by then. The policies differ in what <em>power loss</em> or a crash of the operating system may take. Whatever
 * is taken is taken from the end: what is left is always a prefix of the writes, in order, without a hole.
 */
public sealed interface Durability {
    /**
     * The number that stands for the policy in files.
     *
     * @return 1..4
     */
    int code();

    /**
     * Reads a policy as it prints itself: {@code group}, {@code sync-each}, {@code async:50ms:8MiB} or
     * {@code none}.
     *
     * @param text the policy, in any case
     * @return the policy
     * @throws IllegalArgumentException if it is none of these, with the accepted forms in the message
     */
    static Durability parse(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "sync-each" -> new SyncEach();
            case "group" -> new Group();
            case "none" -> new None();
            case "async" -> new Async(Async.LAG_MILLIS, Async.LAG_BYTES);
            default -> parseAsync(name, text);
        };
    }

    private static Durability parseAsync(String name, String text) {
        String[] parts = name.split(":", -1);
        if (parts.length == 3 && parts[0].equals("async") && parts[1].endsWith("ms") && parts[2].endsWith("mib")) {
            try {
                long millis = Long.parseLong(parts[1].substring(0, parts[1].length() - 2));
                long mebibytes = Long.parseLong(parts[2].substring(0, parts[2].length() - 3));
                return new Async(millis, Math.multiplyExact(mebibytes, Async.MEBIBYTE));
            } catch (NumberFormatException | ArithmeticException e) {
                throw new IllegalArgumentException(refusal(text), e);
            }
        }
        throw new IllegalArgumentException(refusal(text));
    }

    private static String refusal(String text) {
        return "not a durability: " + text + "; expected group, sync-each, async:<millis>ms:<mebibytes>MiB or none";
    }

    /**
     * Every write has its own sync of the log before it is acknowledged.
     *
     * <p>Power loss takes nothing that was acknowledged. Costs one sync of the medium a write.
     */
    record SyncEach() implements Durability {
        @Override
        public int code() {
            return 1;
        }

        @Override
        public String toString() {
            return "sync-each";
        }
    }

    /**
     * Writes that arrive together share one sync of the log, and each is acknowledged after it; nothing is delayed to
     * wait for company. The default.
     *
     * <p>Power loss takes nothing that was acknowledged.
     */
    record Group() implements Durability {
        @Override
        public int code() {
            return 2;
        }

        @Override
        public String toString() {
            return "group";
        }
    }

    /**
     * A write is acknowledged when the operating system has it; the log is synced in the background, and writers wait
     * when the bound is reached.
     *
     * <p>Power loss takes at most the acknowledged writes of the last {@code lagMillis} milliseconds and at most
     * {@code lagBytes} bytes of log, and what was written while the sync that was to cover them ran.
     *
     * @param lagMillis how long an acknowledged write may stay unsynced, 1..60,000 milliseconds
     * @param lagBytes how many bytes of log may stay unsynced, 1 MiB..1 GiB, a multiple of 1 MiB
     */
    record Async(long lagMillis, long lagBytes) implements Durability {
        /** The usual bound in time: 50 milliseconds. */
        public static final long LAG_MILLIS = 50;

        private static final long MEBIBYTE = 1 << 20;

        /** The usual bound in bytes: 8 MiB. */
        public static final long LAG_BYTES = 8 * MEBIBYTE;

        /** Checks the bounds. */
        public Async {
            if (lagMillis < 1 || lagMillis > 60_000) {
                throw new IllegalArgumentException("lagMillis: expected=1..60000, actual=" + lagMillis);
            }
            if (lagBytes < MEBIBYTE || lagBytes > 1024 * MEBIBYTE || lagBytes % MEBIBYTE != 0) {
                throw new IllegalArgumentException(
                        "lagBytes: expected=a multiple of 1 MiB, 1 MiB..1 GiB, actual=" + lagBytes);
            }
        }

        @Override
        public int code() {
            return 3;
        }

        @Override
        public String toString() {
            return "async:" + lagMillis + "ms:" + lagBytes / MEBIBYTE + "MiB";
        }
    }

    /**
     * A write is acknowledged when the operating system has it; the log is synced when a segment is full, at a flush, at
     * a checkpoint and when the store closes.
     *
     * <p>Power loss takes everything since the last of these.
     */
    record None() implements Durability {
        @Override
        public int code() {
            return 4;
        }

        @Override
        public String toString() {
            return "none";
        }
    }
}
