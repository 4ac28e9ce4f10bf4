// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.cli.Logging;
import dev.simonides.embedding.HashingEmbedder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

/**
 * The process that is killed: writes notes until it dies, and tells its parent which are acknowledged.
 *
 * <p>On stdout it prints one line an acknowledgement, the note's number, in order. What stands there was acknowledged
 * before it was printed; so whatever the parent has read must survive.
 */
public final class NoteWriter {
    // Made before they are written, so that the kill meets the store at its full rate and not at the embedder's.
    private static final int BATCH = 4_096;

    // An end, should the parent die first: a demonstration must not fill a disk.
    private static final long NOTES_MAX = 1_000_000;

    private NoteWriter() {}

    /**
     * Writes until killed.
     *
     * @param arguments the directory of an existing store, and how many texts of the corpus are in use
     * @throws IOException if the parent has closed its end
     */
    public static void main(String[] arguments) throws IOException {
        Logging.quiet();
        Corpus corpus = Corpus.load().thinned(Integer.parseInt(arguments[1]));
        try (MemoryIndex index = MemoryIndex.open(Path.of(arguments[0]));
                OutputStream parent = new FileOutputStream(FileDescriptor.out)) {
            write(
                    index,
                    new Notes(
                            corpus, HashingEmbedder.ofDimension(index.options().dimension())),
                    parent);
        }
    }

    private static void write(MemoryIndex index, Notes notes, OutputStream parent) throws IOException {
        ArrayDeque<CompletableFuture<Long>> unacknowledged = new ArrayDeque<>();
        long acknowledged = 0;
        for (long first = 0; first < NOTES_MAX; first += BATCH) {
            List<Memory> batch = LongStream.range(first, first + BATCH)
                    .parallel()
                    .mapToObj(notes::memory)
                    .toList();
            for (Memory memory : batch) {
                unacknowledged.add(index.submit(memory));
                while (done(unacknowledged)) {
                    acknowledged = acknowledge(unacknowledged, acknowledged, parent);
                }
            }
            while (!unacknowledged.isEmpty()) {
                acknowledged = acknowledge(unacknowledged, acknowledged, parent);
            }
        }
    }

    private static long acknowledge(
            ArrayDeque<CompletableFuture<Long>> unacknowledged, long acknowledged, OutputStream parent)
            throws IOException {
        unacknowledged.remove().join();
        // One write a line, shorter than a pipe's atomic unit: a line arrives whole or not at all.
        parent.write((acknowledged + "\n").getBytes(StandardCharsets.US_ASCII));
        return acknowledged + 1;
    }

    private static boolean done(ArrayDeque<CompletableFuture<Long>> unacknowledged) {
        CompletableFuture<Long> oldest = unacknowledged.peek();
        return oldest != null && oldest.isDone();
    }
}
