// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.simonides.simd.KernelSelection.Offer;
import dev.simonides.simd.KernelSelection.Outcome;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which kernels run: a fast tier must never silently stay away. */
final class KernelSelectionTest {
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    /** What the operating system says about the processor, and not our own look at it, names the tier. */
    @Test
    void runsTheTierThatThisProcessorShouldGet() throws IOException {
        assumeTrue(Files.exists(PROCESSOR), "the processor's flags are read from " + PROCESSOR);

        KernelTier expected = compilerIsThere() ? tierOf(processorFlags()) : KernelTier.VECTOR_API;

        assertEquals(capped(expected), Kernels.best().tier(), Kernels.describe());
    }

    private static KernelTier tierOf(Set<String> flags) {
        if (!flags.containsAll(Set.of("avx2", "fma", "f16c"))) {
            return KernelTier.NATIVE_C;
        }
        Set<String> avx512 = Set.of("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni");
        return flags.containsAll(avx512) ? KernelTier.NATIVE_AVX512_VNNI : KernelTier.NATIVE_AVX2;
    }

    private static Set<String> processorFlags() throws IOException {
        try (Stream<String> lines = Files.lines(PROCESSOR)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line ->
                            Set.of(line.substring(line.indexOf(':') + 1).trim().split("\\s+")))
                    .orElse(Set.of());
        }
    }

    private static boolean compilerIsThere() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of("cc", "gcc", "clang").map(Path.of(folder)::resolve))
                .anyMatch(Files::isExecutable);
    }

    /** These tests may themselves run under a cap. */
    private static KernelTier capped(KernelTier tier) {
        KernelTier cap = Optional.ofNullable(System.getProperty(KernelSelection.CAP_PROPERTY))
                .flatMap(KernelTier::labelled)
                .orElse(tier);
        return cap.compareTo(tier) < 0 ? cap : tier;
    }

    @Test
    void bestIsChosenOnce() {
        assertSame(Kernels.best(), Kernels.best());
    }

    @ParameterizedTest
    @EnumSource
    void aCapHoldsTheFastestTier(KernelTier cap) {
        assumeTrue(KernelSelection.offer(cap) instanceof Offer.Present, "this machine has not got " + cap.label());

        Outcome outcome = KernelSelection.capped(Optional.of(cap.label()));

        KernelSelection selection =
                assertInstanceOf(Outcome.Selected.class, outcome).selection();
        assertEquals(cap, selection.best().tier());
        assertTrue(
                selection.describe().startsWith(cap.label() + ": capped by -Ddev.simonides.kernels=" + cap.label()),
                selection.describe());
    }

    @Test
    void aCapThatNamesNoTierIsRefusedWithTheNamesThereAre() {
        Outcome outcome = KernelSelection.capped(Optional.of("avx512"));

        assertEquals(
                "-Ddev.simonides.kernels: expected=scalar|vector-api|native-c|native-avx2|native-avx512-vnni,"
                        + " actual=avx512",
                assertInstanceOf(Outcome.Refused.class, outcome).reason());
    }

    @Test
    void describesInOneLine() {
        String line = Kernels.describe();

        assertTrue(line.startsWith(Kernels.best().tier().label() + ": "), line);
        assertFalse(line.contains("\n"), line);
    }

    @Test
    void ofGivesTheTierThatIsAsked() {
        assertEquals(KernelTier.SCALAR, Kernels.of(KernelTier.SCALAR).tier());
    }

    @Test
    void aTierWithoutALibraryIsAbsentForTheLibrarysReason() {
        Offer offer =
                KernelSelection.offerNative(KernelTier.NATIVE_C, new NativeLibrary.Missing("no library, said so"));

        assertEquals(new Offer.Absent("no library, said so"), offer);
    }

    @Test
    void aTierTheProcessorLacksIsAbsent() {
        NativeLibrary library =
                new NativeLibrary.Loaded(Path.of("plain.so"), name -> Optional.empty(), KernelTier.NATIVE_C, List.of());

        assertEquals(
                new Offer.Absent("not on this processor"),
                KernelSelection.offerNative(KernelTier.NATIVE_AVX2, library));
    }

    @Test
    void aLibraryWithoutAKernelIsAbsentAndNamesIt() {
        SymbolLookup empty = name -> Optional.empty();
        NativeLibrary library = new NativeLibrary.Loaded(Path.of("empty.so"), empty, KernelTier.NATIVE_C, List.of());

        Offer offer = KernelSelection.offerNative(KernelTier.NATIVE_C, library);

        String reason = assertInstanceOf(Offer.Absent.class, offer).reason();
        assertTrue(reason.contains("simonides_int8_dot_c") && reason.contains("empty.so"), reason);
    }

    @Test
    void labelsAndTiersAreInverse() {
        for (KernelTier tier : KernelTier.values()) {
            assertEquals(Optional.of(tier), KernelTier.labelled(tier.label()));
        }
        assertEquals("native-avx512-vnni", KernelTier.NATIVE_AVX512_VNNI.label());
    }
}
