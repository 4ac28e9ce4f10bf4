// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import java.util.Optional;

/** Which kernels this process runs, and why. Immutable. */
final class KernelSelection {
    static final String CAP_PROPERTY = "dev.simonides.kernels";

    private static final KernelSelection CHOSEN =
            new KernelSelection(Optional.ofNullable(System.getProperty(CAP_PROPERTY)));

    private final Optional<String> cap;
    private final Kernels scalar = new ScalarKernels();

    private KernelSelection(Optional<String> cap) {
        this.cap = cap;
    }

    static KernelSelection chosen() {
        return CHOSEN;
    }

    Kernels best() {
        if (cap.isPresent() && KernelTier.labelled(cap.get()).isEmpty()) {
            throw new IllegalArgumentException(CAP_PROPERTY + ": no tier is called " + cap.get());
        }
        return scalar;
    }

    Kernels of(KernelTier tier) {
        if (tier != KernelTier.SCALAR) {
            throw new UnsupportedOperationException(tier.label() + ": not available");
        }
        return scalar;
    }

    String describe() {
        return "kernels: " + best().tier().label();
    }
}
