// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.nio.file.Path;

/**
 * A file of vectors, texts or neighbours that cannot be used: damaged, truncated, lying about its size, or of another
 * kind. The message is one line that names file, row, byte and what was expected there.
 *
 * <p>Immutable.
 */
public final class VectorFileException extends RuntimeException {

    /** What {@link #row()} and {@link #offset()} say when the whole file is meant. */
    public static final long NOWHERE = -1;

    private static final long serialVersionUID = 1L;

    private final String file;
    private final long row;
    private final long offset;

    /**
     * A finding at a place.
     *
     * @param file the file
     * @param row the 0-based row, or {@link #NOWHERE}
     * @param offset the byte, in the uncompressed stream where the file is compressed, or {@link #NOWHERE}
     * @param finding what was expected and what was found; control characters of the file in it are replaced
     */
    public VectorFileException(Path file, long row, long offset, String finding) {
        super(place(file, row, offset) + oneLine(finding));
        this.file = file.toString();
        this.row = row;
        this.offset = offset;
    }

    /**
     * A finding at a place, with the exception that told it.
     *
     * @param file the file
     * @param row the 0-based row, or {@link #NOWHERE}
     * @param offset the byte, in the uncompressed stream where the file is compressed, or {@link #NOWHERE}
     * @param finding what was expected and what was found; control characters of the file in it are replaced
     * @param cause what the reader met
     */
    public VectorFileException(Path file, long row, long offset, String finding, Throwable cause) {
        this(file, row, offset, finding);
        initCause(cause);
    }

    /** A damaged header is quoted in its finding, with whatever stands in it. */
    private static String oneLine(String finding) {
        return finding.replaceAll("\\p{Cntrl}", "?");
    }

    private static String place(Path file, long row, long offset) {
        StringBuilder place = new StringBuilder(file.toString()).append(": ");
        if (row != NOWHERE) {
            place.append("row ").append(row).append(", ");
        }
        if (offset != NOWHERE) {
            place.append("byte ").append(offset).append(": ");
        }
        return place.toString();
    }

    /**
     * The file.
     *
     * @return its path as it was given
     */
    public String file() {
        return file;
    }

    /**
     * The row the finding is in.
     *
     * @return the 0-based row, or {@link #NOWHERE}
     */
    public long row() {
        return row;
    }

    /**
     * The byte the finding is at.
     *
     * @return the 0-based offset, in the uncompressed stream where the file is compressed, or {@link #NOWHERE}
     */
    public long offset() {
        return offset;
    }
}
