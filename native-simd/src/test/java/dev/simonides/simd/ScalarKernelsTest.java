// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

/** The scalar tier keeps the contract. */
final class ScalarKernelsTest extends KernelsContract {
    ScalarKernelsTest() {
        super(KernelTier.SCALAR);
    }
}
