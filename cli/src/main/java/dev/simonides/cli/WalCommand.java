// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.LogEntry;
import dev.simonides.StoredLog;
import dev.simonides.wal.LogFrame;
import dev.simonides.wal.StorageException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code simonides wal}: what stands in the log, frame by frame. */
@Command(
        name = "wal",
        description = "Print the log of a store, which need not be sound, without opening it.",
        footer = "%nBeside a process that writes, the last frames may be missing. Exit code 1 if the log is damaged.")
final class WalCommand implements Callable<Integer> {
    @Mixin
    private final StoreArgument store = new StoreArgument();

    @Mixin
    private final Output output = new Output();

    @Option(names = "--frames", description = "Print the frames alone, not their records.")
    private boolean framesOnly;

    private long frames;
    private long records;

    @Override
    public Integer call() {
        store.requireDirectory();
        List<StorageException> findings = StoredLog.read(store.directory(), this::print);
        for (StorageException finding : findings) {
            output.say("damaged: %s", String.valueOf(finding.getMessage()));
            output.row(JsonRow.create()
                    .with("type", "finding")
                    .with("file", finding.file())
                    .with("offset", finding.offset())
                    .with("text", String.valueOf(finding.getMessage())));
        }
        output.say("%,d frames, %,d records, %,d findings", frames, records, findings.size());
        return findings.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void print(LogEntry entry) {
        switch (entry) {
            case LogEntry.Frame frame -> print(frame.frame());
            case LogEntry.Put put -> print(put);
            case LogEntry.Delete delete -> print(delete);
            case LogEntry.Compact compact -> print(compact);
            case LogEntry.Unknown unknown -> {
                records++;
                output.say("  %d  unreadable: %s", unknown.lsn(), unknown.what());
                output.row(JsonRow.create()
                        .with("type", "unknown")
                        .with("lsn", unknown.lsn())
                        .with("text", unknown.what()));
            }
        }
    }

    private void print(LogFrame frame) {
        frames++;
        if (frame.closing()) {
            output.say("%s @%d  closed behind LSN %d", frame.segment(), frame.offset(), frame.firstLsn() - 1);
        } else {
            output.say(
                    "%s @%d  LSN %d..%d, %,d bytes, durable up to LSN %d, opening %d",
                    frame.segment(),
                    frame.offset(),
                    frame.firstLsn(),
                    frame.firstLsn() + frame.records() - 1,
                    frame.bytes(),
                    frame.durableLsn(),
                    frame.incarnation());
        }
        output.row(JsonRow.create()
                .with("type", "frame")
                .with("segment", frame.segment())
                .with("offset", frame.offset())
                .with("bytes", frame.bytes())
                .with("first_lsn", frame.firstLsn())
                .with("records", frame.records())
                .with("durable_lsn", frame.durableLsn())
                .with("incarnation", frame.incarnation())
                .with("closing", frame.closing()));
    }

    private void print(LogEntry.Put put) {
        records++;
        if (!framesOnly) {
            output.say(
                    "  %d  put     %s %s  ordinal %d, %,d bytes of content, %s",
                    put.lsn(),
                    put.tenant(),
                    put.key(),
                    put.ordinal(),
                    put.payloadBytes(),
                    Instant.ofEpochMilli(put.timestampMillis()));
            output.row(JsonRow.create()
                    .with("type", "put")
                    .with("lsn", put.lsn())
                    .with("tenant", put.tenant())
                    .with("key", put.key())
                    .with("ordinal", put.ordinal())
                    .with("timestamp_millis", put.timestampMillis())
                    .with("payload_bytes", put.payloadBytes()));
        }
    }

    private void print(LogEntry.Delete delete) {
        records++;
        if (!framesOnly) {
            output.say(
                    "  %d  delete  %s %s  ordinal %d, %s",
                    delete.lsn(),
                    delete.tenant(),
                    delete.key(),
                    delete.ordinal(),
                    Instant.ofEpochMilli(delete.timestampMillis()));
            output.row(JsonRow.create()
                    .with("type", "delete")
                    .with("lsn", delete.lsn())
                    .with("tenant", delete.tenant())
                    .with("key", delete.key())
                    .with("ordinal", delete.ordinal())
                    .with("timestamp_millis", delete.timestampMillis()));
        }
    }

    private void print(LogEntry.Compact compact) {
        records++;
        if (!framesOnly) {
            output.say(
                    "  %d  compact  to numbering %d, %,d memories alive, %s",
                    compact.lsn(),
                    compact.numbering(),
                    compact.liveCount(),
                    Instant.ofEpochMilli(compact.timestampMillis()));
            output.row(JsonRow.create()
                    .with("type", "compact")
                    .with("lsn", compact.lsn())
                    .with("numbering", compact.numbering())
                    .with("live", compact.liveCount())
                    .with("timestamp_millis", compact.timestampMillis()));
        }
    }
}
