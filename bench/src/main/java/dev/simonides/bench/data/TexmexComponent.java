// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.nio.ByteBuffer;

/** The component types of the TEXMEX formats. */
enum TexmexComponent {
    FLOAT32(Float.BYTES),
    UINT8(1);

    private final int bytes;

    TexmexComponent(int bytes) {
        this.bytes = bytes;
    }

    int rowBytes(int dimension) {
        return Integer.BYTES + dimension * bytes;
    }

    void read(ByteBuffer from, float[] vector) {
        switch (this) {
            case FLOAT32 -> {
                for (int d = 0; d < vector.length; d++) {
                    vector[d] = from.getFloat();
                }
            }
            case UINT8 -> {
                for (int d = 0; d < vector.length; d++) {
                    vector[d] = from.get() & 0xFF;
                }
            }
        }
    }
}
