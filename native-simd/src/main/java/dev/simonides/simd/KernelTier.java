// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The implementations of {@link Kernels}, from the plainest to the fastest. Immutable. */
public enum KernelTier {
    /** Plain Java loops: the oracle every other tier is tested against. */
    SCALAR,
    /** Java's incubating Vector API; needs {@code --add-modules jdk.incubator.vector}. */
    VECTOR_API,
    /** The C library, plain C. */
    NATIVE_C,
    /** The C library with AVX2, FMA, F16C and POPCNT. */
    NATIVE_AVX2,
    /** The C library with AVX-512 (F, BW, DQ, VL) and VNNI. */
    NATIVE_AVX512_VNNI;

    /**
     * The name used in the system property {@code dev.simonides.kernels} and in reports.
     *
     * @return the constant's name in lower case with dashes, such as {@code native-avx2}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The tier with the given label.
     *
     * @param label as {@link #label()} returns it
     * @return the tier, or empty if no tier has this label
     */
    public static Optional<KernelTier> labelled(String label) {
        for (KernelTier tier : values()) {
            if (tier.label().equals(label)) {
                return Optional.of(tier);
            }
        }
        return Optional.empty();
    }

    /** This tier and all plainer ones. */
    static List<KernelTier> fastestFirst(KernelTier cap) {
        return List.of(values()).reversed().stream()
                .filter(tier -> tier.compareTo(cap) <= 0)
                .toList();
    }

    static String labels() {
        return Stream.of(values()).map(KernelTier::label).collect(Collectors.joining("|"));
    }
}
