// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a checkpoint does to a log, without the checkpoint: files that say where the log begins, the two newest of which
 * count. Confined to one thread.
 */
final class Checkpoints {
    private static final String PREFIX = "CHECKPOINT-";
    private static final int BYTES = 24;

    private Checkpoints() {}

    /**
     * Takes a checkpoint: rotates the log, makes it durable that the log begins there, and retires what not even the
     * checkpoint before needs.
     *
     * @return where the log begins from now on
     */
    static LogStart take(StorageDirectory directory, WriteAheadLog log) {
        LogStart start = log.rotate();
        commit(directory, start);
        retire(directory, log);
        return start;
    }

    /** The wrong order, for a mutant. */
    static void takeRetiringEarly(StorageDirectory directory, WriteAheadLog log) {
        LogStart start = log.rotate();
        log.retire(start);
        directory.sync();
        commit(directory, start);
    }

    /** The beginnings that count, the newest first; the whole log if there is none. */
    static List<LogStart> starts(StorageDirectory directory) {
        List<LogStart> starts = new ArrayList<>();
        for (String name : names(directory).reversed()) {
            starts.add(read(directory, name));
        }
        return starts.isEmpty() ? List.of(LogStart.BEGINNING) : starts.subList(0, Math.min(2, starts.size()));
    }

    private static void commit(StorageDirectory directory, LogStart start) {
        String name = PREFIX + String.format("%010d", number(directory));
        String unfinished = name + ".new";
        try (StorageFile file = directory.create(unfinished)) {
            ByteBuffer bytes = DirectBytes.allocate(BYTES);
            bytes.putLong(0, start.segment()).putLong(8, start.lsn());
            bytes.putLong(16, SaltedChecksum.unsalted(bytes, 0, 16));
            file.writeFully(bytes, 0);
            file.sync(true);
        }
        directory.sync();
        directory.rename(unfinished, name);
        directory.sync();
    }

    private static void retire(StorageDirectory directory, WriteAheadLog log) {
        List<String> names = names(directory);
        if (names.size() > 1) {
            log.retire(read(directory, names.get(names.size() - 2)));
            for (String name : names.subList(0, names.size() - 2)) {
                directory.delete(name);
            }
            directory.sync();
        }
    }

    private static long number(StorageDirectory directory) {
        long highest = 0;
        for (String name : directory.list()) {
            if (name.startsWith(PREFIX)) {
                highest = Math.max(highest, Long.parseLong(name.substring(PREFIX.length(), PREFIX.length() + 10)));
            }
        }
        return highest + 1;
    }

    private static List<String> names(StorageDirectory directory) {
        return directory.list().stream()
                .filter(name -> name.startsWith(PREFIX) && !name.endsWith(".new"))
                .toList();
    }

    private static LogStart read(StorageDirectory directory, String name) {
        try (StorageFile file = directory.open(name, Access.READ)) {
            ByteBuffer bytes = DirectBytes.allocate(BYTES);
            if (file.size() != BYTES) {
                throw new CorruptManifestException(name, 0, "wrong size");
            }
            file.readFully(bytes, 0);
            if (bytes.getLong(16) != SaltedChecksum.unsalted(bytes, 0, 16)) {
                throw new CorruptManifestException(name, 16, "wrong checksum");
            }
            return new LogStart(bytes.getLong(0), bytes.getLong(8));
        }
    }
}
