// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.core.manifest.ManifestLayout;
import dev.simonides.wal.SealedFileLayout;
import dev.simonides.wal.SealedFooterLayout;
import dev.simonides.wal.Soak;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Checksums are no defence against somebody who computes them: whatever number stands in a manifest, a table of contents, a
 * row or a graph, it is refused with a type, or leads to answers of some kind; never out of bounds, never to allocations
 * that the files do not warrant.
 */
@Tag("crash")
class ForgeryTest {
    private static final int MANIFEST_STORE_END = ManifestLayout.STORE + ManifestLayout.STORE_BYTES;

    private static SmallStore store;
    private static Forgery forgery;

    @BeforeAll
    static void write() {
        store = SmallStore.write(1);
        forgery = new Forgery(store);
    }

    /** A change of one number. */
    private record Lie(String what, Consumer<ByteBuffer> change) {}

    private static Stream<Lie> lies(int at, int limit) {
        List<Lie> lies = new ArrayList<>();
        for (int value : new int[] {0, 1, 0xff, 0xffff, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            lies.add(new Lie("u32 at " + at + " = " + value, bytes -> bytes.putInt(at, value)));
        }
        for (int more : new int[] {-1, 1, 64, 1 << 16}) {
            lies.add(new Lie("u32 at " + at + " + " + more, bytes -> bytes.putInt(at, bytes.getInt(at) + more)));
        }
        if (at + Long.BYTES <= limit && at % Long.BYTES == 0) {
            for (long value : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, 1L << 32, -64}) {
                lies.add(new Lie("u64 at " + at + " = " + value, bytes -> bytes.putLong(at, value)));
            }
        }
        // In the short form half of them, the other half at the next place.
        int step = Soak.on() ? 1 : 2;
        return IntStream.iterate(at / Integer.BYTES % step, i -> i < lies.size(), i -> i + step)
                .mapToObj(lies::get);
    }

    private static Stream<Lie> lies(int from, int to, int step) {
        return IntStream.iterate(from, at -> at + Integer.BYTES <= to, at -> at + step)
                .boxed()
                .flatMap(at -> lies(at, to));
    }

    private static Stream<Damage> lies(FileEntry file, int from, int to, int step) {
        return lies(from, to, step)
                .map(lie -> new Damage(
                        file.fileName(), "forged", lie.what(), disk -> forgery.withFile(file, lie.change())));
    }

    private static void tryAll(String title, Stream<Damage> damages) throws InterruptedException {
        Trial trial = new Trial(store, Trial.Promise.TYPED, 1, 97);
        trial.run(damages.iterator());
        trial.print(title);
        assertTrue(trial.count(Trial.Verdict.DETECTED) > 0);
    }

    @Test
    void aManifestIsNotBelieved() throws InterruptedException {
        int end = forgery.files().size() * 56 + ManifestLayout.BYTES;
        // What it repeats of STORE is read when STORE is lost, and here it is not.
        Stream<Lie> lies = Stream.concat(lies(0, ManifestLayout.STORE, 4), lies(MANIFEST_STORE_END, end, 4));
        tryAll(
                "forged manifests",
                lies.map(lie -> new Damage(
                        forgery.manifestName(),
                        "forged",
                        lie.what(),
                        disk -> forgery.withManifest(disk, lie.change()))));
    }

    @Test
    void aTableOfContentsIsNotBelieved() throws InterruptedException {
        tryAll(
                "forged tables of contents",
                forgery.files().stream()
                        .flatMap(file -> lies(file, forgery.contentsStart(file), forgery.dataEnd(file), 4)));
    }

    @Test
    void rowsPagesAndNodesAreNotBelieved() throws InterruptedException {
        int step = Soak.on() ? 4 : 76;
        tryAll(
                "forged data",
                forgery.files().stream()
                        .flatMap(file -> lies(file, SealedFileLayout.BYTES, forgery.contentsStart(file), step)));
    }

    @Test
    void headersAndFootersAreNotBelieved() throws InterruptedException {
        tryAll("forged headers and footers", forgery.files().stream().flatMap(file -> {
            int size = Math.toIntExact(file.summary().bytes());
            return Stream.concat(lies(file, 0, 48, 4), lies(file, size - SealedFooterLayout.BYTES, size - 4, 4));
        }));
    }
}
