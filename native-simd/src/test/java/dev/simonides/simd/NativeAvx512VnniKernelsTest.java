// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

/** The AVX-512 tier keeps the contract. */
final class NativeAvx512VnniKernelsTest extends KernelsContract {
    NativeAvx512VnniKernelsTest() {
        super(KernelTier.NATIVE_AVX512_VNNI);
    }
}
