// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

/** The AVX2 tier keeps the contract. */
final class NativeAvx2KernelsTest extends KernelsContract {
    NativeAvx2KernelsTest() {
        super(KernelTier.NATIVE_AVX2);
    }
}
