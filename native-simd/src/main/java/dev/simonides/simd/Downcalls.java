// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls into the C library, one for each shape of kernel. Immutable; any thread.
 *
 * <p>A handle is not bound to a function but takes its address first, so that it can be a constant, which the compiler
 * needs to inline it, and still serve every kernel of this shape in every tier.
 *
 * <p>All calls are critical: they leave out the thread-state transitions, which cost more than a short kernel does. A
 * garbage collection waits for the call to end, so callers keep a call to some microseconds.
 */
@SuppressWarnings("restricted") // downcalls into our own library
final class Downcalls {
    private static final MethodHandle INT_OF_ROW = returning(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle FLOAT_OF_ROW = returning(JAVA_FLOAT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle NORM = returning(JAVA_FLOAT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle BULK = call(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle GATHER = call(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle NORM_BULK = call(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle NORM_GATHER = call(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SCORE_BULK = call(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SCORE_GATHER =
            call(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle QUANTIZE = returning(JAVA_FLOAT, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle QUANTIZE_BULK =
            call(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle QUANTIZE_GATHER = call(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle INT_OF_VECTOR = returning(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle LONG_OF_VECTOR = returning(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle ROTATE = call(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle CONVERT = call(JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle BEST_TIER = returning(JAVA_INT);

    private Downcalls() {}

    private static MethodHandle call(MemoryLayout... arguments) {
        return handle(FunctionDescriptor.ofVoid(arguments));
    }

    private static MethodHandle returning(MemoryLayout result, MemoryLayout... arguments) {
        return handle(FunctionDescriptor.of(result, arguments));
    }

    private static MethodHandle handle(FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(descriptor, Linker.Option.critical(false));
    }

    static int bestTier(MemorySegment function) {
        try {
            return (int) BEST_TIER.invokeExact(function);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int intOfRow(MemorySegment kernel, long row, long query, int dimension) {
        try {
            return (int) INT_OF_ROW.invokeExact(kernel, row, query, dimension);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static float floatOfRow(MemorySegment kernel, long row, long query, int dimension) {
        try {
            return (float) FLOAT_OF_ROW.invokeExact(kernel, row, query, dimension);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static float norm(MemorySegment kernel, long vector, int dimension) {
        try {
            return (float) NORM.invokeExact(kernel, vector, dimension);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void bulk(MemorySegment kernel, long rows, long pitch, int count, long query, int dimension, long results) {
        try {
            BULK.invokeExact(kernel, rows, pitch, count, query, dimension, results);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void gather(MemorySegment kernel, long addresses, int count, long query, int dimension, long results) {
        try {
            GATHER.invokeExact(kernel, addresses, count, query, dimension, results);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void normBulk(MemorySegment kernel, long vectors, long pitch, int count, int dimension, long results) {
        try {
            NORM_BULK.invokeExact(kernel, vectors, pitch, count, dimension, results);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void normGather(MemorySegment kernel, long addresses, int count, int dimension, long results) {
        try {
            NORM_GATHER.invokeExact(kernel, addresses, count, dimension, results);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void scoreBulk(MemorySegment kernel, long codes, long pitch, int count, long query, long scores) {
        try {
            SCORE_BULK.invokeExact(kernel, codes, pitch, count, query, scores);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void scoreGather(
            MemorySegment kernel, long addresses, int count, long query, long scores, long ahead, int aheadBytes) {
        try {
            SCORE_GATHER.invokeExact(kernel, addresses, count, query, scores, ahead, aheadBytes);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static float quantize(MemorySegment kernel, long vector, int dimension, long codes) {
        try {
            return (float) QUANTIZE.invokeExact(kernel, vector, dimension, codes);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void quantizeBulk(
            MemorySegment kernel,
            long vectors,
            long pitch,
            int count,
            int dimension,
            long codes,
            long codePitch,
            long scales) {
        try {
            QUANTIZE_BULK.invokeExact(kernel, vectors, pitch, count, dimension, codes, codePitch, scales);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void quantizeGather(
            MemorySegment kernel, long addresses, int count, int dimension, long codeAddresses, long scales) {
        try {
            QUANTIZE_GATHER.invokeExact(kernel, addresses, count, dimension, codeAddresses, scales);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int intOfVector(MemorySegment kernel, long from, int dimension, long to) {
        try {
            return (int) INT_OF_VECTOR.invokeExact(kernel, from, dimension, to);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static long longOfVector(MemorySegment kernel, long from, int dimension, long to) {
        try {
            return (long) LONG_OF_VECTOR.invokeExact(kernel, from, dimension, to);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void rotate(MemorySegment kernel, long codes, int dimension, long signs, long rotated) {
        try {
            ROTATE.invokeExact(kernel, codes, dimension, signs, rotated);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void convert(MemorySegment kernel, long from, int dimension, long to) {
        try {
            CONVERT.invokeExact(kernel, from, dimension, to);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** C functions throw nothing: what arrives here came from the virtual machine, or is a mistake of ours. */
    private static RuntimeException unexpected(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw new AssertionError("a call into the kernel library failed", failure);
    }
}
