// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

/** The Vector API tier keeps the contract. */
final class VectorApiKernelsTest extends KernelsContract {
    VectorApiKernelsTest() {
        super(KernelTier.VECTOR_API);
    }
}
