// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.Limits;
import dev.simonides.Memory;
import dev.simonides.MemoryIndexOptions;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What a store demands of a memory, asked before anything of an import is stored. The store itself asks again.
 *
 * <p>Immutable.
 */
record MemoryCheck(VectorCodec codec) {
    static MemoryCheck of(MemoryIndexOptions options) {
        return new MemoryCheck(
                VectorCodec.of(options.dimension(), options.similarity(), options.originals(), Kernels.best()));
    }

    /** Throws {@link IllegalArgumentException}, with value and limit, if the memory cannot be stored. */
    void check(Memory memory) {
        requireBytes("key", memory.key(), 1, Limits.KEY_BYTES_MAX);
        requireBytes("tenant", memory.tenant(), 0, Limits.TENANT_BYTES_MAX);
        codec.check(memory.vector());
    }

    /** Strict: a lone surrogate, which JSON can spell, is refused and not replaced. */
    private static void requireBytes(String name, String text, int min, int max) {
        int bytes;
        try {
            bytes = StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(text))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(name + ": expected well-formed Unicode", e);
        }
        if (bytes < min || bytes > max) {
            throw new IllegalArgumentException(
                    name + ": expected=" + min + ".." + max + " bytes in UTF-8, actual=" + bytes);
        }
    }
}
