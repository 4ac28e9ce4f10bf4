// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/**
 * Vector arithmetic over raw memory: one interface, {@link dev.simonides.simd.Kernels}, and its tiers.
 *
 * <p>The incubating Vector API is optional: with {@code --add-modules jdk.incubator.vector} its tier is available,
 * without it no class that needs it is ever loaded.
 */
@NullMarked
module dev.simonides.simd {
    requires static jdk.incubator.vector;
    requires static org.jspecify;

    exports dev.simonides.simd;
}
