// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;

/** Writes what a reader finds into another log, frame by frame. Confined to one thread. */
final class LogCopy implements LogVisitor, AutoCloseable {
    private final WriteAheadLog target;
    private final Frame frame;

    LogCopy(WriteAheadLog target) {
        this.target = target;
        this.frame = target.frame().begin(target.lastLsn() + 1);
    }

    @Override
    public void frame(LogFrame next) {
        append();
    }

    @Override
    public void record(long lsn, int type, int flags, ByteBuffer payload) {
        frame.add(type, flags, payload);
    }

    /** Makes the copy durable and closes it; the LSN of its last record. */
    long finish() {
        append();
        target.close();
        return target.lastLsn();
    }

    /** Leaves a copy that was not finished as it is. */
    @Override
    public void close() {
        target.abandon();
    }

    private void append() {
        if (frame.count() > 0) {
            target.append(frame);
        }
        frame.begin(target.lastLsn() + 1);
    }
}
