// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.simonides.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;

/**
 * Writes memories as JSON objects, one a line, plain or {@code .gz}, as they can be imported again: {@code key}, {@code tenant}
 * unless it has no name, {@code text}, or {@code payload} in Base64 where it is no UTF-8, and {@code vector}. The file gets its name
 * when all of it is written.
 *
 * <p>Confined to one thread.
 */
public final class JsonLinesWriter implements AutoCloseable {
    private static final JsonFactory JSON = JsonFactory.builder().build().setRootValueSeparator("\n");

    private final Path file;
    private final Path unfinished;
    private final JsonGenerator json;
    private long count;

    private JsonLinesWriter(Path file, Path unfinished, JsonGenerator json) {
        this.file = file;
        this.unfinished = unfinished;
        this.json = json;
    }

    /**
     * Creates the file under another name.
     *
     * @param file the file; compressed if its name ends in {@code .gz}
     * @return the writer; closed by the caller
     * @throws VectorFileException if it cannot be created
     */
    public static JsonLinesWriter create(Path file) {
        Path name = file.getFileName();
        if (name == null) {
            throw new IllegalArgumentException("file: expected a name, actual=" + file);
        }
        Path unfinished = file.resolveSibling(".unfinished-" + name);
        try {
            return new JsonLinesWriter(file, unfinished, JSON.createGenerator(FvecsWriter.stream(unfinished)));
        } catch (IOException e) {
            throw FvecsWriter.unwritable(file, VectorFileException.NOWHERE, e);
        }
    }

    /**
     * Appends a memory.
     *
     * @param memory with a payload of any bytes
     * @throws VectorFileException if it cannot be written
     */
    public void write(Memory memory) {
        try {
            json.writeStartObject();
            json.writeStringField("key", memory.key());
            if (!memory.tenant().isEmpty()) {
                json.writeStringField("tenant", memory.tenant());
            }
            writePayload(memory.payload());
            json.writeArrayFieldStart("vector");
            for (float component : memory.vector()) {
                json.writeNumber(component);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw FvecsWriter.unwritable(file, count, e);
        }
        count++;
    }

    private void writePayload(byte[] payload) throws IOException {
        if (payload.length == 0) {
            return;
        }
        try {
            json.writeStringField(
                    "text",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(payload))
                            .toString());
        } catch (CharacterCodingException e) {
            json.writeStringField("payload", Base64.getEncoder().encodeToString(payload));
        }
    }

    /**
     * The memories written.
     *
     * @return their number
     */
    public long count() {
        return count;
    }

    /**
     * Ends the file and gives it its name; a file of that name is replaced.
     *
     * @throws VectorFileException if it cannot be written
     */
    public void finish() {
        try {
            if (count > 0) {
                json.writeRaw('\n');
            }
            json.close();
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw FvecsWriter.unwritable(file, count, e);
        }
    }

    /** Removes what is not finished, also where the medium takes no more of it. */
    @Override
    public void close() {
        try {
            try {
                json.close();
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw FvecsWriter.unwritable(file, count, e);
        }
    }
}
