// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The C library of this process: loaded, or missing for a reason. Immutable; any thread. */
sealed interface NativeLibrary {
    /** File name of the library, in the jar and where it is unpacked. */
    String FILE_NAME = "libsimonides_kernels.so";

    /**
     * A library in memory, for as long as the process lives.
     *
     * @param file where it was loaded from
     * @param symbols its functions
     * @param best the fastest of its tiers that processor and operating system run
     * @param refusals places it was not loaded from, and why
     */
    record Loaded(Path file, SymbolLookup symbols, KernelTier best, List<String> refusals) implements NativeLibrary {
        /**
         * The address of a kernel.
         *
         * @throws UnsupportedOperationException if the library has no such kernel
         */
        MemorySegment kernel(String name, KernelTier tier) {
            String symbol = "simonides_" + name + "_" + suffix(tier);
            return symbols.find(symbol)
                    .orElseThrow(() -> new UnsupportedOperationException("no function " + symbol + " in " + file));
        }

        /** What {@link Kernels#describe} says about the library. */
        String remark() {
            return refusals.isEmpty()
                    ? ""
                    : "; the C library was loaded from " + file + " (" + String.join("; ", refusals) + ")";
        }

        private static String suffix(KernelTier tier) {
            return switch (tier) {
                case NATIVE_C -> "c";
                case NATIVE_AVX2 -> "avx2";
                case NATIVE_AVX512_VNNI -> "avx512vnni";
                case SCALAR, VECTOR_API -> throw new IllegalArgumentException(tier.label() + " is not native");
            };
        }
    }

    /**
     * No library.
     *
     * @param reason why, for {@link Kernels#describe}
     */
    record Missing(String reason) implements NativeLibrary {}

    /**
     * Takes the library out of the jar, unpacks it into the first place that is safe and allows execution, and loads it.
     *
     * @param places where to unpack, the preferred one first
     */
    static NativeLibrary load(List<LibraryPlace> places) {
        String folder = "/native/" + platform() + "/";
        try {
            byte[] library = resource(folder + FILE_NAME);
            byte[] digest = resource(folder + FILE_NAME + ".sha256");
            if (library.length == 0 || digest.length == 0) {
                return new Missing("built without a C library for " + platform());
            }
            return load(library, Sha256.parse(new String(digest, StandardCharsets.US_ASCII)), places);
        } catch (IOException unreadable) {
            return new Missing("the C library in the jar cannot be read: " + unreadable);
        }
    }

    static NativeLibrary load(byte[] library, Sha256 digest, List<LibraryPlace> places) {
        if (!Sha256.of(library).equals(digest)) {
            return new Missing("the C library in the jar does not match its SHA-256");
        }
        List<String> refusals = new ArrayList<>();
        for (LibraryPlace place : places) {
            switch (loadFrom(place, library, digest, refusals)) {
                case Loaded loaded -> {
                    return loaded;
                }
                case Missing(String reason) -> refusals.add(reason);
            }
        }
        return new Missing(String.join("; ", refusals));
    }

    private static NativeLibrary loadFrom(LibraryPlace place, byte[] library, Sha256 digest, List<String> refusals) {
        try {
            LibraryPlace.Unpacked unpacked = place.unpack(library, digest);
            try {
                return open(unpacked.file(), List.copyOf(refusals));
            } finally {
                unpacked.removePassing();
            }
        } catch (IOException | UnsupportedOperationException refused) {
            return new Missing(refused.toString());
        }
    }

    @SuppressWarnings("restricted") // loads our own library, after its SHA-256 has been checked
    private static NativeLibrary open(Path file, List<String> refusals) {
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException refused) {
            return new Missing(
                    file + " cannot be loaded, perhaps its file system is mounted noexec: " + refused.getMessage());
        }
        return symbols.find("simonides_best_tier")
                .<NativeLibrary>map(function -> {
                    KernelTier best = switch (Downcalls.bestTier(function)) {
                        case 2 -> KernelTier.NATIVE_AVX512_VNNI;
                        case 1 -> KernelTier.NATIVE_AVX2;
                        default -> KernelTier.NATIVE_C;
                    };
                    return new Loaded(file, symbols, best, refusals);
                })
                .orElseGet(() -> new Missing(file + " has no function simonides_best_tier"));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream stream = NativeLibrary.class.getResourceAsStream(name)) {
            return stream == null ? new byte[0] : stream.readAllBytes();
        }
    }

    /** Operating system and processor as the folders in the jar are named, such as {@code linux-x86_64}. */
    static String platform() {
        String architecture = System.getProperty("os.arch", "unknown");
        String system = System.getProperty("os.name", "unknown")
                .toLowerCase(Locale.ROOT)
                .replace("mac os x", "darwin");
        return system + "-" + (architecture.equals("amd64") ? "x86_64" : architecture);
    }
}
