// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.LogEntry;
import dev.simonides.core.write.LogEntries;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.LogFrame;
import dev.simonides.wal.LogVisitor;
import dev.simonides.wal.StorageDirectory;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Reads the log of a store that is not open, damaged or not. Any thread. */
public final class LogReading {
    private LogReading() {}

    /**
     * Reads everything that can be read.
     *
     * @param directory gives the directory, on a thread of its own; closed by this
     * @param entries receives what is found, on that thread
     * @return what is damaged or missing
     */
    public static List<StorageException> read(
            Supplier<? extends StorageDirectory> directory, Consumer<LogEntry> entries) {
        return Keeper.once(() -> {
            try (StorageDirectory opened = directory.get()) {
                FoundStore found = FoundStore.in(opened);
                List<StorageException> findings = new ArrayList<>(found.findings());
                findings.addAll(WriteAheadLog.verify(
                                opened, found.logOptions(), found.logStart(opened), visitor(found, entries))
                        .findings());
                return findings;
            }
        });
    }

    private static LogVisitor visitor(FoundStore found, Consumer<LogEntry> entries) {
        int vectorBytes = vectorBytes(codec(found.file()));
        return new LogVisitor() {
            @Override
            public void frame(LogFrame frame) {
                entries.accept(new LogEntry.Frame(frame));
            }

            @Override
            public void record(long lsn, int type, int flags, ByteBuffer payload) {
                entries.accept(LogEntries.of(lsn, type, payload, vectorBytes));
            }
        };
    }

    /** The shape of a store's vectors. */
    static VectorCodec codec(StoreFile file) {
        return VectorCodec.of(
                file.options().dimension(),
                file.options().similarity(),
                file.options().originals(),
                Kernels.best());
    }

    /** Length of code record and original. */
    static int vectorBytes(VectorCodec codec) {
        return codec.codeBytes() + codec.originalBytes();
    }
}
