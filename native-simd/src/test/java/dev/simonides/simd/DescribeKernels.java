// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that says which kernels it got, whether the C library is in its memory, and whether it may give advice. */
final class DescribeKernels {
    private DescribeKernels() {}

    public static void main(String[] arguments) throws IOException {
        try {
            System.out.println(Kernels.describe());
            System.out.println("dot=" + dot());
        } catch (IllegalArgumentException refused) {
            System.out.println("refused: " + refused.getMessage());
        }
        Path maps = Path.of("/proc/self/maps");
        boolean loaded = Files.exists(maps) && Files.readString(maps).contains(NativeLibrary.FILE_NAME);
        System.out.println("library=" + loaded);
        System.out.println("ahead=" + PageAdvice.ahead());
    }

    /** 3 · 4, through the kernels. */
    private static int dot() {
        try (GuardedMemory memory = new GuardedMemory()) {
            long code = memory.block(1, 0);
            long query = memory.block(1, 0);
            GuardedMemory.setByte(code, 3 + 128);
            GuardedMemory.setByte(query, 4);
            return Kernels.best().int8Dot(code, query, 1);
        }
    }
}
