// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import dev.simonides.Limits;
import java.nio.file.Path;

/**
 * A UTF-8 file, plain or gzip, with one text or one tenant's name a line, in the order of the rows it belongs to. The
 * last line may end without a line end; an empty line is an empty text.
 *
 * <p>Immutable.
 */
public final class LineFile {

    private final Path path;
    private final int lineBytesMax;

    private LineFile(Path path, int lineBytesMax) {
        this.path = path;
        this.lineBytesMax = lineBytesMax;
    }

    /**
     * Texts, each of at most 64 MiB.
     *
     * @param path the file; it is not opened yet
     * @return the file
     */
    public static LineFile texts(Path path) {
        return new LineFile(path, Limits.PAYLOAD_BYTES_MAX);
    }

    /**
     * Names of tenants, each of at most 256 bytes.
     *
     * @param path the file; it is not opened yet
     * @return the file
     */
    public static LineFile tenants(Path path) {
        return new LineFile(path, Limits.TENANT_BYTES_MAX);
    }

    /**
     * Where the file is.
     *
     * @return the path as given
     */
    public Path path() {
        return path;
    }

    /**
     * Opens the file before its first line.
     *
     * @return the lines; closed by the caller
     * @throws VectorFileException if the file cannot be opened
     */
    public LineSource open() {
        return new LineSource(path, lineBytesMax);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
