// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import dev.simonides.Memory;
import dev.simonides.MemoryIndex;
import dev.simonides.cli.Refusal;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Kills a process in the middle of writing and looks for everything it had acknowledged.
 *
 * <p>Confined to one thread.
 */
final class KillProof {
    private static final int BY_SIGKILL = 128 + 9;

    // F16 keeps 11 significant bits: half a unit in the last place, for components below 1.
    private static final float VECTOR_ERROR_MAX = 0x1p-11f;

    private final Path store;
    private final Notes notes;

    KillProof(Path store, Notes notes) {
        this.store = store;
        this.notes = notes;
    }

    /**
     * How a writer ended.
     *
     * @param acknowledged how many notes it had acknowledged, to this process's knowledge: 0 .. acknowledged − 1
     * @param seconds from its first acknowledgement until it was killed
     */
    record Killed(long acknowledged, double seconds) {}

    /**
     * What is in the store afterwards.
     *
     * @param right acknowledged notes that are there with their text and vector
     * @param missing acknowledged notes that are not there
     * @param wrong notes, acknowledged or not, that are there with another text or vector
     * @param unacknowledged notes beyond the acknowledged ones that are there too
     * @param strangers memories in the store that nobody wrote, or that are missing if negative
     * @param textsLost texts stored before the writer began that are not there, or not as they were
     */
    record Found(long right, long missing, long wrong, long unacknowledged, long strangers, long textsLost) {
        boolean proven(Killed killed) {
            return right == killed.acknowledged() && missing == 0 && wrong == 0 && strangers == 0 && textsLost == 0;
        }
    }

    /** Starts the writer, and kills it while it writes, once it has acknowledged so many notes. */
    Killed kill(long acknowledgedMin) {
        Process writer = ChildProcess.start(
                NoteWriter.class,
                store.toString(),
                Integer.toString(notes.corpus().size()));
        try (InputStream told = new BufferedInputStream(writer.getInputStream())) {
            writer.getOutputStream().close();
            long acknowledged = 0;
            long begin = 0;
            long end = 0;
            while (nextLine(told, acknowledged)) {
                acknowledged++;
                if (acknowledged == 1) {
                    begin = System.nanoTime();
                }
                if (acknowledged == acknowledgedMin) {
                    // The handle's kill, which leaves the pipe open: what the writer had told before it died counts
                    // too.
                    writer.toHandle().destroyForcibly();
                    end = System.nanoTime();
                }
            }
            requireKilled(writer.waitFor(), acknowledged, acknowledgedMin);
            return new Killed(acknowledged, (end - begin) / 1e9);
        } catch (IOException e) {
            throw new UncheckedIOException("the writing process cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.failed("interrupted while waiting for the writing process");
        } finally {
            writer.destroyForcibly();
        }
    }

    private static void requireKilled(int exitValue, long acknowledged, long acknowledgedMin) {
        boolean posix = !System.getProperty("os.name").startsWith("Windows");
        if (acknowledged < acknowledgedMin || (posix && exitValue != BY_SIGKILL)) {
            throw Refusal.failed("the writing process ended by itself with " + exitValue + " after " + acknowledged
                    + " acknowledgements, and was to be killed after " + acknowledgedMin);
        }
    }

    /** Reads one whole line, which must be the expected number. What a killed process left of a line does not count. */
    private static boolean nextLine(InputStream told, long expected) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = told.read(); c >= 0; c = told.read()) {
            if (c == '\n') {
                if (!line.toString().equals(Long.toString(expected))) {
                    throw Refusal.failed("the writing process said '" + line + "' in place of " + expected);
                }
                return true;
            }
            line.append((char) c);
        }
        return false;
    }

    /** Looks for the notes in the reopened store, and for the texts of the corpus, which were there before. */
    Found find(MemoryIndex index, Killed killed) {
        long right = 0;
        long missing = 0;
        long wrong = 0;
        for (long number = 0; number < killed.acknowledged(); number++) {
            Optional<Memory> memory = index.get(Notes.TENANT, Notes.key(number));
            if (memory.isEmpty()) {
                missing++;
            } else if (asWritten(memory.get(), number)) {
                right++;
            } else {
                wrong++;
            }
        }
        long number = killed.acknowledged();
        for (Optional<Memory> memory = index.get(Notes.TENANT, Notes.key(number));
                memory.isPresent();
                memory = index.get(Notes.TENANT, Notes.key(number))) {
            wrong += asWritten(memory.get(), number) ? 0 : 1;
            number++;
        }
        long expected = notes.corpus().size() + number - missing;
        long textsLost = notes.corpus().facts().stream()
                .filter(fact -> !asImported(index, fact))
                .count();
        return new Found(
                right,
                missing,
                wrong,
                number - killed.acknowledged(),
                index.stats().liveCount() - expected,
                textsLost);
    }

    private boolean asImported(MemoryIndex index, Corpus.Fact fact) {
        Optional<Memory> memory = index.get("", fact.key());
        return memory.isPresent()
                && memory.get().text().equals(fact.text())
                && near(memory.get().vector(), notes.embedder().embed(fact.text()));
    }

    private boolean asWritten(Memory found, long number) {
        Memory written = notes.memory(number);
        return found.text().equals(written.text()) && near(found.vector(), written.vector());
    }

    private static boolean near(float[] found, float[] written) {
        for (int d = 0; d < written.length; d++) {
            if (!(Math.abs(found[d] - written[d]) <= VECTOR_ERROR_MAX)) {
                return false;
            }
        }
        return found.length == written.length;
    }
}
