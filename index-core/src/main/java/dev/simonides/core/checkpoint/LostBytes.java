// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

/** What is asked for stands in no whole block of any file. Immutable, without a stack: it is an answer, not a failure. */
public final class LostBytes extends Exception {
    private static final long serialVersionUID = 1L;

    /** The {@link #file()} of what no file that can be read has. */
    public static final String NO_FILE = "";

    private final String file;
    private final long offset;
    private final long bytes;

    LostBytes(String file, long offset, long bytes, String what) {
        super(what, null, false, false);
        this.file = file;
        this.offset = offset;
        this.bytes = bytes;
    }

    /**
     * Returns the damaged file.
     *
     * @return its name, or {@link #NO_FILE}
     */
    public String file() {
        return file;
    }

    /**
     * Returns where in the file the damaged block begins.
     *
     * @return bytes from the file's start
     */
    public long offset() {
        return offset;
    }

    /**
     * Returns the length of the damaged block.
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Returns what stood there.
     *
     * @return vectors, records, payloads, in the plural
     */
    public String what() {
        return String.valueOf(getMessage());
    }
}
