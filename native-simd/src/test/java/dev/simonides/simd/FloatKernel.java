// SPDX-License-Identifier: Apache-2.0
package dev.simonides.simd;

/** The trios that sum floats, so that one test serves them all. */
enum FloatKernel {
    F32_DOT(Float.BYTES) {
        @Override
        float single(Kernels kernels, long vector, long query, int dimension) {
            return kernels.f32Dot(vector, query, dimension);
        }

        @Override
        void bulk(Kernels kernels, long vectors, long pitch, int count, long query, int dimension, long results) {
            kernels.f32DotBulk(vectors, pitch, count, query, dimension, results);
        }

        @Override
        void gather(Kernels kernels, long addresses, int count, long query, int dimension, long results) {
            kernels.f32DotGather(addresses, count, query, dimension, results);
        }

        @Override
        double term(double component, double query) {
            return component * query;
        }
    },
    F32_SQUARED_DISTANCE(Float.BYTES) {
        @Override
        float single(Kernels kernels, long vector, long query, int dimension) {
            return kernels.f32SquaredDistance(vector, query, dimension);
        }

        @Override
        void bulk(Kernels kernels, long vectors, long pitch, int count, long query, int dimension, long results) {
            kernels.f32SquaredDistanceBulk(vectors, pitch, count, query, dimension, results);
        }

        @Override
        void gather(Kernels kernels, long addresses, int count, long query, int dimension, long results) {
            kernels.f32SquaredDistanceGather(addresses, count, query, dimension, results);
        }

        @Override
        double term(double component, double query) {
            return (component - query) * (component - query);
        }
    },
    F16_DOT(Short.BYTES) {
        @Override
        float single(Kernels kernels, long vector, long query, int dimension) {
            return kernels.f16Dot(vector, query, dimension);
        }

        @Override
        void bulk(Kernels kernels, long vectors, long pitch, int count, long query, int dimension, long results) {
            kernels.f16DotBulk(vectors, pitch, count, query, dimension, results);
        }

        @Override
        void gather(Kernels kernels, long addresses, int count, long query, int dimension, long results) {
            kernels.f16DotGather(addresses, count, query, dimension, results);
        }

        @Override
        double term(double component, double query) {
            return component * query;
        }
    },
    F16_SQUARED_DISTANCE(Short.BYTES) {
        @Override
        float single(Kernels kernels, long vector, long query, int dimension) {
            return kernels.f16SquaredDistance(vector, query, dimension);
        }

        @Override
        void bulk(Kernels kernels, long vectors, long pitch, int count, long query, int dimension, long results) {
            kernels.f16SquaredDistanceBulk(vectors, pitch, count, query, dimension, results);
        }

        @Override
        void gather(Kernels kernels, long addresses, int count, long query, int dimension, long results) {
            kernels.f16SquaredDistanceGather(addresses, count, query, dimension, results);
        }

        @Override
        double term(double component, double query) {
            return (component - query) * (component - query);
        }
    },
    F32_SQUARED_NORM(Float.BYTES) {
        @Override
        float single(Kernels kernels, long vector, long query, int dimension) {
            return kernels.f32SquaredNorm(vector, dimension);
        }

        @Override
        void bulk(Kernels kernels, long vectors, long pitch, int count, long query, int dimension, long results) {
            kernels.f32SquaredNormBulk(vectors, pitch, count, dimension, results);
        }

        @Override
        void gather(Kernels kernels, long addresses, int count, long query, int dimension, long results) {
            kernels.f32SquaredNormGather(addresses, count, dimension, results);
        }

        @Override
        double term(double component, double query) {
            return component * component;
        }
    };

    private final int componentBytes;

    FloatKernel(int componentBytes) {
        this.componentBytes = componentBytes;
    }

    int componentBytes() {
        return componentBytes;
    }

    /** Stores a component of a vector, rounded to what the vector holds. */
    void setComponent(long vector, int index, float value) {
        if (componentBytes == Short.BYTES) {
            GuardedMemory.setShort(vector + 2L * index, Float.floatToFloat16(value));
        } else {
            GuardedMemory.setFloat(vector + 4L * index, value);
        }
    }

    float component(long vector, int index) {
        return componentBytes == Short.BYTES
                ? Float.float16ToFloat(GuardedMemory.getShort(vector + 2L * index))
                : GuardedMemory.getFloat(vector + 4L * index);
    }

    abstract float single(Kernels kernels, long vector, long query, int dimension);

    abstract void bulk(Kernels kernels, long vectors, long pitch, int count, long query, int dimension, long results);

    abstract void gather(Kernels kernels, long addresses, int count, long query, int dimension, long results);

    /** One term of the sum, in double precision. */
    abstract double term(double component, double query);
}
