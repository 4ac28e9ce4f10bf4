// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The lines of a {@link LineFile}, read one after the other.
 *
 * <p>Confined to one thread.
 */
public final class LineSource implements Iterator<String>, AutoCloseable {

    private final Path file;
    private final RowInput input;
    private final int lineBytesMax;
    private long number;

    LineSource(Path file, int lineBytesMax) {
        this.file = file;
        this.lineBytesMax = lineBytesMax;
        this.input = RowInput.open(file);
    }

    /**
     * The next line's place.
     *
     * @return the 0-based line
     */
    public long number() {
        return number;
    }

    /**
     * The next line's place.
     *
     * @return the 0-based byte, in the uncompressed stream
     */
    public long offset() {
        return input.position();
    }

    @Override
    public boolean hasNext() {
        input.at(number);
        return !input.atEnd();
    }

    /**
     * The next line, without its line end.
     *
     * @throws VectorFileException if it is longer than allowed, or not UTF-8
     */
    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("line " + number);
        }
        long offset = input.position();
        byte[] line = input.line(lineBytesMax);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
            number++;
            return text;
        } catch (CharacterCodingException e) {
            throw new VectorFileException(file, number, offset, "expected a line of UTF-8: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        input.close();
    }
}
