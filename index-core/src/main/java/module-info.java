// SPDX-License-Identifier: Apache-2.0

/**
 * The memory index: a program opens a directory, puts memories, and asks for the nearest ones.
 *
 * <p>The public API is in {@code dev.simonides}; everything else is internal. Agrona is seen by this module only.
 */
@org.jspecify.annotations.NullMarked
module dev.simonides.core {
    requires transitive dev.simonides.quantization;
    requires transitive dev.simonides.wal;
    requires dev.simonides.simd;
    requires jdk.management;
    requires org.agrona;
    requires static org.jspecify;

    exports dev.simonides;
    exports dev.simonides.embedding;
}
