// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

/** The plain C tier keeps the contract. */
final class NativeCKernelsTest extends KernelsContract {
    NativeCKernelsTest() {
        super(KernelTier.NATIVE_C);
    }
}
