// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The memory of one reader after the other: a window onto the file, and a frame out of its sectors. One thread. */
final class ReadBuffers {
    private static final int WINDOW_BYTES_MAX = 1 << 20;

    private static final ByteBuffer NONE = DirectBytes.allocate(0);

    private ByteBuffer window = NONE;
    private ByteBuffer frame = window;
    private ByteBuffer payload = window;

    /** The window as it is. */
    ByteBuffer window() {
        return window;
    }

    /** The window, cleared, made for a file of a size. */
    ByteBuffer window(long fileBytes) {
        int wanted = (int) Math.min(WINDOW_BYTES_MAX, fileBytes);
        if (window.capacity() < wanted) {
            window = DirectBytes.allocate(wanted);
        }
        return window.clear();
    }

    /** The frame as it is. */
    ByteBuffer frame() {
        return frame;
    }

    /** The frame, cleared, with room for that many bytes; what was in it is lost. */
    ByteBuffer frame(int bytes) {
        if (frame.capacity() < bytes) {
            // Doubled, so that frames that grow slowly do not each allocate.
            frame = DirectBytes.allocate(Math.max(bytes, Math.min(2 * frame.capacity(), 1 << 20)));
            payload = frame.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }
        return frame.clear();
    }

    /** A second view of the frame, to hand out. */
    ByteBuffer payload() {
        return payload;
    }
}
