// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;

/** Compresses bytes for the tests of compressed files. */
final class Gzip {

    private Gzip() {}

    static byte[] of(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        }
        return bytes.toByteArray();
    }
}
