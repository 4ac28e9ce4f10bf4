// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which kernels this process runs, and why. Immutable; any thread.
 *
 * <p>A tier is looked at only when it is asked for: a cap below the native tiers keeps the C library out of the process.
 */
final class KernelSelection {
    static final String CAP_PROPERTY = "dev.simonides.kernels";

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private final Kernels best;
    private final String description;

    private KernelSelection(Kernels best, String description) {
        this.best = best;
        this.description = description;
    }

    /** The selection of this process, made on the first call. */
    static KernelSelection chosen() {
        return switch (Chosen.OUTCOME) {
            case Outcome.Selected(KernelSelection selection) -> selection;
            case Outcome.Refused(String reason) -> throw new IllegalArgumentException(reason);
        };
    }

    Kernels best() {
        return best;
    }

    String describe() {
        return description;
    }

    /** The selection under a cap, the label of the fastest tier to use, or the reason why there is none. */
    static Outcome capped(Optional<String> cap) {
        if (cap.isEmpty()) {
            return new Outcome.Selected(fastestUpTo(KernelTier.NATIVE_AVX512_VNNI, "the fastest of this machine"));
        }
        return KernelTier.labelled(cap.get())
                .<Outcome>map(tier ->
                        new Outcome.Selected(fastestUpTo(tier, "capped by -D" + CAP_PROPERTY + "=" + tier.label())))
                .orElseGet(() -> new Outcome.Refused(
                        "-D" + CAP_PROPERTY + ": expected=" + KernelTier.labels() + ", actual=" + cap.get()));
    }

    private static KernelSelection fastestUpTo(KernelTier cap, String why) {
        Map<String, String> labelsByReason = new LinkedHashMap<>();
        for (KernelTier tier : KernelTier.fastestFirst(cap)) {
            switch (offer(tier)) {
                case Offer.Present(Kernels kernels, String remark) -> {
                    StringBuilder line = new StringBuilder(tier.label() + ": " + why + remark);
                    labelsByReason.forEach((reason, labels) -> line.append("; not available: ")
                            .append(labels)
                            .append(" (")
                            .append(reason)
                            .append(')'));
                    return new KernelSelection(kernels, line.toString().replace('\n', ' '));
                }
                case Offer.Absent(String reason) ->
                    labelsByReason.merge(reason, tier.label(), (labels, label) -> labels + ", " + label);
            }
        }
        throw new AssertionError("the scalar tier is always there");
    }

    /** The kernels of one tier, whatever the cap, or the reason why they are not there. */
    static Offer offer(KernelTier tier) {
        return switch (tier) {
            case SCALAR -> new Offer.Present(new ScalarKernels(), "");
            case VECTOR_API -> offerVectorApi();
            case NATIVE_C, NATIVE_AVX2, NATIVE_AVX512_VNNI -> offerNative(tier, Library.LOADED);
        };
    }

    private static Offer offerVectorApi() {
        // The only place that names the class: without the module it is never loaded.
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            return new Offer.Absent("needs --add-modules " + VECTOR_MODULE);
        }
        return new Offer.Present(new VectorApiKernels(), "");
    }

    static Offer offerNative(KernelTier tier, NativeLibrary library) {
        return switch (library) {
            case NativeLibrary.Missing(String reason) -> new Offer.Absent(reason);
            case NativeLibrary.Loaded loaded -> {
                if (tier.compareTo(loaded.best()) > 0) {
                    yield new Offer.Absent("not on this processor");
                }
                try {
                    yield new Offer.Present(new NativeKernels(tier, loaded), loaded.remark());
                } catch (UnsupportedOperationException incomplete) {
                    yield new Offer.Absent(incomplete.toString());
                }
            }
        };
    }

    /** A selection, or the reason why the cap names none. */
    sealed interface Outcome {
        record Selected(KernelSelection selection) implements Outcome {}

        record Refused(String reason) implements Outcome {}
    }

    /** A tier that is there, with something to say about it, or the reason why it is not. */
    sealed interface Offer {
        record Present(Kernels kernels, String remark) implements Offer {}

        record Absent(String reason) implements Offer {}
    }

    /** Made when {@link #chosen} is first called. */
    private static final class Chosen {
        static final Outcome OUTCOME = capped(Optional.ofNullable(System.getProperty(CAP_PROPERTY)));
    }

    /** Loaded when a native tier is first asked for. */
    private static final class Library {
        static final NativeLibrary LOADED = NativeLibrary.load(LibraryPlace.usual());
    }
}
